"""Device verifiers: what they hold, what they refuse, and that pycognito makes the same."""

from __future__ import annotations

import base64
import pickle
import secrets
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pycognito import aws_srp

import srp_native
from cognito_srp import (
    DeviceVerifier,
    InvalidInputError,
    NewDevice,
    RememberedDevice,
    VerifierFaultError,
    create_device_verifier,
    create_device_verifiers,
    srp,
)
from cognito_srp.srp import encoding

KEY = "eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc"
GROUP = "-AbCdEf12"


def ours(**changes: Any) -> DeviceVerifier:
    return create_device_verifier(**{"device_group_key": GROUP, "device_key": KEY, **changes})


def theirs(monkeypatch: pytest.MonkeyPatch, password: bytes, salt: int) -> tuple[str, Any]:
    """pycognito's ``generate_hash_device`` with the randomness it draws chosen for it."""
    with monkeypatch.context() as patch:
        patch.setattr(aws_srp, "os", SimpleNamespace(urandom=lambda _: password))
        patch.setattr(aws_srp, "get_random", lambda _: salt)
        made: tuple[str, Any] = aws_srp.generate_hash_device(GROUP, KEY)
        return made


def test_a_thousand_verifiers_of_pycognito() -> None:
    for _ in range(1_000):
        password, config = aws_srp.generate_hash_device(GROUP, KEY)
        salt = base64.b64decode(config["Salt"])
        assert ours(device_password=password, salt=salt).as_config() == config


@pytest.mark.parametrize(
    "salt",
    [1, 0x7F, 0x80, 0xFF, 2**119 - 1, 2**119, 2**120 - 1, 2**120, 2**127 - 1, 2**127, 2**128 - 1],
)
def test_every_padding_class_of_salt(monkeypatch: pytest.MonkeyPatch, salt: int) -> None:
    password, config = theirs(monkeypatch, secrets.token_bytes(40), salt)
    for data in (encoding.pad(salt), salt.to_bytes(16, "big"), salt.to_bytes(64, "big")):
        assert ours(device_password=password, salt=data).as_config() == config


@pytest.mark.parametrize(
    ("length", "leading_zero"),
    # The whole width of N with the top bit set or clear; one byte less likewise.
    [(385, True), (384, False), (384, True), (383, False)],
)
def test_every_padding_class_of_verifier(
    monkeypatch: pytest.MonkeyPatch, length: int, leading_zero: bool
) -> None:
    salt = secrets.randbits(127) | 1
    for _ in range(20_000):
        password = secrets.token_bytes(40)
        identity = srp.device_identity(GROUP, KEY, encoding.encode_base64(password))
        v = encoding.pad(srp.compute_verifier(salt, identity))
        if (len(v), v[0] == 0) == (length, leading_zero):
            break
    else:
        pytest.fail("no verifier of this class was found")
    text, config = theirs(monkeypatch, password, salt)
    mine = ours(device_password=text, salt=encoding.pad(salt))
    assert mine.as_config() == config
    assert len(base64.b64decode(mine.password_verifier)) == length


def test_random_secrets(engine: str) -> None:
    first, second = ours(), ours()
    assert first.device_password != second.device_password
    assert first.salt != second.salt
    assert len(base64.b64decode(first.device_password or "")) == 40
    assert 1 <= len(base64.b64decode(first.salt)) <= 17
    again = ours(device_password=first.device_password, salt=base64.b64decode(first.salt))
    assert again == first


def test_many_at_once(engine: str) -> None:
    devices = [
        NewDevice(device_key=f"eu-west-1_{i}", device_group_key=f"-g{i % 3}") for i in range(40)
    ]
    verifiers = create_device_verifiers(iter(devices), threads=2)
    assert [v.device_key for v in verifiers] == [d.device_key for d in devices]
    assert len({v.device_password for v in verifiers}) == 40
    for v, device in zip(verifiers, devices, strict=True):
        single = create_device_verifier(
            device_group_key=device.device_group_key,
            device_key=device.device_key,
            device_password=v.device_password,
            salt=base64.b64decode(v.salt),
        )
        assert v == single
    assert create_device_verifiers([]) == []


def test_text_outside_ascii_is_utf_8() -> None:
    mine = ours(device_password="pässwörd–🔑", salt=b"\x01")
    x = srp.private_key(1, f"{GROUP}{KEY}:pässwörd–🔑".encode())
    v = pow(2, int.from_bytes(x, "big"), srp_native.N)
    assert encoding.unpad(base64.b64decode(mine.password_verifier)) == v


def test_recompute_runs_on_another_engine(engine: str) -> None:
    assert ours().recompute() not in {None, engine}


def test_recompute_finds_a_wrong_verifier() -> None:
    right = ours()
    data = bytearray(base64.b64decode(right.password_verifier))
    data[-1] ^= 1
    wrong = DeviceVerifier(
        device_key=KEY,
        device_group_key=GROUP,
        device_password=right.device_password,
        password_verifier=encoding.encode_base64(bytes(data)),
        salt=right.salt,
    )
    with pytest.raises(VerifierFaultError, match="nothing was sent") as caught:
        wrong.recompute()
    assert str(right.device_password) not in str(caught.value)


