"""One server for all tests of this folder, a pool and a user of its own for each."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the extra [local] is not installed")
pytest.importorskip("boto3")

from botocore.exceptions import ClientError
from support.installing import npm_packages, pip_install
from support.local_people import PASSWORD, MakePerson, Person, Refused

from cognito_srp.local import LocalCognito, LocalPool

_names = (f"user{number}" for number in itertools.count())


@pytest.fixture(scope="session")
def server() -> Iterator[LocalCognito]:
    with LocalCognito(region="eu-west-2") as cognito:
        yield cognito


@pytest.fixture
def cognito(server: LocalCognito) -> Iterator[LocalCognito]:
    """The server, with its clock put right again after the test."""
    yield server
    server.clock.reset()


@pytest.fixture(scope="session")
def client(server: LocalCognito) -> Any:
    return server.client()


@pytest.fixture(scope="session")
def npm() -> Path:
    """The folder that node finds packages in."""
    return npm_packages()


@pytest.fixture(scope="session")
def warrant_lite_python(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A Python that has warrant-lite, and the folder of the locale that it needs, for LOCPATH."""
    python = pip_install(tmp_path_factory.mktemp("warrant-lite"), "warrant-lite") / "python"
    # It formats its timestamps under this locale, which small machines do not have.
    locales = tmp_path_factory.mktemp("locales")
    make = ["localedef", "-i", "en_US", "-f", "UTF-8", str(locales / "en_US.UTF-8")]
    try:
        subprocess.run(make, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"warrant-lite needs the locale en_US.UTF-8: {error}")
    return python, locales


@pytest.fixture
def make_person(cognito: LocalCognito, client: Any) -> MakePerson:
    """Makes a user in a new pool (arguments as `create_pool`) or in a given one."""

    def make(pool: LocalPool | None = None, **settings: Any) -> Person:
        pool = pool or cognito.create_pool(**settings)
        return Person(client, pool, pool.create_user(next(_names), PASSWORD))

    return make


@pytest.fixture
def person(make_person: MakePerson) -> Person:
    """A user in a pool that remembers every device."""
    return make_person()


@pytest.fixture
def refused() -> Refused:
    """`with refused("XException", "words")`: the call inside must fail in that way."""

    @contextmanager
    def check(code: str, message: str = "") -> Iterator[None]:
        with pytest.raises(ClientError) as caught:
            yield
        error = caught.value.response["Error"]
        assert (error["Code"], message in error["Message"]) == (code, True), error

    return check
