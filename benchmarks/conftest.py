"""What the benchmarks share: every engine and kernel that runs here."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.measuring import runners
from srp_native import use_engine


def pytest_benchmark_update_machine_info(machine_info: dict[str, Any]) -> None:
    """How busy the machine was while they ran: at the end, the average of fifteen minutes."""
    if hasattr(os, "getloadavg"):
        machine_info["load"] = round(os.getloadavg()[2], 1)


@pytest.fixture(autouse=True)
def own_garbage() -> None:
    """A collection that falls into a measurement goes through its own objects, not those that the
    benchmarks before it have left."""
    gc.collect()
    gc.freeze()


@pytest.fixture(params=runners())
def on_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each engine and kernel in turn, by the name that results carry."""
    name, _, kernel = request.param.partition("/")
    with use_engine(name, kernel or None):
        yield f"{name} ({kernel})" if kernel else name
