"""What became of each device of a change: an SQLite file that a resumed run goes on from."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...errors import JournalError
from ..journal.file import explained
from .device_rows import DeviceRow

__all__ = ["Change", "ChangeRecord"]

_SCHEMA: Final = """
    CREATE TABLE header (action TEXT NOT NULL);
    CREATE TABLE change (
        device_key TEXT PRIMARY KEY,
        username TEXT NOT NULL,
        position INTEGER NOT NULL,
        state TEXT NOT NULL,
        error TEXT NOT NULL,
        message TEXT NOT NULL
    );
"""
#: PRAGMA application_id: "CSRC".
_APPLICATION: Final = 0x43535243
#: States of devices that a resumed run sends again.
_OPEN: Final = ("refused", "unknown")


# What is done stays done, also where a file names a device twice.
_KEEP: Final = """
    INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (device_key) DO UPDATE SET state = excluded.state, error = excluded.error,
        message = excluded.message, position = excluded.position
    WHERE state IN ('refused', 'unknown')
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a device. `error` is a code, `message` what it says."""

    device: DeviceRow
    state: str
    error: str
    message: str


class ChangeRecord:
    """The record at `path` of one kind of change, such as ``forget``; made if there is none.

    Unlike an enrollment's journal it holds no secret, and losing it costs time alone: a change that
    is made twice is made once. Raises `JournalError`.
    """

    def __init__(self, path: str, *, action: str) -> None:
        self.path = path
        with explained(Path(path)):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._database = sqlite3.connect(path, isolation_level=None)
            try:
                self._open(action)
            except BaseException:
                self._database.close()
                raise

    def _open(self, action: str) -> None:
        database = self._database
        [application] = database.execute("PRAGMA application_id").fetchone()
        [tables] = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not tables:
            database.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA application_id = {_APPLICATION}; COMMIT;"
            )
            database.execute("INSERT INTO header VALUES (?)", (action,))
        elif application != _APPLICATION:
            raise JournalError(f"{self.path}: is another program's database; name a new file")
        [known] = database.execute("SELECT action FROM header").fetchone()
        if known != action:
            raise JournalError(f"{self.path}: is the record of `{known}`; name another file")
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN IMMEDIATE")
        database.execute("COMMIT")

    def __enter__(self) -> ChangeRecord:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def keep(self, changes: Sequence[Change]) -> None:
        """Keep what became of some devices: one transaction, durable on return."""
        if not changes:
            return
        rows = [
            (
                one.device.device_key,
                one.device.username,
                one.device.position,
                one.state,
                one.error,
                one.message,
            )
            for one in changes
        ]
        with explained(Path(self.path)):
            self._database.execute("BEGIN")
            self._database.executemany(_KEEP, rows)
            self._database.execute("COMMIT")

    def settled(self, devices: Sequence[DeviceRow]) -> set[str]:
        """The keys of those that there is nothing left to do for."""
        keys = json.dumps([device.device_key for device in devices])
        query = (
            "SELECT device_key FROM change WHERE device_key IN (SELECT value FROM json_each(?)) "
            "AND state NOT IN (?, ?)"
        )
        with explained(Path(self.path)):
            return {key for (key,) in self._database.execute(query, (keys, *_OPEN))}

    def known(self, devices: Sequence[DeviceRow]) -> set[str]:
        """The keys of those that have come to an outcome."""
        keys = json.dumps([device.device_key for device in devices])
        query = "SELECT device_key FROM change WHERE device_key IN (SELECT value FROM json_each(?))"
        with explained(Path(self.path)):
            return {key for (key,) in self._database.execute(query, (keys,))}

    def outcomes(self) -> list[tuple[str, str, int]]:
        """How many devices are in each state for each error, the largest first."""
        query = "SELECT state, error, count(*) FROM change GROUP BY 1, 2 ORDER BY 3 DESC"
        with explained(Path(self.path)):
            return self._database.execute(query).fetchall()

    def failures(self, limit: int) -> list[tuple[int, str, str, str]]:
        """Position, state, error and message of the first devices that are not done."""
        query = (
            "SELECT position, state, error, message FROM change WHERE state IN (?, ?) "
            "ORDER BY position LIMIT ?"
        )
        with explained(Path(self.path)):
            return self._database.execute(query, (*_OPEN, limit)).fetchall()

    def rows(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Device key, user name, state, error, message and position of each, by position."""
        query = "SELECT device_key, username, state, error, message, position FROM change "
        with explained(Path(self.path)):
            yield from self._database.execute(f"{query} ORDER BY position")
