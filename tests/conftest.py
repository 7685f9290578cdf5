"""What all tests share: every engine and kernel, and how many cases a run has time for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from support.installing import pip_install
from support.own_keyring import OwnKeyring

import srp_native
from srp_native.engines import c as c_engine


def _runners() -> list[str]:
    """Every engine, engine ``c`` once for each kernel that it was compiled with."""
    kernels = c_engine.kernels() if c_engine.lib else {}
    return ["gmpy2", "python", *(f"c/{kernel}" for kernel in kernels or [""])]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run every case that `make check` runs")


def pytest_report_header() -> list[str]:
    """Which engines and kernels this run is about."""
    return [
        f"engine {info.name} {info.kernel}: {info.reason or 'runs'}"
        for info in srp_native.available_engines()
    ]


@pytest.fixture(scope="session")
def long_run(request: pytest.FixtureRequest) -> bool:
    """Whether this is `make check`, which has time for many more random cases."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The AWS CLI in an environment of its own: it pins botocore."""
    return pip_install(tmp_path_factory.mktemp("awscli"), "awscli") / "aws"


@pytest.fixture
def own_keyring() -> Iterator[OwnKeyring]:
    """A keyring in the place of the machine's, for the test."""
    before, own = keyring.get_keyring(), OwnKeyring()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


@pytest.fixture(scope="session")
def aiobotocore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with aiobotocore, which pins botocore, in an environment of its own."""
    folder = tmp_path_factory.mktemp("aiobotocore")
    return pip_install(folder, "aiobotocore>=2.13", "gmpy2", "cffi") / "python"


@pytest.fixture(params=_runners())
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of every engine and kernel in turn, in use for the test; one that cannot run here
    is skipped visibly."""
    name, _, kernel = request.param.partition("/")
    try:
        selection = srp_native.use_engine(name, kernel or None)
    except srp_native.EngineUnavailableError as error:
        pytest.skip(str(error))
    with selection as info:
        assert info.kernel == kernel
        yield name
