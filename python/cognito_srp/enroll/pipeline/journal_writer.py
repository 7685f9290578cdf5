"""The journal's thread: what waits to be written goes to disk together."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from ..requests import EnrollmentJournal, EnrollmentOutcome
from .job import Job
from .worker_pool import start_thread

__all__ = ["JournalWriter"]

_log = logging.getLogger(__name__)

#: Seconds from one commit of outcomes to the next: each costs a sync of the disk, however few
#: there are. Nothing else waits, since sends wait for it, and it comes in groups.
_GATHER: Final = 0.02

#: With the job that it is the end of, if it is.
_Outcomes = list[tuple[Job | None, EnrollmentOutcome]]


class JournalWriter:
    """Writes for the enroller, one thread and as few commits as may be.

    Each method takes jobs and comes back through a callback when what it says is durable:
    `prepared`, `marked`, `finished`; `prepare_failed` and `mark_failed` when it cannot be written.
    An outcome that cannot be written is `finished` all the same, with True for "lost": its row
    stays marked as sent, so that a resumed run asks again.
    """

    def __init__(
        self,
        journal: EnrollmentJournal,
        *,
        prepared: Callable[[list[Job]], None],
        prepare_failed: Callable[[list[Job], Exception], None],
        marked: Callable[[list[Job]], None],
        mark_failed: Callable[[list[Job], Exception], None],
        finished: Callable[[Job, EnrollmentOutcome, bool], None],
    ) -> None:
        self._journal = journal
        self._prepared, self._prepare_failed = prepared, prepare_failed
        self._marked, self._mark_failed = marked, mark_failed
        self._finished = finished
        self._changed = threading.Condition()
        self._to_mark: list[Job] = []
        self._to_finish: _Outcomes = []
        self._to_prepare: list[Job] = []
        self._closed = False
        self._thread = start_thread(self._run, "enroller-journal")

    def prepare(self, jobs: list[Job]) -> None:
        """Keep the secrets."""
        with self._changed:
            self._to_prepare += jobs
            self._changed.notify()

    def mark(self, jobs: list[Job]) -> None:
        """Note that these are about to be sent."""
        with self._changed:
            self._to_mark += jobs
            self._changed.notify()

    def finish(self, job: Job | None, outcome: EnrollmentOutcome) -> None:
        """Note how it ended; without a job, nobody is told."""
        with self._changed:
            self._to_finish.append((job, outcome))
            if len(self._to_finish) == 1:
                self._changed.notify()

    def close(self) -> None:
        """End the thread once all is written."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        finish_next = 0.0
        while self._wait(finish_next):
            with self._changed:
                to_mark, self._to_mark = self._to_mark, []
                to_prepare, self._to_prepare = self._to_prepare, []
                to_finish: _Outcomes = []
                if time.monotonic() >= finish_next and self._to_finish:
                    to_finish, self._to_finish = self._to_finish, []
                    finish_next = time.monotonic() + _GATHER
            self._mark(to_mark)
            self._finish(to_finish)
            self._prepare(to_prepare)

    def _wait(self, finish_next: float) -> bool:
        """Until there is something to write now; False at the end."""
        with self._changed:
            while not (self._to_mark or self._to_prepare):
                until = finish_next - time.monotonic()
                if self._to_finish and until <= 0:
                    break
                if self._closed and not self._to_finish:
                    return False
                self._changed.wait(until if self._to_finish else None)
        return True

    def _mark(self, jobs: list[Job]) -> None:
        if not jobs:
            return
        try:
            self._journal.mark_sent([job.device_key for job in jobs])
        except Exception as error:
            self._mark_failed(jobs, error)
        else:
            self._marked(jobs)

    def _finish(self, ended: _Outcomes) -> None:
        if not ended:
            return
        lost = False
        try:
            self._journal.finish([outcome for _, outcome in ended])
        except Exception:
            _log.exception("the journal could not note how %d enrollments ended", len(ended))
            lost = True
        for job, outcome in ended:
            if job is not None:
                self._finished(job, outcome, lost)

    def _prepare(self, jobs: list[Job]) -> None:
        if not jobs:
            return
        try:
            kept = self._journal.prepare([job.prepared() for job in jobs])
            if len(kept) != len(jobs):
                raise ValueError(f"the journal took {len(jobs)} devices and returned {len(kept)}")
        except Exception as error:
            self._prepare_failed(jobs, error)
            return
        for job, device in zip(jobs, kept, strict=True):
            job.verifier, job.arrived = device.verifier, device.sent_before
            job.ended, job.kept = device.ended, True
        self._prepared(jobs)
