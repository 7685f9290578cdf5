"""Which attributes a user may have, and what a change of them brings about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from moto.cognitoidp.models import CognitoIdpUserPoolAttribute, CognitoIdpUserPoolClient
from moto.cognitoidp.utils import expand_attrs

from ..refusals import invalid_parameter, not_authorized
from .messages import EMAIL, SMS, Contact, Medium
from .names import claim_aliases
from .records import PoolRecords
from .user import User

__all__ = ["change", "check_known", "check_required", "check_writable", "drop", "verifiable"]

_FLAGS = {"email_verified", "phone_number_verified"}


def check_known(pool: PoolRecords, names: Iterable[str]) -> None:
    """InvalidParameterException for an attribute that the pool's schema does not have."""
    known = {*CognitoIdpUserPoolAttribute.STANDARD_SCHEMA, *pool.schema_attributes}
    unknown = [name for name in names if name not in known]
    if unknown:
        words = "\n".join(f"user.{n}: Attribute does not exist in the schema." for n in unknown)
        raise invalid_parameter(f"Attributes did not conform to the schema: {words}\n")


def check_required(pool: PoolRecords, attributes: Mapping[str, str]) -> None:
    """InvalidParameterException for a user who lacks what the pool requires."""
    required = [a.name for a in pool.schema_attributes.values() if a.required and a.name != "sub"]
    missing = [name for name in required if not attributes.get(name)]
    if missing:
        words = "\n".join(f"{name}: The attribute is required" for name in missing)
        raise invalid_parameter(f"Attributes did not conform to the schema: {words}\n")


def check_writable(client: CognitoIdpUserPoolClient, names: Iterable[str]) -> None:
    """NotAuthorizedException for attributes that users may not write through this app client.

    They are those that say whether a contact is verified, and all but the client's WriteAttributes.
    """
    allowed = client.extended_config.get("WriteAttributes")
    for name in names:
        if name in _FLAGS or name == "sub" or (allowed and name not in allowed):
            raise not_authorized("A client attempted to write unauthorized attribute")


def verifiable(attribute: str) -> Medium | None:
    """How an attribute is verified: e-mail addresses and phone numbers are."""
    return next((medium for medium in (EMAIL, SMS) if medium.attribute == attribute), None)


def change(
    pool: PoolRecords, user: User, attributes: Mapping[str, str], *, force: bool = False
) -> list[Contact]:
    """Sets attributes.

    A blank value deletes one. A new address or number is unverified unless it comes with its flag;
    one that has to be verified first waits for that. Returns those to send a code to.
    AliasExistsException for another user's alias.
    """
    settings = pool.extended_config.get("UserAttributeUpdateSettings") or {}
    first = settings.get("AttributesRequireVerificationBeforeUpdate") or ()
    automatic = pool.extended_config.get("AutoVerifiedAttributes") or ()
    new = dict(attributes)
    ask: list[Contact] = []
    for medium in (EMAIL, SMS):
        name, flag = medium.attribute, f"{medium.attribute}_verified"
        value = new.get(name)
        if not value or value == user.attribute_lookup.get(name) or new.get(flag) == "true":
            continue
        if name in first:
            user.awaited = {**(user.awaited or {}), name: new.pop(name)}
            ask.append(Contact(medium, value))
        else:
            new.setdefault(flag, "false")
            if name in automatic:
                ask.append(Contact(medium, value))
    claim_aliases(pool, user, {**user.attribute_lookup, **new}, force=force)
    user.update_attributes(expand_attrs({n: value for n, value in new.items() if value}))
    drop(user, [name for name, value in new.items() if not value])
    return ask


def drop(user: User, names: Iterable[str]) -> None:
    """Deletes attributes, and with an address or a number whether it was verified."""
    gone = {n for name in names for n in (name, f"{name}_verified")}
    user.delete_attributes([name for name in user.attribute_lookup if name in gone])
