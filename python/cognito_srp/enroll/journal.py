"""The journal: every secret durable before it is sent, every answer once it is known.

A row goes from *prepared* (never sent) to *sent* (may have been sent, or is about to be) to
*confirmed*, *refused*, *unknown* (sent, and no answer came) or *conflict* (the device was
confirmed with a secret that is not this row's). Whoever sends a row again sends the same secret.

SQLite in WAL mode with synchronous=FULL: a method is one transaction of as many rows as it is
given, and durable when it returns.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

from ..device import DeviceVerifier
from ..errors import JournalError, SealingError, WrongSealingKeyError
from ..sealing import SealingKey
from .journal_file import Lock, connect, explained, read_only

__all__ = ["Journal", "JournalEntry", "JournalOutcome", "JournalRow", "State"]

State = Literal["prepared", "sent", "confirmed", "refused", "unknown", "conflict"]

#: How many rows are read at a time: nothing here grows with the journal.
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A device to be confirmed. ``position`` is its line or row in the input."""

    verifier: DeviceVerifier
    device_name: str | None = None
    remember: bool | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class JournalOutcome:
    """What became of a row. ``attempts`` are this run's, ``latency`` the last call's in seconds,
    ``at`` is in seconds since 1970."""

    device_key: str
    state: Literal["confirmed", "refused", "unknown", "conflict"]
    error: str = ""
    attempts: int = 1
    latency: float | None = None
    at: float = field(default_factory=time.time)


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row as it is. ``sent_before``: it may have reached Cognito, whatever its state is now."""

    id: int
    device_key: str
    device_group_key: str
    state: State
    position: int | None
    device_name: str | None
    remember: bool | None
    attempts: int
    error: str
    prepared_at: float
    sent_at: float | None
    finished_at: float | None
    latency: float | None
    sealed: bytes = field(repr=False)

    @property
    def sent_before(self) -> bool:
        return self.sent_at is not None


_SELECT: Final = """
    SELECT id, device_key, device_group_key, state, position, device_name, remember, attempts,
        error, prepared_at, sent_at, finished_at, latency, sealed
    FROM device WHERE """
_INSERT: Final = (
    "INSERT INTO device (device_key, device_group_key, state, position, device_name, remember, "
    "prepared_at, sealed) VALUES (?, ?, 'prepared', ?, ?, ?, ?, ?)"
)
_MARK: Final = """
    UPDATE device SET state = 'sent', sent_at = coalesce(sent_at, :at)
    WHERE device_key = :key AND state <> 'confirmed'
"""
# An answer to what was never sent, or another than "confirmed" to what is: neither can be true.
_FINISH: Final = """
    UPDATE device
    SET state = :state, error = :error, attempts = attempts + :attempts, finished_at = :at,
        latency = :latency
    WHERE device_key = :key AND state <> 'confirmed'
        AND (sent_at IS NOT NULL OR :state = 'refused')
