"""Rows for the tests of batches: the same for the same number, whoever makes them."""

from __future__ import annotations

import base64
import hashlib

import pyarrow as pa

GROUP_KEY = "-AbCdEf12"


def device_key(number: int) -> str:
    return f"eu-west-1_{number:08x}-1111-4222-8333-444444444444"


def password(number: int) -> str:
    return base64.b64encode(hashlib.sha512(b"password %d" % number).digest()[:40]).decode()


def salt(number: int) -> bytes:
    return hashlib.sha256(b"salt %d" % number).digest()[:16]


def given_rows(first: int, last: int, kind: pa.DataType | None = None) -> pa.Table:
    """Rows with passwords and salts, so that what is made of them is always the same."""
    kind, numbers = kind or pa.large_string(), range(first, last)
    return pa.table(
        {
            "number": pa.array(numbers, pa.int64()),
            "device_key": pa.array(map(device_key, numbers), kind),
            "device_group_key": pa.array([GROUP_KEY] * len(numbers), kind),
            "device_password": pa.array(map(password, numbers), kind),
            "salt": pa.array(map(salt, numbers), pa.binary()),
        }
    )
