"""One request on its way through an enroller: what has become of it, and how it goes on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from ...devices.verifiers import DeviceVerifier, NewDevice
from ...errors import EnrollerClosedError, NotSentError
from ..error_codes import error_code, error_message
from ..requests import (
    AccessGrant,
    EnrollmentOutcome,
    EnrollmentRequest,
    EnrollmentResult,
    PreparedDevice,
    Status,
)

__all__ = ["Job", "Stage", "Unwanted", "Way", "advance", "fail_unsent", "hand_to", "use_slot"]

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

#: A method that takes jobs; once it has done its part for them it calls `advance`.
Stage: TypeAlias = Callable[[list["Job"]], None]
#: The way of a job: it yields the stage that has to take the job next, and goes on when that is
#: done, in that stage's thread. What the stage fails with is raised where it yielded.
Way: TypeAlias = Generator[Stage, None, _T]


class Unwanted(BaseException):
    """Raised in the way of a job whose caller does not want it any more."""


@dataclass(eq=False, slots=True)
class Job:
    """A request, what has become of it so far, and the future that its caller waits for.

    One stage or one thread at a time holds a job, so it needs no lock.
    """

    request: EnrollmentRequest
    future: Future[EnrollmentResult] = field(default_factory=Future)
    submitted: float = field(default_factory=time.monotonic)
    #: Where it is: `Pipeline` sets it.
    way: Way[None] = field(init=False, repr=False)
    grant: AccessGrant | None = field(init=False)
    #: Empty until a sign-in gives it, if the request does not.
    device_key: str = field(init=False)
    verifier: DeviceVerifier | None = None
    #: What is to be sent next.
    operation: Literal["ConfirmDevice", "UpdateDeviceStatus"] = "ConfirmDevice"
    #: Whether a ConfirmDevice of this verifier may have had its effect.
    arrived: bool = field(init=False)
    #: Whether the journal holds it, whether it knows that it is being sent, and whether it says
    #: that there is nothing left to do.
    kept: bool = False
    marked: bool = False
    ended: Literal["confirmed", "conflict"] | None = None
    #: Whether it holds a token and has not been sent.
    is_ahead: bool = False
    #: Its number in the queue, the same when it comes back.
    order: int | None = None
    #: It is not to be sent again before this, as time.monotonic() counts.
    not_before: float = 0.0
    has_user_slot: bool = False
    #: Whether it got another token after the service had called its own expired.
    renewed: bool = False
    #: UserConfirmationNecessary, as far as it is known.
    necessary: bool | None = None
    #: Whether an answer of the service itself says that it is confirmed.
    proven: bool = True
    #: Whether its future cannot be cancelled any more.
    begun: bool = False
    attempts: int = 0
    #: Failures in a row.
    failures: int = 0
    first_sent: float = 0.0
    error: BaseException | None = None
    #: How it has ended, once it has.
    status: Status = "refused"

    def __post_init__(self) -> None:
        self.grant = self.request.grant()
        self.device_key = self.request.device_key or ""
        self.arrived = self.request.sent_before

    def step(self, error: BaseException | None = None) -> Stage | None:
        """Go on, with the `error` of the stage that the job was in.

        Returns the next stage, None at the end.
        """
        try:
            return self.way.send(None) if error is None else self.way.throw(error)
        except StopIteration:
            return None
        except BaseException:
            _log.exception("a request could not be ended as it should; the enroller goes on")
            return None

    def is_wanted(self, closing: threading.Event) -> bool:
        """Whether to go on preparing it: there is still anyone to do it for."""
        return not (closing.is_set() or self.future.cancelled())

    def check_wanted(self, closing: threading.Event) -> None:
        """Raise what ends it if there is nobody any more to do it for."""
        if closing.is_set():
            if self.attempts:
                rule = f"the enroller was closed before {self.operation} could be sent"
                raise self.error or EnrollerClosedError(rule)
            self.future.cancel()
        if not self.begun and self.future.cancelled():
            self.begin()
            raise Unwanted

    def begin(self) -> bool:
        """Make the future one that cannot be cancelled any more; False if it has been."""
        self.begun = self.begun or self.future.set_running_or_notify_cancel()
        return self.begun

    @property
    def user(self) -> str | None:
        """Whose device it is, for the limit per user."""
        return self.request.user or (self.grant.user if self.grant else None)

    @property
    def new_device(self) -> NewDevice:
        """The device to make a verifier for."""
        if self.request.device_key is not None and self.request.device_group_key is not None:
            return NewDevice(
                device_key=self.request.device_key, device_group_key=self.request.device_group_key
            )
        device = self.grant.new_device if self.grant else None
        assert device is not None  # noqa: S101 - the fetcher refuses a sign-in that gave none
        return device

    def prepared(self) -> PreparedDevice:
        """The secret and what it is sent with, once it has both."""
        assert self.grant is not None  # noqa: S101
        assert self.verifier is not None  # noqa: S101
        return PreparedDevice(
            request=self.request,
            verifier=self.verifier,
            grant=self.grant,
            sent_before=self.arrived,
        )

    def start_anew(self) -> None:
        """Forget keys and secret of a sign-in whose token ran out before anything was sent."""
        self.grant = self.verifier = self.error = None
        self.device_key = ""
        self.kept = self.marked = False

    def outcome(self) -> EnrollmentOutcome:
        """How it ended, for the journal."""
        return EnrollmentOutcome(
            device_key=self.device_key,
            status=self.status,
            at=time.time(),
            attempts=self.attempts,
            latency=time.monotonic() - self.first_sent if self.attempts else 0.0,
            error_code=error_code(self.error),
            message=error_message(self.error),
            proven=self.proven,
            remembered=self.remembered,
            user_confirmation_necessary=self.necessary,
        )

    @property
    def remembered(self) -> bool | None:
        """Whether the confirmed device is remembered; None when that is not known."""
        if self.operation == "UpdateDeviceStatus":
            return bool(self.request.remember) and self.error is None
        return None if self.necessary is None else not self.necessary

    def result(self) -> EnrollmentResult:
        """What the caller gets."""
        assert self.verifier is not None  # noqa: S101
        return EnrollmentResult(
            request=self.request,
            device=self.verifier.remembered(),
            verifier=self.verifier,
            user_confirmation_necessary=self.necessary,
            remembered=self.remembered,
            attempts=self.attempts,
            waited=self.first_sent - self.submitted,
            took=time.monotonic() - self.first_sent,
            proven=self.proven,
        )


def advance(jobs: list[Job], error: BaseException | None = None) -> None:
    """Let jobs go on, each to the stage that comes next for it.

    Called by a stage that has done its part for them, or failed with `error`; what lies between
    two stages is done in its thread.
    """
    onward: dict[Stage, list[Job]] = {}
    for job in jobs:
        stage = job.step(error)
        if stage is not None:
            onward.setdefault(stage, []).append(job)
    for stage, some in onward.items():
        hand_to(stage, some)


def fail_unsent(jobs: list[Job], what: str, error: Exception) -> None:
    """End jobs of which nothing is sent, because of `what` and of the error that it failed with."""
    for job in jobs:
        failure = NotSentError(f"{what}: {error}")
        failure.__cause__ = error
        advance([job], failure)


def hand_to(stage: Stage, jobs: list[Job]) -> None:
    """Let a stage take jobs; what it raises ends them."""
    try:
        stage(jobs)
    except Exception as failure:  # out of memory, say: the jobs must not wait for ever
        advance(jobs, failure)


def use_slot(jobs: list[Job]) -> None:
    """The stage of a job that uses its slot: the thread that took it from the queue goes on."""
