"""Sizes in bytes, each in this one place; csrc/srp.h has those that C shares, and a test compares
the two. The size of a number modulo N is `group.ELEMENT_SIZE`."""

from __future__ import annotations

from typing import Final

from .group import ELEMENT_SIZE

__all__ = [
    "DRAWN_SALT_TEXT_MAX",
    "PASSWORD_RANDOM",
    "PASSWORD_SIZE",
    "SALT_MAX",
    "SALT_RANDOM",
    "SALT_TEXT_MAX",
    "VERIFIER_TEXT_MAX",
]


def _base64(size: int) -> int:
    """Characters of the base64 of so many bytes."""
    return 4 * -(-size // 3)


#: Random bytes of a password and of a salt, as the official clients draw them.
PASSWORD_RANDOM: Final = 40
SALT_RANDOM: Final = 16
#: Bytes of the longest salt that is given; Cognito's have 16.
SALT_MAX: Final = 64
#: A password that is drawn is the base64 of its random bytes.
PASSWORD_SIZE: Final = _base64(PASSWORD_RANDOM)
#: The longest base64 of a verifier and of a salt: a zero byte leads where the top bit is set.
VERIFIER_TEXT_MAX: Final = _base64(ELEMENT_SIZE + 1)
SALT_TEXT_MAX: Final = _base64(SALT_MAX + 1)
DRAWN_SALT_TEXT_MAX: Final = _base64(SALT_RANDOM + 1)
