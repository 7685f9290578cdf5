"""One request on its way through an enroller."""

from __future__ import annotations

import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from ...devices.verifiers import DeviceVerifier, NewDevice
from ..error_codes import error_code, error_message
from ..requests import (
    AccessGrant,
    EnrollmentOutcome,
    EnrollmentRequest,
    EnrollmentResult,
    PreparedDevice,
    Status,
)

__all__ = ["Job"]


@dataclass(eq=False, slots=True)
class Job:
    """A request, what has become of it so far, and the future that its caller waits for.

    One stage at a time holds a job, so it needs no lock.
    """

    request: EnrollmentRequest
    future: Future[EnrollmentResult] = field(default_factory=Future)
    submitted: float = field(default_factory=time.monotonic)
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
    has_user_slot: bool = False
    #: Whether it got another token after the service had called its own expired.
    renewed: bool = False
    #: UserConfirmationNecessary, as far as it is known.
    necessary: bool | None = None
    #: Whether an answer of the service itself says that it is confirmed.
    proven: bool = True
    attempts: int = 0
    #: Failures in a row.
    failures: int = 0
    first_sent: float = 0.0
    error: BaseException | None = None
    #: Whether its caller has been told.
    told: bool = False

    def __post_init__(self) -> None:
        self.grant = self.request.grant()
        self.device_key = self.request.device_key or ""
        self.arrived = self.request.sent_before

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
        assert device is not None  # noqa: S101 - tokens.py refuses a sign-in that gave none
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

    def outcome(self, status: Status) -> EnrollmentOutcome:
        """How it ended, for the journal."""
        return EnrollmentOutcome(
            device_key=self.device_key,
            status=status,
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
