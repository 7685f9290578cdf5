"""The pytest fixture `local_cognito`. pytest loads this module in every project that has the
package installed, so it imports nothing until a test asks for the fixture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .cognito import LocalCognito

__all__ = ["local_cognito"]


@pytest.fixture
def local_cognito() -> Iterator[LocalCognito]:
    """A running `LocalCognito`, fresh for each test."""
    from .cognito import LocalCognito

    with LocalCognito() as cognito:
        yield cognito
