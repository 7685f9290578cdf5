"""A user of a pool, and what tests do with one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from cognito_srp.local import LocalPool
from support.people import PASSWORD
from support.plain_client import DeviceSignIn, SignIn, device_config

__all__ = [
    "DEVICE_PASSWORD",
    "PASSWORD",
    "MakePerson",
    "Person",
    "Refused",
    "begin_choice",
    "respond",
]

DEVICE_PASSWORD = "device password"


@dataclass
class Person:
    """A user of a pool, and the client to sign in with."""

    client: Any
    pool: LocalPool
    username: str
    password: str = PASSWORD

    def sign_in(self) -> SignIn:
        return SignIn(self.client, self.pool, self.username, self.password)

    def tokens(self) -> dict[str, Any]:
        """An AuthenticationResult without a DEVICE_KEY."""
        result: dict[str, Any] = self.sign_in().finish()["AuthenticationResult"]
        return result

    def confirm(
        self, tokens: dict[str, Any] | None = None, salt: int = 1 << 127
    ) -> tuple[str, str, str]:
        """A confirmed device: key, group key, password."""
        tokens = tokens or self.tokens()
        metadata = tokens["NewDeviceMetadata"]
        key, group_key = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        self.client.confirm_device(
            AccessToken=tokens["AccessToken"],
            DeviceKey=key,
            DeviceName="a device",
            DeviceSecretVerifierConfig=device_config(group_key, key, DEVICE_PASSWORD, salt),
        )
        return key, group_key, DEVICE_PASSWORD

    def with_device(self, device: tuple[str, str, str]) -> DeviceSignIn:
        return DeviceSignIn(self.client, self.pool, self.username, self.password, device)


#: Makes a user in a new pool (arguments as `create_pool`) or in a given one.
MakePerson = Callable[..., Person]
#: `with refused("XException", "words")`: the call inside must fail in that way.
Refused = Callable[..., AbstractContextManager[None]]


def begin_choice(person: Person, **parameters: Any) -> Any:
    """Cognito's answer to a sign-in by USER_AUTH."""
    return person.client.initiate_auth(
        AuthFlow="USER_AUTH",
        ClientId=person.pool.client_id,
        AuthParameters={"USERNAME": person.username, **parameters},
    )


def respond(person: Person, challenge: Any, **responses: Any) -> Any:
    """Cognito's answer to the answer to its challenge."""
    named = {"USERNAME": person.username, **responses}
    return person.sign_in().respond(challenge["ChallengeName"], named, challenge["Session"])
