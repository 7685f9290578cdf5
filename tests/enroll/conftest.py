"""What tests of enrollment share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.lean_cognito import LeanCognito


@pytest.fixture
def lean_cognito() -> Iterator[LeanCognito]:
    """A `LeanCognito` without faults."""
    with LeanCognito() as server:
        yield server
