"""What the tests of C share: engine ``c`` itself, and its files compiled without Python."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from support.c_programs import BUILDS, Objects, write_tables

from srp_native.engines import c as module
from srp_native.engines._engine import Engine


@pytest.fixture(scope="module")
def c_engine() -> ModuleType:
    if module.lib is None:
        pytest.skip("the C extension was not built")
    return module


@pytest.fixture
def engine(c_engine: ModuleType) -> Engine:
    made: Engine = c_engine.create_engine()
    return made


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The constants that the package's build computes."""
    return write_tables(tmp_path_factory.mktemp("tables") / "tables.c")


@pytest.fixture(scope="module", params=BUILDS, ids=str)
def objects(
    request: pytest.FixtureRequest, tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> Objects:
    return Objects(request.param, tables, tmp_path_factory.mktemp("objects"))
