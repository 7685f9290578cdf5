"""RespondToAuthChallenge: what each challenge's answer has to prove, and what comes next."""

from __future__ import annotations

import dataclasses
import secrets
from typing import Any

from moto.cognitoidp.models import UserStatus

from srp_native import N

from ...srp.encoding import to_hex
from ...srp.protocol import ServerExchange, pool_name
from ..refusals import Refusal, device_does_not_exist, incorrect, invalid_parameter
from ..store.attributes import change, check_known, check_writable
from ..store.challenges import Pending
from ..store.passwords import check_password_policy
from .answers import ChallengeAnswer
from .app_clients import check_secret_hash
from .attempt import require_confirmed
from .choice import CHOICE_HANDLERS
from .custom import CUSTOM_HANDLERS, password_proven
from .first_factor import judge_password
from .proofs import WRONG_PROOF, check_proof, client_public_value, is_proof
from .respond_mfa import MFA_HANDLERS

__all__ = ["respond"]


def respond(answer: ChallengeAnswer) -> dict[str, Any]:
    """The next challenge, or tokens."""
    handler = _HANDLERS.get(answer.challenge)
    if handler is None:
        raise invalid_parameter(f"Challenge {answer.challenge} is not supported here")
    # Over the name as this very request has it, alias or not.
    hashed = answer.responses.get("SECRET_HASH")
    check_secret_hash(answer.client, answer.parameter("USERNAME"), hashed)
    return handler(answer)


def _password_verifier(answer: ChallengeAnswer) -> dict[str, Any]:
    pending = answer.take_by_secret_block()
    _check_password_proof(answer, pending)
    if pending.custom is not None:
        return password_proven(answer, pending, pending.custom)
    with answer.state.lock:
        attempt = answer.attempt(pending)
        try:
            return attempt.after_first_factor()
        except Refusal as refusal:
            if refusal.code == "ResourceNotFoundException":
                # amazon-cognito-identity-js answers the very same challenge again, without the
                # key: so that refusal, unlike a wrong proof, leaves it open.
                reopened = dataclasses.replace(pending, device_key=None)
                answer.state.challenges.put(reopened, answer.state.clock.time())
            raise


def _check_password_proof(answer: ChallengeAnswer, pending: Pending) -> None:
    """A wrong password counts towards a lockout; a wrong clock, or a name nobody has, does not."""
    state, prefix = answer.state, f"{pool_name(answer.pool.id)}{pending.username}"
    user = answer.pool.users.get(pending.username)
    if user is None or user.id != pending.user_id:
        is_proof(pending, prefix, answer.responses, state.clock.now())
        raise incorrect("the user does not exist, or has gone since the challenge was made")
    with state.lock:
        require_confirmed(user)
        if state.settings.lockout:
            user.check_not_locked(state.clock.time())
    right = is_proof(pending, prefix, answer.responses, state.clock.now())
    with state.lock:
        judge_password(state, user, right=right, reason=WRONG_PROOF)


def _new_password_required(answer: ChallengeAnswer) -> dict[str, Any]:
    with answer.state.lock:
        pending = answer.by_session()
        attempt = answer.attempt(pending)
        attempt.device()
        password = answer.parameter("NEW_PASSWORD")
        check_password_policy(answer.pool, password)
        prefix = "userAttributes."
        given = {
            name[len(prefix) :]: value or ""
            for name, value in answer.responses.items()
            if name.startswith(prefix)
        }
        check_known(answer.pool, given)
        check_writable(answer.client, given)
        change(answer.pool, attempt.user, given)
        answer.take(pending)
        attempt.user.set_password(password, answer.state.clock.time())
        attempt.user.status = UserStatus.CONFIRMED
        return attempt.after_new_password()


def _device_srp_auth(answer: ChallengeAnswer) -> dict[str, Any]:
    device_key = answer.parameter("DEVICE_KEY")
    A = client_public_value(answer.responses)
    with answer.state.lock:
        pending = answer.by_session_or_device(device_key)
        attempt = answer.attempt(pending)
        device = attempt.device()
        if device is None:
            raise device_does_not_exist()
        answer.take(pending)
        # A device confirmed without a verifier has a secret that nobody knows.
        verifier = device.verifier or 2 + secrets.randbelow(N - 2)
        salt = device.salt or secrets.randbits(128)
    exchange = ServerExchange(verifier)
    new = dataclasses.replace(attempt.pending("DEVICE_PASSWORD_VERIFIER"), exchange=exchange, A=A)
    shown = {
        "SALT": to_hex(salt),
        "SRP_B": to_hex(exchange.B),
        "SECRET_BLOCK": new.secret_block,
        "DEVICE_KEY": device_key,
        "USERNAME": new.username,
    }
    with answer.state.lock:
        return attempt.offer(new, shown)


def _device_password_verifier(answer: ChallengeAnswer) -> dict[str, Any]:
    device_key = answer.parameter("DEVICE_KEY")
    pending = answer.take_by_secret_block()
    if device_key != pending.device_key:
        raise incorrect("DEVICE_KEY is not that of the challenge")
    with answer.state.lock:
        attempt = answer.attempt(pending)
        device = attempt.device()
    group_key = device.group_key if device is not None else ""
    check_proof(pending, group_key + device_key, answer.responses, answer.state.clock.now())
    with answer.state.lock:
        return attempt.complete()


_HANDLERS = {
    "PASSWORD_VERIFIER": _password_verifier,
    "NEW_PASSWORD_REQUIRED": _new_password_required,
    "DEVICE_SRP_AUTH": _device_srp_auth,
    "DEVICE_PASSWORD_VERIFIER": _device_password_verifier,
    **CHOICE_HANDLERS,
    **CUSTOM_HANDLERS,
    **MFA_HANDLERS,
}
