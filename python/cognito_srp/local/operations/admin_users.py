"""Users as an administrator makes and changes them."""

from __future__ import annotations

from moto.cognitoidp.models import UserStatus
from moto.cognitoidp.utils import flatten_attrs

from ..refusals import Refusal, not_authorized, user_does_not_exist
from ..store import codes
from ..store.attributes import change, check_known, drop
from ..store.messages import EMAIL, SMS, Contact, Message, deliver
from ..store.names import claim_aliases
from ..store.passwords import check_password_policy, new_temporary_password, passwordless
from ..store.pool import Pool
from ..store.recovery import require_contact, reset_contact
from ..store.registration import find_taken, register
from ..store.user import User
from .base import Operations, Result
from .profile import described, set_text_message_factor

__all__ = ["AdminUserOperations"]


class AdminUserOperations(Operations):
    """Signed operations on users, by pool and by username, alias or `sub`."""

    def admin_create_user(self) -> Result:
        pool, action = self.named_pool(), self.params.get("MessageAction")
        user = self._invited_again(pool) if action == "RESEND" else self._created(pool)
        password = self.params.get("TemporaryPassword") or ""
        if not password and not passwordless(pool):
            password = new_temporary_password(pool)
        if password:
            user.set_password(password, self.state.clock.time())
        else:  # signs in with codes alone
            user.status = UserStatus.CONFIRMED
        if action != "SUPPRESS" and password:
            self._invite(pool, user, password)
        return Result({"User": user.to_json(extended=True)})

    def admin_get_user(self) -> Result:
        return Result(described(*self.named_user()))

    def admin_confirm_sign_up(self) -> Result:
        _, user = self.named_user()
        if user.status != UserStatus.UNCONFIRMED:
            status = UserStatus(user.status).value
            raise not_authorized(f"User cannot be confirmed. Current status is {status}")
        user.status = UserStatus.CONFIRMED
        return Result({})

    def admin_set_user_password(self) -> Result:
        pool, user = self.named_user()
        check_password_policy(pool, self.params["Password"])
        user.set_password(self.params["Password"], self.state.clock.time())
        permanent = self.params.get("Permanent")
        user.status = UserStatus.CONFIRMED if permanent else UserStatus.FORCE_CHANGE_PASSWORD
        return Result({})

    def admin_reset_user_password(self) -> Result:
        pool, user = self.named_user()
        if not user.enabled:
            raise not_authorized("User is disabled.")
        if user.status not in (UserStatus.CONFIRMED, UserStatus.RESET_REQUIRED):
            raise not_authorized("User password cannot be reset in the current state.")
        medium = require_contact(reset_contact(pool, user))
        user.status = UserStatus.RESET_REQUIRED
        contact = Contact(medium, user.attribute_lookup[medium.attribute])
        codes.send(self.state, pool, user, codes.RESET, contact)
        return Result({})

    def admin_update_user_attributes(self) -> Result:
        pool, user = self.named_user()
        given = flatten_attrs(self.params["UserAttributes"])
        check_known(pool, given)
        for contact in change(pool, user, given):
            codes.send(self.state, pool, user, codes.VERIFICATION, contact)
        return Result({})

    def admin_delete_user_attributes(self) -> Result:
        pool, user = self.named_user()
        check_known(pool, self.params["UserAttributeNames"])
        drop(user, self.params["UserAttributeNames"])
        return Result({})

    def admin_set_user_settings(self) -> Result:
        set_text_message_factor(self.named_user()[1], self.params["MFAOptions"])
        return Result({})

    def _created(self, pool: Pool) -> User:
        given = self.params.get("UserAttributes") or []
        attributes = flatten_attrs(given)
        check_known(pool, attributes)
        if self.params.get("TemporaryPassword"):
            check_password_policy(pool, self.params["TemporaryPassword"])
        force = bool(self.params.get("ForceAliasCreation"))
        if find_taken(pool, self.params["Username"]) is None:
            claim_aliases(pool, None, attributes, force=force)
        status, taken = UserStatus.FORCE_CHANGE_PASSWORD, "User account already exists"
        return register(pool, self.params["Username"], given, status, taken=taken)

    def _invited_again(self, pool: Pool) -> User:
        user = find_taken(pool, self.params["Username"])
        if user is None:
            raise user_does_not_exist()
        if user.status != UserStatus.FORCE_CHANGE_PASSWORD:
            message = "Resend not possible. User status is not FORCE_CHANGE_PASSWORD"
            raise Refusal("UnsupportedUserStateException", message)
        if self.params.get("TemporaryPassword"):
            check_password_policy(pool, self.params["TemporaryPassword"])
        return user

    def _invite(self, pool: Pool, user: User, password: str) -> None:
        """Sends the temporary password by the media that were asked for.

        Without any, by whatever the user has, SMS first.
        """
        known = user.attribute_lookup
        has = [medium for medium in (SMS, EMAIL) if known.get(medium.attribute)]
        wanted = self.params.get("DesiredDeliveryMediums")
        chosen = [m for m in has if m.name in wanted] if wanted else has[:1]
        now = self.state.clock.time()
        for medium in chosen:
            name, where = user.username, known[medium.attribute]
            purpose = "invitation"
            message = Message(name, medium.name, where, password, purpose, pool.id, now)
            deliver(self.state.messages, message)
