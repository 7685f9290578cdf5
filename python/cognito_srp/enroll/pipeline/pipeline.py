"""The way of a request through an enroller, from its token to its outcome."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, Final, Literal

from ...errors import (
    DeviceKeyExistsError,
    NotSentError,
    ThrottledError,
    TokenExpiredError,
)
from ...transport.calls import call
from ...transport.client import Client
from ...transport.operations import confirm_device_call, update_device_status_parameters
from ..breaker import CircuitBreaker
from ..events import Events
from ..pacing import Pace, UserRates
from ..requests import EnrollmentJournal, Status
from ..retry import RetryPolicy, may_have_arrived, worth_retrying
from .admission import Admission
from .clients import without_retries
from .job import Job, Unwanted, Way, advance, use_slot
from .journal_writer import JournalWriter
from .send_queue import SendQueue
from .token_fetcher import TokenFetcher, expired_token
from .verifier_batcher import VerifierBatcher
from .worker_pool import WorkerPool

__all__ = ["Pipeline"]

_log = logging.getLogger(__name__)

_TOKEN_WORKERS: Final = 16


class Pipeline:
    """Token, verifier, journal, queue, send, outcome: each a stage with threads of its own.

    `_way` is what becomes of a request, in the order in which it happens. Wherever it yields, the
    job waits in that stage, one of whose threads then goes on with it; what the stage fails with
    is raised there. A job that is given to `start` has left `admission`, and its future is
    settled, at the end of its way.
    """

    def __init__(
        self,
        client: Client,
        *,
        pace: Pace,
        users: UserRates,
        sign_ins: Pace,
        workers: int,
        journal: EnrollmentJournal | None,
        retry: RetryPolicy,
        breaker: CircuitBreaker,
        events: Events,
        admission: Admission,
    ) -> None:
        self._retry, self._breaker = retry, breaker
        self._events, self._admission = events, admission
        self._closing = closing = threading.Event()
        self._client = client = breaker.watching(without_retries(client, workers + _TOKEN_WORKERS))
        # Ends the threads there are, should those of another stage not start.
        with ExitStack() as started:
            self._journal = None if journal is None else JournalWriter(journal)
            if self._journal is not None:
                started.callback(self._journal.close)
            self._verifiers = VerifierBatcher(closing)
            started.callback(self._verifiers.close)
            self._tokens = TokenFetcher(
                client, sign_ins, retry, breaker, closing, rate=pace.rate, workers=_TOKEN_WORKERS
            )
            started.callback(self._tokens.close)
            self._queue = SendQueue(pace, users, breaker, closing, self._verifiers)
            self._senders = WorkerPool(self._queue, most=workers, name="enroller-send")
            started.callback(self._senders.join)
            started.callback(self._queue.close)
            self._started = started.pop_all()

    @property
    def busy(self) -> int:
        """How many threads have a call in flight."""
        return self._senders.busy

    @property
    def workers(self) -> int:
        """How many threads there are to send."""
        return len(self._senders)

    def start(self, job: Job) -> None:
        """Send a job on its way."""
        job.way = self._way(job)
        advance([job])

    def cancel(self) -> None:
        """Send nothing any more, and let all jobs end."""
        self._closing.set()
        self._breaker.wake()
        self._queue.wake()
        self._tokens.wake()

    def close(self) -> None:
        """End the threads, once no job is on its way."""
        self._started.close()

    def _way(self, job: Job) -> Way[None]:
        """The way of a request: enrolled, how that ended in the journal, and its caller told."""
        try:
            job.status = yield from self._enroll(job)
        except Unwanted:
            self._deliver(job, "cancelled")
            return
        except BaseException as error:  # whatever it was, its caller is to know
            job.error = error
            job.status = _status_after(job, error)
        # What was not sent because the journal failed stays in it as it is.
        to_note = job.kept and not job.ended and not isinstance(job.error, NotSentError)
        if self._journal is not None and to_note:
            try:
                yield self._journal.finish
            except Exception:
                self._events.tell("journal_failed", job)
        self._deliver(job, job.status)

    def _enroll(self, job: Job) -> Way[Status]:
        """From the token to the last answer; returns how it ended, or raises what ended it."""
        needs_token = job.grant is None or job.grant.expired()
        while True:
            if needs_token:
                yield from self._renew_token(job)
            self._tokens.count(job, ahead=not job.attempts)
            if job.verifier is None:
                yield from self._make_verifier(job)
                if job.ended is not None:
                    return _known_end(job, job.ended)
            yield self._queue.add
            if not job.marked:
                yield from self._mark_sent(job)
            yield self._queue.await_slot
            needs_token = not self._may_send(job)
            if needs_token:
                continue
            yield use_slot
            answer = self._send(job)
            if answer == "confirmed":
                return answer
            needs_token = answer == "needs another token"

    def _renew_token(self, job: Job) -> Way[None]:
        """A token for a job that has none, or whose own has run out."""
        self._tokens.count(job, ahead=False)
        if job.request.access is None:
            raise expired_token()
        if not job.arrived and job.request.device_key is None:
            # The device of an earlier sign-in was never sent: a new sign-in, a new device.
            if job.kept and self._journal is not None:
                job.error = expired_token()
                self._journal.note(job)
            job.start_anew()
        yield self._tokens.add
        job.check_wanted(self._closing)
        self._tokens.fetch(job)
        self._events.tell("signed_in", job)

    def _make_verifier(self, job: Job) -> Way[None]:
        """The verifier, and its secret in the journal before anything else happens."""
        yield self._verifiers.add
        if job.verifier is None:
            job.check_wanted(self._closing)
        if self._journal is not None:
            yield self._journal.keep
        self._events.tell("prepared", job)

    def _mark_sent(self, job: Job) -> Way[None]:
        """The journal learns that it is about to be sent, many with one commit."""
        if self._journal is None or self._closing.is_set():
            return  # what will not be sent is not marked either
        try:
            yield self._journal.mark
        except BaseException:
            self._queue.leave()
            raise

    def _may_send(self, job: Job) -> bool:
        """Whether to send the job, whose slot has come; False if it needs another token first."""
        assert job.grant is not None  # noqa: S101
        job.check_wanted(self._closing)
        if job.grant.expired():
            return False
        # It waited for its turn longer than it was to.
        if job.error is not None and self._is_over(job):
            raise job.error
        if not job.begin():
            raise Unwanted
        self._tokens.count(job, ahead=False)
        return True

    def _send(self, job: Job) -> _Answer:
        """Make the job's next call, and say what its answer means; raises what ends it."""
        parameters = _parameters(job)
        if not job.attempts:
            job.first_sent = time.monotonic()
        job.attempts += 1
        self._events.tell("sent", job)
        try:
            response = call(self._client, job.operation, **parameters)
            if job.operation == "ConfirmDevice":
                necessary = bool(response.get("UserConfirmationNecessary", False))
        except Exception as error:
            return self._refused(job, error)
        except BaseException:
            job.arrived = True  # it makes no sense: the call may have had its effect
            raise
        if job.operation == "ConfirmDevice":
            return self._confirmed(job, necessary)
        job.error = None
        return "confirmed"

    def _confirmed(self, job: Job, necessary: bool | None) -> _Answer:
        """The device is confirmed.

        The user's word follows, unless it is known not to be asked for: the answer that tells may
        have been lost.
        """
        job.necessary, job.error = necessary, None
        if necessary is False or job.request.remember is None:
            return "confirmed"
        job.operation, job.failures = "UpdateDeviceStatus", 0
        return "send again"

    def _refused(self, job: Job, error: Exception) -> _Answer:
        job.error = error
        self._events.count_failure(error)
        if job.operation == "ConfirmDevice":
            if isinstance(error, DeviceKeyExistsError) and job.arrived:
                job.proven = False  # by a send whose answer was lost, as it seems
                return self._confirmed(job, None)
            job.arrived = job.arrived or may_have_arrived(error)
        if isinstance(error, ThrottledError):
            self._events.tell("throttled", job)
        if isinstance(error, TokenExpiredError) and job.request.access and not job.renewed:
            job.renewed = True
            return "needs another token"
        if not worth_retrying(error):
            raise error
        job.failures += 1
        delay = self._retry.delay(job.failures)
        if self._is_over(job, after=delay):
            raise error
        self._events.tell("retried", job, delay)
        job.not_before = time.monotonic() + delay
        return "send again"

    def _is_over(self, job: Job, after: float = 0.0) -> bool:
        """Whether its deadline is past in so many seconds, pauses not counted."""
        begin = job.first_sent + self._breaker.paused_since(job.first_sent)
        return self._retry.is_over(begin, after=after)

    def _deliver(self, job: Job, status: Status | Literal["cancelled"]) -> None:
        """Give the caller what they wait for, unless they know that it is cancelled."""
        self._tokens.count(job, ahead=False)
        if status != "cancelled" and not job.begin():
            status = "cancelled"
        self._events.tell(status, job)
        # Its room and its key are free before its caller knows: they may try again at once.
        self._admission.release(job)
        try:
            if status != "cancelled" and job.error is not None:
                job.error.verifier = job.verifier  # type: ignore[attr-defined]
                job.future.set_exception(job.error)
            elif status != "cancelled":
                job.future.set_result(job.result())
        except BaseException:  # SystemExit of a future's callback would end a thread of ours
            _log.exception("a callback of a future failed; the enroller goes on")


