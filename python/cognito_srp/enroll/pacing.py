"""How fast calls may go: the generic cell rate algorithm, for an account and for each of its users.

GCRA (ITU-T I.371) keeps one number, the time at which the next call is due, and does what a token
bucket does. It never hands out more than ``rate * T + burst`` slots that fall due in any window of
T seconds, and hands out all of ``rate * T`` while there are enough calls. The burst is how many may
go at once after a moment without calls, or without a free thread. By default it is a tenth of a
second's worth, so that 10 seconds stay within rate + 1 %. That leaves another 1 % (0.1 s) for
threads that the system wakes late.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import OrderedDict
from typing import Final, Protocol

from ..errors import InvalidInputError

__all__ = ["GCRA", "MonotonicClock", "Pace", "UserRates"]

#: Seconds' worth of slots that may be caught up with.
_CATCH_UP: Final = 0.1


class Pace(Protocol):
    """What hands out the moments at which calls may go; safe to use from several threads."""

    @property
    def rate(self) -> float:
        """How many a second it expects to hand out; decides how far ahead things are prepared."""

    def reserve(self) -> float:
        """Take the next slot; returns when it is due, as ``time.monotonic()`` counts."""

    def cancel(self, due: float) -> None:
        """Give a slot back that no call was made in."""


class MonotonicClock(Protocol):
    """What tells the time, as the module ``time`` does."""

    def monotonic(self) -> float:
        """Seconds that never run backwards."""


class GCRA:
    """`rate` calls a second, ``float("inf")`` for no limit; waiting callers go in their order.

    `burst` is how many calls may go at once after a pause, at least one. Raises
    `InvalidInputError` for a rate that is not above zero or a burst below one.
    """

    def __init__(
        self,
        rate: float,
        *,
        burst: float | None = None,
        clock: MonotonicClock = time,
    ) -> None:
        self._rate = _check_rate("rate", rate)
        self.burst = max(1.0, rate * _CATCH_UP) if burst is None else burst
        if not self.burst >= 1:
            raise InvalidInputError("burst", f"must be at least 1, is {burst}", "leave it out")
        self._interval = 1 / rate
        # A slot may lie this far in the past; its call goes at once, and counts as if then.
        self._slack = 0.0 if rate == float("inf") else (self.burst - 1) / rate
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock.monotonic() - self._slack
        self._returned: list[float] = []

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self._rate

    def reserve(self) -> float:
        """Take the next slot; returns when it is due on the clock, perhaps a moment ago."""
        with self._lock:
            earliest = self._clock.monotonic() - self._slack
            while self._returned:
                slot = heapq.heappop(self._returned)
                if slot >= earliest:
                    return slot
            slot = max(self._next, earliest)
            self._next = slot + self._interval
            return slot

    def cancel(self, due: float) -> None:
        """Give a slot back: the next to reserve one gets it, unless it is past by then."""
        with self._lock:
            heapq.heappush(self._returned, due)

    def idle(self) -> bool:
        """Whether the whole burst may be used, so that a new one would do as well."""
        with self._lock:
            return self._next <= self._clock.monotonic() - self._slack


class UserRates:
    """A `GCRA` for each user; those of users who pause are dropped, so memory stays bounded.

    A user is remembered until the last slot taken is past, and until the
    whole burst may be used again.
    """

    def __init__(
        self,
        rate: float,
        *,
        burst: float | None = None,
        clock: MonotonicClock = time,
    ) -> None:
        self.rate = _check_rate("per_user_rate", rate)
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._paces: OrderedDict[str, GCRA] = OrderedDict()

    def __len__(self) -> int:
        return len(self._paces)

    def reserve(self, user: str | None) -> float:
        """Take the user's next slot, as `GCRA.reserve`; no limit for an unknown user."""
        if user is None:
            return self._clock.monotonic()
        with self._lock:
            self._drop_idle()
            if user not in self._paces:
                self._paces[user] = GCRA(self.rate, burst=self._burst, clock=self._clock)
            self._paces.move_to_end(user)
            return self._paces[user].reserve()

    def cancel(self, user: str | None, due: float) -> None:
        """Give a slot of the user's back.

        Args:
            user: Whose slot it is.
            due: What `reserve` returned.
        """
        with self._lock:
            if user is not None and user in self._paces:
                self._paces[user].cancel(due)

    def _drop_idle(self) -> None:
        # The user of longest ago comes first. Dropping up to two at each call is faster than users
        # can come, and keeps each call short.
        for user in [user for user, _ in zip(self._paces, range(2), strict=False)]:
            if not self._paces[user].idle():
                break
            del self._paces[user]


def _check_rate(name: str, rate: float) -> float:
    if not rate > 0:
        rule = f"must be above zero, is {rate}"
        raise InvalidInputError(name, rule, "pass calls per second, or inf for no limit")
    return rate
