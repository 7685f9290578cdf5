"""A sign-in on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..device import RememberedDevice
from ..srp import ClientExchange
from ..steps import Call, Challenge
from .request import Request

__all__ = ["SignIn", "internal_name"]


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A sign-in that waits for the answer to a challenge.

    It never changes: when an answer did not arrive, the same one can be given again.
    ``device_forgotten`` tells that the service has forgotten the device, and that the sign-in goes
    on without it.
    """

    challenge: Challenge
    device_forgotten: bool = False
    request: Request = field(repr=False)
    #: The internal name, as far as it is known.
    username: str
    #: The SRP exchange that waits for its proof.
    exchange: ClientExchange | None = field(default=None, repr=False)

    @property
    def device(self) -> RememberedDevice | None:
        """The device that signs in."""
        return self.request.device

    def respond(self, responses: Mapping[str, str]) -> Call:
        """The call that answers the challenge."""
        return self.request.respond(self.challenge, self.username, responses)

    def without_device(self) -> SignIn:
        """The same without the device, which the service has forgotten."""
        return replace(self, request=replace(self.request, device=None), device_forgotten=True)

    def with_exchange(self, exchange: ClientExchange | None) -> SignIn:
        """The same with an SRP exchange begun, or used up."""
        return replace(self, exchange=exchange)

    def with_password(self, password: str) -> SignIn:
        """The same with the password, which was not known when it began."""
        return replace(self, request=replace(self.request, password=password))


def internal_name(request: Request, known: str, parameters: Mapping[str, str]) -> str:
    """The user's name as SECRET_HASH needs it, once a challenge has told it.

    USERNAME tells it; challenges that come without, SMS_MFA among them, tell it as
    USER_ID_FOR_SRP.
    """
    if known != request.username:
        return parameters.get("USERNAME", known)
    return parameters.get("USERNAME", parameters.get("USER_ID_FOR_SRP", known))
