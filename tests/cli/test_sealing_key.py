"""Where the sealing key of a command comes from."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from support.own_keyring import OwnKeyring

from cognito_srp import InvalidInputError, SealingKey, WrongSealingKeyError
from cognito_srp.cli.sealing_key import read_key
from cognito_srp.cli.sealing_options import add_key_options
from cognito_srp.enroll.journal import Journal

PATH = "run.journal"


def options(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_key_options(parser)
    parser.set_defaults(region="us-east-1", profile=None)
    return parser.parse_args(given)


def test_a_data_key_of_kms(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in the journal's header: whoever may use the KMS key needs nothing else."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    with mock_aws():
        client: Any = boto3.client("kms", region_name="us-east-1")
        kms = options("--kms-key-id", client.create_key()["KeyMetadata"]["KeyId"])
        first = read_key(kms, PATH)
        Journal.open(PATH, key=first).close()
        again = read_key(kms, PATH)
        assert again.key_id == first.key_id
        Journal.open(PATH, key=again).close()
        Path(PATH).unlink()
        Journal.open(PATH, key=SealingKey.generate()).close()
        with pytest.raises(InvalidInputError, match="did not give the key that sealed this"):
            read_key(kms, PATH)


def test_the_keyring(own_keyring: OwnKeyring) -> None:
    SealingKey.generate().to_keyring("fleet", "key")
    key = read_key(options("--keyring", "fleet/key"), PATH)
    assert own_keyring.entries == {("fleet", "key"): key.to_base64()}
    for wrong in ("fleet", "fleet/"):
        with pytest.raises(InvalidInputError, match="names no entry; give it as SERVICE/NAME"):
            read_key(options("--keyring", wrong), PATH)


def test_a_file_is_made_for_a_new_journal_only(capsys: pytest.CaptureFixture[str]) -> None:
    made = read_key(options("--key-file", "run.key"), PATH)
    assert "made the key run.key: without it nobody" in capsys.readouterr().err
    assert read_key(options("--key-file", "run.key"), PATH).key_id == made.key_id
    Journal.open(PATH, key=made).close()
    with pytest.raises(InvalidInputError, match=r"other\.key: does not exist, but the journal"):
        read_key(options("--key-file", "other.key"), PATH)
    with pytest.raises(WrongSealingKeyError):
        Journal.open(PATH, key=SealingKey.generate())


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInputError, match="sealing key: is missing"):
        read_key(options(), PATH)
    key = SealingKey.generate()
    monkeypatch.setenv("COGNITO_SEALING_KEY", key.to_base64())
    assert read_key(options(), PATH).key_id == key.key_id
