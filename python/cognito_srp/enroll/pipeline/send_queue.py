"""The queue of jobs that wait for their send: which is next, and when."""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

from ..breaker import CircuitBreaker
from ..pacing import Pace, UserRates
from .clients import wait_for_slot
from .job import Job, advance, fail_unsent, hand_to, use_slot
from .verifier_batcher import VerifierBatcher

__all__ = ["SendQueue"]

#: How many seconds before their turn sends are marked as sent.
_CALLED_AHEAD: Final = 0.2
_LEAST_CALLED, _MOST_CALLED = 2, 256
#: With fewer sends in the queue than these seconds allow, new devices are made ready at once.
_SHORT: Final = 0.5
#: So many threads wait for slots at once, each for its own.
_TAKERS: Final = 2

#: Never sent, when its token runs out, the order in which they came, the job.
_Place = tuple[bool, float, int, Job]


class SendQueue:
    """Jobs with a verifier, the one whose token runs out first first.

    Before all of them come those that were sent already: their deadline runs.

    Jobs wait after `add`. A few at a time are called up, which lets them go on to be marked in the
    journal; they come back to `await_slot`, and `take` returns them, one for each slot of `pace`.
    A job of a user who has used up their rate, or that is to be sent again later, stands aside
    meanwhile. `batcher` is told whether there is enough here for a while. Once `closing` is set
    nothing will be sent, and all is handed out without regard to the rate.
    """

    def __init__(
        self,
        pace: Pace,
        users: UserRates,
        breaker: CircuitBreaker,
        closing: threading.Event,
        batcher: VerifierBatcher,
    ) -> None:
        self._closing = closing
        self._pace, self._users, self._breaker, self._batcher = pace, users, breaker, batcher
        ahead = pace.rate * _CALLED_AHEAD
        self._depth = int(min(max(ahead, _LEAST_CALLED), _MOST_CALLED))
        self._short_below = pace.rate * _SHORT
        self._turn = threading.Lock()
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._order = count()
        self._waiting: list[_Place] = []
        self._called_up = self._takers = 0
        self._staged: list[_Place] = []
        self._aside: list[tuple[float, int, Job]] = []
        self._closed = self._was_long = False

    def __len__(self) -> int:
        """Those that could be sent if it were not for the rate."""
        return len(self._waiting) + self._called_up + len(self._staged)

    def is_long(self) -> bool:
        """Whether the next half a second is provided for."""
        return len(self) > self._short_below and not self._closing.is_set()

    def add(self, jobs: list[Job]) -> None:
        """A stage: let jobs have their place, once their time has come."""
        now = time.monotonic()
        with self._changing():
            for job in jobs:
                if job.not_before > now:
                    self._put_aside(job, job.not_before)
                else:
                    self._push(self._waiting, job)

    def await_slot(self, jobs: list[Job]) -> None:
        """A stage: jobs that were called up may be sent."""
        with self._changing():
            self._called_up -= len(jobs)
            for job in jobs:
                self._push(self._staged, job)

    def leave(self) -> None:
        """A job that was called up does not come back."""
        with self._changing():
            self._called_up -= 1

    def wake(self) -> None:
        """See that it is closing."""
        with self._changing():
            pass

    def close(self) -> None:
        """Let `take` return None from now on."""
        with self._lock:
            self._closed = True
            self._changed.notify()

    def take(self) -> Job | None:
        """The job to send now: waits for one, and for its slot. None at the end.

        A job whose slot has come may have another way to go than to use it: then the slot is the
        next one's. While a thread waits for a slot, the one that leaves with its job need not wake
        another: it is back in time for the slot after that, where calls are quick.
        """
        while self._await_job():
            try:
                due = self._pace.reserve()
                wait_for_slot(due, self._closing)
                self._breaker.wait(self._closing)
                while (job := self._pop()) is not None:
                    stage = job.step()
                    if stage is use_slot:
                        return job
                    if stage is not None:
                        hand_to(stage, [job])
                self._pace.cancel(due)
            except Exception as error:
                if (job := self._pop()) is not None:
                    fail_unsent([job], "the rate could not be asked for", error)
            finally:
                with self._lock:
                    self._takers -= 1
                    self._wake_one()
        return None

    def _await_job(self) -> bool:
        """Wait until there is one that no other thread has a slot for; False at the end."""
        with self._lock:
            if self._begin_to_take():
                return True
        with self._turn:  # one waits for a job, and for the time of those aside; the others for it
            while True:
                with self._lock:
                    if self._begin_to_take():
                        return True
                    if self._closed and not self._staged:
                        return False
                    called = self._call_up()
                    if not called:
                        until = self._aside[0][0] - time.monotonic() if self._aside else None
                        self._changed.wait(until)
                advance(called)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let those go on, or be taken, whose time has come by the change."""
        with self._lock:
            yield
            called = self._call_up()
            self._wake_one()
        advance(called)

    def _begin_to_take(self) -> bool:
        if self._takers >= min(_TAKERS, len(self._staged)):
            return False
        self._takers += 1
        return True

    def _wake_one(self) -> None:
        """Of those who wait in `_await_job`, unless one who has a slot is to come by here."""
        if not self._takers:
            self._changed.notify()

    def _pop(self) -> Job | None:
        with self._lock:
            if not self._staged:
                return None
            job = heapq.heappop(self._staged)[-1]
            job.has_user_slot = False
            called = self._call_up()
        advance(called)
        return job

    def _call_up(self) -> list[Job]:
        """Those who are next, and have to go on once the lock is free.

        Before, it brings back those who stood aside long enough. It also tells when there is enough
        for a while, or not any more.
        """
        closing, called = self._closing.is_set(), list[Job]()
        while self._aside and (closing or self._aside[0][0] <= time.monotonic()):
            self._push(self._waiting, heapq.heappop(self._aside)[2])
        ready = len(self._staged) + self._called_up
        # A commit for many, rather than one for each that leaves.
        depth = math.inf if closing else self._depth if ready <= self._depth // 2 else 0
        while self._waiting and ready + len(called) < depth:
            job = heapq.heappop(self._waiting)[-1]
            if self._may_go(job):
                called.append(job)
        self._called_up += len(called)
        if self._was_long != self.is_long():
            self._was_long = not self._was_long
            self._batcher.may_fill_up(self._was_long)
        return called

    def _may_go(self, job: Job) -> bool:
        """Whether the user's own rate allows it; puts it aside if not."""
        if job.has_user_slot or self._closing.is_set():
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
