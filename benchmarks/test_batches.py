"""Whole batches against the kernel alone: the rest of the row, the checks, threads, the GIL."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from cognito_srp import NewDevice, create_device_verifier_columns, create_device_verifiers
from srp_native import Column, pow_g_many
from srp_native.batch_check import BatchCheck
from srp_native.registry import current_engine

ROWS = 4096
KEY = "eu-west-1_0c1e5a3c-0000-4000-8000-%012d"
DEVICES = [NewDevice(device_key=KEY % i, device_group_key="-AbCdEf12") for i in range(ROWS)]
COLUMNS = {
    "device_group_keys": Column.of([d.device_group_key.encode() for d in DEVICES]),
    "device_keys": Column.of([d.device_key.encode() for d in DEVICES]),
}
EXPONENTS = [bytes([0x80 | i % 128]) + bytes(range(31)) for i in range(ROWS)]


def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchCheck, "count", lambda self, chunk: None)
    monkeypatch.setattr(BatchCheck, "finish", lambda self: None)
    monkeypatch.setattr(BatchCheck, "recompute", lambda self, *row: None)


CALLS: dict[str, Callable[[int], object]] = {
    "kernel alone": lambda threads: pow_g_many(EXPONENTS, threads=threads),
    "columns": lambda threads: create_device_verifier_columns(**COLUMNS, threads=threads),
    "columns, unchecked": lambda threads: create_device_verifier_columns(
        **COLUMNS, threads=threads
    ),
    "objects": lambda threads: create_device_verifiers(DEVICES, threads=threads),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", CALLS)
def test_batch(
    benchmark: Any, on_engine: str, monkeypatch: pytest.MonkeyPatch, name: str, threads: int
) -> None:
    """4,096 rows; figures compare minima of one run."""
    if on_engine == "python":
        pytest.skip("20 s a round, and nothing to learn from it")
    if name == "columns, unchecked":
        unchecked(monkeypatch)
    benchmark.group = f"batch, {on_engine}"
    benchmark.extra_info.update(name=f"{name}, {on_engine}, {threads} threads", rows=ROWS)
    benchmark.pedantic(CALLS[name], (threads,), rounds=5, warmup_rounds=1)


def longest_wait(work: Callable[[], object]) -> float:
    """The longest time that a thread which only wants the GIL had to wait for it."""
    longest, done, began = 0.0, False, threading.Event()

    def watch() -> None:
        nonlocal longest
        before = time.perf_counter()
        while not done:
            began.set()
            now = time.perf_counter()
            longest = max(longest, now - before)
            before = now

    earlier = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        began.wait()
        work()
    finally:
        done = True
        watcher.join()
        sys.setswitchinterval(earlier)
    return longest


@pytest.mark.parametrize("name", ["idle", "columns", "objects"])
def test_gil(benchmark: Any, name: str) -> None:
    """Milliseconds for which a batch kept the GIL from another thread; idle, the same thread beside
    one that sleeps, is what the machine does to it anyway. The batch has one thread, so that two
    cores are enough not to wait for a core; the least of several rounds, as load only ever adds."""
    if not current_engine().releases_gil:
        pytest.skip("this engine keeps the GIL")
    work = (lambda: time.sleep(0.2)) if name == "idle" else (lambda: CALLS[name](1))
    waits = []
    benchmark.group = "GIL"
    benchmark.pedantic(lambda: waits.append(longest_wait(work)), rounds=7, warmup_rounds=1)
    benchmark.extra_info.update(name=f"GIL, {name}", milliseconds=round(1e3 * min(waits), 3))
