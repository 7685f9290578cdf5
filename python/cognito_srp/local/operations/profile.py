"""What signed-in users do with their own account, by access token."""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.utils import flatten_attrs

from ..refusals import invalid_parameter
from ..store import codes
from ..store.attributes import change, check_known, check_writable, drop, verifiable
from ..store.messages import Contact, Medium
from ..store.names import claim_aliases
from ..store.pool import Pool
from ..store.user import User
from .base import Operations, Result

__all__ = ["ProfileOperations", "described", "set_text_message_factor"]


class ProfileOperations(Operations):
    """GetUser, attributes and their verification, DeleteUser."""

    def get_user(self) -> Result:
        return Result(described(self.caller.pool, self.caller.user))

    def delete_user(self) -> Result:
        self.backend.admin_delete_user(self.caller.pool.id, self.caller.user.username)
        return Result({})

    def update_user_attributes(self) -> Result:
        pool, user = self.caller.pool, self.caller.user
        given = flatten_attrs(self.params["UserAttributes"])
        check_known(pool, given)
        check_writable(pool.clients[self.caller.client_id], given)
        sent = [self._send_verification(contact) for contact in change(pool, user, given)]
        return Result({"CodeDeliveryDetailsList": sent} if sent else {})

    def delete_user_attributes(self) -> Result:
        pool, names = self.caller.pool, self.params["UserAttributeNames"]
        check_known(pool, names)
        check_writable(pool.clients[self.caller.client_id], names)
        drop(self.caller.user, names)
        return Result({})

    def get_user_attribute_verification_code(self) -> Result:
        medium, user = self._medium(), self.caller.user
        awaited = (user.awaited or {}).get(medium.attribute)
        destination = awaited or user.attribute_lookup.get(medium.attribute)
        if not destination:
            raise invalid_parameter(f"User has no {medium.attribute} to verify.")
        return Result(
            {"CodeDeliveryDetails": self._send_verification(Contact(medium, destination))}
        )

    def verify_user_attribute(self) -> Result:
        pool, user, name = self.caller.pool, self.caller.user, self._medium().attribute
        sent = codes.check(
            self.state, pool, user, codes.VERIFICATION, self.params["Code"], attribute=name
        )
        awaited = (user.awaited or {}).get(name)
        sent.require_destination(awaited or user.attribute_lookup.get(name))
        verified = {f"{name}_verified": "true"} | ({name: awaited} if awaited else {})
        claim_aliases(pool, user, {**user.attribute_lookup, **verified})
        codes.use_up(pool, sent)
        user.update_attributes([{"Name": n, "Value": value} for n, value in verified.items()])
        user.awaited = {n: value for n, value in (user.awaited or {}).items() if n != name} or None
        return Result({})

    def set_user_settings(self) -> Result:
        set_text_message_factor(self.caller.user, self.params["MFAOptions"])
        return Result({})

    def _medium(self) -> Medium:
        medium = verifiable(self.params["AttributeName"])
        if medium is None:
            raise invalid_parameter("Only email and phone_number can be verified.")
        return medium

    def _send_verification(self, contact: Contact) -> dict[str, str]:
        pool, user = self.caller.pool, self.caller.user
        return codes.send(self.state, pool, user, codes.VERIFICATION, contact)


def set_text_message_factor(user: User, options: list[dict[str, Any]]) -> None:
    """SetUserSettings and its Admin form.

    A list MFAOptions with SMS switches SMS codes on, an empty one switches them off.
    """
    if any(option.get("DeliveryMedium") != "SMS" for option in options):
        raise invalid_parameter("MFAOptions take the DeliveryMedium SMS only.")
    if options and not user.attribute_lookup.get("phone_number"):
        raise invalid_parameter("User does not have a phone_number to turn on SMS MFA.")
    user.sms_mfa_enabled = bool(options)


def described(pool: Pool, user: User) -> dict[str, Any]:
    """What GetUser and AdminGetUser tell; members with nothing to say are absent."""
    answer = user.to_json(extended=True, attributes_key="UserAttributes")
    if user.id in pool.email_mfa_users:
        answer["UserMFASettingList"] = [*answer.get("UserMFASettingList", ()), "EMAIL_OTP"]
    return answer
