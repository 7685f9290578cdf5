"""Codes that confirm a sign-up, reset a password or verify an attribute.

One code per user and purpose: a new one takes the place of the last. A code works once, and only
until it expires. Where no code was asked for, no answer is right.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from ..refusals import code_mismatch, expired_code
from .messages import Contact, Message, deliver, delivery_details
from .records import PoolRecords, SentCode
from .surroundings import Surroundings
from .user import User

__all__ = [
    "CONFIRMATION",
    "RESET",
    "VERIFICATION",
    "Purpose",
    "check",
    "forget",
    "pretend",
    "send",
    "use_up",
]


@dataclass(frozen=True)
class Purpose:
    """What a code is for, and how many seconds it counts.

    The seconds are from the Developer Guide, "Signing up and confirming user accounts" and
    "Recovering passwords".
    """

    name: str
    lifetime: float


CONFIRMATION = Purpose("confirmation", 24 * 3600.0)
RESET = Purpose("password reset", 3600.0)
VERIFICATION = Purpose("verification", 24 * 3600.0)

#: Codes that a pool may hold before anything is looked at.
_LEAST = 1000


def _key(owner: str, purpose: Purpose, attribute: str) -> str:
    return f"{owner} {purpose.name} {attribute if purpose is VERIFICATION else ''}"


def send(
    state: Surroundings, pool: PoolRecords, user: User, purpose: Purpose, contact: Contact
) -> dict[str, str]:
    """Sends a code; returns CodeDeliveryDetails. The caller holds the lock."""
    now, (medium, destination) = state.clock.time(), contact
    code = state.new_code(6)
    key = _key(user.id, purpose, medium.attribute)
    _put(pool, SentCode(key, code, medium.attribute, destination, now + purpose.lifetime), now)
    name, where = user.username, medium.name
    deliver(state.messages, Message(name, where, destination, code, purpose.name, pool.id, now))
    return delivery_details(medium, destination)


def pretend(state: Surroundings, pool: PoolRecords, name: str, purpose: Purpose) -> None:
    """Remembers that a code for a user who does not exist was asked for.

    An answer with one then fails as it does for others.
    """
    now = state.clock.time()
    key = _key(f"nobody {name}", purpose, "")
    _put(pool, SentCode(key, None, "", "", now + purpose.lifetime), now)


def check(
    state: Surroundings,
    pool: PoolRecords,
    owner: User | str,
    purpose: Purpose,
    code: str,
    *,
    attribute: str = "",
) -> SentCode:
    """The code that was sent, if it is this one; `use_up` then takes it.

    `owner` is the user, or the name of one who does not exist. CodeMismatchException for another
    code, ExpiredCodeException where none was sent or it has expired.
    """
    name = f"nobody {owner}" if isinstance(owner, str) else owner.id
    sent = pool.codes.get(_key(name, purpose, attribute))
    if sent is None or sent.ends <= state.clock.time():
        raise expired_code()
    if sent.code is None or not hmac.compare_digest(sent.code.encode(), code.encode()):
        raise code_mismatch("Invalid verification code provided, please try again.")
    return sent


def use_up(pool: PoolRecords, sent: SentCode) -> None:
    """The code has done its work."""
    pool.codes.pop(sent.key, None)


def forget(pool: PoolRecords, user_id: str) -> None:
    """The user has gone."""
    pool.codes = {k: sent for k, sent in pool.codes.items() if not k.startswith(f"{user_id} ")}


def _put(pool: PoolRecords, sent: SentCode, now: float) -> None:
    """Looks for expired codes only when there are twice as many as the last look has left."""
    if len(pool.codes) >= pool.next_look_at_codes:
        pool.codes = {key: other for key, other in pool.codes.items() if other.ends > now}
        pool.next_look_at_codes = max(_LEAST, 2 * len(pool.codes))
    pool.codes[sent.key] = sent
