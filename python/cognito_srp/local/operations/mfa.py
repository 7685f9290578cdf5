"""Authenticators (AssociateSoftwareToken, VerifySoftwareToken) and second factors by e-mail.

moto has one secret for all users and takes any code unless told otherwise. Factors by e-mail it
does not know.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ..authenticators import SoftwareToken
from ..flows.mfa import EMAIL_OTP
from ..refusals import Refusal, expired_session, invalid_parameter, invalid_session
from ..store.challenges import Pending, new_session
from ..store.pool import Pool
from ..store.user import User
from .base import Operations, Result

__all__ = ["MfaOperations"]


class MfaOperations(Operations):
    """An authenticator is set up by access token, or within a sign-in by its Session."""

    def associate_software_token(self) -> Result:
        pool, user, pending = self._whose()
        if not (pool.token_mfa_config or {}).get("Enabled"):
            message = "Software Token MFA has not been enabled by the userPool."
            raise Refusal("SoftwareTokenMFANotFoundException", message)
        token = pool.software_tokens.setdefault(user.id, SoftwareToken())
        answer = {"SecretCode": token.associate()}
        return Result(answer | self._next_session(pending, done=False))

    def verify_software_token(self) -> Result:
        pool, user, pending = self._whose()
        token = pool.software_tokens.get(user.id)
        if token is None or token.unverified is None:
            message = "User has not associated a software token."
            raise Refusal("SoftwareTokenMFANotFoundException", message)
        if not token.verify(self.params["UserCode"], self.state.clock.time()):
            raise Refusal("EnableSoftwareTokenMFAException", "Code mismatch")
        user.token_verified = True
        if pending is not None:
            user.software_token_mfa_enabled = True
        return Result({"Status": "SUCCESS"} | self._next_session(pending, done=True))

    def set_user_pool_mfa_config(self) -> Result:
        """Change a pool's second factors; what is not given stays as it is.

        Every member but the pool is optional.
        """
        pool, given = self.named_pool(), self.params
        texts = given.get("SmsMfaConfiguration", pool.sms_mfa_config)
        tokens = given.get("SoftwareTokenMfaConfiguration", pool.token_mfa_config)
        emails = given.get("EmailMfaConfiguration", pool.email_mfa_config)
        mfa = given.get("MfaConfiguration", pool.mfa_config)
        sms = texts or pool.extended_config.get("SmsConfiguration")
        if mfa != "OFF" and not (sms or tokens or emails is not None):
            raise invalid_parameter(
                "At least one of SmsMfaConfiguration, SoftwareTokenMfaConfiguration and "
                "EmailMfaConfiguration has to be given to turn MFA on."
            )
        pool.sms_mfa_config, pool.token_mfa_config = texts, tokens
        pool.email_mfa_config, pool.mfa_config = emails, mfa
        return self.get_user_pool_mfa_config()

    def get_user_pool_mfa_config(self) -> Result:
        pool = self.named_pool()
        members = {
            "SmsMfaConfiguration": pool.sms_mfa_config,
            "SoftwareTokenMfaConfiguration": pool.token_mfa_config,
            "EmailMfaConfiguration": pool.email_mfa_config,
            "MfaConfiguration": pool.mfa_config,
        }
        return Result({name: value for name, value in members.items() if value is not None})

    def set_user_mfa_preference(self) -> Any:
        return self._prefer(self.caller.pool, self.caller.user, super().set_user_mfa_preference)

    def admin_set_user_mfa_preference(self) -> Any:
        return self._prefer(*self.named_user(), super().admin_set_user_mfa_preference)

    def _prefer(self, pool: Pool, user: User, others: Callable[[], Any]) -> Any:
        """`others` sets what moto knows."""
        texts = self.params.get("SMSMfaSettings") or {}
        if texts.get("Enabled") and not user.attribute_lookup.get("phone_number"):
            raise _undeliverable("SMS_MFA")
        before = user.preferred_mfa_setting
        settings = self.params.get("EmailMfaSettings")
        if settings:
            _switch_email(pool, user, enabled=settings.get("Enabled", False))
        answer = others()
        if settings and settings.get("PreferredMfa"):
            user.preferred_mfa_setting = EMAIL_OTP
        elif before == EMAIL_OTP:
            # moto forgets a preference that it does not know; it stands unless it is taken back.
            kept = not settings and not user.preferred_mfa_setting
            user.preferred_mfa_setting = EMAIL_OTP if kept else user.preferred_mfa_setting
        return answer

    def _whose(self) -> tuple[Pool, User, Pending | None]:
        """The user, and the MFA_SETUP challenge if this belongs to one."""
        if "AccessToken" in self.params:
            return self.caller.pool, self.caller.user, None
        if "Session" not in self.params:
            raise invalid_parameter("Either an access token or a session is required.")
        pending = self.state.challenges.by_session(self.params["Session"])
        pool = self.state.pool(pending.pool_id) if pending is not None else None
        user = pool.users.get(pending.username) if pool is not None and pending else None
        if pending is None or pool is None or user is None or pending.challenge != "MFA_SETUP":
            raise invalid_session("Session is not that of an MFA_SETUP")
        if pending.expires <= self.state.clock.time():
            raise expired_session()
        return pool, user, pending

    def _next_session(self, pending: Pending | None, *, done: bool) -> dict[str, str]:
        """Every step of a setup within a sign-in gives the Session for the next."""
        if pending is None:
            return {}
        self.state.challenges.take(pending)
        following = dataclasses.replace(pending, session=new_session(), done=done)
        self.state.challenges.put(following, self.state.clock.time())
        return {"Session": following.session}


def _undeliverable(factor: str) -> Refusal:
    return invalid_parameter(f"User does not have delivery config set to turn on {factor}")


def _switch_email(pool: Pool, user: User, *, enabled: bool) -> None:
    if enabled and (pool.email_mfa_config is None or not user.attribute_lookup.get("email")):
        raise _undeliverable(EMAIL_OTP)
    others = tuple(sub for sub in pool.email_mfa_users if sub != user.id)
    pool.email_mfa_users = (*others, user.id) if enabled else others
