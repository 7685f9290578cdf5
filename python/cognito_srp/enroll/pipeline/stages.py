"""The way of a request through an enroller, from its token to its outcome."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final, Literal

from ...errors import DeviceKeyExistsError, EnrollerClosedError, NotSentError
from ...transport.client import Client
from ..answers import Answers
from ..events import Events
from ..pacing import Pace, UserBuckets
from ..requests import EnrollmentJournal, Outcome, Status
from ..retry import RetryPolicy
from .batching import Gatherer
from .clients import without_retries
from .crew import Crew
from .job import Job
from .line import Line
from .recording import Recorder
from .sender import Sender
from .tokens import TokenStage, expired_token

__all__ = ["Stages"]

_log = logging.getLogger(__name__)

_TOKEN_WORKERS: Final = 16


class Stages:
    """Token, verifier, journal, line, send, journal: each in threads of its own.

    A job that is given to `start` comes back through `released`, and then its future is settled.
    """

    def __init__(
        self,
        client: Client,
        *,
        pace: Pace,
        users: UserBuckets,
        sign_ins: Pace,
        workers: int,
        journal: EnrollmentJournal | None,
        retry: RetryPolicy,
        answers: Answers,
        events: Events,
        released: Callable[[Job], None],
    ) -> None:
        self._events, self._retry, self._released = events, retry, released
        self._answers = answers
        self._cancelling = threading.Event()
        client = answers.watching(without_retries(client, workers + _TOKEN_WORKERS))
        with ExitStack() as started:
            self._start_threads(
                client, pace, users, sign_ins, workers, journal=journal, started=started
            )
            started.pop_all()

    def _start_threads(
        self,
        client: Client,
        pace: Pace,
        users: UserBuckets,
        sign_ins: Pace,
        workers: int,
        *,
        journal: EnrollmentJournal | None,
        started: ExitStack,
    ) -> None:
        """All stages; `started` ends those that have threads if another's cannot be started."""
        self._recorder = None if journal is None else self._record_in(journal)
        if self._recorder is not None:
            started.callback(self._recorder.close)
        self._line = Line(
            pace,
            users,
            self._answers,
            mark=self._recorder.mark if self._recorder else None,
            on_short=self._when_short,
            failed=self._fail,
        )
        self._gatherer = Gatherer(
            ready=self._recorder.prepare if self._recorder else self._prepared,
            failed=self._fail,
            wanted=self._is_wanted,
            may_wait=self._line.is_long,
        )
        started.callback(self._gatherer.close)
        self._tokens = self._start_tokens(client, sign_ins, pace.rate)
        started.callback(self._tokens.close)
        self._crew = self._start_sending(client, workers)

    def _start_tokens(self, client: Client, sign_ins: Pace, rate: float) -> TokenStage:
        return TokenStage(
            client,
            sign_ins,
            self._retry,
            self._answers,
            rate=rate,
            workers=_TOKEN_WORKERS,
            granted=self._fetched,
            failed=self._fail,
            wanted=self._is_wanted,
            stopped=self._cancelling,
        )

    def _start_sending(self, client: Client, workers: int) -> Crew[Job]:
        sender = Sender(
            client,
            self._retry,
            self._answers,
            self._events,
            done=lambda job: self._finish(job, "confirmed"),
            again=self._line.add_later,
            renew=self._renew,
            failed=self._fail,
        )
        return Crew(
            lambda: self._line.take(self._claim),
            sender.send,
            self._broken,
            most=workers,
            name="enroller-send",
        )

    def _record_in(self, journal: EnrollmentJournal) -> Recorder:
        return Recorder(
            journal,
            prepared=self._prepared,
            prepare_failed=self._not_written,
            marked=self._marked,
            mark_failed=self._not_marked,
            finished=self._finished,
        )

    @property
    def busy(self) -> int:
        """How many threads have a call in flight."""
        return self._crew.busy

    @property
    def workers(self) -> int:
        """How many threads there are to send."""
        return len(self._crew)

    def start(self, job: Job) -> None:
        """Send a job on its way."""
        if job.grant is not None and not job.grant.expired():
            self._granted(job)
        elif job.request.access is not None:
            self._tokens.add(job)
        else:
            self._fail(job, expired_token())

    def cancel(self) -> None:
        """Send nothing any more, and let all jobs end."""
        self._cancelling.set()
        self._answers.wake()
        self._line.hurry()
        self._tokens.count_ahead(0)  # wakes it
        self._gatherer.wake()

    def close(self) -> None:
        """End the threads, once no job is on its way."""
        self._tokens.close()
        self._gatherer.close()
        self._line.close()
        self._crew.join()
        if self._recorder is not None:
            self._recorder.close()

    def _fetched(self, job: Job) -> None:
        self._events.tell("signed_in", job)
        self._granted(job)

    def _granted(self, job: Job) -> None:
        """It has a token: next come its verifier, or at once its place in the line."""
        self._count_ahead(job, True)
        if job.verifier is None:
            self._gatherer.add(job)
        else:
            self._line.add([job])

    def _prepared(self, jobs: list[Job]) -> None:
        for job in jobs:
            self._events.tell("prepared", job)
        self._line.add([job for job in jobs if not job.ended])
        for job in jobs:
            if job.ended == "confirmed":
                job.first_sent = time.monotonic()
                self._deliver(job, "confirmed")
            elif job.ended == "conflict":
                message = "the journal says that the device has another secret"
                job.error = DeviceKeyExistsError(
                    "ConfirmDevice", "DeviceKeyExistsException", message
                )
                self._deliver(job, "conflict")

    def _claim(self, job: Job) -> bool:
        """Whether to send the job, whose turn it is."""
        assert job.grant is not None  # noqa: S101 - it went through _granted
        if job.told or not self._is_wanted(job):
            return False
        if job.grant.expired():
            self._renew(job)
            return False
        # It waited for its turn longer than it was to.
        begin = job.first_sent + self._answers.paused_since(job.first_sent)
        if job.error is not None and self._retry.is_over(begin):
            self._fail(job, job.error)
            return False
        if not _begin(job):
            self._deliver(job, "cancelled")
            return False
        self._count_ahead(job, False)
        return True

    def _renew(self, job: Job) -> None:
        """Get another token for a job whose own has run out."""
        self._count_ahead(job, False)
        if job.request.access is None:
            self._fail(job, expired_token())
            return
        if not job.arrived and job.request.device_key is None:
            # The device of that sign-in was never sent: a new sign-in, a new device.
            if job.kept and self._recorder is not None:
                job.error = expired_token()
                self._recorder.finish(None, job.outcome("refused"))
            job.start_anew()
        self._tokens.add(job, first=True)

    def _is_wanted(self, job: Job) -> bool:
        """Whether there is still anyone to do it for; ends the job if not."""
        if self._cancelling.is_set():
            if job.attempts:
                rule = f"the enroller was closed before {job.operation} could be sent"
                self._fail(job, job.error or EnrollerClosedError(rule))
                return False
            job.future.cancel()
        if job.future.cancelled():
            _begin(job)
            self._deliver(job, "cancelled")
            return False
        return True

    def _not_written(self, jobs: list[Job], error: Exception) -> None:
        for job in jobs:
            failure = NotSentError(
                f"the journal could not be written, so nothing was sent: {error}"
            )
            failure.__cause__ = error
            self._fail(job, failure)

    def _marked(self, jobs: list[Job]) -> None:
        self._line.marked(jobs)

    def _not_marked(self, jobs: list[Job], error: Exception) -> None:
        self._line.not_marked(jobs)
        self._not_written(jobs, error)

    def _fail(self, job: Job, error: BaseException) -> None:
        """It ends here, and not well; unless ConfirmDevice had worked before."""
        job.error = error
        if job.operation == "UpdateDeviceStatus":
            self._finish(job, "confirmed")
        elif job.arrived:
            self._finish(job, "unknown")
        else:
            conflict = isinstance(error, DeviceKeyExistsError)
            self._finish(job, "conflict" if conflict else "refused")

    def _broken(self, job: Job, error: BaseException) -> None:
        """A call came back with what makes no sense: it may have had its effect."""
        job.arrived = True
        self._fail(job, error)

    def _finish(self, job: Job, status: Status) -> None:
        # What was not sent because the journal failed stays in it as it is.
        if self._recorder is None or not job.kept or isinstance(job.error, NotSentError):
            self._deliver(job, status)
        else:
            self._recorder.finish(job, job.outcome(status))

    def _finished(self, job: Job, outcome: Outcome, lost: bool) -> None:
        if lost:
            self._events.tell("journal_failed", job)
        self._deliver(job, outcome.status)

    def _deliver(self, job: Job, status: Status | Literal["cancelled"]) -> None:
        """Give the caller what they wait for, unless they know that it is cancelled."""
        if job.told:
            return
        job.told = True
        self._count_ahead(job, False)
        if status != "cancelled" and not _begin(job):
            status = "cancelled"
        self._events.tell(status, job)
        # Its room and its key are free before its caller knows: they may try again at once.
        self._released(job)
        try:
            if status != "cancelled" and job.error is not None:
                job.error.verifier = job.verifier  # type: ignore[attr-defined]
                job.future.set_exception(job.error)
            elif status != "cancelled":
                job.future.set_result(job.result())
        except BaseException:  # SystemExit of a future's callback would end a thread of ours
            _log.exception("a callback of a future failed; the enroller goes on")

    def _when_short(self) -> None:
        self._gatherer.wake()

    def _count_ahead(self, job: Job, ahead: bool) -> None:
        if job.is_ahead != ahead:
            job.is_ahead = ahead
            self._tokens.count_ahead(1 if ahead else -1)


def _begin(job: Job) -> bool:
    """Make the future one that cannot be cancelled any more; False if it has been."""
    return job.future.running() or job.future.set_running_or_notify_cancel()
