"""The enroller for tasks of an event loop, over a boto3 client or one of aiobotocore."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ..errors import InvalidInputError
from ..transport.calls import is_async
from ..transport.client import Client
from . import enroller
from .enroller import at_least_one
from .events import Event, Stats
from .pacing import Pace
from .requests import EnrollmentJournal, EnrollmentRequest, EnrollmentResult
from .retry import RetryPolicy

__all__ = ["Enroller"]


class Enroller:
    """`cognito_srp.enroll.Enroller` with `enroll` and `close` to await; arguments as there.

    ::

        async with Enroller(client) as enroller:
            results = await asyncio.gather(*map(enroller.enroll, requests))

    It is the same enroller, in threads of its own: neither arithmetic nor the journal ever runs on
    the event loop, and a boto3 client does not block it. A client of aiobotocore makes its calls on
    the loop that the enroller was made on; it must not retry by itself, since no other can be made
    in its place. `on_event` and suppliers of tokens are called in threads.
    """

    def __init__(
        self,
        client: Client | Any,
        *,
        rate: float | Pace = 25.0,
        per_user_rate: float = 10.0,
        sign_in_rate: float = 120.0,
        workers: int | None = None,
        limit: int = 1024,
        journal: EnrollmentJournal | None = None,
        retry: RetryPolicy | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        if is_async(client):
            client = _OnLoop(client, self._loop)
        # The limit is kept here, where waiting for it does not block the loop.
        self._room = asyncio.Semaphore(at_least_one("limit", limit))
        self._enroller = enroller.Enroller(
            client,
            rate=rate,
            per_user_rate=per_user_rate,
            sign_in_rate=sign_in_rate,
            workers=workers,
            limit=sys.maxsize,
            journal=journal,
            retry=retry,
            on_event=on_event,
        )

    async def enroll(self, request: EnrollmentRequest) -> EnrollmentResult:
        """Enroll a device; waits while the enroller holds as many as it may.

        Raises as the enroller of threads does. Cancelling the task works until the first send:
        after it the device is enrolled all the same, and only the journal and events tell.
        """
        await self._room.acquire()
        try:
            future = self._enroller.submit(request)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(self._when_done)
        return await asyncio.wrap_future(future)

    def stats(self) -> Stats:
        """How it stands; tasks that wait for room are not counted."""
        return self._enroller.stats()

    async def close(self, drain: bool = True) -> None:
        """Take nothing more, finish, and end the threads.

        Args:
            drain: As in the enroller of threads.
        """
        await asyncio.to_thread(self._enroller.close, drain)

    async def __aenter__(self) -> Enroller:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.close(drain=kind is None)

    def _when_done(self, _: Future[EnrollmentResult]) -> None:
        self._loop.call_soon_threadsafe(self._room.release)


class _OnLoop:
    """An aiobotocore client, to be called from threads."""

    def __init__(self, client: Any, loop: asyncio.AbstractEventLoop) -> None:
        retries = client.meta.config.retries or {}
        if retries.get("total_max_attempts") != 1:
            rule = "retries by itself, so that calls would go out uncounted and unpaced"
            fix = 'make it with AioConfig(retries={"total_max_attempts": 1})'
            raise InvalidInputError("client", rule, fix)
        self._client, self._loop = client, loop
        self.meta = None  # tells without_retries that there is nothing to do

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(method(**parameters), self._loop).result()

        return call
