"""Sign-in with SRP, through the device challenges, to tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .calls import Client, call
from .checks import check_text
from .confirm import enroll_device
from .device import NewDevice, RememberedDevice
from .encoding import decode_base64, encode_base64, from_hex, timestamp, to_hex
from .errors import ChallengeError, InvalidInputError, SignInError
from .srp import (
    ClientExchange,
    claim_signature,
    device_identity,
    pool_name,
    secret_hash,
    user_identity,
)

__all__ = ["Challenge", "OnChallenge", "Session", "Tokens", "sign_in"]


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a sign-in is for; `expires_in` in seconds. Redacted in its repr."""

    access_token: str = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in: int
    token_type: str


@dataclass(frozen=True)
class Challenge:
    """A challenge that a person or an authenticator has to answer, as the service put it."""

    name: str
    parameters: Mapping[str, str] = field(repr=False)


#: Returns the service's ChallengeResponses; USERNAME, SECRET_HASH and DEVICE_KEY are added.
OnChallenge = Callable[[Challenge], Mapping[str, str]]


@dataclass(frozen=True)
class Session:
    """A signed-in user. ``new_device`` is there when the pool tracks devices and none was given."""

    tokens: Tokens
    new_device: NewDevice | None
    _client: Client = field(repr=False)

    def enroll_device(
        self, *, device_name: str | None = None, remember: bool | None = None
    ) -> RememberedDevice:
        """Give the new device a secret and confirm it; returns what to keep for sign-ins with it.

        Raises as `cognito_srp.enroll_device` does, and `SignInError` when the sign-in handed out
        no device key.
        """
        if self.new_device is None:
            raise SignInError(
                "this sign-in gave no device key: the pool does not track devices, or the sign-in "
                "was made with one"
            )
        confirmed = enroll_device(
            self._client,
            access_token=self.tokens.access_token,
            device_group_key=self.new_device.device_group_key,
            device_key=self.new_device.device_key,
            device_name=device_name,
            remember=remember,
        )
        assert confirmed.device is not None  # noqa: S101 - our own verifier knows its secret
        return confirmed.device


def sign_in(
    client: Client,
    *,
    pool_id: str,
    client_id: str,
    username: str,
    password: str,
    client_secret: str | None = None,
    device: RememberedDevice | None = None,
    on_challenge: OnChallenge | None = None,
    auth_flow: str = "USER_SRP_AUTH",
) -> Session:
    """Sign a user in with USER_SRP_AUTH or USER_PASSWORD_AUTH, and with a device if one is given.

    SRP proves the password and the device's without sending them, in constant time. Any other
    challenge goes to `on_challenge`. `client` is any boto3 ``cognito-idp`` client.

    Raises `InvalidInputError` before anything is sent; `ServiceError`, `UnreachableError`,
    `ChallengeError` for a challenge that nobody answers, `SignInError` for an answer that makes
    no sense and `SrpError` for one that SRP forbids.
    """
    flow = _Flow(
        pool_id=pool_id,
        client_id=client_id,
        username=username,
        password=password,
        client_secret=client_secret,
        device=device,
        on_challenge=on_challenge,
        auth_flow=auth_flow,
    )
    response = call(client, "InitiateAuth", **flow.begin())
    while "ChallengeName" in response:
        response = call(client, "RespondToAuthChallenge", **flow.answer(response))
    return _session(client, response)


def _session(client: Client, response: Mapping[str, Any]) -> Session:
    try:
        result = response["AuthenticationResult"]
        tokens = Tokens(
            access_token=result["AccessToken"],
            id_token=result["IdToken"],
            refresh_token=result.get("RefreshToken"),
            expires_in=result["ExpiresIn"],
            token_type=result["TokenType"],
        )
    except KeyError as error:
        raise SignInError(f"the service's last answer has no {error}") from None
    metadata = result.get("NewDeviceMetadata")
    return Session(tokens, NewDevice.from_metadata(metadata) if metadata else None, client)


_FLOWS = ("USER_SRP_AUTH", "USER_PASSWORD_AUTH")


