"""AssociateSoftwareToken and VerifySoftwareToken: moto has one secret for all users, and takes any
code unless told otherwise."""

from __future__ import annotations

import dataclasses

from moto.cognitoidp.models import CognitoIdpUser

from ..refusals import Refusal, expired_session, invalid_parameter, invalid_session
from ..store.challenges import Pending, new_session
from ..store.pool import Pool
from ..totp import SoftwareToken
from .base import Operations, Result

__all__ = ["MfaOperations"]


class MfaOperations(Operations):
    """An authenticator is set up by access token, or within a sign-in by its Session."""

    def associate_software_token(self) -> Result:
        pool, user, pending = self._whose()
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

    def _whose(self) -> tuple[Pool, CognitoIdpUser, Pending | None]:
        """The user, and the MFA_SETUP challenge if this belongs to one."""
        if "AccessToken" in self.params:
            return self.caller.pool, self.caller.user, None
        if "Session" not in self.params:
            raise invalid_parameter("Either an access token or a session is required.")
        pending = self.state.challenges.by_session(self.params["Session"])
        pool = self.state.pool(pending.pool_id) if pending is not None else None
        user = pool.users.get(pending.username) if pool is not None and pending else None
        if pending is None or pool is None or user is None or pending.challenge != "MFA_SETUP":
            raise invalid_session()
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
