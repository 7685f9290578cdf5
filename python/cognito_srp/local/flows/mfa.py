"""Second factors: which one a sign-in needs, and the challenge for it."""

from __future__ import annotations

import json
import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.cognitoidp.models import CognitoIdpUser

from ..refusals import Refusal
from ..store.pool import Pool
from ..store.state import TextMessage

if TYPE_CHECKING:
    from .attempt import Attempt

__all__ = ["SMS", "TOTP", "factor_challenge", "factors_of", "second_factor"]

_log = logging.getLogger(__name__)

TOTP, SMS = "SOFTWARE_TOKEN_MFA", "SMS_MFA"


def second_factor(attempt: Attempt) -> dict[str, Any] | None:
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


def factor_challenge(attempt: Attempt, factor: str) -> dict[str, Any]:
    """The challenge for one factor. For SMS_MFA this sends the message."""
    shown = {"USER_ID_FOR_SRP": attempt.user.username}
    if factor == TOTP:
        return attempt.challenge(TOTP, shown)
    message = _text(attempt)
    shown["CODE_DELIVERY_DELIVERY_MEDIUM"] = "SMS"
    shown["CODE_DELIVERY_DESTINATION"] = "+*******" + message.phone_number[-4:]
    pending = replace(attempt.pending(SMS), code=message.code)
    return attempt.offer(pending, shown)


def factors_of(pool: Pool, user: CognitoIdpUser) -> list[str]:
    """The factors the user can be asked for. A pool that requires a second one takes a phone
    number for it without the user having said so."""
    factors = []
    phone = user.attribute_lookup.get("phone_number")
    required = pool.mfa_config == "ON" and _sends_texts(pool)
    if phone and (user.sms_mfa_enabled or (required and not user.software_token_mfa_enabled)):
        factors.append(SMS)
    if user.software_token_mfa_enabled and user.id in pool.software_tokens:
        factors.append(TOTP)
    return factors


def _sends_texts(pool: Pool) -> bool:
    return bool(pool.sms_mfa_config or pool.extended_config.get("SmsConfiguration"))


def _set_up(attempt: Attempt) -> dict[str, Any]:
    """MFA is required and the user has no factor yet: an authenticator can be set up now."""
    if not (attempt.pool.token_mfa_config or {}).get("Enabled"):
        message = "User has no second factor and the user pool offers none to set up."
        raise Refusal("InvalidParameterException", message)
    shown = {"MFAS_CAN_SETUP": json.dumps([TOTP]), "USER_ID_FOR_SRP": attempt.user.username}
    return attempt.challenge("MFA_SETUP", shown)


def _text(attempt: Attempt) -> TextMessage:
    user = attempt.user
    message = TextMessage(
        username=user.username,
        phone_number=user.attribute_lookup["phone_number"],
        code=f"{secrets.randbelow(10**6):06}",
    )
    attempt.state.texts.append(message)
    # A local server has no phone to send to: its log is where a person finds the code.
    _log.info("SMS for %s: %s is your authentication code", message.username, message.code)
    return message
