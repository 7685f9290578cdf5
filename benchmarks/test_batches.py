"""Whole batches against the kernel alone: the rest of the row, the checks, threads, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support import peak_memory

from benchmarks.measuring import alternate, middle_and_slow
from benchmarks.workloads import CORES, Batch
from cognito_srp.cli.bench import thread_counts
from srp_native import engine
from srp_native._batch_check import BatchCheck

ROWS = 10_000
#: Enough to find a machine that others use, too, with all its cores free.
ROUNDS = 25
# Kernels that `auto` does not take here: enough to see what is around the arithmetic.
OTHER_ROWS = 1024
#: The last one is measured once, and in columns alone: a million objects fill a small machine.
SIZES = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)


@contextmanager
def unchecked() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BatchCheck, "count", lambda self, chunk: None)
        patch.setattr(BatchCheck, "finish", lambda self: None)
        patch.setattr(BatchCheck, "recompute", lambda self, *row: None)
        yield


def without_checks(call: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with unchecked():
            call()

    return run


def measure(
    benchmark: Any, name: str, calls: dict[str, Callable[[], object]], *, rows: int, rounds: int
) -> None:
    """Record microseconds for each row: the least, and the median and third quartile."""
    seconds = alternate(benchmark, calls, rounds)
    each = {what: [1e6 * s / rows for s in times] for what, times in seconds.items()}
    benchmark.extra_info.update(
        name=name,
        microseconds={what: min(times) for what, times in each.items()},
        spread={what: middle_and_slow(times) for what, times in each.items()},
    )


def test_batch(benchmark: Any, on_engine: str) -> None:
    """What a row costs beside its power, and what the checks do: on one thread and on all cores,
    whose number is behind each name."""
    if on_engine == "python":
        pytest.skip("20 s a round, and nothing to learn from it")
    batch = Batch(ROWS if on_engine == default_engine() else OTHER_ROWS)
    calls: dict[str, Callable[[], object]] = {"kernel, 1": batch.kernel}
    for threads in dict.fromkeys((1, CORES)):
        calls |= {
            f"pow_g_many, {threads}": batch.powers(threads),
            f"columns, {threads}": batch.in_columns(threads),
            f"columns unchecked, {threads}": without_checks(batch.in_columns(threads)),
            f"objects, {threads}": batch.in_objects(threads),
        }
    rounds = ROUNDS if batch.rows == ROWS else 3
    benchmark.group = "batch"
    measure(benchmark, on_engine, calls, rows=batch.rows, rounds=rounds)


def default_engine() -> str:
    """As `on_engine` names the engine that runs unless told otherwise."""
    return DEFAULT.name + (f" ({DEFAULT.kernel})" if DEFAULT.kernel else "")


DEFAULT = engine()


def test_threads(benchmark: Any) -> None:
    """10,000 rows on every number of threads."""
    batch = Batch(ROWS)
    calls: dict[str, Callable[[], object]] = {}
    for threads in thread_counts():
        calls |= {
            f"pow_g_many, {threads}": batch.powers(threads),
            f"columns, {threads}": batch.in_columns(threads),
            f"objects, {threads}": batch.in_objects(threads),
        }
    benchmark.group = "threads"
    measure(benchmark, str(ROWS), calls, rows=ROWS, rounds=ROUNDS)


@pytest.mark.parametrize("rows", SIZES)
def test_sizes(benchmark: Any, rows: int) -> None:
    """One row to a million, on one thread and on all cores."""
    batch = Batch(rows)
    calls: dict[str, Callable[[], object]] = {}
    for threads in dict.fromkeys((1, CORES)):
        calls[f"columns, {threads}"] = batch.in_columns(threads)
        if rows < SIZES[-1]:
            calls[f"pow_g_many, {threads}"] = batch.powers(threads)
            calls[f"objects, {threads}"] = batch.in_objects(threads)
    benchmark.group = "sizes"
    measure(benchmark, str(rows), calls, rows=rows, rounds=max(1, min(100, 20_000 // rows)))


@pytest.mark.skipif(not peak_memory.AVAILABLE, reason="this system does not tell a peak")
def test_memory(benchmark: Any) -> None:
    """The peak of a million rows in columns."""
    ratios = []
    benchmark.group = "memory"
    benchmark.pedantic(lambda: ratios.append(peak_memory.times_its_own_size(SIZES[-1])), rounds=1)
    benchmark.extra_info.update(name="memory, times inputs and outputs", ratio=ratios[0])
