"""The output: every device of the journal once, whole or not at all, its owner's alone."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from support.journal_rows import GROUP_KEY, enroll, key_of, opened, outcome, prepared

from cognito_srp import InvalidInputError
from cognito_srp.enroll.bulk.outputs import check_output, write_devices
from cognito_srp.enroll.journal import Journal


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        table = pytest.importorskip("pyarrow.parquet").read_table(path)
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_every_device_once(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"devices{suffix}"
    path.write_text("what was there before")
    with opened(tmp_path / "run.journal") as journal:
        enroll(journal, range(5000))
        journal.prepare([prepared(5000)])
        journal.finish([outcome(5000, "refused", "TokenExpired", attempts=0)])
        assert write_devices(journal, str(path)) == 5001
    rows = read(path)
    assert [row["device_key"] for row in rows] == [key_of(number) for number in range(5001)]
    assert rows[7] == {
        "device_key": key_of(7),
        "device_group_key": GROUP_KEY,
        "device_password": "password\0007-0",
        "outcome": "confirmed",
        "error": "",
        "message": "",
        "proven": True,
        "position": 7,
        "username": None,
    }
    assert (rows[-1]["outcome"], rows[-1]["error"]) == ("refused", "TokenExpired")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == [path.name, "run.journal", "run.journal.lock"]


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "devices.jsonl"
    path.write_text("what was there before")

    def rows(_: Journal) -> Any:
        yield from ()
        raise OSError(28, "No space left on device")

    with opened(tmp_path / "run.journal") as journal:
        monkeypatch.setattr(Journal, "rows", rows)
        with pytest.raises(OSError, match="No space left"):
            write_devices(journal, str(path))
    assert path.read_text() == "what was there before"
    assert not [name for name in os.listdir(tmp_path) if "partial" in name]


def test_what_can_be_told_beforehand(tmp_path: Path) -> None:
    path = tmp_path / "devices.jsonl"
    check_output(str(path), replace=False)
    assert list(tmp_path.iterdir()) == []
    path.touch()
    check_output(str(path), replace=True)
    with pytest.raises(InvalidInputError, match="is there already"):
        check_output(str(path), replace=False)
    with pytest.raises(FileNotFoundError):
        check_output(str(tmp_path / "none" / "devices.jsonl"), replace=False)
    path.unlink()
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        check_output(str(path), replace=True)


def test_what_has_appeared_during_the_run_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "devices.jsonl"
    check_output(str(path), replace=False)
    with opened(tmp_path / "run.journal") as journal:
        path.write_text("the only secret of another device")
        with pytest.raises(InvalidInputError, match="is there already"):
            write_devices(journal, str(path), replace=False)
    assert path.read_text() == "the only secret of another device"
