"""Inputs for ``cognito-srp enroll``, and what it saves."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

from cognito_srp import RememberedDevice
from cognito_srp.local import LocalPool
from support.people import PASSWORD, enter
from support.tokens import unsigned_token

__all__ = [
    "KEY",
    "NOWHERE",
    "at",
    "devices",
    "expired_token",
    "saved",
    "sent_rows",
    "signs_in",
    "write_input",
]

KEY = ("--key-file", "run.key")
NOWHERE = ("--endpoint-url", "http://127.0.0.1:9", "--region", "us-east-1")


def devices(pool: LocalPool, count: int) -> list[dict[str, Any]]:
    """New devices, as rows of an input."""
    rows = []
    for _ in range(count):
        result = pool.sign_in("ann", PASSWORD)
        metadata = result["NewDeviceMetadata"]
        rows.append(
            {
                "device_key": metadata["DeviceKey"],
                "device_group_key": metadata["DeviceGroupKey"],
                "access_token": result["AccessToken"],
            }
        )
    return rows


def write_input(rows: list[Any], path: str = "devices.jsonl") -> str:
    """Rows that are texts are written as they are."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file = Path(path)
    file.touch(0o600)
    file.write_text("".join(f"{line}\n" for line in lines))
    return path


def at(pool: LocalPool) -> list[str]:
    """The options that lead to a pool, as fast as it answers."""
    aws = ["--endpoint-url", pool.cognito.endpoint_url, "--region", pool.cognito.region]
    return [*aws, "--rate", "1000", "--per-user-rate", "1000"]


def saved(path: str = "enrolled.jsonl") -> list[dict[str, Any]]:
    """The records of an output."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def signs_in(pool: LocalPool, record: dict[str, Any]) -> bool:
    """Whether the device of a record signs in as itself, so that no new key is handed out."""
    names = ("device_key", "device_group_key", "device_password")
    device = RememberedDevice(**{name: record[name] for name in names})
    return enter(pool.cognito.client(), pool, "ann", device=device).new_device is None


def expired_token() -> str:
    """A JWT that nobody signed, and that ended a second ago."""
    return unsigned_token(exp=time.time() - 1, sub="ann")


def sent_rows() -> list[tuple[str, str]]:
    """Device key and state of what the journal says was sent; none while there is no journal."""
    try:
        connection = sqlite3.connect("file:devices.jsonl.journal?mode=ro", uri=True)
        query = "SELECT device_key, state FROM device WHERE sent_at IS NOT NULL"
        return connection.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []
