"""How to measure: calls in turns, numbers of a fresh process, and the engines that run here."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from srp_native import available_engines

#: With the byte code cache that a Python has by default, whatever this process was told.
CHILD = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_child(code: str, **environment: str) -> list[float]:
    """Numbers that a fresh process prints, one a line."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**CHILD, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(line) for line in result.stdout.split()]


def alternate(
    benchmark: Any, calls: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, list[float]]:
    """Seconds of each call in every round, in which they take turns: what they are compared for is
    then what they do, and not what the machine did meanwhile."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}

    def one_round() -> None:
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)

    benchmark.pedantic(one_round, rounds=rounds, warmup_rounds=min(1, rounds - 1))
    return seconds


def middle_and_slow(times: Sequence[float]) -> list[float]:
    """The median and the third quartile: how far most rounds were from the least."""
    if len(times) == 1:
        return [times[0], times[0]]
    _, median, third = statistics.quantiles(times, n=4, method="inclusive")
    return [median, third]


def runners() -> list[str]:
    """Every engine that runs here, engine ``c`` once for each kernel that this CPU can run."""
    running = [info for info in available_engines() if info.available]
    return [f"{info.name}/{kernel}" for info in running for kernel in info.kernels or [""]]
