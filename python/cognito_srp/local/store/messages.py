"""The messages that AWS would send: codes, and invitations with temporary passwords.

A local server has nothing to send with. It keeps its last thousand messages in `State.messages`,
where `LocalCognito.emails` and `text_messages` find them, and logs their codes for people.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["EMAIL", "SMS", "Contact", "Medium", "Message", "deliver", "delivery_details", "masked"]

_log = logging.getLogger("cognito_srp.local")


@dataclass(frozen=True)
class Medium:
    """A way to send codes: DeliveryMediumType, and the user's attribute it goes to."""

    name: str
    attribute: str


SMS, EMAIL = Medium("SMS", "phone_number"), Medium("EMAIL", "email")


class Contact(NamedTuple):
    """An address or a number, and how it is reached."""

    medium: Medium
    destination: str


@dataclass(frozen=True)
class Message:
    """A message that AWS would have sent to a phone number (``SMS``) or an address (``EMAIL``).

    `purpose` is ``authentication``, ``confirmation``, ``password reset``, ``verification`` or
    ``invitation``; the `code` of an invitation is the temporary password. `sent` is in seconds
    since the epoch, by the server's clock.
    """

    username: str
    medium: str
    destination: str
    code: str
    purpose: str = "authentication"
    pool_id: str = ""
    sent: float = 0.0


def deliver(messages: deque[Message], message: Message) -> None:
    """Keeps a message and logs its code. The caller holds the lock."""
    messages.append(message)
    if message.purpose == "invitation":  # its code is a password, which no log may show
        _log.info("%s for %s: an invitation", message.medium, message.username)
    else:
        code, purpose = message.code, message.purpose
        words = "%s for %s: %s is your %s code"
        _log.info(words, message.medium, message.username, code, purpose)


def masked(medium: str, destination: str) -> str:
    """A phone number or an address as CodeDeliveryDetails and challenges show it."""
    if medium == SMS.name:
        return "+*******" + destination[-4:]
    name, _, domain = destination.partition("@")
    return f"{name[:1]}***@{domain[:1]}***"


def delivery_details(medium: Medium, destination: str) -> dict[str, str]:
    """CodeDeliveryDetailsType."""
    return {
        "Destination": masked(medium.name, destination),
        "DeliveryMedium": medium.name,
        "AttributeName": medium.attribute,
    }
