"""The enroller: takes requests, confirms their devices, and owns the parts that do it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from ..errors import EnrollerClosedError, InvalidInputError
from ..transport.client import Client
from .breaker import CircuitBreaker
from .events import Event, Events, Stats
from .pacing import GCRA, Pace, UserRates
from .pipeline.admission import Admission
from .pipeline.job import Job
from .pipeline.pipeline import Pipeline
from .requests import EnrollmentJournal, EnrollmentRequest, EnrollmentResult
from .retry import RetryPolicy

__all__ = ["Enroller", "at_least_one"]

#: Seconds that calls may take on average before `workers` limits the rate.
_SLOW_CALL: Final = 1.0
_FEWEST_WORKERS, _MOST_WORKERS = 4, 128


class Enroller:
    """Enrolls devices for many callers at once: paced, retried, each secret kept before it is sent.

        with Enroller(client, journal=journal) as enroller:
            futures = [enroller.submit(request) for request in requests]

    `client` is a boto3 ``cognito-idp`` client. One that retries by itself is not used, but one of
    the same Region, endpoint and configuration that sends once; give one made with
    ``Config(retries={"total_max_attempts": 1})`` to have its own handlers and ``verify`` used.

    `rate` limits ConfirmDevice and UpdateDeviceStatus together, in calls a second, or is a `Pace`
    of your own; `per_user_rate` limits them for each user, `sign_in_rate` the calls that fetch
    tokens. At most `workers` threads send (by default enough for calls that take a second), and at
    most `limit` requests are held: then `submit` waits. `on_event` is called with an `Event` for
    each step, in the thread that took it: it must be quick and may come from several at once.
    Callbacks added to the futures run in the enroller's threads, too.

    `breaker` pauses the calls while none is answered, if it is made to; by default they go on.

    Safe to use from many threads, in the process that made it. Raises `InvalidInputError` for
    arguments out of range, `RuntimeError` where its threads cannot be started: then none is left.
    """

    def __init__(
        self,
        client: Client,
        *,
        rate: float | Pace = 25.0,
        per_user_rate: float = 10.0,
        sign_in_rate: float = 120.0,
        workers: int | None = None,
        limit: int = 1024,
        journal: EnrollmentJournal | None = None,
        retry: RetryPolicy | None = None,
        breaker: CircuitBreaker | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        pace = GCRA(rate) if isinstance(rate, (int, float)) else rate
        self._admission = Admission(at_least_one("limit", limit))
        self._events = Events(on_event)
        self._process = os.getpid()
        self._pipeline = Pipeline(
            client,
            pace=pace,
            users=UserRates(per_user_rate),
            sign_ins=GCRA(sign_in_rate),
            workers=at_least_one("workers", _enough(pace.rate) if workers is None else workers),
            journal=journal,
            retry=retry or RetryPolicy(),
            breaker=breaker or CircuitBreaker(),
            events=self._events,
            admission=self._admission,
        )

    def submit(
        self, request: EnrollmentRequest, *, block: bool = True, timeout: float | None = None
    ) -> Future[EnrollmentResult]:
        """Take a request.

        Waits while the enroller holds `limit` requests. Cancelling the future works until the first
        send.

        Args:
            request: The device, and what it is enrolled with.
            block: Whether to wait for room; without it `EnrollerFullError` is raised at once.
            timeout: How long to wait, in seconds; None for as long as it takes.

        Returns:
            A future that gets the result, or the exception that `enroll` raises.

        Raises:
            EnrollerFullError: There is no room in time.
            EnrollerClosedError: The enroller is closed.
            InvalidInputError: The device is being enrolled already.
        """
        self._check_process()
        job = Job(request)
        self._admission.admit(job, block, timeout)
        self._events.tell("submitted", job)
        self._pipeline.start(job)
        return job.future

    def enroll(self, request: EnrollmentRequest) -> EnrollmentResult:
        """Enroll a device and wait for it.

        Args:
            request: The device, and what it is enrolled with.

        Returns:
            The result.

        Raises:
            CognitoSrpError: What `cognito_srp.confirm_device` raises, with the exception's
                ``.verifier`` if there was one, after all retries that are worth it.
            TokenExpiredError: The access token is found to have run out.
            DeviceKeyExistsError: The device has another secret already.
            SignInError: A token cannot be got; other errors of a sign-in likewise.
            NotSentError: The journal or the engines failed.
            CancelledError: The enroller is closed without draining.
        """
        return self.submit(request).result()

    def stats(self) -> Stats:
        """How it stands."""
        self._check_process()
        busy = self._pipeline.busy
        return self._events.stats(
            waiting=max(0, len(self._admission) - busy),
            in_flight=busy,
            workers=self._pipeline.workers,
        )

    def close(self, drain: bool = True) -> None:
        """Take nothing more, finish, and end the threads.

        Args:
            drain: Whether all that is held is enrolled first. Without, calls in flight are finished
                and their outcomes kept, requests that were never sent are cancelled (what the
                journal holds of them is good for a resumed run), and those between two tries fail
                with the last error.
        """
        self._check_process()
        self._admission.close()
        if not drain:
            self._pipeline.cancel()
        self._admission.wait()
        self._pipeline.close()  # waits for the threads that settle the last futures

    def __enter__(self) -> Enroller:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if os.getpid() == self._process:
            self.close(drain=kind is None)

    def _check_process(self) -> None:
        """A forked child has none of the threads, and its copies of their locks may be taken."""
        if os.getpid() != self._process:
            rule = f"the enroller belongs to process {self._process}, of which this is a fork"
            raise EnrollerClosedError(f"{rule}; make another Enroller, and its client, here")


def _enough(rate: float) -> int:
    """Workers for calls that take a second each: rate × time per call (Little's law)."""
    return int(min(max(rate * _SLOW_CALL, _FEWEST_WORKERS), _MOST_WORKERS))


def at_least_one(name: str, value: int) -> int:
    """The value, if it is a sensible number of things."""
    if value < 1:
        raise InvalidInputError(name, f"must be at least 1, is {value}", "leave it out")
    return value
