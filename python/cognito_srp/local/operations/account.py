"""Operations on an account by someone who is not signed in, and ChangePassword."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPoolClient, UserStatus
from moto.cognitoidp.utils import flatten_attrs

from ..flows.app_clients import allows_flow, check_secret_hash, hides_users, session_seconds
from ..flows.first_factor import judge_password
from ..refusals import (
    Refusal,
    code_mismatch,
    expired_code,
    incorrect,
    invalid_parameter,
    invalid_session,
    missing_parameter,
    not_authorized,
    user_does_not_exist,
)
from ..store import codes
from ..store.attributes import check_known, check_required, check_writable
from ..store.challenges import SIGN_UP, Pending, new_session
from ..store.messages import EMAIL, SMS, Contact, Medium, delivery_details
from ..store.names import check_new_name, claim_aliases, find_user
from ..store.passwords import check_password_policy, passwordless
from ..store.pool import Pool
from ..store.recovery import require_contact, require_own_password, reset_contact
from ..store.registration import register
from ..store.user import User
from .base import Operations, Result

__all__ = ["AccountOperations"]

#: The aliases that need no verification.
_AT_ONCE = ("preferred_username",)


class AccountOperations(Operations):
    """SignUp and its confirmation, forgotten passwords."""

    def sign_up(self) -> Result:
        pool, client, name = self._named()
        password = self.params.get("Password")
        if not password and not passwordless(pool):  # the model allows it
            raise missing_parameter("Password")
        if (pool.extended_config.get("AdminCreateUserConfig") or {}).get(
            "AllowAdminCreateUserOnly"
        ):
            raise not_authorized("SignUp is not permitted for this user pool")
        given = self.params.get("UserAttributes") or []
        names = flatten_attrs(given)
        check_known(pool, names)
        check_writable(client, names)
        if password:
            check_password_policy(pool, password)
        stands_for = check_new_name(pool, name)
        check_required(pool, names if stands_for is None else {**names, stands_for: name})
        _claim(pool, names)
        user = register(pool, name, given, UserStatus.UNCONFIRMED, taken="User already exists")
        if password:
            user.set_password(password, self.state.clock.time())
        answer: dict[str, Any] = {"UserConfirmed": False, "UserSub": user.id}
        medium = _automatic(pool, user)
        if medium is not None:
            answer["CodeDeliveryDetails"] = self._send_code(pool, user, codes.CONFIRMATION, medium)
        if allows_flow(client, "USER_AUTH"):
            answer["Session"] = self._new_session(pool, client, user)
        return Result(answer)

    def confirm_sign_up(self) -> Result:
        pool, client, name = self._named()
        user = find_user(pool, name, by_sub=True)
        code = self.params["ConfirmationCode"]
        if user is None:
            if hides_users(client):
                raise expired_code()
            raise user_does_not_exist()
        if user.status != UserStatus.UNCONFIRMED:
            status = UserStatus(user.status).value
            raise not_authorized(f"User cannot be confirmed. Current status is {status}")
        sent = codes.check(self.state, pool, user, codes.CONFIRMATION, code)
        sent.require_destination(user.attribute_lookup.get(sent.attribute))
        signed_up = self._session_of_sign_up(user)
        verified = {**user.attribute_lookup, f"{sent.attribute}_verified": "true"}
        claim_aliases(pool, user, verified, force=bool(self.params.get("ForceAliasCreation")))
        codes.use_up(pool, sent)
        user.update_attributes([{"Name": f"{sent.attribute}_verified", "Value": "true"}])
        user.status = UserStatus.CONFIRMED
        return Result({} if signed_up is None else {"Session": self._exchanged(signed_up)})

    def resend_confirmation_code(self) -> Result:
        pool, client, name = self._named()
        user = find_user(pool, name, by_sub=True)
        if user is None or not user.enabled:
            return self._pretended(pool, client, name, user, codes.CONFIRMATION)
        if user.status != UserStatus.UNCONFIRMED:
            raise invalid_parameter("User is already confirmed.")
        medium = _automatic(pool, user)
        if medium is None:
            raise not_authorized("Cannot resend codes. Auto verification not turned on.")
        details = self._send_code(pool, user, codes.CONFIRMATION, medium)
        return Result({"CodeDeliveryDetails": details})

    def forgot_password(self) -> Result:
        pool, client, name = self._named()
        user = find_user(pool, name, by_sub=True)
        if user is None or not user.enabled:
            return self._pretended(pool, client, name, user, codes.RESET)
        medium = reset_contact(pool, user)
        if medium is None and hides_users(client):
            return self._pretended(pool, client, name, user, codes.RESET)
        require_own_password(user)
        details = self._send_code(pool, user, codes.RESET, require_contact(medium))
        return Result({"CodeDeliveryDetails": details})

    def confirm_forgot_password(self) -> Result:
        pool, client, name = self._named()
        user = find_user(pool, name, by_sub=True)
        code, password = self.params["ConfirmationCode"], self.params["Password"]
        if user is None:
            if not hides_users(client):
                raise user_does_not_exist()
            codes.check(self.state, pool, name, codes.RESET, code)
            raise code_mismatch()  # nobody's code is right
        sent = codes.check(self.state, pool, user, codes.RESET, code)
        check_password_policy(pool, password)
        codes.use_up(pool, sent)
        user.set_password(password, self.state.clock.time())
        user.status = UserStatus.CONFIRMED
        return Result({})

    def change_password(self) -> Result:
        pool, user = self.caller.pool, self.caller.user
        right = self.params.get("PreviousPassword", "") == (user.password or "")
        if self.state.settings.lockout_in_change_password:
            judge_password(self.state, user, right=right)
        elif not right:
            raise incorrect()
        check_password_policy(pool, self.params["ProposedPassword"])
        user.set_password(self.params["ProposedPassword"], self.state.clock.time())
        user.status = UserStatus.CONFIRMED
        return Result({})

    def _named(self) -> tuple[Pool, CognitoIdpUserPoolClient, str]:
        """Pool, app client and the name as it was sent, which SecretHash is over."""
        pool, client = self.state.client(self.params["ClientId"])
        name = self.params["Username"]
        check_secret_hash(client, name, self.params.get("SecretHash"))
        return pool, client, name

    def _send_code(self, pool: Pool, user: User, purpose: codes.Purpose, medium: Medium) -> Any:
        contact = Contact(medium, user.attribute_lookup[medium.attribute])
        return codes.send(self.state, pool, user, purpose, contact)

    def _pretended(
        self,
        pool: Pool,
        client: CognitoIdpUserPoolClient,
        name: str,
        user: User | None,
        purpose: codes.Purpose,
    ) -> Result:
        """What an app client hears that must not tell which users exist; others are told."""
        if not hides_users(client):
            raise user_does_not_exist() if user is None else not_authorized("User is disabled.")
        if user is None:
            codes.pretend(self.state, pool, name, purpose)
        medium = SMS if name.startswith("+") else EMAIL
        shown = name if medium is SMS or "@" in name else f"{name[:1]}@{name[-1:]}"
        return Result({"CodeDeliveryDetails": delivery_details(medium, shown)})

    def _new_session(self, pool: Pool, client: CognitoIdpUserPoolClient, user: User) -> str:
        """The Session of SignUp, which ConfirmSignUp exchanges for one that signs in."""
        now = self.state.clock.time()
        ends = now + session_seconds(client)
        pending = Pending(SIGN_UP, pool.id, client.id, user.username, user.id, ends, now)
        self.state.challenges.put(pending, now)
        return pending.session

    def _session_of_sign_up(self, user: User) -> Pending | None:
        """What SignUp has left for the Session of this request, if it has one."""
        if self.params.get("Session") is None:
            return None
        pending = self.state.challenges.by_session(self.params["Session"])
        whose = (SIGN_UP, user.id, self.params["ClientId"])
        if pending is None or (pending.challenge, pending.user_id, pending.client_id) != whose:
            raise invalid_session()
        return pending

    def _exchanged(self, pending: Pending) -> str:
        """A Session that signs the confirmed user in, for that of the sign-up."""
        now = self.state.clock.time()
        self.state.challenges.take(pending)
        ends = now + pending.expires - pending.auth_time
        confirmed = replace(pending, session=new_session(), done=True, expires=ends)
        self.state.challenges.put(confirmed, now)
        return confirmed.session


def _claim(pool: Pool, attributes: dict[str, str]) -> None:
    """A preferred_username that is somebody's alias is taken; SignUp knows one error for that."""
    try:
        claim_aliases(pool, None, {n: v for n, v in attributes.items() if n in _AT_ONCE})
    except Refusal as refusal:
        raise Refusal("UsernameExistsException", refusal.message) from None


def _automatic(pool: Pool, user: User) -> Medium | None:
    """Where the code of a sign-up goes: AutoVerifiedAttributes, phone numbers before e-mail."""
    automatic = pool.extended_config.get("AutoVerifiedAttributes") or ()
    for medium in (SMS, EMAIL):
        if medium.attribute in automatic and user.attribute_lookup.get(medium.attribute):
            return medium
    return None
