"""Who the facade's tests are about."""

from __future__ import annotations

from dataclasses import dataclass

from cognito_srp import NewDevice

PASSWORD = "Correct-horse-1"


@dataclass(frozen=True)
class Someone:
    """A signed-in user with a fresh device key."""

    username: str
    access_token: str
    new_device: NewDevice
