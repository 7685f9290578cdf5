"""What is kept of an error: its code, and its message in one line."""

from __future__ import annotations

import re
from typing import Final

from ..errors import TokenExpiredError

__all__ = ["error_code", "error_message"]


def error_code(error: BaseException | None) -> str:
    """The service's code for an error, or the name of its class."""
    if error is None:
        return ""
    if isinstance(error, TokenExpiredError):  # the service's code says less
        return "TokenExpired"
    return str(getattr(error, "code", "")) or type(error).__name__


#: Longest message that is kept of an error, in characters.
_MESSAGE_MAX: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def error_message(error: BaseException | None) -> str:
    """What an error says, in one line that may go to a terminal."""
    return "" if error is None else _CONTROL.sub(" ", str(error)[:_MESSAGE_MAX])
