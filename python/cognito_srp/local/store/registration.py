"""How users come to be: by SignUp, or by an administrator."""

from __future__ import annotations

from moto.cognitoidp.models import UserStatus
from moto.cognitoidp.utils import expand_attrs, flatten_attrs

from ..refusals import Refusal
from .names import check_new_name, is_name_of
from .records import PoolRecords
from .user import User

__all__ = ["Attributes", "find_taken", "register"]

#: AttributeListType.
Attributes = list[dict[str, str]]


def find_taken(pool: PoolRecords, name: str) -> User | None:
    """The user whose username, or whose e-mail or phone number in its place, that is already."""
    user = pool.users.get(name)
    if user is not None or (pool.case_sensitive and not pool.username_attributes):
        return user
    alias = bool(pool.username_attributes)
    return next((u for u in pool.users.values() if is_name_of(pool, u, name, alias=alias)), None)


def register(
    pool: PoolRecords, name: str, attributes: Attributes, status: UserStatus, *, taken: str
) -> User:
    """A new user without a password yet; `taken` are AWS's words for a name that is not free.

    InvalidParameterException or UsernameExistsException.
    """
    attribute = check_new_name(pool, name)
    if find_taken(pool, name) is not None:
        message = f"An account with the given {attribute} already exists." if attribute else taken
        raise Refusal("UsernameExistsException", message)
    given = flatten_attrs(attributes)
    given.pop("sub", None)
    username = name
    if attribute is not None:  # then the username is the sub
        given[attribute], username = name, ""
    user = User(pool.id, username, None, status, expand_attrs(given))
    pool.users[user.username] = user
    return user
