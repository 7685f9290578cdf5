"""What the caller of a sign-in asked for, and the requests that carry it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict

from ..devices.checks import check_device_key, check_text
from ..devices.verifiers import RememberedDevice
from ..errors import InvalidInputError
from ..srp.protocol import pool_name, secret_hash
from ..transport.operations import REFRESH_OPERATION, refresh_call
from ..transport.steps import Call, Challenge

__all__ = ["AppClient", "AppClientIds", "Request", "default_flow"]

#: Flows that prove the password by SRP from the start, and those that send it.
_SRP_FLOWS: Final = ("USER_SRP_AUTH",)
_ADMIN_PASSWORD_FLOWS: Final = ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH")
_PASSWORD_FLOWS: Final = ("USER_PASSWORD_AUTH", *_ADMIN_PASSWORD_FLOWS)
_REFRESH_FLOWS: Final = (REFRESH_OPERATION, "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN")
_FLOWS: Final = (*_SRP_FLOWS, *_PASSWORD_FLOWS, "USER_AUTH", "CUSTOM_AUTH", *_REFRESH_FLOWS)
#: What GetTokensFromRefreshToken has no member for, and the way to send it.
_NOT_REFRESHED: Final = {
    "auth_parameters": "pass nothing but DEVICE_KEY, or auth_flow='REFRESH_TOKEN_AUTH'",
    "user_context_data": "pass auth_flow='REFRESH_TOKEN_AUTH', or leave it out",
    "analytics_metadata": "pass auth_flow='REFRESH_TOKEN_AUTH', or leave it out",
    "session": "leave it out",
}
#: What has no Admin form, and what takes its place there.
_PUBLIC_ONLY: Final = {
    "USER_PASSWORD_AUTH": "ADMIN_USER_PASSWORD_AUTH",
    REFRESH_OPERATION: "REFRESH_TOKEN_AUTH",
}


class _Ids(TypedDict):
    pool_id: str
    client_id: str


class AppClientIds(_Ids, total=False):
    """What every call of one app client shares, to pass on as ``**ids``.

    ``pool_id`` and ``client_id``, and ``client_secret`` where the client has one::

        ids = AppClientIds(pool_id="eu-west-1_AbCdEfGhI", client_id="1h57kf5cpq17m0eml12EXAMPLE")
        session = sign_in(client, **ids, username="ann", password=password)
    """

    client_secret: str | None


@dataclass(frozen=True, kw_only=True)
class AppClient:
    """An app client of a user pool, and its secret if it has one."""

    pool_id: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_text("client_id", self.client_id, "pass the app client's id")
        if self.client_secret is not None:
            check_text("client_secret", self.client_secret, "leave it out for a public client")
        check_text("pool_id", self.pool_id, "pass the user pool's id")
        if not self.pool_name:
            raise InvalidInputError("pool_id", "has no '_'", "pass it as in eu-west-1_AbCdEfGhI")

    @property
    def pool_name(self) -> str:
        """What SRP calls the pool: ``AbCdEfGhI`` of ``eu-west-1_AbCdEfGhI``."""
        return pool_name(self.pool_id)

    @property
    def has_secret(self) -> bool:
        """Whether its requests carry a SECRET_HASH."""
        return self.client_secret is not None

    def secret_hash(self, username: str) -> dict[str, str]:
        """SECRET_HASH for that user, or nothing for a client without a secret."""
        if self.client_secret is None:
            return {}
        return {"SECRET_HASH": secret_hash(username, self.client_id, self.client_secret)}


@dataclass(frozen=True, kw_only=True)
class Request:
    """A sign-in as the caller wants it; the same from its first step to its last.

    `user_context_data` is sent as UserContextData, or as ContextData by the Admin forms;
    `auth_parameters` are further AuthParameters, such as TARGET_ACR_VALUES; `session` is that of
    a ConfirmSignUp just made, which USER_AUTH can go on from; `device_key` is that of a device
    whose secret is not needed, because tokens are only refreshed.
    """

    app: AppClient
    username: str | None
    password: str | None = field(default=None, repr=False)
    device: RememberedDevice | None = None
    device_key: str | None = None
    auth_flow: str = "USER_SRP_AUTH"
    admin: bool = False
    refresh_token: str | None = field(default=None, repr=False)
    preferred_challenge: str | None = None
    session: str | None = field(default=None, repr=False)
    auth_parameters: Mapping[str, str] | None = field(default=None, repr=False)
    client_metadata: Mapping[str, str] | None = field(default=None, repr=False)
    user_context_data: Mapping[str, Any] | None = field(default=None, repr=False)
    analytics_metadata: Mapping[str, str] | None = field(default=None, repr=False)

    def check(self) -> None:
        """Raise `InvalidInputError` for what a sign-in cannot begin with."""
        self._check_flow()
        self._check_device_key()
        if self.refreshes:
            check_text("refresh_token", self.refresh_token or "", "pass the refresh token")
            self._check_refresh()
        elif self.refresh_token is not None:
            fix = f"leave it out, or pass auth_flow={REFRESH_OPERATION!r}"
            raise InvalidInputError("refresh_token", f"has no place in {self.auth_flow}", fix)
        if self.username is not None or not self.refreshes or self._hashes_secret:
            check_text("username", self.username or "", "pass the user's name")
        if self.password is not None or self.needs_password:
            check_text("password", self.password or "", "pass the user's password")

    def _check_device_key(self) -> None:
        if self.device_key is None:
            return
        check_device_key(self.device_key)
        if not self.refreshes:
            fix = "pass device=, whose secret the sign-in has to prove"
            raise InvalidInputError("device_key", "is of use for a refresh_token only", fix)
        if self.device is not None and self.device.device_key != self.device_key:
            raise InvalidInputError("device_key", "is not that of the device", "pass one of them")

    def _check_refresh(self) -> None:
        """Nothing that was given may be dropped."""
        if self.password is not None:
            rule = "has no place beside a refresh token"
            raise InvalidInputError("password", rule, "pass one of them")
        if self.auth_flow == REFRESH_OPERATION:
            for name, fix in _NOT_REFRESHED.items():
                given = getattr(self, name)
                only_the_key = name == "auth_parameters" and set(given or ()) == {"DEVICE_KEY"}
                if given is not None and not only_the_key:
                    raise InvalidInputError(name, f"has no place in {self.auth_flow}", fix)

    def _check_flow(self) -> None:
        flow, admin = self.auth_flow, self.admin
        if flow not in _FLOWS:
            rule = f"is not one of {', '.join(_FLOWS)}"
            raise InvalidInputError("auth_flow", rule, "choose one of them")
        if not admin and flow in _ADMIN_PASSWORD_FLOWS:
            fix = "pass admin=True, or choose USER_PASSWORD_AUTH"
            raise InvalidInputError("auth_flow", f"{flow} is of AdminInitiateAuth only", fix)
        if admin and flow in _PUBLIC_ONLY:
            fix = f"choose {_PUBLIC_ONLY[flow]}"
            raise InvalidInputError("auth_flow", f"{flow} has no Admin form", fix)
        if self.preferred_challenge is not None and flow != "USER_AUTH":
            fix = "leave it out, or pass auth_flow='USER_AUTH'"
            raise InvalidInputError("preferred_challenge", f"has no place in {flow}", fix)

    @property
    def refreshes(self) -> bool:
        """Whether it renews the tokens of an earlier sign-in."""
        return self.auth_flow in _REFRESH_FLOWS

    @property
    def sent_device_key(self) -> str | None:
        """The key of the device that the requests name."""
        return self.device.device_key if self.device is not None else self.device_key

    @property
    def refreshed_device_key(self) -> str | None:
        """The key of the device whose tokens are refreshed, wherever it was given."""
        return (self.auth_parameters or {}).get("DEVICE_KEY", self.sent_device_key)

    @property
    def needs_password(self) -> bool:
        """Whether InitiateAuth proves or carries the password."""
        return self.proves_by_srp or self.auth_flow in _PASSWORD_FLOWS

    @property
    def proves_by_srp(self) -> bool:
        """Whether InitiateAuth carries SRP_A.

        Where the password may become known later, only if it is known now.
        """
        may = self.auth_flow == "CUSTOM_AUTH" or self.preferred_challenge == "PASSWORD_SRP"
        return self.auth_flow in _SRP_FLOWS or (may and self.password is not None)

    @property
    def _hashes_secret(self) -> bool:
        return self.app.has_secret and self.auth_flow != REFRESH_OPERATION

    def initiate(self, srp_a: str | None = None) -> Call:
        """InitiateAuth, AdminInitiateAuth or GetTokensFromRefreshToken."""
        if self.auth_flow == REFRESH_OPERATION:
            return refresh_call(
                client_id=self.app.client_id,
                refresh_token=self.refresh_token or "",
                client_secret=self.app.client_secret,
                device_key=self.refreshed_device_key,
                client_metadata=self.client_metadata,
            )
        parameters = {**self._user(self.username), **self._first_proof(srp_a)}
        parameters |= self.auth_parameters or {}
        request = {"AuthFlow": self.auth_flow, "AuthParameters": parameters}
        if self.session is not None:
            request["Session"] = self.session
        return self._call("InitiateAuth", request)

    def respond(self, challenge: Challenge, username: str, responses: Mapping[str, str]) -> Call:
        """RespondToAuthChallenge or AdminRespondToAuthChallenge.

        The call has a Session exactly when the challenge came with one.
        """
        answer = {**self._user(username), **responses}
        request: dict[str, Any] = {"ChallengeName": challenge.name, "ChallengeResponses": answer}
        if challenge.session:
            request["Session"] = challenge.session
        return self._call("RespondToAuthChallenge", request)

    def _user(self, username: str | None) -> dict[str, str]:
        """Who it is: what every request of a client with a secret, and of a device, carries."""
        fields = {}
        if username is not None:
            fields = {"USERNAME": username, **self.app.secret_hash(username)}
        if self.sent_device_key is not None:
            fields["DEVICE_KEY"] = self.sent_device_key
        return fields

    def _first_proof(self, srp_a: str | None) -> dict[str, str]:
        proof = {}
        if self.refresh_token is not None:
            return {"REFRESH_TOKEN": self.refresh_token}
        if self.preferred_challenge is not None:
            proof["PREFERRED_CHALLENGE"] = self.preferred_challenge
        if srp_a is not None:
            proof["SRP_A"] = srp_a
            if self.auth_flow == "CUSTOM_AUTH":
                proof["CHALLENGE_NAME"] = "SRP_A"
        elif self.password is not None and (
            self.auth_flow in _PASSWORD_FLOWS or self.preferred_challenge == "PASSWORD"
        ):
            proof["PASSWORD"] = self.password
        return proof

    def _call(self, operation: str, request: dict[str, Any]) -> Call:
        request["ClientId"] = self.app.client_id
        context = "UserContextData"
        if self.admin:
            operation, context = f"Admin{operation}", "ContextData"
            request["UserPoolId"] = self.app.pool_id
        for name, value in (
            (context, self.user_context_data),
            ("ClientMetadata", self.client_metadata),
            ("AnalyticsMetadata", self.analytics_metadata),
        ):
            if value is not None:
                request[name] = value
        return Call(operation, request)


def default_flow(refresh_token: str | None, *, admin: bool) -> str:
    """The flow where the caller names none."""
    if refresh_token is None:
        return "USER_SRP_AUTH"
    return "REFRESH_TOKEN_AUTH" if admin else REFRESH_OPERATION
