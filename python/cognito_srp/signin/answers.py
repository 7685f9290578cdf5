"""What is answered without asking anyone: the challenges that prove a password or a device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from ..devices.checks import check_text
from ..devices.verifiers import RememberedDevice
from ..errors import ChallengeError, SignInError
from ..srp.encoding import decode_base64, encode_base64, from_hex, timestamp
from ..srp.protocol import ClientExchange, claim_signature, device_identity, user_identity
from ..transport.causes import find
from ..transport.explanations import Situation
from .exchange import Exchange
from .state import SignIn

__all__ = ["answer_of", "needs_answer", "unanswered"]

#: The ChallengeResponses, and the sign-in as it goes on.
_Responses: TypeAlias = tuple[dict[str, str], SignIn]

_BY_PASSWORD: Final = ("PASSWORD", "PASSWORD_SRP")


def needs_answer(sign_in: SignIn) -> bool:
    """Whether the challenge has to be answered by someone else."""
    if sign_in.challenge.name in _BY_PASSWORD:
        return sign_in.request.password is None
    return sign_in.challenge.name not in _PROOFS


def answer_of(sign_in: SignIn, responses: Mapping[str, str] | None) -> _Responses:
    """The whole answer, `responses` being what someone else has to say to it.

    Raises `ChallengeError` where that is needed and missing.
    """
    name = sign_in.challenge.name
    try:
        if name in _PROOFS:
            return _PROOFS[name](sign_in)
    except KeyError as error:
        raise SignInError(f"challenge {name} came without {error}") from None
    if responses is None and needs_answer(sign_in):
        raise unanswered(sign_in)
    given = dict(responses or {})
    if "SESSION" in given:
        sign_in = sign_in.with_session(given.pop("SESSION"))
    way = given.get("ANSWER") if name == "SELECT_CHALLENGE" else name
    return _password(sign_in, given, way) if way in _BY_PASSWORD else (given, sign_in)


def unanswered(sign_in: SignIn) -> ChallengeError:
    """The error for a challenge that nobody answers."""
    name = sign_in.challenge.name
    message = f"the service wants {name}: pass on_challenge= to answer it"
    situation = Situation(frozenset({name}), has_device_key=sign_in.device is not None)
    row = find("ChallengeError", message, situation)
    error = ChallengeError(name, message if row is None else f"{message} ({row.hint()})")
    error.sign_in = sign_in
    return error


def _password(sign_in: SignIn, given: dict[str, str], way: str | None) -> _Responses:
    """PASSWORD and PASSWORD_SRP, chosen or imposed: the password is sent for the first only."""
    password = given.pop("PASSWORD", None) or sign_in.request.password
    check_text("password", password or "", "answer with PASSWORD, or pass password=")
    sign_in = sign_in.with_password(password or "")
    if way == "PASSWORD":
        return {**given, "PASSWORD": password or ""}, sign_in
    return _begin_exchange(sign_in, given, "PASSWORD_VERIFIER")


def _begin_exchange(sign_in: SignIn, given: dict[str, str], proof: str) -> _Responses:
    exchange = Exchange(ClientExchange(), proof)
    return {**given, "SRP_A": exchange.srp_a}, sign_in.with_exchange(exchange)


def _password_verifier(sign_in: SignIn) -> _Responses:
    request, user_id = sign_in.request, sign_in.challenge.parameters["USER_ID_FOR_SRP"]
    if request.password is None:
        message = "PASSWORD_VERIFIER came, but no password was given: pass password="
        raise ChallengeError(sign_in.challenge.name, message)
    pool = request.app.pool_name
    return _proof(sign_in, user_identity(pool, user_id, request.password), pool + user_id)


def _device_srp_auth(sign_in: SignIn) -> _Responses:
    _device(sign_in)
    return _begin_exchange(sign_in, {}, "DEVICE_PASSWORD_VERIFIER")


def _device_password_verifier(sign_in: SignIn) -> _Responses:
    device = _device(sign_in)
    group_key, key = device.device_group_key, device.device_key
    identity = device_identity(group_key, key, device.device_password)
    return _proof(sign_in, identity, group_key + key)


def _proof(sign_in: SignIn, identity: bytes, prefix: str) -> _Responses:
    name, parameters = sign_in.challenge.name, sign_in.challenge.parameters
    if sign_in.exchange is None or sign_in.exchange.proof != name:
        raise SignInError(f"challenge {name} came before its SRP exchange began")
    secret_block = parameters["SECRET_BLOCK"]
    try:
        B, salt = from_hex(parameters["SRP_B"]), from_hex(parameters["SALT"])
        block = decode_base64(secret_block)
    except ValueError as error:
        raise SignInError(f"challenge {name}: {error}") from None
    key = sign_in.exchange.client.session_key(B=B, salt=salt, identity=identity)
    now = timestamp()
    answer = {
        "PASSWORD_CLAIM_SECRET_BLOCK": secret_block,
        "PASSWORD_CLAIM_SIGNATURE": encode_base64(claim_signature(key, prefix, block, now)),
        "TIMESTAMP": now,
    }
    return answer, sign_in.with_exchange(None)  # a is good for one proof


def _device(sign_in: SignIn) -> RememberedDevice:
    if sign_in.device is None:
        name = sign_in.challenge.name
        raise ChallengeError(name, f"{name} came, but no device was given: pass device=")
    return sign_in.device


_PROOFS: Final[Mapping[str, Callable[[SignIn], _Responses]]] = {
    "PASSWORD_VERIFIER": _password_verifier,
    "DEVICE_SRP_AUTH": _device_srp_auth,
    "DEVICE_PASSWORD_VERIFIER": _device_password_verifier,
}
