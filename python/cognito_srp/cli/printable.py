"""Text of others, safe to show on a terminal."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["printable"]

#: Control characters (Unicode's Cc), line and paragraph separators, and what turns the direction of
#: text around: a terminal obeys them, and shows something else than what was said.
_OBEYED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    r"""`text` in one line, with ``\x1b`` for the escape character, and so on.

    A service's message, a device's name or a code of an error may hold any character.
    """
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