"""


class Journal:
    """A journal that this process owns. Every method is safe to use from several threads.

    Raises `JournalError` where it cannot be read or written: nothing is half done then, and all
    it has taken before is safe.
    """

    def __init__(
        self, path: Path, lock: Lock, connection: sqlite3.Connection, key: SealingKey
    ) -> None:
        """Use `open`."""
        self.path = path
        self._file_lock = lock
        self._connection = connection
        self._key = key
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls, path: str | PathLike[str], *, key: SealingKey, source: str | None = None
    ) -> Journal:
        """The journal at `path`, made (mode 0600) if there is none.

        It belongs to one owner at a time, to its key, and to one input: `source` is the input's
        fingerprint. Raises `JournalBusyError`, `WrongSealingKeyError` and `JournalError`.
        """
        path = Path(path)
        with explained(path):
            lock = Lock(path)
        try:
            journal = cls(path, lock, connect(path), key)
        except BaseException:
            lock.release()
            raise
        try:
            journal._bind(source)
        except BaseException:
            journal.close()
            raise
        return journal

    @staticmethod
    def encrypted_key(path: str | PathLike[str]) -> bytes | None:
        """What ``SealingKey.from_kms(encrypted=…)`` needs to open the journal at `path`; None if
        its key is not KMS's, or there is no journal yet."""
        if not Path(path).exists() or not Path(path).stat().st_size:
            return None
        with explained(Path(path)):
            connection = read_only(Path(path))
            try:
                row = connection.execute("SELECT encrypted_key FROM header").fetchone()
            finally:
                connection.close()
        return None if row is None else row[0]

    def close(self) -> None:
        """Give it up. What was written is durable already."""
        with self._lock:
            self._connection.close()
            self._file_lock.release()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def prepare(self, entries: Iterable[JournalEntry]) -> None:
        """Take devices whose secret has never been sent.

        A device key that is here already is a `JournalError` that leaves all of them out: no
        secret is ever replaced.
        """
        now = time.time()
        rows = [self._row(entry, now) for entry in entries]
        with self._transaction() as connection:
            try:
                connection.executemany(_INSERT, rows)
            except sqlite3.IntegrityError:
                rule = "a device to be prepared is in the journal already"
                raise JournalError(f"{self.path}: {rule}; look it up first") from None

    def mark_sent(self, device_keys: Sequence[str]) -> None:
        """Note that rows are about to be sent; nothing of them may be sent before it returns."""
        now = time.time()
        self._update(_MARK, [{"key": key, "at": now} for key in device_keys])

    def finish(self, outcomes: Iterable[JournalOutcome]) -> None:
        """Note what became of rows."""
        self._update(
            _FINISH,
            [
                {
                    "key": outcome.device_key,
                    "state": outcome.state,
                    "error": outcome.error,
                    "attempts": outcome.attempts,
                    "at": outcome.at,
                    "latency": outcome.latency,
                }
                for outcome in outcomes
            ],
        )

    def find(self, device_keys: Sequence[str]) -> dict[str, JournalRow]:
        """The rows of those of these devices that the journal has."""
        wanted = json.dumps(list(device_keys))
        where = "device_key IN (SELECT value FROM json_each(?))"
        return {row.device_key: row for row in self._select(where, (wanted,))}

    def rows(self, *states: State) -> Iterator[JournalRow]:
        """All rows, or those in some states, in the order they were prepared in."""
        last, chosen = 0, json.dumps(states)
        where = "id > ? AND (? = '[]' OR state IN (SELECT value FROM json_each(?)))"
        while True:
            page = self._select(f"{where} ORDER BY id LIMIT {_PAGE}", (last, chosen, chosen))
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].id

    def unfinished(self) -> Iterator[JournalRow]:
        """The rows that a resumed run has to send."""
        return self.rows("prepared", "sent", "unknown")

    def verifier(self, row: JournalRow) -> DeviceVerifier:
        """The secret of a row. Raises `SealingError` if the row is damaged."""
        bound_to = _bound_to(row.device_key, row.device_group_key)
        try:
            texts = self._key.open(row.sealed, bound_to=bound_to).decode().split("\0", 2)
        except SealingError as error:
            raise SealingError(f"{self.path}: device {row.device_key}: {error}") from None
        return DeviceVerifier(
            device_key=row.device_key,
            device_group_key=row.device_group_key,
            device_password=texts[2],
            password_verifier=texts[0],
            salt=texts[1],
        )

    def counts(self) -> dict[State, int]:
        """How many rows are in each state; states without rows are left out."""
        with self._lock, explained(self.path):
            query = "SELECT state, count(*) FROM device GROUP BY state"
            return dict(self._connection.execute(query).fetchall())

    def start_run(self, rate: float | None) -> int:
        """Note that a run begins, and at which rate it may send; returns the run's number."""
        with self._transaction() as connection:
            query = "INSERT INTO run (started_at, rate) VALUES (?, ?)"
            run = connection.execute(query, (time.time(), rate)).lastrowid
        return int(run or 0)

    def note_pace(self, run: int, *, sent: int, throttled: int) -> None:
        """Note how many calls a run has sent, and had throttled, since it last did."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO pace VALUES (?, ?, ?, ?)", (run, time.time(), sent, throttled)
            )

    def _bind(self, source: str | None) -> None:
        """Write the header of a new journal, or hold that of an old one against what is given."""
        key = self._key
        with self._transaction() as connection:
            row = connection.execute("SELECT key_id, source FROM header").fetchone()
            if row is None:
                values = (key.key_id, key.encrypted, source, time.time())
                connection.execute("INSERT INTO header VALUES (?, ?, ?, ?)", values)
                return
        key_id, known = row
        if key_id != key.key_id:
            raise WrongSealingKeyError(key_id, key.key_id)
        if source is not None and known is not None and source != known:
            fix = "resume with the input it was made from, or name a new journal for this one"
            raise JournalError(f"{self.path}: is the journal of another input; {fix}")

    def _row(self, entry: JournalEntry, now: float) -> tuple[object, ...]:
        verifier = entry.verifier
        key, group_key = verifier.device_key, verifier.device_group_key
        if group_key is None or verifier.device_password is None:
            raise JournalError(f"{self.path}: device {key} has no secret to keep; it needs none")
        # The password comes last: it alone may be any text.
        texts = (verifier.password_verifier, verifier.salt, verifier.device_password)
        sealed = self._key.seal("\0".join(texts).encode(), bound_to=_bound_to(key, group_key))
        return (key, group_key, entry.position, entry.device_name, entry.remember, now, sealed)

    def _select(self, where: str, values: tuple[object, ...]) -> list[JournalRow]:
        with self._lock, explained(self.path):
            found = self._connection.execute(_SELECT + where, values).fetchall()
        return [_journal_row(*row) for row in found]

    def _update(self, statement: str, values: list[dict[str, object]]) -> None:
        with self._transaction() as connection:
            changed = connection.executemany(statement, values).rowcount if values else 0
            if changed != len(values):
                rule = f"{len(values) - changed} of {len(values)} rows cannot become that"
                fix = "they are missing, confirmed already, or never sent"
                raise JournalError(f"{self.path}: {rule}; {fix}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        with self._lock, explained(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def _bound_to(device_key: str, device_group_key: str) -> bytes:
    return f"{device_key}\0{device_group_key}".encode()


def _journal_row(*values: Any) -> JournalRow:
    row = JournalRow(*values)
    return row if row.remember is None else replace(row, remember=bool(row.remember))
