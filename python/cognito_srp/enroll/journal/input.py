"""What a journal keeps of its input as a whole: rows that came to no device, runs, calls."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from .file import Lock
from .open_file import OpenFile
from .rows import Failure
from .sql import FAIL_DEVICE, FAIL_ROW, FAILURES, OUTCOMES, PACE, UNCONFIRMED

__all__ = ["PAGE", "InputRecords"]

#: How many rows are read at a time: nothing here grows with the journal.
PAGE: Final = 1000


class InputRecords(OpenFile):
    """These methods of a `Journal`."""

    def __init__(self, path: Path, lock: Lock, connection: sqlite3.Connection) -> None:
        super().__init__(path, lock, connection)
        #: When runs began, as time.time() and time.monotonic() count.
        self._began: dict[int, tuple[float, float]] = {}

    def unconfirmed(self) -> int:
        """How many rows of the input have come to an end, and are not confirmed."""
        with self._reading() as connection:
            [count] = connection.execute(UNCONFIRMED).fetchone()
        return int(count)

    def outcomes(self) -> list[tuple[str, str, int, int]]:
        """How many rows of the input are in each state for each error, the largest number first.

        The last number says how many of them are confirmed by a send that had no answer of its own.
        Besides the states of devices there is ``rejected``: rows that could not be used.
        """
        with self._reading() as connection:
            found = connection.execute(OUTCOMES).fetchall()
        return [(state, error, count, int(unproven)) for state, error, count, unproven in found]

    def failures(self, limit: int) -> list[Failure]:
        """The first rows of the input that have come to an end and are not confirmed."""
        with self._reading() as connection:
            found = connection.execute(FAILURES, (limit,)).fetchall()
        return [Failure(position, "", *row) for position, *row in found]

    def fail(self, failures: Sequence[Failure]) -> None:
        """Note how rows of the input ended whose devices may not be here.

        Of a device that is, the reason is noted; `finish` tells more of it.
        """
        with self._transaction() as connection:
            connection.executemany(
                FAIL_DEVICE, [(one.error, one.message, one.device_key) for one in failures]
            )
            connection.executemany(
                FAIL_ROW,
                [
                    (one.position, one.device_key, one.state, one.error, one.message)
                    for one in failures
                ],
            )

    def forget_rejected(self) -> None:
        """The input was read anew: what could not be used then may be corrected."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM failed WHERE state = 'rejected'")

    def failed_positions(self, positions: Sequence[int]) -> set[int]:
        """Those of these rows of the input that ended without a device in the journal."""
        query = "SELECT position FROM failed WHERE position IN (SELECT value FROM json_each(?))"
        with self._reading() as connection:
            return {row[0] for row in connection.execute(query, (json.dumps(positions),))}

    def failed(self) -> Iterator[Failure]:
        """The rows of the input that ended without a device in the journal, in their order."""
        last = 0
        query = "SELECT id, position, device_key, state, error, message FROM failed WHERE "
        while True:
            with self._reading() as connection:
                page = connection.execute(
                    f"{query} id > ? ORDER BY id LIMIT {PAGE}", (last,)
                ).fetchall()
            yield from (Failure(*row[1:]) for row in page)
            if len(page) < PAGE:
                return
            last = page[-1][0]

    def start_run(self, rate: float | None, rows: int | None = None) -> int:
        """Note that a run begins; return its number.

        `rate` is how many calls a second it may send, `rows` how many rows its input has.
        """
        now = time.time()
        with self._transaction() as connection:
            query = "INSERT INTO run (started_at, rate, rows) VALUES (?, ?, ?)"
            run = int(connection.execute(query, (now, rate, rows)).lastrowid or 0)
        self._began[run] = now, time.monotonic()
        return run

    def note_pace(
        self,
        run: int,
        *,
        sent: int,
        throttled: int,
        refused: int = 0,
        lost: int = 0,
        conflicts: int = 0,
    ) -> None:
        """Note the calls of a run since it last did.

        The time is what has passed since the run began, on a clock that nobody sets.
        """
        began, at = self._began[run]
        now = began + time.monotonic() - at
        values = (run, now, sent, throttled, refused, lost, conflicts)
        with self._transaction() as connection:
            connection.execute(PACE, values)

    def copy_runs(self, other: InputRecords) -> None:
        """Take the runs of another journal, and their pace, for the report.

        Args:
            other: That journal.
        """
        with other._reading() as source:
            runs = source.execute("SELECT id, started_at, rate, rows FROM run").fetchall()
            pace = source.execute(
                "SELECT run, at, sent, throttled, refused, lost, conflicts FROM pace"
            ).fetchall()
        with self._transaction() as connection:
            [last] = connection.execute("SELECT coalesce(max(id), 0) FROM run").fetchone()
            connection.executemany(
                "INSERT INTO run (id, started_at, rate, rows) VALUES (? + ?, ?, ?, ?)",
                [(last, *run) for run in runs],
            )
            connection.executemany(PACE, [(last + number, *row) for number, *row in pace])