_Answer = Literal["confirmed", "send again", "needs another token"]


def _known_end(job: Job, ended: Literal["confirmed", "conflict"]) -> Status:
    """The journal knows that there is nothing left to send."""
    if ended == "confirmed":
        job.first_sent = time.monotonic()
    else:
        message = "the journal says that the device has another secret"
        job.error = DeviceKeyExistsError("ConfirmDevice", "DeviceKeyExistsException", message)
    return ended


def _status_after(job: Job, error: BaseException) -> Status:
    """How a job ended that this error ended: not well, unless ConfirmDevice had worked before."""
    if job.operation == "UpdateDeviceStatus":
        return "confirmed"
    if job.arrived:
        return "unknown"
    return "conflict" if isinstance(error, DeviceKeyExistsError) else "refused"


def _parameters(job: Job) -> Mapping[str, Any]:
    """What the job's next call takes. The verifier was checked when it was made."""
    assert job.grant is not None  # noqa: S101
    assert job.verifier is not None  # noqa: S101
    token, key = job.grant.access_token, job.device_key
    if job.operation == "UpdateDeviceStatus":
        remembered = bool(job.request.remember)
        status = update_device_status_parameters(device_key=key, remembered=remembered)
        return {"AccessToken": token, **status}
    return confirm_device_call(
        access_token=token,
        device_key=key,
        config=job.verifier.as_config(),
        device_name=job.request.device_name,
    ).parameters
