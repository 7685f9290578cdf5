"""What a journal tells of its runs: figures alone, no device and no secret."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Final

from ...errors import JournalError
from ..journal.file import connect_existing, explained

__all__ = ["Bin", "Figures", "Run", "read_figures"]

#: Most points of the chart of calls over time.
_BINS: Final = 240
_PERCENTILES: Final = (50.0, 90.0, 99.0, 99.9, 100.0)
#: Upper bounds of the latency histogram, in seconds; one more bar takes the rest.
_LATENCIES: Final = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)


@dataclass(frozen=True, slots=True)
class Run:
    """A run: when it began (seconds since 1970), how long it is known to have lasted, and the
    calls a second that it was allowed."""

    started_at: float
    seconds: float
    rate: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Calls a second over a stretch of time: those that were throttled, and all others."""

    other: float
    throttled: float
    limit: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a report shows. Latencies in seconds, from a device's first call to its last answer;
    `bins` are `bin_seconds` long each, the runs one after the other without the time between."""

    name: str
    outcomes: list[tuple[str, int]]
    reasons: list[tuple[str, str, int]]
    attempts: int
    runs: list[Run]
    bins: list[Bin]
    bin_seconds: float
    percentiles: list[tuple[float, float]]
    histogram: list[tuple[float, int]]

    @property
    def devices(self) -> int:
        return sum(count for _, count in self.outcomes)


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
            return _figures(path.name, connection)
        finally:
            connection.close()


def _figures(name: str, connection: sqlite3.Connection) -> Figures:
    outcomes = connection.execute("SELECT state, count(*) FROM device GROUP BY 1 ORDER BY 2 DESC")
    reasons = connection.execute(
        "SELECT state, error, count(*) FROM device WHERE error <> '' GROUP BY 1, 2 ORDER BY 3 DESC"
    )
    [attempts] = connection.execute("SELECT total(attempts) FROM device").fetchone()
    runs, bins, bin_seconds = _calls(connection)
    percentiles, histogram = _latencies(connection)
    return Figures(
        name=name,
        outcomes=outcomes.fetchall(),
        reasons=reasons.fetchall(),
        attempts=int(attempts),
        runs=runs,
        bins=bins,
        bin_seconds=bin_seconds,
        percentiles=percentiles,
        histogram=histogram,
    )


def _calls(connection: sqlite3.Connection) -> tuple[list[Run], list[Bin], float]:
    found = connection.execute(
        "SELECT run.id, started_at, coalesce(max(at) - started_at, 0), rate "
        "FROM run LEFT JOIN pace ON pace.run = run.id GROUP BY run.id ORDER BY run.id"
    ).fetchall()
    runs = [Run(*row[1:]) for row in found]
    total = sum(run.seconds for run in runs)
    width = max(1.0, total / _BINS)
    others, throttles, limits = ([0.0] * int(-(-total // width)) for _ in range(3))
    offset = 0.0
    for (number, *_), run in zip(found, runs, strict=True):
        _spread(limits, width, offset, offset + run.seconds, run.rate * run.seconds)
        last = run.started_at
        for at, sent, throttled in connection.execute(
            "SELECT at, sent, throttled FROM pace WHERE run = ? ORDER BY at", (number,)
        ):
            begin, end = (offset + when - run.started_at for when in (last, at))
            _spread(others, width, begin, end, max(0, sent - throttled))
            _spread(throttles, width, begin, end, throttled)
            last = at
        offset += run.seconds
    bins = []
    for index, parts in enumerate(zip(others, throttles, limits, strict=True)):
        length = min(width, total - index * width)  # the last one may be shorter
        bins.append(Bin(*(part / length for part in parts)))
    return runs, bins, width


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
