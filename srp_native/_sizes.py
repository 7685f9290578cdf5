"""Sizes in bytes of what a device's row is made of, in one place.

``csrc/srp.h`` has the same for C; tests/native/test_c_engine.py compares them.
"""

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


def _base64_size(size: int) -> int:
    return (size + 2) // 3 * 4


#: Random bytes of a drawn device password, as the official clients draw them.
PASSWORD_RANDOM: Final = 40
#: Base64 of those.
PASSWORD_SIZE: Final = _base64_size(PASSWORD_RANDOM)
#: Random bytes of a drawn salt, as the official clients draw them.
SALT_RANDOM: Final = 16
#: The longest salt that is accepted.
SALT_MAX: Final = 64
#: Base64 of the longest salt; in minimal signed form a number may take one byte more.
SALT_TEXT_MAX: Final = _base64_size(SALT_MAX + 1)
#: Base64 of the longest drawn salt.
DRAWN_SALT_TEXT_MAX: Final = _base64_size(SALT_RANDOM + 1)
#: Base64 of the longest verifier.
VERIFIER_TEXT_MAX: Final = _base64_size(ELEMENT_SIZE + 1)
