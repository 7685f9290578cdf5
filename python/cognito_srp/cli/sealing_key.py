"""The key that seals a journal: from a file, the keyring, KMS or the environment."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from ..enroll.journal.journal import Journal
from ..errors import InvalidInputError
from ..storage.sealing import SealingKey
from .failures import note
from .sealing_options import KEY_VARIABLE

__all__ = ["read_key", "read_new_key"]


def read_new_key(arguments: argparse.Namespace, journal: str) -> SealingKey:
    """The key for a new journal at this path: the one that takes the other's place, if any.

    Raises as `read_key` does.
    """
    new = {
        name: getattr(arguments, f"new_{name}") for name in ("key_file", "keyring", "kms_key_id")
    }
    if not any(new.values()):
        return read_key(arguments, journal)
    return read_key(argparse.Namespace(**{**vars(arguments), **new}), journal)


def read_key(arguments: argparse.Namespace, journal: str) -> SealingKey:
    """The key for the journal at this path, which may not exist yet.

    Raises `InvalidInputError`, `ImportError`, `OSError` and botocore's errors.
    """
    if arguments.kms_key_id is not None:
        header = Journal.header(journal)
        encrypted = None if header is None else header[1]
        if header is not None and encrypted is None:
            rule = "did not give the key that sealed this journal"
            raise InvalidInputError("--kms-key-id", rule, "use the key that it was made with")
        return SealingKey.from_kms(
            _kms(arguments), key_id=arguments.kms_key_id, encrypted=encrypted
        )
    if arguments.keyring is not None:
        service, slash, name = arguments.keyring.partition("/")
        if not slash or not name:
            raise InvalidInputError("--keyring", "names no entry", "give it as SERVICE/NAME")
        return SealingKey.from_keyring(service, name)
    if arguments.key_file is not None:
        return _from_file(arguments.key_file, journal)
    if os.environ.get(KEY_VARIABLE):
        return SealingKey.from_environment(KEY_VARIABLE)
    rule = "is missing: the journal seals the devices' secrets with it"
    fix = f"use --key-file FILE, --keyring, --kms-key-id, or set {KEY_VARIABLE}"
    raise InvalidInputError("sealing key", rule, fix)


def _from_file(path: str, journal: str) -> SealingKey:
    if Path(path).exists():
        return SealingKey.from_file(path)
    if Journal.header(journal) is not None:
        rule = "does not exist, but the journal that it has to open does"
        raise InvalidInputError(path, rule, "name the key file that the journal was made with")
    key = SealingKey.generate()
    key.save(path)
    note(f"made the key {path}: without it nobody can read the journal")
    return key


def _kms(arguments: argparse.Namespace) -> Any:
    import boto3

    region = arguments.region or os.environ.get("AWS_REGION") or None
    # Not --endpoint-url, which is Cognito's; AWS_ENDPOINT_URL_KMS is boto3's own.
    return boto3.Session(profile_name=arguments.profile, region_name=region).client("kms")
