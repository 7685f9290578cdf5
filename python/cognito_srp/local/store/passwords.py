"""Which passwords a pool takes, and how long temporary ones last."""

from __future__ import annotations

import re
import secrets
import string
from typing import Any

from ..refusals import Refusal, not_authorized
from .records import PoolRecords
from .user import User

__all__ = ["check_password_policy", "check_temporary", "new_temporary_password", "passwordless"]

#: Developer Guide, "Password policies": what counts as a symbol. A space inside counts, too.
_SYMBOLS = set("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
_DAY = 86400.0

#: PasswordPolicyType member → the pattern that has to occur, and the noun in AWS's words.
_RULES = {
    "RequireUppercase": (re.compile(r"[A-Z]"), "uppercase"),
    "RequireLowercase": (re.compile(r"[a-z]"), "lowercase"),
    "RequireNumbers": (re.compile(r"[0-9]"), "numeric"),
}


def _policy(pool: PoolRecords) -> dict[str, Any]:
    return (pool.extended_config.get("Policies") or {}).get("PasswordPolicy") or {}


def check_password_policy(pool: PoolRecords, password: str) -> None:
    """InvalidPasswordException, with the rule that is broken, in AWS's words."""
    policy = _policy(pool)
    if len(password) < policy.get("MinimumLength", 8):
        raise _breach("Password not long enough")
    for rule, (pattern, noun) in _RULES.items():
        if policy.get(rule, True) and not pattern.search(password):
            raise _breach(f"Password must have {noun} characters")
    if policy.get("RequireSymbols", True) and not _SYMBOLS & set(password):
        raise _breach("Password must have symbol characters")


def _breach(rule: str) -> Refusal:
    message = f"Password did not conform with policy: {rule}"
    return Refusal("InvalidPasswordException", message)


def passwordless(pool: PoolRecords) -> bool:
    """True if users may exist without a password: the pool's SignInPolicy allows codes."""
    policies = pool.extended_config.get("Policies") or {}
    allowed = (policies.get("SignInPolicy") or {}).get("AllowedFirstAuthFactors") or ()
    return bool({"EMAIL_OTP", "SMS_OTP"} & set(allowed))


def new_temporary_password(pool: PoolRecords) -> str:
    """What AdminCreateUser makes up where it is given none."""
    length = max(_policy(pool).get("MinimumLength", 8), 12)
    alphabet = string.ascii_letters + string.digits
    # One of each kind, so that every policy is content.
    return "aA1!" + "".join(secrets.choice(alphabet) for _ in range(length))


def check_temporary(pool: PoolRecords, user: User, now: float) -> None:
    """NotAuthorizedException if the user's temporary password has ended."""
    days = _policy(pool).get("TemporaryPasswordValidityDays") or 7
    if user.password_since is not None and now >= user.password_since + days * _DAY:
        message = "Temporary password has expired and must be reset by an administrator."
        raise not_authorized(message)
