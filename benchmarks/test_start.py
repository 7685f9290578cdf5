"""What a fresh process pays: the import, the first power, and the memory of the tables."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import Any

import pytest

from benchmarks.measuring import CHILD, run_child, runners
from srp_native import available_engines

# Both times in one process, its engine's libraries loaded and its known answers still to give.
FIRST_CALL = """
import time, gmpy2
from srp_native import N, pow_g
n, x = gmpy2.mpz(N), gmpy2.mpz(int.from_bytes(bytes(range(0x80, 0xA0)), "big"))
def timed(call, *arguments):
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start
powmod = sorted(timed(gmpy2.powmod, 2, x, n) for _ in range(15))[7]
print(timed(pow_g, int(x)), powmod)
"""

# From the import, engine's library included, to tables that are warm.
WARMING = """
import os, time, gmpy2
from srp_native import pow_g
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
def power():
    start = time.perf_counter()
    pow_g(b"\\xff" * 32)
    return time.perf_counter() - start
before = resident()
times = [power() for _ in range(100)]
print(resident() - before)
print(max(times) - min(times))
"""


def engines() -> list[str]:
    return [info.name for info in available_engines() if info.available]


@pytest.mark.parametrize("name", ["auto", *engines()])
def test_first_power(benchmark: Any, name: str) -> None:
    """Self-test included; as a multiple of one ``gmpy2.powmod``."""
    ratios = []

    def child() -> None:
        first, powmod = run_child(FIRST_CALL, SRP_NATIVE_ENGINE=name)
        ratios.append(first / powmod)

    benchmark.group = "fresh process"
    benchmark.pedantic(child, rounds=15)
    benchmark.extra_info.update(name=f"first pow_g, {name}", ratio=statistics.median(ratios))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("name", [name for name in runners() if name != "python/"])
def test_tables(benchmark: Any, name: str) -> None:
    """What is resident for them, and how much longer the call that makes them takes, or the first
    that reads them, than a warm one."""
    engine, _, kernel = name.partition("/")
    results = []

    def child() -> None:
        results.append(run_child(WARMING, SRP_NATIVE_ENGINE=engine, SRP_NATIVE_KERNEL=kernel))

    benchmark.group = "fresh process"
    benchmark.pedantic(child, rounds=7)
    sizes, waits = zip(*results, strict=True)
    benchmark.extra_info.update(
        name=f"tables, {name}", megabytes=max(sizes) / 1e6, milliseconds=1e3 * min(waits)
    )


@pytest.mark.parametrize("statement", ["pass", "import cognito_srp", "import boto3"])
def test_import(benchmark: Any, statement: str) -> None:
    benchmark.group = "import"
    benchmark.extra_info["name"] = statement
    command = [sys.executable, "-c", statement]
    benchmark.pedantic(subprocess.run, (command,), {"env": CHILD}, rounds=20, warmup_rounds=1)
