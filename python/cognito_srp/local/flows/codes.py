"""Codes of a sign-in, which are sent to a user by SMS or e-mail and come back."""

from __future__ import annotations

import hmac

from ..refusals import code_mismatch
from ..store.challenges import Pending
from ..store.messages import EMAIL, SMS, Medium, Message, deliver, masked
from ..store.pool import Pool
from ..store.state import State
from ..store.user import User

__all__ = ["EMAIL", "SMS", "Medium", "check_code", "described", "send_code"]


def send_code(state: State, pool: Pool, user: User, medium: Medium, digits: int) -> Message:
    """A new code for a user who has that attribute. The caller holds the lock."""
    message = Message(
        username=user.username,
        medium=medium.name,
        destination=user.attribute_lookup[medium.attribute],
        code=state.new_code(digits),
        pool_id=pool.id,
        sent=state.clock.time(),
    )
    deliver(state.messages, message)
    return message


def described(message: Message) -> dict[str, str]:
    """The challenge parameters about a code that was sent."""
    return {
        "CODE_DELIVERY_DELIVERY_MEDIUM": message.medium,
        "CODE_DELIVERY_DESTINATION": masked(message.medium, message.destination),
    }


def check_code(pending: Pending, code: str) -> None:
    """CodeMismatchException for a wrong code; the challenge stays open, since people mistype."""
    if not hmac.compare_digest((pending.code or "").encode(), code.encode()):
        raise code_mismatch()
