"""The journal's thread: all rows that wait are written with one commit."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from ..requests import EnrollmentJournal, EnrollmentOutcome
from .job import Job, advance, fail_unsent
from .worker_pool import start_thread

__all__ = ["JournalWriter"]

_log = logging.getLogger(__name__)

#: Seconds from one commit of outcomes to the next: each costs a sync of the disk, however few
#: there are. Nothing else waits, since sends wait for it, and it comes in groups.
_GATHER: Final = 0.04

_NOT_WRITTEN: Final = "the journal could not be written, so nothing was sent"

#: With the job that it is the end of, if it is.
_Outcomes = list[tuple[Job | None, EnrollmentOutcome]]


class JournalWriter:
    """Writes for the enroller, one thread and as few commits as may be.

    Each stage lets its jobs go on when what it says is durable, and fails them with `NotSentError`
    when that cannot be written. An outcome that cannot be written fails with what the journal
    raised: its row stays marked as sent, so that a resumed run asks again.
    """

    def __init__(self, journal: EnrollmentJournal) -> None:
        self._journal = journal
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._to_mark: list[Job] = []
        self._to_finish: _Outcomes = []
        self._to_keep: list[Job] = []
        self._finish_next = 0.0
        self._closed = False
        self._thread = start_thread(self._run, "enroller-journal")

    def keep(self, jobs: list[Job]) -> None:
        """A stage: keep the secrets."""
        with self._lock:
            self._to_keep += jobs
            self._changed.notify()

    def mark(self, jobs: list[Job]) -> None:
        """A stage: note that these are about to be sent."""
        with self._lock:
            self._to_mark += jobs
            self._changed.notify()

    def finish(self, jobs: list[Job]) -> None:
        """A stage: note how these ended."""
        self._add_outcomes([(job, job.outcome()) for job in jobs])

    def note(self, job: Job) -> None:
        """Note that its device ended so; the job goes on with another one meanwhile."""
        self._add_outcomes([(None, job.outcome())])

    def close(self) -> None:
        """End the thread once all is written."""
        with self._lock:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _add_outcomes(self, outcomes: _Outcomes) -> None:
        with self._lock:
            if not self._to_finish and self._finish_next <= time.monotonic():
                self._changed.notify()  # else the thread looks by itself when it is time
            self._to_finish += outcomes

    def _run(self) -> None:
        while self._wait():
            with self._lock:
                to_mark, self._to_mark = self._to_mark, []
                to_keep, self._to_keep = self._to_keep, []
                to_finish: _Outcomes = []
                if time.monotonic() >= self._finish_next and self._to_finish:
                    to_finish, self._to_finish = self._to_finish, []
                    self._finish_next = time.monotonic() + _GATHER
            if to_mark:
                self._mark(to_mark)
            if to_finish:
                self._finish(to_finish)
            if to_keep:
                self._keep(to_keep)

    def _wait(self) -> bool:
        """Until there is something to write now; False at the end."""
        with self._lock:
            while not (self._to_mark or self._to_keep):
                until = self._finish_next - time.monotonic()
                if self._to_finish and until <= 0:
                    break
                if self._closed and not self._to_finish:
                    return False
                self._changed.wait(until if until > 0 else None)
        return True

    def _mark(self, jobs: list[Job]) -> None:
        try:
            self._journal.mark_sent([job.device_key for job in jobs])
        except Exception as error:
            fail_unsent(jobs, _NOT_WRITTEN, error)
            return
        for job in jobs:
            job.marked = True
        advance(jobs)

    def _finish(self, ended: _Outcomes) -> None:
        lost = None
        try:
            self._journal.finish([outcome for _, outcome in ended])
        except Exception as error:
            _log.exception("the journal could not note how %d enrollments ended", len(ended))
            lost = error
        advance([job for job, _ in ended if job is not None], lost)

    def _keep(self, jobs: list[Job]) -> None:
        try:
            kept = self._journal.prepare([job.prepared() for job in jobs])
            if len(kept) != len(jobs):
                raise ValueError(f"the journal took {len(jobs)} devices and returned {len(kept)}")
        except Exception as error:
            fail_unsent(jobs, _NOT_WRITTEN, error)
            return
        for job, device in zip(jobs, kept, strict=True):
            job.verifier, job.arrived = device.verifier, device.sent_before
            job.ended, job.kept = device.ended, True
        advance(jobs)
