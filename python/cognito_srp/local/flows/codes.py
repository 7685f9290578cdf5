"""Codes that are sent to a user by SMS or e-mail, and come back."""

from __future__ import annotations

import hmac
import logging
import secrets
from dataclasses import dataclass

from moto.cognitoidp.models import CognitoIdpUser

from ..refusals import Refusal
from ..store.challenges import Pending
from ..store.state import Message, State

__all__ = ["EMAIL", "SMS", "Medium", "check_code", "code_mismatch", "described", "send_code"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Medium:
    """A way to send codes: DeliveryMediumType, and the user's attribute it goes to."""

    name: str
    attribute: str


SMS, EMAIL = Medium("SMS", "phone_number"), Medium("EMAIL", "email")


def send_code(state: State, user: CognitoIdpUser, medium: Medium, digits: int) -> Message:
    """A new code for a user who has that attribute. The caller holds the lock."""
    message = Message(
        username=user.username,
        medium=medium.name,
        destination=user.attribute_lookup[medium.attribute],
        code=f"{secrets.randbelow(10**digits):0{digits}}",
    )
    state.messages.append(message)
    # A local server has nothing to send with: its log is where a person finds the code.
    _log.info(
        "%s for %s: %s is your authentication code", medium.name, message.username, message.code
    )
    return message


def described(message: Message) -> dict[str, str]:
    """The challenge parameters about a code that was sent."""
    return {
        "CODE_DELIVERY_DELIVERY_MEDIUM": message.medium,
        "CODE_DELIVERY_DESTINATION": _masked(message),
    }


def _masked(message: Message) -> str:
    if message.medium == SMS.name:
        return "+*******" + message.destination[-4:]
    name, _, domain = message.destination.partition("@")
    return f"{name[:1]}***@{domain[:1]}***"


def check_code(pending: Pending, code: str) -> None:
    """CodeMismatchException for a wrong code; the challenge stays open, since people mistype."""
    if not hmac.compare_digest((pending.code or "").encode(), code.encode()):
        raise code_mismatch()


def code_mismatch() -> Refusal:
    return Refusal("CodeMismatchException", "Invalid code received for user")