@dataclass(kw_only=True)
class _Flow:
    """Turns the service's answers into the next request; no network."""

    pool_id: str
    client_id: str
    username: str
    password: str = field(repr=False)
    client_secret: str | None = field(repr=False)
    device: RememberedDevice | None
    on_challenge: OnChallenge | None
    auth_flow: str
    _exchange: ClientExchange | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        check_text("client_id", self.client_id, "pass the app client's id")
        check_text("username", self.username, "pass the user's name")
        check_text("password", self.password, "pass the user's password")
        if self.client_secret is not None:
            check_text("client_secret", self.client_secret, "leave it out for a public client")
        check_text("pool_id", self.pool_id, "pass the user pool's id")
        if not pool_name(self.pool_id):
            raise InvalidInputError("pool_id", "has no '_'", "pass it as in eu-west-1_AbCdEfGhI")
        if self.auth_flow not in _FLOWS:
            raise InvalidInputError(
                "auth_flow", f"is not one of {', '.join(_FLOWS)}", "choose one of them"
            )

    def begin(self) -> dict[str, Any]:
        """The parameters of InitiateAuth."""
        if self.auth_flow == "USER_SRP_AUTH":
            proof = {"SRP_A": self._start_exchange()}
        else:
            proof = {"PASSWORD": self.password}
        return {
            "ClientId": self.client_id,
            "AuthFlow": self.auth_flow,
            "AuthParameters": self._common(self.username) | proof,
        }

    def answer(self, response: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of RespondToAuthChallenge for a response that holds a challenge."""
        name: str = response["ChallengeName"]
        parameters: Mapping[str, str] = response.get("ChallengeParameters") or {}
        answer = _ANSWERS.get(name, _Flow._ask)
        try:
            # USERNAME is the internal name; challenges after the first may leave it out.
            self.username = parameters.get("USERNAME", self.username)
            responses = answer(self, Challenge(name, parameters))
        except KeyError as error:
            raise SignInError(f"challenge {name} came without {error}") from None
        request = {
            "ClientId": self.client_id,
            "ChallengeName": name,
            "ChallengeResponses": self._common(self.username) | dict(responses),
        }
        if response.get("Session"):
            request["Session"] = response["Session"]
        return request

    def _common(self, username: str) -> dict[str, str]:
        fields = {"USERNAME": username}
        if self.client_secret is not None:
            fields["SECRET_HASH"] = secret_hash(username, self.client_id, self.client_secret)
        if self.device is not None:
            fields["DEVICE_KEY"] = self.device.device_key
        return fields

    def _start_exchange(self) -> str:
        self._exchange = exchange = ClientExchange()
        return to_hex(exchange.A)

    def _password_verifier(self, challenge: Challenge) -> Mapping[str, str]:
        pool, user_id = pool_name(self.pool_id), challenge.parameters["USER_ID_FOR_SRP"]
        identity = user_identity(pool, user_id, self.password)
        return self._proof(challenge, identity, pool + user_id)

    def _device_srp_auth(self, challenge: Challenge) -> Mapping[str, str]:
        self._device(challenge)
        return {"SRP_A": self._start_exchange()}

    def _device_password_verifier(self, challenge: Challenge) -> Mapping[str, str]:
        device = self._device(challenge)
        group_key, key = device.device_group_key, device.device_key
        identity = device_identity(group_key, key, device.device_password)
        return self._proof(challenge, identity, group_key + key)

    def _proof(self, challenge: Challenge, identity: bytes, prefix: str) -> Mapping[str, str]:
        if self._exchange is None:
            raise SignInError(f"challenge {challenge.name} came before its SRP exchange began")
        parameters = challenge.parameters
        secret_block = parameters["SECRET_BLOCK"]
        try:
            B, salt = from_hex(parameters["SRP_B"]), from_hex(parameters["SALT"])
            block = decode_base64(secret_block)
        except ValueError as error:
            raise SignInError(f"challenge {challenge.name}: {error}") from None
        key = self._exchange.session_key(B=B, salt=salt, identity=identity)
        self._exchange = None  # a is good for one answer
        now = timestamp()
        return {
            "PASSWORD_CLAIM_SECRET_BLOCK": secret_block,
            "PASSWORD_CLAIM_SIGNATURE": encode_base64(claim_signature(key, prefix, block, now)),
            "TIMESTAMP": now,
        }

    def _device(self, challenge: Challenge) -> RememberedDevice:
        if self.device is None:
            message = f"{challenge.name} came, but no device was given: pass device="
            raise ChallengeError(challenge.name, message)
        return self.device

    def _ask(self, challenge: Challenge) -> Mapping[str, str]:
        if self.on_challenge is None:
            message = f"the service wants {challenge.name}: pass on_challenge= to answer it"
            raise ChallengeError(challenge.name, message)
        return self.on_challenge(challenge)


_ANSWERS: dict[str, Callable[[_Flow, Challenge], Mapping[str, str]]] = {
    "PASSWORD_VERIFIER": _Flow._password_verifier,
    "DEVICE_SRP_AUTH": _Flow._device_srp_auth,
    "DEVICE_PASSWORD_VERIFIER": _Flow._device_password_verifier,
}
