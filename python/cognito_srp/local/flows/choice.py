"""USER_AUTH, where the client chooses how to begin: with a password, a code or a passkey."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..refusals import Refusal, expired_session, invalid_parameter, invalid_session
from ..store.challenges import SIGN_UP, Pending
from ..store.user import User
from .answers import ChallengeAnswer
from .codes import EMAIL, SMS, check_code, described, send_code
from .first_factor import Start, begin_srp, check_password
from .mfa import has_second_factor
from .web_authn import ask_passkey, passkey_answered, passkeys_of

__all__ = ["CHOICE_HANDLERS", "begin_by_choice"]

#: The codes of a first factor, and the way each is sent. They have eight digits, those of a second
#: factor six.
_CODES = {"EMAIL_OTP": EMAIL, "SMS_OTP": SMS}
_DIGITS = 8


def begin_by_choice(start: Start, username: str, user: User | None) -> dict[str, Any]:
    """The challenge that the client prefers, or the choice between those that there are.

    The Session of a ConfirmSignUp stands for the code that confirmed the user.
    """
    if start.session is not None:
        return _signed_up(start, user)
    preferred = start.parameters.get("PREFERRED_CHALLENGE")
    available = _available(start, user)
    if preferred not in available:
        if preferred is not None and start.state.settings.unavailable_choice_is_refused:
            raise _unavailable(preferred)
        answer = start.offer(start.pending("SELECT_CHALLENGE", username, user), {})
    elif preferred in ("PASSWORD", "PASSWORD_SRP") and not start.parameters.get(_PROOF[preferred]):
        answer = start.offer(start.pending(preferred, username, user), {})
    else:
        return _first_factor(start, preferred, username, user)
    return answer | {"AvailableChallenges": available}


def _available(start: Start, user: User | None) -> list[str]:
    """What the pool's SignInPolicy allows and the user can do.

    A second factor can only follow a password; of someone who does not exist nothing more is told.
    """
    policies = start.pool.extended_config.get("Policies") or {}
    allowed = (policies.get("SignInPolicy") or {}).get("AllowedFirstAuthFactors") or ["PASSWORD"]
    by_password = "PASSWORD" in allowed and (user is None or user.password)
    challenges = ["PASSWORD", "PASSWORD_SRP"] if by_password else []
    with_factor = start.state.settings.choice_with_second_factor
    if user is not None and (with_factor or not has_second_factor(start.pool, user)):
        known = user.attribute_lookup
        challenges += [
            code
            for code, medium in _CODES.items()
            if code in allowed and known.get(f"{medium.attribute}_verified") == "true"
        ]
        if "WEB_AUTHN" in allowed and passkeys_of(start.pool, user):
            challenges.append("WEB_AUTHN")
    return challenges


def _unavailable(challenge: str) -> Refusal:
    return invalid_parameter(f"{challenge} is not one of the available challenges")


def _signed_up(start: Start, user: User | None) -> dict[str, Any]:
    """Signs a user in who has just confirmed the sign-up, without a further proof."""
    with start.state.lock:
        pending = start.state.challenges.by_session(start.session or "")
        fits = pending is not None and (pending.challenge, pending.client_id, pending.done) == (
            SIGN_UP,
            start.client.id,
            True,
        )
        if pending is None or user is None or not fits or pending.user_id != user.id:
            reason = "Session is not one of ConfirmSignUp for this user and app client"
            raise invalid_session(reason)
        if pending.expires <= start.state.clock.time():
            raise expired_session()
        start.state.challenges.take(pending)
        return start.attempt(user).after_first_factor()


#: What proves a password.
_PROOF = {"PASSWORD": "PASSWORD", "PASSWORD_SRP": "SRP_A"}


def _first_factor(start: Start, challenge: str, username: str, user: User | None) -> dict[str, Any]:
    """Takes a password at once, begins with SRP, asks a passkey, or sends a code."""
    if challenge == "PASSWORD":
        return check_password(start, user)
    if challenge == "PASSWORD_SRP":
        return begin_srp(start, username, user)
    if user is None:
        raise _unavailable(challenge)
    if challenge == "WEB_AUTHN":
        return ask_passkey(start, user)
    with start.state.lock:
        message = send_code(start.state, start.pool, user, _CODES[challenge], _DIGITS)
    pending = replace(
        start.pending(challenge, username, user), code=message.code, first_factor=True
    )
    return start.offer(pending, described(message))


def _select_challenge(answer: ChallengeAnswer) -> dict[str, Any]:
    choice = answer.parameter("ANSWER")
    if choice in _PROOF:
        answer.parameter(_PROOF[choice])
    return _chosen(answer, choice)


def _chosen(answer: ChallengeAnswer, choice: str) -> dict[str, Any]:
    """Continues as InitiateAuth would have, had it been given the same parameters."""
    with answer.state.lock:
        pending = answer.by_session()
        start, user = _start_again(answer, pending)
        if choice not in _available(start, user):
            raise _unavailable(choice)
        answer.take(pending)
    return _first_factor(start, choice, pending.username, user)


def _start_again(answer: ChallengeAnswer, pending: Pending) -> tuple[Start, User | None]:
    parameters = {"DEVICE_KEY": pending.device_key, **answer.responses}
    start = answer.as_start("USER_AUTH", parameters)
    return start, answer.pool.users.get(pending.username) if pending.user_id is not None else None


def _password(answer: ChallengeAnswer) -> dict[str, Any]:
    answer.parameter("PASSWORD")
    return _chosen(answer, "PASSWORD")


def _password_srp(answer: ChallengeAnswer) -> dict[str, Any]:
    answer.parameter("SRP_A")
    return _chosen(answer, "PASSWORD_SRP")


def _one_time_password(answer: ChallengeAnswer) -> dict[str, Any]:
    """SMS_OTP and EMAIL_OTP; the latter is also what a second factor is called."""
    code = answer.parameter(f"{answer.challenge}_CODE")
    with answer.state.lock:
        pending = answer.by_session()
        check_code(pending, code)
        attempt = answer.attempt_by_code(pending)
        answer.take(pending)
        if pending.first_factor:
            return attempt.after_first_factor()
        return attempt.after_second_factor()


CHOICE_HANDLERS = {
    "EMAIL_OTP": _one_time_password,
    "PASSWORD": _password,
    "PASSWORD_SRP": _password_srp,
    "SELECT_CHALLENGE": _select_challenge,
    "SMS_OTP": _one_time_password,
    "WEB_AUTHN": passkey_answered,
}
