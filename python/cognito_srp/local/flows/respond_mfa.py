"""Answers to the challenges of a second factor.

A wrong code leaves the challenge open, as AWS does: a person may mistype.
"""

from __future__ import annotations

from typing import Any

from ..refusals import Refusal, code_mismatch, invalid_parameter, invalid_session
from .answers import ChallengeAnswer
from .codes import check_code
from .mfa import SMS_MFA, TOTP, factor_challenge, factors_of

__all__ = ["MFA_HANDLERS"]


def _sms_mfa(answer: ChallengeAnswer) -> dict[str, Any]:
    code = answer.parameter("SMS_MFA_CODE")
    with answer.state.lock:
        pending = answer.by_session()
        check_code(pending, code)
        attempt = answer.attempt_by_code(pending)
        answer.take(pending)
        return attempt.after_second_factor()


def _software_token_mfa(answer: ChallengeAnswer) -> dict[str, Any]:
    code, now = answer.parameter("SOFTWARE_TOKEN_MFA_CODE"), answer.state.clock.time()
    with answer.state.lock:
        pending = answer.by_session()
        attempt = answer.attempt(pending)
        token = answer.pool.software_tokens.get(attempt.user.id)
        if token is None or not token.matches(code, now):
            raise code_mismatch()
        attempt = answer.attempt_by_code(pending)
        if not token.use(code, now):
            message = "Your software token has already been used once."
            raise Refusal("ExpiredCodeException", message)
        answer.take(pending)
        return attempt.after_second_factor()


def _select_mfa_type(answer: ChallengeAnswer) -> dict[str, Any]:
    factor = answer.parameter("ANSWER")
    with answer.state.lock:
        pending = answer.by_session()
        attempt = answer.attempt(pending)
        if factor not in factors_of(answer.pool, attempt.user):
            raise invalid_parameter(f"{factor} is not one of the user's second factors")
        answer.take(pending)
        return factor_challenge(attempt, factor)


def _mfa_setup(answer: ChallengeAnswer) -> dict[str, Any]:
    """Comes with the Session of VerifySoftwareToken; that of the challenge is used up by then."""
    with answer.state.lock:
        pending = answer.by_session()
        if not pending.done:
            raise invalid_session("VerifySoftwareToken gives the Session of this answer")
        attempt = answer.attempt(pending)
        answer.take(pending)
        return attempt.after_second_factor()


MFA_HANDLERS = {
    SMS_MFA: _sms_mfa,
    TOTP: _software_token_mfa,
    "SELECT_MFA_TYPE": _select_mfa_type,
    "MFA_SETUP": _mfa_setup,
}
