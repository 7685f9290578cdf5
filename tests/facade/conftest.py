"""A pool to talk to, over HTTP, and people in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from support.logs import debug_log
from support.people import PASSWORD, Someone

from cognito_srp import NewDevice
from cognito_srp.local import LocalCognito, LocalPool


@pytest.fixture(scope="module")
def cognito() -> Iterator[LocalCognito]:
    with LocalCognito() as server:
        yield server


@pytest.fixture(scope="module")
def client(cognito: LocalCognito) -> Any:
    return cognito.client()


@pytest.fixture(scope="module")
def pool(cognito: LocalCognito) -> LocalPool:
    """Remembers devices always."""
    return cognito.create_pool("always")


@pytest.fixture(scope="module")
def opt_in_pool(cognito: LocalCognito) -> LocalPool:
    """Remembers devices on the user's word."""
    return cognito.create_pool("opt-in", remember_devices="opt-in")


@pytest.fixture(scope="module")
def newcomer(client: Any) -> Callable[[LocalPool], Someone]:
    """Makes a user of a pool and signs them in, with boto3 alone."""
    numbers = count()

    def make(pool: LocalPool) -> Someone:
        username = f"user-{next(numbers)}"
        pool.create_user(username, PASSWORD)
        result = client.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        device = NewDevice.from_metadata(result["NewDeviceMetadata"])
        return Someone(username, result["AccessToken"], device)

    return make


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged in this process, at level DEBUG."""
    with debug_log() as written:
        yield written
