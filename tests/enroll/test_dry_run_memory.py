"""A dry run takes as much memory for a million rows as for ten thousand."""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path

import pytest
from support.tokens import unsigned_token

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs wait4")

_MEGABYTE = 1024  # ru_maxrss counts kilobytes


def _write(path: Path, rows: int) -> None:
    token = unsigned_token(sub=str(uuid.UUID(int=7)), exp=1 << 40, scope="x" * 500)
    path.touch(0o600)
    with path.open("w") as file:
        for number in range(rows):
            key = f"us-east-1_{uuid.uuid5(uuid.NAMESPACE_OID, str(number))}"
            row = {"device_key": key, "device_group_key": "-group", "access_token": token}
            file.write(json.dumps(row) + "\n")


def _peak(path: Path) -> float:
    """The most memory that a dry run held, in megabytes."""
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", str(path), "--dry-run"]
    child = os.posix_spawn(
        sys.executable,
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_maxrss / _MEGABYTE


def test_memory_stays_flat(tmp_path: Path, long_run: bool) -> None:
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    _write(few, 10_000)
    _write(many, 1_000_000 if long_run else 60_000)
    assert abs(_peak(many) - _peak(few)) < 20
