"""Who may come in: at most so many requests at once, and each device once."""

from __future__ import annotations

import threading
import time

from ...errors import EnrollerClosedError, EnrollerFullError, InvalidInputError
from .job import Job

__all__ = ["Admission"]


class Admission:
    """Counts the jobs that are held, at most `limit`; safe to use from many threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._held = 0
        self._keys: set[str] = set()
        self._closing = False

    def __len__(self) -> int:
        return self._held

    def admit(self, job: Job, block: bool, timeout: float | None) -> None:
        """Take a job in; waits and raises as `Enroller.submit` says."""
        with self._lock:
            until = None if timeout is None else time.monotonic() + timeout
            while self._held >= self._limit and not self._closing:
                left = None if until is None else until - time.monotonic()
                if not block or (left is not None and left <= 0):
                    raise EnrollerFullError(f"{self._limit} requests are held: try again later")
                self._changed.wait(left)
            if self._closing:
                raise EnrollerClosedError("the enroller is closed")
            if job.device_key in self._keys:
                fix = "wait for the first request's result"
                raise InvalidInputError("device_key", "is being enrolled already", fix)
            if job.device_key:
                self._keys.add(job.device_key)
            self._held += 1

    def release(self, job: Job) -> None:
        """A job is done: its room is the next one's."""
        with self._lock:
            self._held -= 1
            self._keys.discard(job.device_key)
            if not self._closing:
                self._changed.notify()  # one more may come in
            elif not self._held:
                self._changed.notify_all()  # `wait` waits for the last one

    def close(self) -> None:
        """Take no more in."""
        with self._lock:
            self._closing = True
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until all that are held are done."""
        with self._lock:
            while self._held:
                self._changed.wait()
