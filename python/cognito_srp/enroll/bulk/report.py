"""What a journal tells of its runs: figures alone, no device and no secret."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...errors import JournalError
from ..journal.file import connect_existing, explained

__all__ = ["Bin", "Failed", "Figures", "Run", "read_figures"]

#: Most rows that are listed one by one.
_LISTED: Final = 1000
#: Seconds between two notes of a run: taken for the time that a clock which was set back has lost.
_NOTED_EVERY: Final = 1.0
#: Most points of the chart of calls over time.
_BINS: Final = 240
_PERCENTILES: Final = (50.0, 90.0, 99.0, 99.9, 100.0)
#: Upper bounds of the latency histogram, in seconds; one more bar takes the rest.
_LATENCIES: Final = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an enrollment.

    When it began (seconds since 1970), how long it is known to have lasted (seconds), and the calls
    a second that it was allowed.
    """

    started_at: float
    seconds: float
    rate: float


class Failed(NamedTuple):
    """A row of the input that is not confirmed."""

    position: int | None
    state: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Bin:
    """Calls a second over a stretch of time, by what came of them.

    Throttled, refused for another reason, lost (no answer came), or found the device confirmed; all
    others; and the limit.
    """

    other: float
    throttled: float
    limit: float
    refused: float = 0.0
    lost: float = 0.0
    conflicts: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a report shows.

    Latencies in seconds, from a device's first call to its last answer; `bins` are `bin_seconds`
    long each, the runs one after the other without the time between.
    """

    name: str
    outcomes: list[tuple[str, int]]
    reasons: list[tuple[str, str, int]]
    failures: list[Failed]
    unproven: int
    attempts: int
    runs: list[Run]
    bins: list[Bin]
    bin_seconds: float
    percentiles: list[tuple[float, float]]
    histogram: list[tuple[float, int]]

    @property
    def devices(self) -> int:
        """How many devices there are, whatever became of them."""
        return sum(count for _, count in self.outcomes)

    @property
    def confirmed(self) -> int:
        """How many devices are confirmed."""
        return dict(self.outcomes).get("confirmed", 0)


def read_figures(path: str | PathLike[str]) -> Figures:
    """The figures of the journal at `path`, also while a run is using it. Needs no key.

    Raises `JournalError`.
    """
    path = Path(path)
    with explained(path):
        connection = connect_existing(path, "ro")
        if connection is None:
            raise JournalError(f"{path}: is empty; name the journal of an earlier run")
        try:
            if connection.execute("PRAGMA user_version").fetchone() == (1,):
                fix = "resume its run once, which brings it up to date"
                raise JournalError(f"{path}: was made by an earlier version; {fix}")
            return _figures(path.name, connection)
        finally:
            connection.close()


def _figures(name: str, connection: sqlite3.Connection) -> Figures:
    outcomes = connection.execute(
        "SELECT state, count(*) FROM outcome GROUP BY 1 ORDER BY 2 DESC"
    ).fetchall()
    reasons = connection.execute(
        "SELECT state, error, count(*) FROM outcome WHERE error <> '' GROUP BY 1, 2 ORDER BY 3 DESC"
    )
    failures = connection.execute(
        "SELECT position, state, error, message FROM outcome WHERE state <> 'confirmed' "
        "ORDER BY position IS NULL, position LIMIT ?",
        (_LISTED,),
    )
    [unproven] = connection.execute("SELECT total(proven = 0) FROM outcome").fetchone()
    last = connection.execute("SELECT rows FROM run ORDER BY id DESC LIMIT 1").fetchone()
    not_started = ((last and last[0]) or 0) - sum(count for _, count in outcomes)
    if not_started > 0:
        outcomes.append(("not_started", not_started))
    [attempts] = connection.execute("SELECT total(attempts) FROM device").fetchone()
    runs, bins, bin_seconds = _calls(connection)
    percentiles, histogram = _latencies(connection)
    return Figures(
        name=name,
        outcomes=outcomes,
        reasons=reasons.fetchall(),
        failures=[Failed(*row) for row in failures],
        unproven=int(unproven),
        attempts=int(attempts),
        runs=runs,
        bins=bins,
        bin_seconds=bin_seconds,
        percentiles=percentiles,
        histogram=histogram,
    )


def _calls(connection: sqlite3.Connection) -> tuple[list[Run], list[Bin], float]:
    found = connection.execute("SELECT id, started_at, rate FROM run ORDER BY id").fetchall()
    runs = [
        Run(started_at, sum(step for step, *_ in _steps(connection, number, started_at)), rate)
        for number, started_at, rate in found
    ]
    total = sum(run.seconds for run in runs)
    width = max(1.0, total / _BINS)
    count = math.ceil(total / width - 1e-9)
    columns = [[0.0] * count for _ in range(6)]  # as in Bin
    others, throttles, limits, *failures = columns
    begin = 0.0
    for (number, *_), run in zip(found, runs, strict=True):
        _spread(limits, width, begin, begin + run.seconds, (run.rate or 0) * run.seconds)
        for step, sent, throttled, *failed in _steps(connection, number, run.started_at):
            end = begin + step
            _spread(others, width, begin, end, max(0, sent - throttled - sum(failed)))
            for column, amount in zip((throttles, *failures), (throttled, *failed), strict=True):
                _spread(column, width, begin, end, amount)
            begin = end
    bins: list[Bin] = []
    for index, parts in enumerate(zip(*columns, strict=True)):
        length = min(width, total - index * width)  # the last one may be shorter
        bins.append(Bin(*(part / length for part in parts)))
    return runs, bins, width


def _steps(connection: sqlite3.Connection, run: int, began: float) -> Iterator[tuple[Any, ...]]:
    """What a run noted, the time since it last did first.

    Journals of an earlier version have the time of a clock that may have been set back: that step
    is taken for one of the usual length.
    """
    last = began
    for at, *counts in connection.execute(
        "SELECT at, sent, throttled, refused, lost, conflicts FROM pace WHERE run = ? "
        "ORDER BY rowid",
        (run,),
    ):
        yield (at - last if at >= last else _NOTED_EVERY, *counts)
        last = at


def _spread(bins: list[float], width: float, begin: float, end: float, amount: float) -> None:
    """Add an amount to the bins that lie between two times, each its share."""
    if not amount or end <= begin:
        return
    for index in range(int(begin / width), min(int(end / width) + 1, len(bins))):
        share = min(end, (index + 1) * width) - max(begin, index * width)
        bins[index] += amount * max(0.0, share) / (end - begin)


def _latencies(
    connection: sqlite3.Connection,
) -> tuple[list[tuple[float, float]], list[tuple[float, int]]]:
    where = "FROM device WHERE latency IS NOT NULL"
    [count] = connection.execute(f"SELECT count(*) {where}").fetchone()
    if not count:
        return [], []
    # The number of the value that so many percent lie at or below.
    wanted = [(max(1, -int(-count * percent // 100)), percent) for percent in _PERCENTILES]
    percentiles: list[tuple[float, float]] = []
    bars = dict.fromkeys((*_LATENCIES, float("inf")), 0)
    bounds = iter(bars)
    bound = next(bounds)
    rows = connection.execute(f"SELECT latency {where} ORDER BY latency")
    for number, (latency,) in enumerate(rows, 1):
        while latency > bound:
            bound = next(bounds)
        bars[bound] += 1
        while wanted and wanted[0][0] == number:
            percentiles.append((wanted.pop(0)[1], latency))
    return percentiles, list(bars.items())
