"""Who a name belongs to: usernames, aliases and subs. Every operation looks users up here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..refusals import Refusal, invalid_parameter
from .records import PoolRecords
from .user import User

__all__ = ["check_new_name", "claim_aliases", "find_user", "is_name_of"]

#: What the attributes that can stand in for a username look like.
_SHAPES = {
    "email": re.compile(r"[^@\s]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"),
    "phone_number": re.compile(r"\+\d{1,15}"),
}
_NOUNS = {"email": "an email", "phone_number": "a phone number"}


def find_user(pool: PoolRecords, name: str, *, by_sub: bool = False) -> User | None:
    """The user of that username or alias, or, for Admin operations, of that `sub`.

    Aliases are the attributes in the pool's UsernameAttributes, and those in its AliasAttributes
    once they are verified. Only a name that is no username goes through all users.
    """
    user = pool.users.get(name)
    if user is not None:
        return user
    if by_sub and len(name) == len("00000000-0000-0000-0000-000000000000"):
        user = next((user for user in pool.users.values() if user.id == name), None)
    if user is None and (pool.aliases or not pool.case_sensitive):
        user = next((user for user in pool.users.values() if is_name_of(pool, user, name)), None)
    return user


def is_name_of(pool: PoolRecords, user: User, name: str, *, alias: bool = True) -> bool:
    """True if the user can sign in under that name, `alias` False: if it is the username."""
    wanted = _fold(pool, name)
    names = [user.username, *(_active_aliases(pool, user) if alias else ())]
    return any(_fold(pool, own) == wanted for own in names)


def _active_aliases(pool: PoolRecords, user: User) -> Iterator[str]:
    known = user.attribute_lookup
    for attribute in pool.aliases:
        value = known.get(attribute)
        if value and _counts(pool, attribute, known):
            yield value


def _counts(pool: PoolRecords, attribute: str, attributes: Mapping[str, str]) -> bool:
    """True if the attribute is an alias now.

    An e-mail address or phone number in AliasAttributes has to be verified first.
    """
    free = attribute in pool.username_attributes or attribute == "preferred_username"
    return free or attributes.get(f"{attribute}_verified") == "true"


def _fold(pool: PoolRecords, name: str) -> str:
    return name if pool.case_sensitive else name.casefold()


def check_new_name(pool: PoolRecords, name: str) -> str | None:
    """The attribute that a new user's name stands for, in a pool with UsernameAttributes.

    None where the name is a username. InvalidParameterException for a name of the wrong form.
    """
    if pool.username_attributes:
        for attribute in pool.username_attributes:
            if _SHAPES[attribute].fullmatch(name):
                return attribute
        nouns = " or ".join(_NOUNS[attribute] for attribute in pool.username_attributes)
        either = "either " if len(pool.username_attributes) > 1 else ""
        raise invalid_parameter(f"Username should be {either}{nouns}.")
    for attribute, form in (("email", "email"), ("phone_number", "phone number")):
        if attribute in pool.aliases and _SHAPES[attribute].fullmatch(name):
            raise invalid_parameter(
                f"Username cannot be of {form} format, since user pool is configured for {form} "
                "alias."
            )
    return None


def claim_aliases(
    pool: PoolRecords, user: User | None, attributes: Mapping[str, str], *, force: bool = False
) -> None:
    """Refuses attributes that are another user's aliases, with AliasExistsException.

    `force` takes verified ones away from the other user instead (ForceAliasCreation).
    """
    for attribute in pool.aliases:
        value = attributes.get(attribute)
        if not value or not _counts(pool, attribute, attributes):
            continue
        holder = _holder(pool, attribute, value, user)
        if holder is None:
            continue
        if not force or attribute not in _SHAPES:
            message = f"An account with the given {attribute} already exists."
            raise Refusal("AliasExistsException", message)
        holder.update_attributes([{"Name": f"{attribute}_verified", "Value": "false"}])


def _holder(pool: PoolRecords, attribute: str, value: str, user: User | None) -> User | None:
    wanted = _fold(pool, value)
    for other in pool.users.values():
        known = other.attribute_lookup
        taken = _fold(pool, known.get(attribute) or "") == wanted
        if other is not user and taken and _counts(pool, attribute, known):
            return other
    return None
