"""The result of a sign-in: tokens, and what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..devices.confirm import enroll_device_steps
from ..devices.verifiers import NewDevice, RememberedDevice
from ..errors import ServiceError, SignInError
from ..transport.calls import run
from ..transport.client import Client
from ..transport.operations import REFRESH_OPERATION
from ..transport.steps import Call, Steps
from .received import check_origin, new_device, result_of, text_of
from .refused_refresh import explain_refresh
from .request import Request, default_flow

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
        """The tokens of a response with an AuthenticationResult.

        Args:
            response: The answer of an operation that gives tokens.
            refresh_token: The one that counts unless the response has a new one.

        Returns:
            The `Tokens`.
        """
        result = result_of(response)
        rotated = result.get("RefreshToken")
        try:
            return cls(
                access_token=text_of("AccessToken", result["AccessToken"]),
                id_token=text_of("IdToken", result["IdToken"]),
                refresh_token=text_of("RefreshToken", rotated) if rotated else refresh_token,
                expires_in=result["ExpiresIn"],
                token_type=text_of("TokenType", result["TokenType"]),
            )
        except KeyError as error:
            raise SignInError(f"the service's last answer has no {error}") from None

    @classmethod
    def of(cls, response: Mapping[str, Any], request: Request) -> Tokens:
        """The tokens that answer a request of ours.

        Args:
            response: The answer of an operation that gives tokens.
            request: The sign-in's request.

        Returns:
            The `Tokens`.

        Raises:
            SignInError: They are of another user pool or app client.
        """
        tokens = cls.from_result(response, request.refresh_token)
        check_origin(request.app, tokens.access_token, tokens.id_token)
        return tokens


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
        """The steps of `Session.enroll_device`."""
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

    def refresh_steps(self, *, auth_flow: str | None = None) -> Steps[Tokens]:
        """The steps of `Session.refresh`."""
        request = self._refresh_request(auth_flow)
        request.check()
        call = request.initiate()
        try:
            response = yield call
        except ServiceError as error:
            yield from explain_refresh(
                error,
                call,
                has_client_secret=request.app.has_secret,
                access_token=self.tokens.access_token,
                confirmed_here=self.device is not None,
            )
            raise
        self.tokens = Tokens.of(response, request)
        self.new_device = new_device(response) or self.new_device
        return self.tokens

    def _refresh_request(self, auth_flow: str | None) -> Request:
        token, before = self._refresh_token(), self.request
        flow = auth_flow or default_flow(token, admin=before.admin)
        # Only those of the sign-in's data that this flow has parameters for.
        has_place = flow != REFRESH_OPERATION
        return Request(
            app=before.app,
            username=self.username,
            device=self.device,
            device_key=self._device_key(),
            auth_flow=flow,
            admin=before.admin,
            refresh_token=token,
            client_metadata=before.client_metadata,
            user_context_data=before.user_context_data if has_place else None,
            analytics_metadata=before.analytics_metadata if has_place else None,
        )

    def _device_key(self) -> str | None:
        """The key that the tokens belong to; whoever confirmed the new device did so by its key."""
        if self.device is not None:
            return self.device.device_key
        if self.new_device is not None:
            return self.new_device.device_key
        return self.request.refreshed_device_key

    def revoke_steps(self) -> Steps[None]:
        """The steps of `Session.revoke`."""
        app = self.request.app
        parameters = {"Token": self._refresh_token(), "ClientId": app.client_id}
        if app.client_secret is not None:
            parameters["ClientSecret"] = app.client_secret
        yield Call("RevokeToken", parameters)

    def sign_out_everywhere_steps(self) -> Steps[None]:
        """The steps of `Session.sign_out_everywhere`."""
        if self.request.admin:
            owner = {"UserPoolId": self.request.app.pool_id, "Username": self.username}
            yield Call("AdminUserGlobalSignOut", owner)
        else:
            yield Call("GlobalSignOut", {"AccessToken": self.tokens.access_token})

    def _refresh_token(self) -> str:
        if self.tokens.refresh_token is None:
            raise SignInError("this sign-in gave no refresh token: sign in again")
        return self.tokens.refresh_token


@dataclass(kw_only=True)
class Session(SignedIn):
    """A signed-in user, and the client that they signed in through."""

    client: Client = field(repr=False)

    @classmethod
    def of(cls, client: Client, signed_in: SignedIn) -> Session:
        """The session of a sign-in, with the client it goes on with.

        Args:
            client: Any boto3 ``cognito-idp`` client.
            signed_in: What the steps of a sign-in end with.

        Returns:
            The `Session`.
        """
        return cls(client=client, **vars(signed_in))

    def enroll_device(
        self, *, device_name: str | None = None, remember: bool | None = None
    ) -> RememberedDevice:
        """Give the new device a secret and confirm it.

        Args:
            device_name: 1 to 1,024 characters, to show to the user.
            remember: As for `cognito_srp.confirm_device`.

        Returns:
            What to keep for sign-ins with the device.

        Raises:
            SignInError: The sign-in handed out no device key.
            CognitoSrpError: As `cognito_srp.enroll_device` does.
        """
        steps = self.enroll_device_steps(device_name=device_name, remember=remember)
        return run(self.client, steps)

    def refresh(self, *, auth_flow: str | None = None) -> Tokens:
        """New access and id tokens, which are the session's from now on.

        Carries the device's key, without which the tokens of a tracked device are not renewed, and
        keeps the refresh token unless a new one comes. After a refusal it may ask GetDevice what
        became of the device, and says so in the error's ``diagnosis``.

        Args:
            auth_flow: GetTokensFromRefreshToken unless told otherwise, or REFRESH_TOKEN_AUTH, which
                it is anyway after a sign-in with `admin`. The sign-in's `client_metadata` goes with
                both, its `user_context_data` and `analytics_metadata` with the latter only: the
                former has no place for them.

        Returns:
            The new tokens, which are also ``session.tokens``.

        Raises:
            SignInError: The sign-in gave no refresh token.
            ServiceError: Cognito refused.
            UnreachableError: No answer came.
        """
        return run(self.client, self.refresh_steps(auth_flow=auth_flow))

    def revoke(self) -> None:
        """RevokeToken: the refresh token, and the access tokens that it gave, end here."""
        run(self.client, self.revoke_steps())

    def sign_out_everywhere(self) -> None:
        """End every token of the user, on all devices.

        GlobalSignOut, or AdminUserGlobalSignOut after a sign-in with `admin`.
        """
        run(self.client, self.sign_out_everywhere_steps())
