"""What a sign-in is for: tokens, and what to do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..calls import Client, run
from ..confirm import enroll_device_steps
from ..device import NewDevice, RememberedDevice
from ..errors import SignInError
from ..steps import Steps
from .request import Request

__all__ = ["Session", "SignedIn", "Tokens"]


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a sign-in is for; `expires_in` in seconds. Redacted in its repr."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int
    token_type: str

    @classmethod
    def from_result(cls, response: Mapping[str, Any], refresh_token: str | None) -> Tokens:
        """From a response with an AuthenticationResult; `refresh_token` unless there is a new
        one."""
        try:
            result = response["AuthenticationResult"]
            return cls(
                access_token=result["AccessToken"],
                id_token=result["IdToken"],
                refresh_token=result.get("RefreshToken", refresh_token),
                expires_in=result["ExpiresIn"],
                token_type=result["TokenType"],
            )
        except KeyError as error:
            raise SignInError(f"the service's last answer has no {error}") from None


@dataclass(kw_only=True)
class SignedIn:
    """A user who is signed in, without a client to call Cognito with.

    ``new_device`` is there when the pool tracks devices and none was given. ``device`` is the
    device that the user is signed in with: the given one, or the new one once it is enrolled.
    ``device_forgotten`` tells that the given one is unknown to the service, and was left out.
    """

    tokens: Tokens
    new_device: NewDevice | None
    device: RememberedDevice | None
    device_forgotten: bool
    #: The internal name, as far as it is known.
    username: str
    request: Request = field(repr=False)

    def enroll_device_steps(
        self, *, device_name: str | None = None, remember: bool | None = None
    ) -> Steps[RememberedDevice]:
        """Give the new device a secret and confirm it; returns what to keep for sign-ins with it.

        Raises as `cognito_srp.enroll_device` does, and `SignInError` when the sign-in handed out
        no device key.
        """
        if self.new_device is None:
            raise SignInError(
                "this sign-in gave no device key: the pool does not track devices, or the sign-in "
                "was made with one"
            )
        confirmed = yield from enroll_device_steps(
            access_token=self.tokens.access_token,
            device_group_key=self.new_device.device_group_key,
            device_key=self.new_device.device_key,
            device_name=device_name,
            remember=remember,
        )
        assert confirmed.device is not None  # noqa: S101 - our own verifier knows its secret
        self.device = confirmed.device
        return confirmed.device


@dataclass(kw_only=True)
class Session(SignedIn):
    """A signed-in user, and the client that they signed in through."""

    client: Client = field(repr=False)

    @classmethod
    def of(cls, client: Client, signed_in: SignedIn) -> Session:
        """The same with a client."""
        return cls(client=client, **vars(signed_in))

    def enroll_device(
        self, *, device_name: str | None = None, remember: bool | None = None
    ) -> RememberedDevice:
        """Give the new device a secret and confirm it; returns what to keep for sign-ins with it.

        Raises as `cognito_srp.enroll_device` does, and `SignInError` when the sign-in handed out
        no device key.
        """
        steps = self.enroll_device_steps(device_name=device_name, remember=remember)
        return run(self.client, steps)
