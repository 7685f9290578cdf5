"""One call for one device, and what its answer means."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ...errors import DeviceKeyExistsError, ThrottledError, TokenExpiredError
from ...transport.calls import call
from ...transport.client import Client
from ...transport.operations import confirm_device_call, update_device_status_parameters
from ..answers import Answers
from ..events import Events
from ..retry import RetryPolicy, may_have_arrived, worth_retrying
from .job import Job

__all__ = ["Sender"]


class Sender:
    """Makes a job's next call, and hands the job to one of four:

    `done` when the device is confirmed and all is said, `again` to stand in the line once more
    after some seconds, `renew` for another token, and `failed` with the error that ends it.
    """

    def __init__(
        self,
        client: Client,
        retry: RetryPolicy,
        answers: Answers,
        events: Events,
        *,
        done: Callable[[Job], None],
        again: Callable[[Job, float], None],
        renew: Callable[[Job], None],
        failed: Callable[[Job, BaseException], None],
    ) -> None:
        self._client, self._retry, self._answers, self._events = client, retry, answers, events
        self._done, self._again, self._renew, self._failed = done, again, renew, failed

    def send(self, job: Job) -> None:
        """Make the call. What it fails with is never raised here."""
        parameters = _parameters(job)
        if not job.attempts:
            job.first_sent = time.monotonic()
        job.attempts += 1
        self._events.tell("sent", job)
        try:
            response = call(self._client, job.operation, **parameters)
        except Exception as error:
            self._refused(job, error)
            return
        if job.operation == "ConfirmDevice":
            self._confirmed(job, bool(response.get("UserConfirmationNecessary", False)))
        else:
            self._settled(job)

    def _confirmed(self, job: Job, necessary: bool | None) -> None:
        """The device is confirmed. The user's word follows, unless it is known not to be asked for:
        the answer that tells may have been lost."""
        job.necessary = necessary
        if necessary is False or job.request.remember is None:
            self._settled(job)
            return
        job.operation = "UpdateDeviceStatus"
        job.error, job.failures = None, 0
        self._again(job, 0.0)

    def _settled(self, job: Job) -> None:
        job.error = None
        self._done(job)

    def _refused(self, job: Job, error: Exception) -> None:
        job.error = error
        self._events.count_failure(error)
        if job.operation == "ConfirmDevice":
            if isinstance(error, DeviceKeyExistsError) and job.arrived:
                job.proven = False  # by a send whose answer was lost, as it seems
                self._confirmed(job, None)
                return
            job.arrived = job.arrived or may_have_arrived(error)
        if isinstance(error, ThrottledError):
            self._events.tell("throttled", job)
        if isinstance(error, TokenExpiredError) and job.request.access and not job.renewed:
            job.renewed = True
            self._renew(job)
        elif worth_retrying(error):
            self._retry_or_fail(job, error)
        else:
            self._failed(job, error)

    def _retry_or_fail(self, job: Job, error: Exception) -> None:
        job.failures += 1
        delay = self._retry.delay(job.failures)
        begin = job.first_sent + self._answers.paused_since(job.first_sent)
        if self._retry.is_over(begin, after=delay):
            self._failed(job, error)
            return
        self._events.tell("retried", job, delay)
        self._again(job, delay)


def _parameters(job: Job) -> Mapping[str, Any]:
    """What the job's next call takes. The verifier was checked when it was made."""
    device = job.prepared()
    token, key = device.grant.access_token, job.device_key
    if job.operation == "UpdateDeviceStatus":
        remembered = bool(job.request.remember)
        status = update_device_status_parameters(device_key=key, remembered=remembered)
        return {"AccessToken": token, **status}
    return confirm_device_call(
        access_token=token,
        device_key=key,
        config=device.verifier.as_config(),
        device_name=job.request.device_name,
    ).parameters
