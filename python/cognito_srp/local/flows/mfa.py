"""Second factors: which one a sign-in needs, and the challenge for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..refusals import Refusal
from ..store.pool import Pool
from ..store.user import User
from .codes import EMAIL, SMS, described, send_code
from .issuing import ChallengeIssuer

__all__ = [
    "EMAIL_OTP",
    "SMS_MFA",
    "TOTP",
    "factor_challenge",
    "factors_of",
    "has_second_factor",
    "second_factor",
]

TOTP, SMS_MFA, EMAIL_OTP = "SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"

#: The factors whose code is sent, and how. Their codes have six digits.
_SENT = {SMS_MFA: SMS, EMAIL_OTP: EMAIL}
_DIGITS = 6


def second_factor(attempt: ChallengeIssuer) -> dict[str, Any] | None:
    """The challenge for the user's second factor; None where none is asked for."""
    pool, user = attempt.pool, attempt.user
    if pool.mfa_config == "OFF":
        return None
    factors = factors_of(pool, user)
    if user.preferred_mfa_setting in factors:
        return factor_challenge(attempt, user.preferred_mfa_setting)
    if len(factors) > 1:
        shown = {"MFAS_CAN_CHOOSE": json.dumps(factors), "USER_ID_FOR_SRP": user.username}
        return attempt.challenge("SELECT_MFA_TYPE", shown)
    if factors:
        return factor_challenge(attempt, factors[0])
    return _set_up(attempt) if pool.mfa_config == "ON" else None


def has_second_factor(pool: Pool, user: User) -> bool:
    """True if a sign-in of the user with a password asks for a second factor."""
    return pool.mfa_config == "ON" or (pool.mfa_config != "OFF" and bool(factors_of(pool, user)))


def factor_challenge(attempt: ChallengeIssuer, factor: str) -> dict[str, Any]:
    """The challenge for one factor. For SMS_MFA and EMAIL_OTP this sends the message."""
    shown = {"USER_ID_FOR_SRP": attempt.user.username}
    if factor == TOTP:
        return attempt.challenge(TOTP, shown)
    message = send_code(attempt.state, attempt.pool, attempt.user, _SENT[factor], _DIGITS)
    pending = replace(attempt.pending(factor), code=message.code)
    return attempt.offer(pending, shown | described(message))


def factors_of(pool: Pool, user: User) -> list[str]:
    """The factors the user can be asked for.

    A pool that requires a second one takes a phone number for it without the user having said so.
    """
    factors = []
    known = user.attribute_lookup
    required = pool.mfa_config == "ON" and _sends_texts(pool)
    by_phone = user.sms_mfa_enabled or (required and not user.software_token_mfa_enabled)
    if known.get("phone_number") and by_phone:
        factors.append(SMS_MFA)
    if pool.email_mfa_config is not None and known.get("email") and user.id in pool.email_mfa_users:
        factors.append(EMAIL_OTP)
    if user.software_token_mfa_enabled and user.id in pool.software_tokens:
        factors.append(TOTP)
    return factors


def _sends_texts(pool: Pool) -> bool:
    return bool(pool.sms_mfa_config or pool.extended_config.get("SmsConfiguration"))


def _set_up(attempt: ChallengeIssuer) -> dict[str, Any]:
    """MFA is required and the user has no factor yet: an authenticator can be set up now.

    The others that the pool has activated are named too; they take an attribute and a new sign-in.
    """
    pool = attempt.pool
    if not (pool.token_mfa_config or {}).get("Enabled"):
        message = "User has no second factor and the user pool offers none to set up."
        raise Refusal("InvalidParameterException", message)
    factors = [SMS_MFA] * _sends_texts(pool) + [EMAIL_OTP] * bool(pool.email_mfa_config) + [TOTP]
    shown = {"MFAS_CAN_SETUP": json.dumps(factors), "USER_ID_FOR_SRP": attempt.user.username}
    return attempt.challenge("MFA_SETUP", shown)
