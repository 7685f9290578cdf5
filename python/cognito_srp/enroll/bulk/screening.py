"""What of an input can be enrolled: checked before anything is sent, in constant memory."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from ..journal.journal import Failure, Journal, JournalRow
from ..requests import EnrollmentRequest, RefreshToken
from .inputs import Input, RejectedRow, Row

__all__ = [
    "Candidate",
    "Screening",
    "candidates",
    "keep_rejected",
    "not_started",
    "request_for",
]

#: Rows looked up at a time.
_CHUNK: Final = 256


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the input, and what the journal knows of it.

    ``done``: there is nothing to send. ``expires_at``: when its token runs out, in seconds since
    1970; infinity if it needs none of its own, or does not say.
    """

    row: Row
    known: JournalRow | None
    expires_at: float

    @property
    def done(self) -> bool:
        """A refusal is not the last word: its cause may be gone by the time a run is resumed."""
        return self.known is not None and self.known.state in ("confirmed", "conflict")


class Screening:
    """What an input holds, once `read` has come to its end.

    `rows` can be used, `done` of them are in the journal with nothing left to send, `sign_ins`
    need one; `rejected` rows cannot be used. `short_lived` tokens will have run out before it is
    their turn. `fingerprint` is the same for the same devices in the same order, whatever their
    tokens. ``at``: when it was made, in seconds since 1970.
    """

    def __init__(self) -> None:
        self.at = time.time()
        self.rows = self.rejected = self.done = self.sign_ins = self.short_lived = 0
        self.fingerprint = ""

    def read(self, source: Input, journal: Journal | None, *, rate: float) -> Iterator[RejectedRow]:
        """Read the input from end to end; gives the rows that cannot be used."""
        fingerprint = hashlib.sha256()
        for candidate in candidates(source, journal, at=self.at):
            if isinstance(candidate, RejectedRow):
                self.rejected += 1
                yield candidate
                continue
            request = candidate.row.request
            self.rows += 1
            fingerprint.update(f"{request.device_key or candidate.row.position}\n".encode())
            if candidate.done:
                self.done += 1
                continue
            self.sign_ins += request.access_token is None
            turn = self.at + (self.rows - self.done) / rate
            self.short_lived += candidate.expires_at < turn
        self.fingerprint = fingerprint.hexdigest()


def candidates(
    source: Input, journal: Journal | None, *, at: float
) -> Iterator[Candidate | RejectedRow]:
    """The rows of an input in order, as what can be enrolled or what is wrong with them.

    A device key that was there before is rejected, and so is a token that had run out by the time
    `at`, unless there is nothing left to send or a way to another token.
    """
    rows, seen = iter(source), _Seen()
    while chunk := list(islice(rows, _CHUNK)):
        known = _look_up(journal, [item for item in chunk if isinstance(item, Row)])
        earlier = seen.positions(item for item in chunk if isinstance(item, Row))
        for item in chunk:
            if isinstance(item, RejectedRow):
                yield item
                continue
            first = earlier.get(item.position)
            candidate = Candidate(item, known.get(item.position), _expires_at(item.request))
            if first is not None:
                yield RejectedRow(item.position, f"device_key: is that of line {first} already")
            elif not candidate.done and candidate.expires_at < at:
                yield RejectedRow(item.position, "access_token: has expired; get a fresh one")
            else:
                yield candidate


def keep_rejected(source: Input, journal: Journal, *, at: float) -> None:
    """Note in the journal which rows a screening at the time `at` has found to be unusable."""
    journal.forget_rejected()
    rejected = (
        Failure(item.position, None, "rejected", "InvalidInputError", item.reason)
        for item in candidates(source, journal, at=at)
        if isinstance(item, RejectedRow)
    )
    while chunk := list(islice(rejected, _CHUNK)):
        journal.fail(chunk)


def not_started(source: Input, journal: Journal, *, at: float) -> Iterator[int]:
    """The positions of the usable rows that the journal knows nothing of."""
    items = candidates(source, journal, at=at)
    rows = (item for item in items if isinstance(item, Candidate))
    while chunk := list(islice(rows, _CHUNK)):
        failed = journal.failed_positions([candidate.row.position for candidate in chunk])
        for candidate in chunk:
            if candidate.known is None and candidate.row.position not in failed:
                yield candidate.row.position


def request_for(candidate: Candidate, journal: Journal) -> EnrollmentRequest:
    """What to submit: the row's request.

    If an earlier run had signed in for the row, a request for the device of that sign-in.
    """
    request, row = candidate.row.request, candidate.known
    if row is None or request.device_key is not None:
        return request
    grant = journal.grant(row)
    # Cognito renews the token of a device only once that is confirmed: RefreshToken says more.
    if grant is None or (grant.expired() and not row.sent_before):
        return request
    access = None
    if grant.refresh_token is not None:
        access = RefreshToken(
            client_id=getattr(request.access, "client_id", ""),
            refresh_token=grant.refresh_token,
            client_secret=getattr(request.access, "client_secret", None),
        )
    return replace(
        request,
        device_key=row.device_key,
        device_group_key=row.device_group_key,
        access_token=grant.access_token,
        access=access,
    )


def _expires_at(request: EnrollmentRequest) -> float:
    grant = request.grant() if request.access is None else None
    return float("inf") if grant is None else grant.expires_at


def _look_up(journal: Journal | None, rows: list[Row]) -> dict[int, JournalRow]:
    """By position: the rows with a device key by that, the others by where they are from."""
    if journal is None:
        return {}
    keyless = [row.position for row in rows if row.request.device_key is None]
    found = journal.find_positions(keyless) if keyless else {}
    by_key = journal.find([row.request.device_key or "" for row in rows])
    for row in rows:
        known = by_key.get(row.request.device_key or "")
        if known is not None:
            found[row.position] = known
    return found


class _Seen:
    """The device keys that were there before: on disk, since millions would fill the memory."""

    def __init__(self) -> None:
        # "" is a temporary database, which SQLite writes out once its cache (2 MB) is full.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE seen (key BLOB PRIMARY KEY, position INTEGER) WITHOUT ROWID"
        )
        self._database.execute("BEGIN")

    def positions(self, rows: Iterable[Row]) -> dict[int, int]:
        """Takes the rows; returns for those that repeat a device key where it was first."""
        first: dict[bytes, int] = {}
        repeats: dict[int, bytes] = {}
        for row in rows:
            if row.request.device_key is None:
                continue
            key = hashlib.blake2b(row.request.device_key.encode(), digest_size=16).digest()
            if first.setdefault(key, row.position) != row.position:
                repeats[row.position] = key
        marks = ", ".join("?" * len(first))
        query = f"SELECT key, position FROM seen WHERE key IN ({marks})"  # noqa: S608 - only marks
        before = dict(self._database.execute(query, list(first)))
        fresh = [(key, position) for key, position in first.items() if key not in before]
        self._database.executemany("INSERT INTO seen VALUES (?, ?)", fresh)
        repeats.update({first[key]: key for key in before})
        return {position: before.get(key, first[key]) for position, key in repeats.items()}
