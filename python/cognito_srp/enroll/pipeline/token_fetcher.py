"""Access tokens for requests that come without one, fetched just ahead of their confirmation."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final

from ...errors import CognitoSrpError, ServiceError, SignInError
from ...signin import Tokens, sign_in
from ...transport.calls import call
from ...transport.causes import refused
from ...transport.client import Client
from ...transport.operations import refresh_call
from ..breaker import CircuitBreaker
from ..pacing import Pace
from ..requests import AccessGrant, Credentials, RefreshToken
from ..retry import RetryPolicy, worth_retrying
from .clients import paced_client, wait_for_slot
from .job import Job
from .worker_pool import WorkerPool

__all__ = ["TokenFetcher", "expired_token"]

#: Seconds' worth of confirmations that tokens are fetched ahead of: far less than the five
#: minutes that a token lives at least.
_AHEAD: Final = 20.0
_LEAST_AHEAD: Final = 16


class TokenFetcher:
    """Threads that fetch tokens, as long as no more than 20 seconds' worth of them wait.

    Their calls are paced, a supplier's as one call.
    """

    def __init__(
        self,
        client: Client,
        pace: Pace,
        retry: RetryPolicy,
        breaker: CircuitBreaker,
        closing: threading.Event,
        *,
        rate: float,
        workers: int,
    ) -> None:
        self._client = paced_client(client, pace, breaker, closing)
        self._pace, self._retry, self._breaker = pace, retry, breaker
        self._closing = closing
        self._most_ahead = max(rate * _AHEAD, _LEAST_AHEAD)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._jobs: deque[Job] = deque()
        self._ahead = 0
        self._closed = False
        self._workers = WorkerPool(self, most=workers, name="enroller-tokens")

    def add(self, jobs: list[Job]) -> None:
        """Let jobs go on in a thread that may `fetch`: a stage.

        Jobs that need another token after they were in the queue come first.
        """
        with self._lock:
            for job in jobs:
                if job.order is None:
                    self._jobs.append(job)
                else:
                    self._jobs.appendleft(job)
                self._changed.notify()

    def count(self, job: Job, *, ahead: bool) -> None:
        """Whether the job is one that holds a token, or is about to, and has not been sent yet."""
        if job.is_ahead == ahead:
            return
        with self._lock:
            job.is_ahead = ahead
            self._ahead += 1 if ahead else -1
            if self._jobs:
                self._changed.notify()

    def wake(self) -> None:
        """Let all go on, because nothing will be sent."""
        with self._lock:
            self._changed.notify_all()

    def close(self) -> None:
        """End the threads."""
        with self._lock:
            self._closed = True
            self._changed.notify_all()
        self._workers.join()

    def take(self) -> Job | None:
        """The next job that may have a token; None at the end."""
        with self._lock:
            while True:
                open_ = self._ahead < self._most_ahead or self._closing.is_set()
                if self._jobs and open_:
                    job = self._jobs.popleft()
                    # Before it has its token, or all threads would pass at once.
                    self.count(job, ahead=True)
                    return job
                if self._closed:
                    return None
                self._changed.wait()

    def fetch(self, job: Job) -> None:
        """Give it a token; raises why there is none, or what ends it when the enroller closes."""
        begin, failures = time.monotonic(), 0
        while True:
            try:
                job.grant = self._grant(job)
                break
            except CognitoSrpError as error:
                failures += 1
                delay = self._retry.delay(failures)
                counted = begin + self._breaker.paused_since(begin)
                if not worth_retrying(error) or self._retry.is_over(counted, after=delay):
                    raise
            if self._closing.wait(delay):
                job.check_wanted(self._closing)
        if job.grant.expired():
            raise expired_token()
        self._take_keys(job, job.grant)

    def _grant(self, job: Job) -> AccessGrant:
        """A token for the job's device or, if it has none yet, for a new one."""
        source, last = job.request.access, job.grant
        if isinstance(source, RefreshToken):
            rotated = last.refresh_token if last is not None else None
            return _refresh(self._client, source, job.device_key, rotated)
        if not isinstance(source, Credentials):
            assert source is not None  # noqa: S101 - only requests with a source come here
            wait_for_slot(self._pace.reserve(), self._closing)
            return AccessGrant.of(source())
        if last is None:
            return AccessGrant.of(
                sign_in(
                    self._client,
                    pool_id=source.pool_id,
                    client_id=source.client_id,
                    username=source.username,
                    password=source.password,
                    client_secret=source.client_secret,
                    on_challenge=source.on_challenge,
                    auth_flow=source.auth_flow,
                )
            )
        if last.refresh_token is None:
            raise expired_token()
        again = RefreshToken(
            client_id=source.client_id,
            refresh_token=last.refresh_token,
            client_secret=source.client_secret,
        )
        return _refresh(self._client, again, job.device_key)

    def _take_keys(self, job: Job, grant: AccessGrant) -> None:
        """Let the job have the keys that the sign-in gave."""
        if job.device_key:
            if grant.new_device is not None and grant.new_device.device_key != job.device_key:
                raise SignInError(
                    "the token was got by a sign-in that gave another device key: with keys in "
                    "the request, `access` has to return a token of the sign-in that gave them"
                )
        elif grant.new_device is None:
            raise SignInError(
                "the sign-in gave no device key: the pool does not track devices, or `access` "
                "returned no Session or AccessGrant with `new_device`"
            )
        else:
            job.device_key = grant.new_device.device_key


def _refresh(
    client: Client, source: RefreshToken, device_key: str, rotated: str | None = None
) -> AccessGrant:
    """Another access token for the sign-in; `rotated` is the refresh token that came with the last.

    Through GetTokensFromRefreshToken, which clients with rotation ask for and all others take. A
    pool that tracks devices asks for the device's key.
    """
    token = rotated or source.refresh_token
    step = refresh_call(
        client_id=source.client_id,
        refresh_token=token,
        client_secret=source.client_secret,
        device_key=device_key,
    )
    tokens = Tokens.from_result(call(client, step.operation, **step.parameters), token)
    return AccessGrant(access_token=tokens.access_token, refresh_token=tokens.refresh_token)


def expired_token() -> ServiceError:
    """The service's own refusal, known before it is sent: a `TokenExpiredError`."""
    message = "Access Token has expired, or is about to; it was not sent"
    return refused("ConfirmDevice", "NotAuthorizedException", message)
