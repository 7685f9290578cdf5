"""The line of those that wait for their send: who is next, and when."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Final

from ...errors import NotSentError
from ..breaker import CircuitBreaker
from ..pacing import Pace, UserRates
from .clients import wait_for_slot
from .job import Job

__all__ = ["SendQueue"]

#: Seconds' worth of sends that are marked as sent ahead of their turn, together.
_MARKED_AHEAD: Final = 0.2
_LEAST_MARKED, _MOST_MARKED = 2, 256
#: Seconds' worth of sends: with fewer in the queue, new ones are made ready at once.
_SHORT: Final = 0.5

#: Never sent, when its token runs out, the order in which they came, the job.
_Place = tuple[bool, float, int, Job]


class SendQueue:
    """Jobs with a verifier, the one whose token runs out first first.

    Before all of them come those that were sent already: their deadline runs.

    Jobs wait; a few at a time are handed to `mark`, which comes back with `marked` when the
    journal knows that they are being sent; those are taken, one for each slot of `pace`. A job of
    a user who has used up their rate, or that is to be sent again later, stands aside meanwhile.
    """

    def __init__(
        self,
        pace: Pace,
        users: UserRates,
        breaker: CircuitBreaker,
        *,
        mark: Callable[[list[Job]], None] | None,
        on_short: Callable[[], None],
        failed: Callable[[Job, BaseException], None],
    ) -> None:
        self._pace, self._users, self._breaker = pace, users, breaker
        self._mark = mark
        self._on_short, self._failed = on_short, failed
        ahead = pace.rate * _MARKED_AHEAD
        self._depth = int(min(max(ahead, _LEAST_MARKED), _MOST_MARKED))
        self._short_below = pace.rate * _SHORT
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._order = count()
        self._waiting: list[_Place] = []
        self._marking = 0
        self._staged: list[_Place] = []
        self._aside: list[tuple[float, int, Job]] = []
        self._hurried = self._closed = self._was_long = False
        self._stop = threading.Event()

    def __len__(self) -> int:
        """Those that could be sent if it were not for the rate."""
        return len(self._waiting) + self._marking + len(self._staged)

    def is_long(self) -> bool:
        """Whether the next half a second is provided for."""
        return not self._hurried and len(self) > self._short_below

    def add(self, jobs: list[Job]) -> None:
        """Let jobs stand in the queue."""
        with self._changed:
            for job in jobs:
                self._push(self._waiting, job)
            self._advance()
            self._changed.notify()

    def add_later(self, job: Job, delay: float) -> None:
        """Let a job stand aside for so many seconds first."""
        with self._changed:
            self._put_aside(job, time.monotonic() + delay)
            self._changed.notify()

    def marked(self, jobs: list[Job]) -> None:
        """The journal knows of these."""
        with self._changed:
            self._marking -= len(jobs)
            for job in jobs:
                job.marked = True
                self._push(self._staged, job)
            self._advance()
            self._changed.notify()

    def not_marked(self, jobs: list[Job]) -> None:
        """These could not be marked, and have left the queue."""
        with self._changed:
            self._marking -= len(jobs)
            self._advance()

    def hurry(self) -> None:
        """Hand out all that is here without regard to the rate, because nothing will be sent."""
        with self._changed:
            self._hurried = True
            self._stop.set()
            self._advance()
            self._changed.notify()

    def close(self) -> None:
        """Let `take` return None from now on."""
        with self._changed:
            self._closed = True
            self._stop.set()
            self._changed.notify()

    def take(self, claim: Callable[[Job], bool]) -> Job | None:
        """The job to send now: waits for one, and for its slot. None at the end.

        `claim` says of the one that is next whether it is still to be sent. Of several callers one
        waits here and the others for their turn, so that each slot goes to whoever comes first.
        """
        with self._turn:
            while self._someone_there():
                try:
                    due = self._pace.reserve()
                except Exception as error:
                    self._fail_next(error)
                    continue
                wait_for_slot(due, self._stop)
                self._breaker.wait(self._stop)
                while (job := self._pop()) is not None:
                    if self._claimed(job, claim):
                        return job
                self._pace.cancel(due)
        return None

    def _claimed(self, job: Job, claim: Callable[[Job], bool]) -> bool:
        try:
            return claim(job)
        except Exception as error:  # out of memory, say: it has left the queue, so it ends here
            self._failed(job, error)
            return False

    def _fail_next(self, error: Exception) -> None:
        """There is no slot to be had for the one that is next."""
        if (job := self._pop()) is not None:
            failure = NotSentError(f"the rate could not be asked for: {error}")
            failure.__cause__ = error
            self._failed(job, failure)

    def _someone_there(self) -> bool:
        """Wait until somebody can be sent; False at the end."""
        with self._changed:
            while True:
                self._advance()
                if self._staged or self._closed:
                    return bool(self._staged)
                until = self._aside[0][0] - time.monotonic() if self._aside else None
                self._changed.wait(until)

    def _pop(self) -> Job | None:
        with self._changed:
            if not self._staged:
                return None
            job = heapq.heappop(self._staged)[-1]
            job.has_user_slot = False
            self._advance()
            return job

    def _advance(self) -> None:
        """Let everyone have the place that is theirs now, and tell when the queue gets short."""
        self._fill()
        if self._was_long and not self.is_long():
            self._on_short()
        self._was_long = self.is_long()

    def _fill(self) -> None:
        """Bring back those who stood aside long enough, and fill up those who can be sent."""
        now = time.monotonic()
        while self._aside and (self._hurried or self._aside[0][0] <= now):
            self._push(self._waiting, heapq.heappop(self._aside)[2])
        ready = len(self._staged) + self._marking
        if self._mark is not None and ready > self._depth // 2 and not self._hurried:
            return  # a commit for many, rather than one for each that leaves
        fresh: list[Job] = []
        while self._waiting and (self._hurried or ready < self._depth):
            job = heapq.heappop(self._waiting)[-1]
            if not self._may_go(job):
                continue
            ready += 1
            if job.marked or self._mark is None or self._hurried:
                self._push(self._staged, job)  # hurried: not sent, so not marked either
            else:
                fresh.append(job)
        if fresh and self._mark is not None:
            self._marking += len(fresh)
            self._mark(fresh)

    def _may_go(self, job: Job) -> bool:
        """Whether the user's own rate allows it; puts it aside if not."""
        if job.has_user_slot or self._hurried:
            return True
        job.has_user_slot = True
        due = self._users.reserve(job.user)
        if due <= time.monotonic():
            return True
        self._put_aside(job, due)
        return False

    def _put_aside(self, job: Job, until: float) -> None:
        heapq.heappush(self._aside, (until, next(self._order), job))

    def _push(self, heap: list[_Place], job: Job) -> None:
        if job.order is None:
            job.order = next(self._order)
        expires = job.grant.expires_at if job.grant else 0.0
        heapq.heappush(heap, (not job.attempts, expires, job.order, job))
