"""RespondToAuthChallenge: answers to the challenges of a sign-in."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPoolClient, UserStatus

from srp_native import N

from ..encoding import to_hex
from ..srp import ServerExchange, pool_name
from .app_clients import check_secret_hash
from .attempt import Attempt
from .challenges import Pending
from .pool import Pool
from .proofs import check_proof, client_public_value, parameter
from .refusals import (
    Refusal,
    device_does_not_exist,
    expired_session,
    incorrect,
    invalid_parameter,
    invalid_session,
    missing_parameter,
)
from .state import State

__all__ = ["Answer", "respond"]

Responses = Mapping[str, str | None]


@dataclasses.dataclass(frozen=True)
class Answer:
    """One RespondToAuthChallenge request."""

    state: State
    pool: Pool
    client: CognitoIdpUserPoolClient
    challenge: str
    session: str | None
    responses: Responses
    ip: str


def respond(answer: Answer) -> dict[str, Any]:
    """The next challenge, or tokens."""
    handler = _HANDLERS.get(answer.challenge)
    if handler is None:
        raise invalid_parameter(f"Challenge {answer.challenge} is not supported here")
    username = parameter(answer.responses, "USERNAME")
    user = answer.pool.user(username)
    internal = user.username if user is not None else username
    check_secret_hash(answer.client, internal, answer.responses.get("SECRET_HASH"))
    response: dict[str, Any] = handler(answer)
    return response


def _password_verifier(answer: Answer) -> dict[str, Any]:
    pending = _by_secret_block(answer)
    name = pending.username
    prefix = f"{pool_name(answer.pool.id)}{name}"
    check_proof(pending, prefix, answer.responses, answer.state.clock.now())
    with answer.state.lock:
        attempt = _attempt(answer, pending)
        # Sent here it replaces what InitiateAuth said, an explicit null included.
        if "DEVICE_KEY" in answer.responses:
            attempt = attempt.with_device(answer.responses["DEVICE_KEY"])
        try:
            return attempt.after_password()
        except Refusal as refusal:
            if refusal.code == "ResourceNotFoundException":
                # amazon-cognito-identity-js answers the very same challenge again, without the
                # key: so that refusal, unlike a wrong proof, leaves it open.
                reopened = dataclasses.replace(pending, device_key=None)
                answer.state.challenges.put(reopened, answer.state.clock.time())
            raise


def _new_password_required(answer: Answer) -> dict[str, Any]:
    with answer.state.lock:
        pending = _by_session(answer)
        attempt = _attempt(answer, pending)
        password = parameter(answer.responses, "NEW_PASSWORD")
        answer.pool.backend._validate_password(answer.pool.id, password)
        _use(answer, pending)
        attempt.user.password = password
        attempt.user.status = UserStatus.CONFIRMED
        prefix = "userAttributes."
        attempt.user.update_attributes(
            [
                {"Name": name[len(prefix) :], "Value": value}
                for name, value in answer.responses.items()
                if name.startswith(prefix)
            ]
        )
        return attempt.after_new_password()


def _device_srp_auth(answer: Answer) -> dict[str, Any]:
    device_key = parameter(answer.responses, "DEVICE_KEY")
    A = client_public_value(answer.responses)
    with answer.state.lock:
        pending = _by_session_or_device(answer, device_key)
        attempt = _attempt(answer, pending)
        device = attempt.device()
        if device is None:
            raise device_does_not_exist()
        _use(answer, pending)
        # A device confirmed without a verifier has a secret that nobody knows.
        verifier = device.verifier or 2 + secrets.randbelow(N - 2)
        salt = device.salt or secrets.randbits(128)
    exchange = ServerExchange(verifier)
    new = dataclasses.replace(attempt.pending("DEVICE_PASSWORD_VERIFIER"), exchange=exchange, A=A)
    with answer.state.lock:
        answer.state.challenges.put(new, answer.state.clock.time())
    return {
        "ChallengeName": "DEVICE_PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": to_hex(salt),
            "SRP_B": to_hex(exchange.B),
            "SECRET_BLOCK": new.secret_block,
            "DEVICE_KEY": device_key,
            "USERNAME": new.username,
        },
        "Session": new.session,
    }


def _device_password_verifier(answer: Answer) -> dict[str, Any]:
    device_key = parameter(answer.responses, "DEVICE_KEY")
    pending = _by_secret_block(answer)
    if device_key != pending.device_key:
        raise incorrect()
    with answer.state.lock:
        attempt = _attempt(answer, pending)
        device = attempt.device()
    group_key = device.group_key if device is not None else ""
    check_proof(pending, group_key + device_key, answer.responses, answer.state.clock.now())
    with answer.state.lock:
        return attempt.complete()


def _attempt(answer: Answer, pending: Pending) -> Attempt:
    """The sign-in a challenge belongs to; refused if its user has gone since."""
    user = answer.pool.users.get(pending.username)
    if user is None or user.id != pending.user_id:
        raise incorrect()
    return Attempt(
        state=answer.state,
        pool=answer.pool,
        client=answer.client,
        user=user,
        ip=answer.ip,
        auth_time=pending.auth_time,
        device_key=pending.device_key,
    )


def _by_secret_block(answer: Answer) -> Pending:
    """Finds and uses up the challenge that the answer's SECRET_BLOCK belongs to."""
    block = parameter(answer.responses, "PASSWORD_CLAIM_SECRET_BLOCK")
    with answer.state.lock:
        pending = answer.state.challenges.by_secret_block(block)
        if pending is None or not _belongs(answer, pending):
            raise incorrect()
        if answer.session is not None and answer.session != pending.session:
            raise invalid_session()
        _use(answer, pending)
        return pending


def _by_session(answer: Answer) -> Pending:
    """Finds the challenge of the answer's Session; `_use` uses it up."""
    if answer.session is None:
        raise missing_parameter("Session")
    pending = answer.state.challenges.by_session(answer.session)
    if pending is None or not _belongs(answer, pending):
        raise invalid_session()
    return pending


def _by_session_or_device(answer: Answer, device_key: str) -> Pending:
    """The DEVICE_SRP_AUTH challenge. pycognito sends no Session there, and AWS takes that."""
    if answer.session is not None:
        pending = _by_session(answer)
        if pending.device_key != device_key:
            raise invalid_session()
        return pending
    user = answer.pool.user(parameter(answer.responses, "USERNAME"))
    found = user and answer.state.challenges.latest_for_device(
        answer.challenge, answer.client.id, user.id, device_key
    )
    if not found:
        raise invalid_session()
    return found


def _belongs(answer: Answer, pending: Pending) -> bool:
    """True if the challenge was made for this client, this user and this answer."""
    username = parameter(answer.responses, "USERNAME")
    user = answer.pool.user(username)
    same_user = user.id == pending.user_id if user is not None else username == pending.username
    return (
        pending.challenge == answer.challenge
        and pending.client_id == answer.client.id
        and pending.pool_id == answer.pool.id
        and same_user
    )


def _use(answer: Answer, pending: Pending) -> None:
    """Every challenge is answered once."""
    answer.state.challenges.take(pending)
    if pending.expires <= answer.state.clock.time():
        raise expired_session()


_HANDLERS = {
    "PASSWORD_VERIFIER": _password_verifier,
    "NEW_PASSWORD_REQUIRED": _new_password_required,
    "DEVICE_SRP_AUTH": _device_srp_auth,
    "DEVICE_PASSWORD_VERIFIER": _device_password_verifier,
}
