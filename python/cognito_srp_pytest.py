"""The pytest fixture `local_cognito`.

pytest loads this module in every project of an environment that has the package installed, so it
imports nothing of the package until a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cognito_srp.local import LocalCognito

__all__ = ["local_cognito"]


@pytest.fixture
def local_cognito() -> Iterator[LocalCognito]:
    """A running `cognito_srp.local.LocalCognito`, fresh for each test."""
    from cognito_srp.local import LocalCognito

    with LocalCognito() as cognito:
        yield cognito
