"""Where the code that resets a password goes, and who may reset one."""

from __future__ import annotations

from moto.cognitoidp.models import LEGACY_ACCOUNT_RECOVERY_MECHANISMS, UserStatus

from ..refusals import invalid_parameter, not_authorized
from .messages import EMAIL, SMS, Medium
from .records import PoolRecords
from .user import User

__all__ = ["require_contact", "require_own_password", "reset_contact"]

_MECHANISMS = {"verified_phone_number": SMS, "verified_email": EMAIL}


def reset_contact(pool: PoolRecords, user: User) -> Medium | None:
    """The first verified contact in the order of AccountRecoverySetting.

    Without that setting phone numbers come before e-mail. With it, a phone number that gets the
    codes of SMS_MFA does not count. NotAuthorizedException where only an administrator may reset
    passwords.
    """
    setting = pool.extended_config.get("AccountRecoverySetting") or {}
    chosen = setting.get("RecoveryMechanisms")
    mechanisms = chosen or LEGACY_ACCOUNT_RECOVERY_MECHANISMS
    for mechanism in sorted(mechanisms, key=lambda m: int(m["Priority"])):
        if mechanism["Name"] == "admin_only":
            raise not_authorized("Contact administrator to reset password.")
        medium = _MECHANISMS[str(mechanism["Name"])]
        second_factor = bool(chosen) and medium is SMS and user.sms_mfa_enabled
        if user.is_verified(medium.attribute) and not second_factor:
            return medium
    return None


def require_contact(medium: Medium | None) -> Medium:
    """InvalidParameterException where there is no verified contact."""
    if medium is None:
        raise invalid_parameter(
            "Cannot reset password for the user as there is no registered/verified email or "
            "phone_number"
        )
    return medium


def require_own_password(user: User) -> None:
    """NotAuthorizedException for a user who has not signed in with a password of their own yet."""
    if user.status == UserStatus.FORCE_CHANGE_PASSWORD:
        raise not_authorized("User password cannot be reset in the current state.")
