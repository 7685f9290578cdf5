"""What all tests share: the engines, and how many cases a run has time for."""

from __future__ import annotations

import pytest

import srp_native

ENGINES = ("gmpy2", "c", "python")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run every case that `make check` runs")


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether this is `make check`, which has time for many more random cases."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Every engine in turn, in use for the test; one that is missing is skipped visibly."""
    try:
        selection = srp_native.use_engine(request.param)
    except srp_native.EngineUnavailableError as error:
        pytest.skip(str(error))
    with selection:
        yield request.param
