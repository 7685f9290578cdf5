"""What the tests of the command line share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cognito_srp import RememberedDevice, Session
from cognito_srp.local import LocalPool
from support.people import PASSWORD, enter

__all__ = [
    "PASSWORD",
    "Outcome",
    "Run",
    "SignedIn",
    "device_signs_in",
    "make_signed_in",
    "without_rich",
]


class Outcome(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


class SignedIn(NamedTuple):
    """A signed-in user with a new device, and the options that lead a command to it."""

    pool: LocalPool
    session: Session
    token: str
    device_key: str
    device_group_key: str
    aws: list[str]

    @property
    def new_device(self) -> list[str]:
        return ["--device-key", self.device_key, "--device-group-key", self.device_group_key]


Run = Callable[..., Outcome]


def make_signed_in(pool: LocalPool, monkeypatch: pytest.MonkeyPatch) -> SignedIn:
    pool.create_user("ann", PASSWORD)
    session = enter(pool.cognito.client(), pool, "ann", auth_flow="USER_PASSWORD_AUTH")
    new, token = session.new_device, session.tokens.access_token
    assert new is not None
    monkeypatch.setenv("COGNITO_ACCESS_TOKEN", token)
    aws = ["--endpoint-url", pool.cognito.endpoint_url, "--region", pool.cognito.region]
    return SignedIn(pool, session, token, new.device_key, new.device_group_key, aws)


def device_signs_in(user: SignedIn, path: str = "dev.json") -> bool:
    """Whether the device in the file signs in as itself, so that no new key is handed out."""
    device = RememberedDevice.from_json(Path(path).read_text())
    return enter(user.pool.cognito.client(), user.pool, "ann", device=device).new_device is None


def without_rich(real: Callable[..., Any]) -> Callable[..., Any]:
    """An ``__import__`` for an environment without the extra ``[cli]``."""

    def importing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "rich":
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    return importing
