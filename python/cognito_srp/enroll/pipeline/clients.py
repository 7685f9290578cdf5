"""Clients that send once: retries are the enroller's, which counts and paces them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from ...errors import InvalidInputError
from ...transport.calls import is_async
from ...transport.client import Client
from ..breaker import CircuitBreaker
from ..pacing import Pace

__all__ = ["paced_client", "wait_for_slot", "without_retries"]

#: Seconds of sleep that nobody minds who stops it.
_NOT_NOTICED: Final = 0.05


def without_retries(client: Client, connections: int) -> Client:
    """The client if it sends once, else another one that does.

    The other one has the same Region, endpoint and configuration and keeps up to `connections`
    open. The calls are unsigned, so no credentials are needed. Raises `InvalidInputError` for a
    client of aiobotocore.
    """
    if is_async(client):
        fix = "pass it to cognito_srp.enroll.aio.Enroller, or a boto3 client here"
        raise InvalidInputError("client", "has to be awaited", fix)
    config: Any = getattr(getattr(client, "meta", None), "config", None)
    if config is None or (config.retries or {}).get("total_max_attempts") == 1:
        return client
    from botocore import UNSIGNED
    from botocore.config import Config

    ours = Config(
        retries={"total_max_attempts": 1},
        max_pool_connections=max(connections, config.max_pool_connections),
        signature_version=UNSIGNED,
    )
    with _making:
        made: Any = _session().create_client(
            "cognito-idp",
            region_name=client.meta.region_name,
            endpoint_url=client.meta.endpoint_url,
            config=config.merge(ours),
        )
    return made  # type: ignore[no-any-return]


#: A session makes one client at a time.
_making: Final = threading.Lock()


@cache
def _session() -> Any:
    """One for all: each has read the service's model for itself, which takes 11 MB."""
    import botocore.session

    return botocore.session.get_session()


def paced_client(
    client: Client, pace: Pace, breaker: CircuitBreaker, stopped: threading.Event
) -> Client:
    """The client, each of its calls waiting for a slot first, and while there are no answers."""
    paced: Any = _Paced(client, pace, breaker, stopped)
    return paced  # type: ignore[no-any-return]


class _Paced:
    def __init__(
        self, client: Client, pace: Pace, breaker: CircuitBreaker, stopped: threading.Event
    ) -> None:
        self._client, self._pace = client, pace
        self._breaker, self._stopped = breaker, stopped

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation: Callable[..., Any] = getattr(self._client, name)

        def call(**parameters: Any) -> Any:
            wait_for_slot(self._pace.reserve(), self._stopped)
            self._breaker.wait(self._stopped)
            return operation(**parameters)

        return call


def wait_for_slot(due: float, stopped: threading.Event) -> None:
    """Sleep until a slot is due, or until `stopped` is set."""
    wait = due - time.monotonic()
    if wait > _NOT_NOTICED:
        stopped.wait(wait)
    elif wait > 0:
        time.sleep(wait)  # less CPU time than the other
