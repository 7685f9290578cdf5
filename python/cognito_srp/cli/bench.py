"""``cognito-srp bench``: how fast verifiers are made on this machine, and what else could."""

from __future__ import annotations

import argparse
import math
import platform
import statistics
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import srp_native
from srp_native import Column
from srp_native._batch import cores

from ..devices.columns import create_device_verifier_columns
from .options import add_output_options
from .output import write, write_table
from .peers import EXPONENT, peers
from .progress import progress
from .streams import printing

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up", "thread_counts"]

#: Seconds for each power that is timed, and for each batch.
_POWER_SECONDS: Final = 0.3
_BATCH_SECONDS: Final = 0.6
_ROUNDS: Final = 2
_LEAST_ROWS: Final = 512
_MILLION: Final = 1_000_000
_BAR: Final = 24
#: What is written between two calls for the time of a cold one, and after how many the median is
#: taken.
_COLD_BYTES: Final = 64 << 20
_COLD_ROUNDS: Final = 9
_CACHE_LINE: Final = 64
#: An engine has to be this much faster than the one that runs for a warning: less is chance.
_NOTABLY: Final = 1.1


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Time one verifier's power, 2^x mod N, with every engine and kernel that runs "
        "here and with the other packages that are installed, call after call (warm) and with 64 "
        "MB of other memory written between two calls (cold); then whole checked batches on one "
        "thread to all cores. Warns when another engine or kernel is faster than the one that "
        "runs. Takes some ten seconds."
    )
    add_output_options(parser, default="table")
    parser.set_defaults(run=_run)


@dataclass(frozen=True)
class _Power:
    """One way to compute a verifier's power; an engine of ours, or none for another package."""

    name: str
    engine: srp_native.EngineInfo | None
    seconds: float
    cold: float


@dataclass(frozen=True)
class _Batch:
    """A batch of checked verifiers."""

    threads: int
    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


def _run(arguments: argparse.Namespace) -> int:
    running = srp_native.engine()
    powers, missing = _time_powers()
    batches = _time_batches()
    best = max(batches, key=lambda batch: batch.rate)
    if arguments.output == "table" and arguments.query is None:
        _show(powers, batches)
        many = "s" if best.threads > 1 else ""
        took = f"{_MILLION / best.rate:,.0f} s on {best.threads} thread{many}"
        with printing():
            print(f"\nrunning: {_describe_engine(running)}")
            print(f"a million verifiers: {took}")
            if missing:
                print(f"not installed, so not compared: {', '.join(missing)}")
    else:
        write(arguments, _document(running, powers, batches, missing))
    _warn_if_slower(running, powers)
    return 0


def _fastest(powers: list[_Power]) -> srp_native.EngineInfo:
    """The engine and kernel of ours that takes the least time, warm; `powers` ends with it."""
    return next(power.engine for power in reversed(powers) if power.engine)


def _warn_if_slower(running: srp_native.EngineInfo, powers: list[_Power]) -> None:
    """One line on stderr where another engine or kernel is notably faster."""
    seconds = {power.engine: power.seconds for power in powers if power.engine}
    faster = _fastest(powers)
    times = seconds[running] / seconds[faster]
    if times < _NOTABLY:
        return
    how = f"KERNEL={faster.kernel}" if faster.kernel else f"ENGINE={faster.name}"
    but = "" if faster.constant_time else ", but its default routines are not constant time"
    print(
        f"{_describe_engine(running)} runs; {_describe_engine(faster)} is {times:.1f} times as "
        f"fast here{but}; SRP_NATIVE_{how} chooses it",
        file=sys.stderr,
    )


def _time_powers() -> tuple[list[_Power], list[str]]:
    """Every way there is, the slowest first, and the peers that are not installed."""
    powers, missing = [], []
    with progress("One power, every way there is") as advance:
        for name, power in peers():
            if power is None:
                missing.append(name)
            else:
                powers.append(_Power(name, None, _least(power), _cold(power)))
            advance()
        own = partial(srp_native.pow_g, EXPONENT.to_bytes(32, "big"))
        for name, kernel in _runners():
            with srp_native.use_engine(name, kernel) as info:
                title = f"srp_native, {_describe_engine(info)}"
                powers.append(_Power(title, info, _least(own), _cold(own)))
            advance()
    return sorted(powers, key=lambda power: -power.seconds), missing


def _runners() -> Iterator[tuple[str, str | None]]:
    """Every engine and kernel that runs here."""
    for info in srp_native.available_engines():
        if info.available:
            for kernel in info.kernels or (None,):
                yield info.name, kernel


