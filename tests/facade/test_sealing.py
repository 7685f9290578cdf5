"""Sealing: what is sealed opens for its key and its purpose alone, wherever the key is kept."""

from __future__ import annotations

import base64
import builtins
import os
import pickle
import stat
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from cognito_srp import InvalidInputError, SealingError, SealingKey, WrongSealingKeyError

KEY = SealingKey(bytes(range(32)))


@given(data=st.binary(max_size=2000), bound_to=st.binary(max_size=100))
def test_there_and_back(data: bytes, bound_to: bytes) -> None:
    sealed = KEY.seal(data, bound_to=bound_to)
    assert len(sealed) == len(data) + 37
    assert KEY.open(sealed, bound_to=bound_to) == data
    assert KEY.seal(data, bound_to=bound_to) != sealed


@given(data=st.binary(max_size=50), where=st.integers(0), bit=st.integers(0, 7))
def test_every_flipped_bit_shows(data: bytes, where: int, bit: int) -> None:
    damaged = bytearray(KEY.seal(data, bound_to=b"device"))
    damaged[where % len(damaged)] ^= 1 << bit
    with pytest.raises(SealingError):
        KEY.open(bytes(damaged), bound_to=b"device")


def test_why_it_does_not_open() -> None:
    sealed = KEY.seal(b"data", bound_to=b"device")
    other = SealingKey.generate()
    with pytest.raises(WrongSealingKeyError, match=f"key {KEY.key_id}, .* is {other.key_id}"):
        other.open(sealed, bound_to=b"device")
    for value, bound_to in ((sealed, b"other"), (sealed[:-1] + b"?", b"device")):
        with pytest.raises(SealingError, match="damaged, or was sealed for something else") as got:
            KEY.open(value, bound_to=bound_to)
        assert got.type is SealingError
        assert got.value.__context__ is None
    for value in (b"", sealed[:36], b"\x02" + sealed[1:]):
        with pytest.raises(SealingError, match="not a sealed value of a version known here"):
            KEY.open(value, bound_to=b"device")


def test_the_key_shows_nowhere() -> None:
    key = SealingKey.generate()
    assert repr(key) == f"<SealingKey {key.key_id}>"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(InvalidInputError) as got:
        SealingKey(b"too short a secret")
    assert "secret" not in str(got.value)


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    KEY.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SealingKey.from_file(path).key_id == KEY.key_id
    with pytest.raises(InvalidInputError, match="is there already"):
        SealingKey.generate().save(path)


@pytest.mark.parametrize(
    "content", [bytes(range(32)), base64.b64encode(bytes(range(32))) + b"\r\n"], ids=["raw", "b64"]
)
def test_files_made_elsewhere(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o400)
    assert SealingKey.from_file(path).key_id == KEY.key_id


@pytest.mark.parametrize("content", [b"", b"x" * 44, b"\xff" * 44, b"a" * 32 + b"\n", b"A" * 9999])
def test_what_is_no_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=f"{path}: is not a sealing key") as got:
        SealingKey.from_file(path)
    assert not content or content.decode("latin-1").strip() not in str(got.value)


@pytest.mark.skipif(os.name != "posix", reason="modes mean nothing here")
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620])
def test_a_file_that_others_can_read(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    KEY.save(path)
    path.chmod(mode)
    with pytest.raises(InvalidInputError, match=f"mode {mode:04o}.*chmod 600"):
        SealingKey.from_file(path)


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COGNITO_SEALING_KEY", raising=False)
    with pytest.raises(InvalidInputError, match="COGNITO_SEALING_KEY: is not set"):
        SealingKey.from_environment()
    monkeypatch.setenv("COGNITO_SEALING_KEY", KEY.to_base64())
    assert SealingKey.from_environment().key_id == KEY.key_id


@pytest.mark.usefixtures("own_keyring")
def test_a_keyring() -> None:
    with pytest.raises(InvalidInputError, match="keyring entry fleet/key: does not exist"):
        SealingKey.from_keyring("fleet", "key")
    KEY.to_keyring("fleet", "key")
    assert SealingKey.from_keyring("fleet", "key").key_id == KEY.key_id
    with pytest.raises(InvalidInputError, match="is there already"):
        SealingKey.generate().to_keyring("fleet", "key")


def test_a_data_key_of_kms(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    with mock_aws():
        kms: Any = boto3.client("kms", region_name="us-east-1")
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        made = SealingKey.from_kms(kms, key_id=key_id)
        assert made.encrypted is not None
        again = SealingKey.from_kms(kms, key_id=key_id, encrypted=made.encrypted)
        assert again.open(made.seal(b"data", bound_to=b""), bound_to=b"") == b"data"
        assert again.encrypted == made.encrypted
        other = kms.create_key()["KeyMetadata"]["KeyId"]
        with pytest.raises(kms.exceptions.ClientError):
            SealingKey.from_kms(kms, key_id=other, encrypted=made.encrypted)


@pytest.mark.parametrize(
    ("missing", "make", "extra"),
    [
        ("cryptography", SealingKey.generate, "enroll"),
        ("keyring", lambda: SealingKey.from_keyring("a", "b"), "keyring"),
    ],
)
def test_without_its_extra(
    monkeypatch: pytest.MonkeyPatch, missing: str, make: Any, extra: str
) -> None:
    real = builtins.__import__

    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == missing:
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(ImportError, match=rf"pip install 'srp-native\[{extra}\]'"):
        make()
