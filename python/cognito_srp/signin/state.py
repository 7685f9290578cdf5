"""A sign-in on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..devices.verifiers import RememberedDevice
from ..transport.steps import Call, Challenge
from .exchange import Exchange
from .request import Request
from .saved import LIFETIME, Expected, dump, load

if TYPE_CHECKING:
    from ..storage.sealing import Seal

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
    #: What waits for its proof.
    exchange: Exchange | None = field(default=None, repr=False)

    @property
    def device(self) -> RememberedDevice | None:
        """The device that signs in."""
        return self.request.device

    @property
    def can_do_without_device(self) -> bool:
        """Whether the sign-in can go on when the service has forgotten the device.

        It can if the proof of the password can be sent again; otherwise it has to begin again.
        """
        request = self.request
        proves_password = self.challenge.name == "PASSWORD_VERIFIER"
        return proves_password or request.password is not None or not request.needs_password

    def to_json(
        self,
        *,
        seal: Seal | None = None,
        expires_in: float = LIFETIME,
        bound_to: str | bytes | None = None,
    ) -> str:
        """This sign-in as JSON, to go on from in another request or process.

        Without a key the password, the client secret and the device's password are left out. The
        service's Session stays in: whoever has it can answer the challenge, so keep the document on
        the server, or seal it.

        Args:
            seal: A key, or several of which the first seals: all of the document is sealed.
            expires_in: How long the sealed document can be opened, in seconds: 15 minutes,
                Cognito's longest session, unless told otherwise.
            bound_to: What alone can open the sealed document, such as the session of one browser.

        Returns:
            The document.

        Raises:
            InvalidInputError: The sign-in cannot be written so.
        """
        return dump(vars(self), seal, expires_in, bound_to)

    @classmethod
    def from_json(
        cls,
        text: str | bytes,
        *,
        seal: Seal | None = None,
        pool_id: str | None = None,
        client_id: str | None = None,
        bound_to: str | bytes | None = None,
        password: str | None = None,
        client_secret: str | None = None,
        device: RememberedDevice | None = None,
    ) -> SignIn:
        """The inverse of `to_json`, with what was left out given again.

        Args:
            text: What `to_json` wrote.
            seal: A key, or several of which one has sealed it: then only what is sealed is taken.
                Without one, only what is not.
            pool_id: Has to be the sign-in's, where it is given.
            client_id: Has to be the sign-in's, where it is given.
            bound_to: Exactly what was given to `to_json`.
            password: Needed only if a challenge still asks for it.
            client_secret: The app client's, if it has one.
            device: The device that the sign-in began with, if any.

        Returns:
            The `SignIn`.

        Raises:
            SealingError: It is not sealed, does not open, has expired, or was sealed for something
                else.
            InvalidInputError: It is not the document of a sign-in, or not of this one.
        """
        expected = Expected(pool_id=pool_id, client_id=client_id, bound_to=bound_to)
        given = {"password": password, "client_secret": client_secret, "device": device}
        return cls(**load(text, seal, expected, given))

    def respond(self, responses: Mapping[str, str]) -> Call:
        """The call that answers the challenge.

        Args:
            responses: ChallengeResponses, without USERNAME, SECRET_HASH and DEVICE_KEY.

        Returns:
            RespondToAuthChallenge or its Admin form, with its parameters.
        """
        return self.request.respond(self.challenge, self.username, responses)

    def without_device(self) -> SignIn:
        """The same without the device, which the service has forgotten."""
        return replace(self, request=replace(self.request, device=None), device_forgotten=True)

    def with_session(self, session: str) -> SignIn:
        """The same sign-in with another Session.

        Args:
            session: The one that VerifySoftwareToken gave for MFA_SETUP.

        Returns:
            The `SignIn`.
        """
        return replace(self, challenge=replace(self.challenge, session=session))

    def with_exchange(self, exchange: Exchange | None) -> SignIn:
        """The same sign-in with another SRP exchange.

        Args:
            exchange: One that has begun; None once it is used up.

        Returns:
            The `SignIn`.
        """
        return replace(self, exchange=exchange)

    def with_password(self, password: str) -> SignIn:
        """The same sign-in with the password, which was not known when it began.

        Args:
            password: The user's.

        Returns:
            The `SignIn`.
        """
        return replace(self, request=replace(self.request, password=password))


def internal_name(request: Request, known: str, parameters: Mapping[str, str]) -> str:
    """The user's name as SECRET_HASH needs it, once a challenge has told it.

    USERNAME tells it; challenges that come without, SMS_MFA among them, tell it as
    USER_ID_FOR_SRP.
    """
    if known != request.username:
        return parameters.get("USERNAME", known)
    return parameters.get("USERNAME", parameters.get("USER_ID_FOR_SRP", known))
