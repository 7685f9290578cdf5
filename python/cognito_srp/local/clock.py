"""The local server's clock: one object, so that a test can move it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

__all__ = ["Clock"]


class Clock:
    """The system's clock plus an offset that tests set.

    Everything in the server that asks for the time asks here: token lifetimes, the age of
    pending challenges and the five minutes a TIMESTAMP may be off.
    """

    def __init__(self) -> None:
        #: Seconds ahead of the system's clock.
        self.offset = 0.0

    def time(self) -> float:
        """Seconds since the epoch, as `time.time()`."""
        return time.time() + self.offset

    def now(self) -> datetime:
        """The same moment as an aware UTC datetime."""
        return datetime.fromtimestamp(self.time(), timezone.utc)

    def advance(self, by: float | timedelta) -> None:
        """Move the clock.

        Args:
            by: Seconds or a timedelta; negative moves it back.
        """
        self.offset += by.total_seconds() if isinstance(by, timedelta) else by

    def set(self, when: datetime) -> None:
        """Make it `when` now; the clock runs on from there.

        Args:
            when: An aware datetime.
        """
        if when.tzinfo is None:
            raise ValueError("the clock needs an aware datetime: give it a time zone")
        self.offset = when.timestamp() - time.time()

    def reset(self) -> None:
        """Back to the system's time."""
        self.offset = 0.0
