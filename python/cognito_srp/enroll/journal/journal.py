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
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Final

from ...devices.verifiers import DeviceVerifier
from ...errors import JournalError, SealingError, WrongSealingKeyError
from ...storage.sealing import SealingKey
from ..requests import AccessGrant, EnrollmentOutcome, PreparedDevice
from .file import Lock, connect, connect_existing, explained
from .input import PAGE, InputRecords
from .rows import Failure, JournalRow, JournalState, OpenedRow
from .sealed import open_texts, open_verifier, seal_texts, seal_verifier
from .sql import FINISH, INSERT, MARK, PUT, SELECT, SUCCEED

__all__ = ["Failure", "Journal", "JournalRow", "JournalState", "OpenedRow"]

#: What is sealed in a row beside its secret: the tokens of the sign-in that gave its keys.
_GRANT: Final = "grant"


class Journal(InputRecords):
    """A journal that this process owns. Every method is safe to use from several threads.

    Raises `JournalError` where it cannot be read or written: nothing is half done then, and all
    it has taken before is safe.
    """

    def __init__(
        self, path: Path, lock: Lock, connection: sqlite3.Connection, key: SealingKey
    ) -> None:
        """Use `open`."""
        super().__init__(path, lock, connection)
        self._key = key

    @classmethod
    def open(
        cls, path: str | PathLike[str], *, key: SealingKey, source: str | None = None
    ) -> Journal:
        """Open the journal at `path`; make it (mode 0600) if there is none.

        It belongs to one owner at a time, to its key, and to one input.

        Args:
            path: The journal's file.
            key: What seals its secrets.
            source: The input's fingerprint, as in `bind`.

        Returns:
            The `Journal`; close it in the end, or use it in a ``with`` block.

        Raises:
            JournalBusyError: Another process has it open.
            WrongSealingKeyError: It was made with another key.
            JournalError: It is no journal, or of another input.
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
            journal._check_key()
            if source is not None:
                journal.bind(source)
        except BaseException:
            journal.close()
            raise
        return journal

    @staticmethod
    def header(path: str | PathLike[str]) -> tuple[str, bytes | None, str | None] | None:
        """What the journal at `path` says of itself.

        Args:
            path: The journal's file.

        Returns:
            The id of its key, what ``SealingKey.from_kms(encrypted=…)`` needs if the key is KMS's,
                and the fingerprint of the input it is bound to. None if there is no journal yet.
        """
        path = Path(path)
        if not path.exists():
            return None
        with explained(path):
            connection = connect_existing(path, "rw")
            if connection is None:
                return None
            try:
                row = connection.execute(
                    "SELECT key_id, encrypted_key, source FROM header"
                ).fetchone()
            finally:
                connection.close()
        return None if row is None else (row[0], row[1], row[2])

    def bind(self, source: str) -> None:
        """Tie the journal to one input for good.

        Args:
            source: The input's fingerprint.

        Raises:
            JournalError: It is tied to another input.
        """
        with self._transaction() as connection:
            connection.execute("UPDATE header SET source = ? WHERE source IS NULL", (source,))
            [known] = connection.execute("SELECT source FROM header").fetchone()
        if source != known:
            fix = "resume with the input it was made from, or name a new journal for this one"
            raise JournalError(f"{self.path}: is the journal of another input; {fix}")

    def prepare(self, devices: Sequence[PreparedDevice]) -> Sequence[PreparedDevice]:
        """Keep the secrets of devices before their first send.

        No secret is ever replaced: for a device that is here already it is the one of then. A
        request's ``reference`` is kept where it is a number: the line of the input it is from. The
        tokens of a sign-in that gave the device key are kept as well, sealed, because nobody else
        has them.

        Args:
            devices: What is about to be sent.

        Returns:
            What to send, in the same order.
        """
        now, rows = time.time(), []
        known = self.find([device.verifier.device_key for device in devices])
        for device in devices:
            if device.verifier.device_key not in known:
                rows.append(self._values(device, now))
        with self._transaction() as connection:
            connection.executemany(INSERT, rows)
            positions = json.dumps([row[2] for row in rows])
            connection.execute(SUCCEED, (positions,))
        return [self._as_kept(device, known.get(device.verifier.device_key)) for device in devices]

    def mark_sent(self, device_keys: Sequence[str]) -> None:
        """Note that rows are about to be sent; nothing of them may be sent before it returns.

        Args:
            device_keys: The devices' keys.
        """
        now = time.time()
        self._update(MARK, [(now, key) for key in device_keys])

    def finish(self, outcomes: Sequence[EnrollmentOutcome]) -> None:
        """Note how enrollments ended; their attempts are added to those of earlier runs.

        Args:
            outcomes: One for each device.
        """
        self._update(
            FINISH,
            [
                (
                    outcome.device_key,
                    outcome.status,
                    outcome.error_code,
                    outcome.message,
                    outcome.proven if outcome.status == "confirmed" else None,
                    outcome.attempts,
                    outcome.at,
                    outcome.latency if outcome.attempts else None,
                )
                for outcome in outcomes
            ],
        )

    def find(self, device_keys: Sequence[str]) -> dict[str, JournalRow]:
        """The rows of those of these devices that the journal has.

        Args:
            device_keys: The devices' keys.

        Returns:
            The rows by device key.
        """
        where = "device_key IN (SELECT value FROM json_each(?))"
        return {row.device_key: row for row in self._select(where, (json.dumps(device_keys),))}

    def find_positions(self, positions: Sequence[int]) -> dict[int, JournalRow]:
        """The rows that come from these lines of the input.

        Args:
            positions: The lines, from 1.

        Returns:
            The rows by line. A line has several where a sign-in gave other keys each time: the last
                one counts.
        """
        where = "position IN (SELECT value FROM json_each(?)) ORDER BY id"
        found = self._select(where, (json.dumps(positions),))
        return {row.position: row for row in found if row.position is not None}

    def rows(self, *states: JournalState) -> Iterator[JournalRow]:
        """The rows in the order they were prepared in.

        Args:
            states: Which rows; all without any.

        Returns:
            The rows, read as they are asked for.
        """
        last, chosen = 0, json.dumps(states)
        where = "id > ? AND (? = '[]' OR state IN (SELECT value FROM json_each(?)))"
        while True:
            page = self._select(f"{where} ORDER BY id LIMIT {PAGE}", (last, chosen, chosen))
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1].id

    def unfinished(self) -> Iterator[JournalRow]:
        """The rows that a resumed run has to send."""
        return self.rows("prepared", "sent", "unknown")

    def verifier(self, row: JournalRow) -> DeviceVerifier:
        """The secret of a row.

        Args:
            row: A row of this journal.

        Returns:
            The `DeviceVerifier`.

        Raises:
            SealingError: The row is damaged.
        """
        with self._naming():
            return open_verifier(self._key, row.device_key, row.device_group_key, row.sealed)

    def grant(self, row: JournalRow) -> AccessGrant | None:
        """The tokens of the sign-in that gave the row's keys.

        Args:
            row: A row of this journal.

        Returns:
            The `AccessGrant`, None where no sign-in gave them and once the device is confirmed.
        """
        if row.sealed_grant is None:
            return None
        with self._naming():
            access_token, *others = open_texts(
                self._key, row.device_key, row.device_group_key, _GRANT, row.sealed_grant
            )
        return AccessGrant(access_token=access_token, refresh_token=others[0] if others else None)

    def whole(self, row: JournalRow) -> OpenedRow:
        """A row with its secrets.

        Args:
            row: A row of this journal.

        Returns:
            The `OpenedRow`.

        Raises:
            SealingError: The row is damaged.
        """
        return OpenedRow(row, self.verifier(row), self.grant(row))

    def put(self, rows: Sequence[OpenedRow]) -> None:
        """Take rows as they are, in the place of those of the same devices.

        Args:
            rows: The rows of another journal, with their secrets.
        """
        values = [
            (
                whole.row.device_key,
                whole.row.device_group_key,
                whole.row.state,
                whole.row.position,
                whole.row.device_name,
                whole.row.remember,
                seal_verifier(self._key, whole.verifier),
                None if whole.grant is None else self._seal_grant(whole.verifier, whole.grant),
                whole.row.attempts,
                whole.row.error,
                whole.row.message,
                whole.row.proven,
                whole.row.prepared_at,
                whole.row.sent_at,
                whole.row.finished_at,
                whole.row.latency,
            )
            for whole in rows
        ]
        with self._transaction() as connection:
            connection.executemany(PUT, values)

    def counts(self) -> dict[JournalState, int]:
        """How many rows are in each state; states without rows are left out."""
        with self._reading() as connection:
            query = "SELECT state, count(*) FROM device GROUP BY state"
            return dict(connection.execute(query).fetchall())

    def _check_key(self) -> None:
        """Write the header of a new journal, or hold that of an old one against the key."""
        with self._transaction() as connection:
            row = connection.execute("SELECT key_id FROM header").fetchone()
            if row is None:
                values = (self._key.key_id, self._key.encrypted, time.time())
                connection.execute("INSERT INTO header VALUES (?, ?, NULL, ?)", values)
            elif row[0] != self._key.key_id:
                raise WrongSealingKeyError(row[0], self._key.key_id)

    def _values(self, device: PreparedDevice, now: float) -> tuple[object, ...]:
        """A new row."""
        verifier, request = device.verifier, device.request
        signed_in = request.device_key is None
        return (
            verifier.device_key,
            verifier.device_group_key,
            request.reference if isinstance(request.reference, int) else None,
            request.device_name,
            request.remember,
            now,
            now if device.sent_before else None,
            seal_verifier(self._key, verifier),
            self._seal_grant(verifier, device.grant) if signed_in else None,
        )

    def _seal_grant(self, device: DeviceVerifier, grant: AccessGrant) -> bytes:
        tokens = [grant.access_token]
        if grant.refresh_token is not None:
            tokens.append(grant.refresh_token)
        keys = (device.device_key, device.device_group_key)
        return seal_texts(self._key, *keys, _GRANT, tokens)

    def _as_kept(self, device: PreparedDevice, row: JournalRow | None) -> PreparedDevice:
        if row is None:
            return device
        return replace(
            device,
            verifier=self.verifier(row),
            sent_before=row.sent_before,
            ended=row.state if row.state in ("confirmed", "conflict") else None,
        )

    @contextmanager
    def _naming(self) -> Iterator[None]:
        """Says in errors whose seal does not open."""
        try:
            yield
        except SealingError as error:
            raise SealingError(f"{self.path}: {error}") from None

    def _select(self, where: str, values: tuple[object, ...]) -> list[JournalRow]:
        with self._reading() as connection:
            found = connection.execute(SELECT + where, values).fetchall()
        return [JournalRow.read(*row) for row in found]
