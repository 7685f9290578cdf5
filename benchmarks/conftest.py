"""What the benchmarks share: every engine and kernel that runs here."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from benchmarks.measuring import runners
from srp_native import use_engine


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
