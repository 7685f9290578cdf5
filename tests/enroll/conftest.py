"""What tests of enrollment share."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from support.enrollment_requests import QUICK
from support.lean_cognito import LeanCognito

from cognito_srp.enroll import Enroller


@pytest.fixture
def lean_cognito() -> Iterator[LeanCognito]:
    """A `LeanCognito` without faults."""
    with LeanCognito() as server:
        yield server


@pytest.fixture
def fast(lean_cognito: LeanCognito) -> Iterator[Enroller]:
    """Sends as fast as it can."""
    with Enroller(lean_cognito.client(), rate=math.inf, retry=QUICK) as enroller:
        yield enroller