def _describe_engine(info: srp_native.EngineInfo) -> str:
    return f"engine {info.name}" + (f", kernel {info.kernel}" if info.kernel else "")


def _least(call: Callable[[], object]) -> float:
    """Seconds that a call takes when nothing disturbs it."""
    call()
    least, end = math.inf, time.perf_counter() + _POWER_SECONDS
    while (start := time.perf_counter()) < end or math.isinf(least):
        call()
        least = min(least, time.perf_counter() - start)
    return least


def _cold(call: Callable[[], object]) -> float:
    """Seconds that a call takes amid other work: the median, with other memory written between."""
    other, lines = bytearray(_COLD_BYTES), bytes(_COLD_BYTES // _CACHE_LINE)
    times = []
    for _ in range(_COLD_ROUNDS):
        other[::_CACHE_LINE] = lines
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def thread_counts() -> list[int]:
    """1, 2, 4, ... and all cores."""
    return sorted({1 << power for power in range(cores().bit_length())} | {cores()})


def _time_batches() -> list[_Batch]:
    """Whole rows, checks included, on every number of threads."""
    counts = thread_counts()
    trial = _batch(_LEAST_ROWS, 1)
    batches = []
    with progress("Batches on every number of threads", len(counts)) as advance:
        for threads in counts:
            rows = max(_LEAST_ROWS, int(trial.rate * threads * _BATCH_SECONDS / _ROUNDS))
            each = [_batch(rows, threads) for _ in range(_ROUNDS)]
            batches.append(min(each, key=lambda batch: batch.seconds))
            advance()
    return batches


def _batch(rows: int, threads: int) -> _Batch:
    columns = {
        "device_group_keys": _column(b"-AbCdEf12", rows),
        "device_keys": _column(b"eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc", rows),
    }
    start = time.perf_counter()
    create_device_verifier_columns(**columns, threads=threads)
    return _Batch(threads, rows, time.perf_counter() - start)


def _column(text: bytes, rows: int) -> Column:
    """The same text in every row."""
    size = len(text)
    return Column(text * rows, array("Q", range(0, size * (rows + 1), size)))


def _show(powers: list[_Power], batches: list[_Batch]) -> None:
    slowest = powers[0].seconds
    decades = math.log(slowest / powers[-1].seconds) or 1.0
    rows = (
        (
            power.name,
            _bar(math.log(slowest / power.seconds) / decades),
            f"{1e6 * power.seconds:,.1f}",
            f"{1e6 * power.cold:,.1f}",
            f"{slowest / power.seconds:,.1f} ×",
        )
        for power in powers
    )
    columns = ("2^x mod N, one thread", "warm, log scale", "µs", "µs cold", "the slowest's speed")
    write_table(columns, rows, numeric=3)
    most = max(batch.rate for batch in batches)
    first = batches[0].rate
    with printing():
        print()
    write_table(
        ("threads", "checked verifiers in a batch", "a second", "one thread's rate"),
        (
            (
                str(batch.threads),
                _bar(batch.rate / most),
                f"{batch.rate:,.0f}",
                f"{batch.rate / first:.2f} ×",
            )
            for batch in batches
        ),
        numeric=2,
    )


def _bar(share: float) -> str:
    """A bar of so much of the longest one."""
    block = "█"
    try:
        block.encode(sys.stdout.encoding or "ascii")
    except UnicodeError:
        block = "#"
    return block * max(1, round(_BAR * share))


def _document(
    running: srp_native.EngineInfo, powers: list[_Power], batches: list[_Batch], missing: list[str]
) -> dict[str, Any]:
    best, fastest = max(batches, key=lambda batch: batch.rate), _fastest(powers)
    return {
        "Machine": {
            "System": platform.system(),
            "Architecture": platform.machine(),
            "Python": platform.python_version(),
        },
        "Running": {"Name": running.name, "Kernel": running.kernel},
        "Fastest": {"Name": fastest.name, "Kernel": fastest.kernel},
        "Powers": [
            {
                "Name": p.name,
                "SrpNative": p.engine is not None,
                "Microseconds": round(1e6 * p.seconds, 1),
                "ColdMicroseconds": round(1e6 * p.cold, 1),
            }
            for p in powers
        ],
        "Batches": [
            {"Threads": b.threads, "VerifiersPerSecond": round(b.rate), "Rows": b.rows}
            for b in batches
        ],
        "SecondsForAMillion": round(_MILLION / best.rate, 1),
        "NotInstalled": missing,
    }