def test_a_verifier_made_elsewhere() -> None:
    password, config = aws_srp.generate_hash_device(GROUP, KEY)
    known = DeviceVerifier.from_config(
        device_key=KEY, config=config, device_group_key=GROUP, device_password=password
    )
    assert known.recompute()
    assert known.remembered() == RememberedDevice(
        device_key=KEY, device_group_key=GROUP, device_password=password
    )
    unknown = DeviceVerifier.from_config(device_key=KEY, config=config)
    assert unknown.as_config() == config
    assert unknown.recompute() is None
    assert unknown.remembered() is None


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


GOOD = {"PasswordVerifier": b64(b"\x05" * 384), "Salt": b64(b"\x05" * 16)}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "Salt: must be base64"),
        ({"Salt": GOOD["Salt"]}, "PasswordVerifier: must be base64"),
        ({**GOOD, "Salt": 5}, "Salt: must be base64"),
        ({**GOOD, "Salt": "*"}, "Salt: must be base64"),
        ({**GOOD, "Salt": ""}, "Salt: is zero"),
        ({**GOOD, "Salt": b64(b"\0")}, "Salt: is zero"),
        ({**GOOD, "Salt": b64(b"\x85" + bytes(15))}, "Salt: is zero or negative"),
        ({**GOOD, "Salt": b64(b"\0\x05" + bytes(14))}, "Salt: has redundant leading zero"),
        ({**GOOD, "Salt": b64(b"\x05" * 65)}, "salt: 1 to 64 bytes"),
        ({**GOOD, "PasswordVerifier": b64(b"\xff" * 384)}, "PasswordVerifier: is zero or neg"),
        ({**GOOD, "PasswordVerifier": b64(b"\0" * 5 + b"\x05" * 380)}, "redundant"),
        ({**GOOD, "PasswordVerifier": b64(b"\0" + b"\xff" * 384)}, "between 1 and N"),
        ({**GOOD, "PasswordVerifier": b64(b"\1")}, "between 1 and N"),
    ],
)
def test_configs_that_cognito_would_misread(config: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as caught:
        DeviceVerifier.from_config(device_key=KEY, config=config)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: ours(device_key=""), "device_key"),
        (lambda: ours(device_key=None), "device_key"),
        (lambda: ours(device_key="no-underscore"), "device_key"),
        (lambda: ours(device_key="eu_" + "x" * 53), "device_key"),
        (lambda: ours(device_key="eu_\ud800"), "device_key"),
        (lambda: ours(device_group_key=""), "device_group_key"),
        (lambda: ours(device_group_key=7), "device_group_key"),
        (lambda: ours(device_group_key=KEY, device_key=GROUP), "device_key"),
        (lambda: ours(device_group_key=KEY), "device_group_key"),
        (lambda: ours(device_password=""), "device_password"),
        (lambda: ours(device_password=b"bytes"), "device_password"),
        (lambda: ours(device_password="secret\udfff"), "device_password"),
        (lambda: ours(salt=b""), "salt"),
        (lambda: ours(salt=bytes(16)), "salt"),
        (lambda: ours(salt=b"\1" * 65), "salt"),
        (lambda: ours(salt="abc"), "salt"),
        (lambda: ours(salt=17), "salt"),
        (lambda: NewDevice.from_metadata({}), "metadata"),
        (lambda: NewDevice.from_metadata(None), "metadata"),  # type: ignore[arg-type]
        (
            lambda: NewDevice.from_metadata({"DeviceKey": GROUP, "DeviceGroupKey": KEY}),
            "device_key",
        ),
        (lambda: RememberedDevice.from_json("{"), "device"),
        (lambda: RememberedDevice.from_json('{"device_password": "hunter2"}'), "device"),
        (lambda: RememberedDevice.from_json("[]"), "device"),
    ],
)
def test_bad_input_names_the_field(call: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        call()
    assert caught.value.field == field
    assert caught.value.rule
    assert caught.value.fix
    assert isinstance(caught.value, ValueError)
    assert "secret" not in repr(caught.value) + repr(caught.value.__context__)
    assert "hunter2" not in str(caught.value)


def test_the_longest_device_key_is_taken() -> None:
    key = "eu_" + "x" * 52
    assert ours(device_key=key).device_key == key


@pytest.mark.parametrize("spoilt", ["{} ", " {}", "{}\n", "\t{}", "{}\r\n", "{}\u00a0"])
def test_white_space_around_a_key_is_refused_because_it_would_be_hashed(spoilt: str) -> None:
    for wrong in ({"device_key": spoilt.format(KEY)}, {"device_group_key": spoilt.format(GROUP)}):
        [name] = wrong
        with pytest.raises(InvalidInputError, match=f"^{name}: has white space around it; pass"):
            ours(**wrong)


def test_reprs_are_redacted() -> None:
    verifier = ours()
    device = verifier.remembered()
    assert device is not None
    shown = repr(verifier) + repr(device) + str(verifier) + f"{device}"
    assert KEY in shown
    for secret in (verifier.device_password, verifier.password_verifier, verifier.salt):
        assert secret is not None
        assert secret not in shown


def test_values_travel() -> None:
    verifier = ours()
    assert pickle.loads(pickle.dumps(verifier)) == verifier
    device = verifier.remembered()
    assert device is not None
    assert RememberedDevice.from_json(device.to_json()) == device
    with pytest.raises(AttributeError):
        verifier.salt = "x"  # type: ignore[misc]


def test_metadata() -> None:
    device = NewDevice.from_metadata({"DeviceKey": KEY, "DeviceGroupKey": GROUP})
    assert device == NewDevice(device_key=KEY, device_group_key=GROUP)
