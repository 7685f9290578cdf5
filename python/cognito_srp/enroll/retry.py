"""Which failures are sent again, when, and until when."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from ..errors import (
    CognitoSrpError,
    InvalidInputError,
    ServiceFaultError,
    ThrottledError,
    UnreachableError,
)

__all__ = ["RetryPolicy", "may_have_arrived", "worth_retrying"]


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How calls that were throttled or not answered are sent again. Times in seconds.

    `deadline` counts from a device's first send: nothing is sent after it. Between two tries lies
    a random time, uniform from 0 to ``first_delay * 2**(failures - 1)`` and at most
    `longest_delay` ("full jitter"), so that those who failed together do not come back together.
    """

    deadline: float = 60.0
    first_delay: float = 0.1
    longest_delay: float = 5.0

    def __post_init__(self) -> None:
        for name in ("deadline", "first_delay", "longest_delay"):
            if not getattr(self, name) >= 0:
                raise InvalidInputError(name, "must not be negative", "pass seconds")

    def is_over(self, first_sent: float, after: float = 0.0) -> bool:
        """Whether the deadline is past.

        Args:
            first_sent: When the device was first sent, in seconds of ``time.monotonic()``.
            after: So many seconds from now.

        Returns:
            Whether it is.
        """
        return time.monotonic() + after > first_sent + self.deadline

    def delay(self, failures: int) -> float:
        """How long to wait before the next try: a random time.

        Args:
            failures: How many tries have failed in a row.

        Returns:
            Seconds.
        """
        longest = min(self.longest_delay, self.first_delay * 2.0 ** min(failures - 1, 64))
        return random.uniform(0, longest)  # noqa: S311 - spreads load, keeps nothing secret


def worth_retrying(error: BaseException) -> bool:
    """Whether the same call may well succeed a little later."""
    return isinstance(error, (ThrottledError, UnreachableError, ServiceFaultError))


def may_have_arrived(error: BaseException) -> bool:
    """Whether a call that failed so may have had its effect nevertheless."""
    if isinstance(error, UnreachableError):
        return error.may_have_had_effect
    # Other exceptions are not known failures of the call, so nothing is known of its effect.
    return isinstance(error, ServiceFaultError) or not isinstance(error, CognitoSrpError)
