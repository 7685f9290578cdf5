"""For how long a batch keeps the GIL from other threads at a stretch."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.gil import AVAILABLE, longest_stretch
from benchmarks.workloads import Batch
from srp_native.engines._registry import current_engine

FORMS = ("idle", "pow_g_many", "verifiers", "columns", "objects")


@pytest.mark.skipif(not AVAILABLE, reason="this system does not count what a thread waited for")
@pytest.mark.parametrize("rows", [4_096, 100_000])
def test_gil(benchmark: Any, rows: int) -> None:
    """Milliseconds, the least of several rounds, as load of others only ever adds. Idle is the same
    watcher beside a thread that sleeps.

    The garbage collector rests meanwhile: what it takes grows with all the objects of the process,
    and is not this package's.
    """
    if not current_engine().releases_gil:
        pytest.skip("this engine keeps the GIL")
    batch = Batch(rows)
    calls: tuple[Callable[[], object], ...] = (
        lambda: time.sleep(0.2),
        batch.powers(1),
        batch.in_bytes(1),
        batch.in_columns(1),
        batch.in_objects(1),
    )
    least = dict.fromkeys(FORMS, float("inf"))

    def one_round() -> None:
        for name, call in zip(FORMS, calls, strict=True):
            kept: list[object] = []  # so that freeing the result is not part of it
            gc.disable()
            try:
                stretch = longest_stretch(lambda: kept.append(call()))  # noqa: B023
            finally:
                gc.enable()
            least[name] = min(least[name], stretch)

    benchmark.group = "GIL"
    benchmark.pedantic(one_round, rounds=5 if rows < 10_000 else 2)
    milliseconds = {name: 1e3 * seconds for name, seconds in least.items()}
    benchmark.extra_info.update(name=f"GIL, {rows} rows", milliseconds=milliseconds)
