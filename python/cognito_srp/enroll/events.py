"""What an enroller tells about its work: an event for each step, and counts of them."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from ..errors import DeviceKeyExistsError, ThrottledError, UnreachableError
from .error_codes import error_code
from .pipeline.job import Job

__all__ = ["Event", "EventKind", "Events", "Stats"]

_log = logging.getLogger(__name__)

EventKind = Literal[
    "submitted",
    "signed_in",
    "prepared",
    "sent",
    "throttled",
    "retried",
    "confirmed",
    "refused",
    "conflict",
    "unknown",
    "cancelled",
    "journal_failed",
]

#: The events that are about one call.
_OF_A_CALL: Final = {"sent", "throttled", "retried"}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One step of one request. `device_key` is empty as long as no sign-in has given one.

    ``signed_in``: a token was fetched for it. ``prepared``: its verifier is computed, checked and
    durable. ``sent``: a call goes out now; `attempt` counts them. ``throttled``: the service
    refused that one for now; ``retried``: it will be sent again in `delay` seconds. Then comes one
    of ``confirmed``, ``refused``, ``conflict``, ``unknown`` and ``cancelled``, with `error_code`.
    ``journal_failed``: the outcome could not be written, and a resumed run will ask again.
    `operation` is that of the call, for events that are about one; `at` is in seconds since the
    epoch.
    """

    kind: EventKind
    device_key: str
    reference: object = field(repr=False)
    at: float
    operation: str = ""
    attempt: int = 0
    delay: float = 0.0
    error_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Stats:
    """Counts since the start, by kind of `Event`, and how it stands now.

    Of the calls, `calls_refused` were refused for another reason than throttling, `calls_lost` had
    no answer, and `calls_conflicting` found the device confirmed. `waiting` requests have not been
    sent yet, or wait to be sent again; `in_flight` calls are not answered; `workers` threads send.
    """

    submitted: int = 0
    signed_in: int = 0
    prepared: int = 0
    sent: int = 0
    throttled: int = 0
    retried: int = 0
    confirmed: int = 0
    refused: int = 0
    conflict: int = 0
    unknown: int = 0
    cancelled: int = 0
    journal_failed: int = 0
    calls_refused: int = 0
    calls_lost: int = 0
    calls_conflicting: int = 0
    waiting: int = 0
    in_flight: int = 0
    workers: int = 0


class Events:
    """Counts events and hands them to the caller's function, whose failures stay without effect."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self._on_event = on_event
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def tell(self, kind: EventKind, job: Job, delay: float = 0.0) -> None:
        """Count an event and hand it over, in this thread."""
        with self._lock:
            self._counts[kind] += 1
        if self._on_event is None:
            return
        event = Event(
            kind=kind,
            device_key=job.device_key,
            reference=job.request.reference,
            at=time.time(),
            operation=job.operation if kind in _OF_A_CALL else "",
            attempt=job.attempts,
            delay=delay,
            error_code="" if kind == "sent" else error_code(job.error),
        )
        try:
            self._on_event(event)
        except BaseException:  # SystemExit would end a thread that others need
            _log.exception("on_event failed; the enroller goes on")

    def count_failure(self, error: Exception) -> None:
        """Count a call by what it failed with; throttled ones have an event."""
        kind = "calls_lost" if isinstance(error, UnreachableError) else "calls_refused"
        if isinstance(error, DeviceKeyExistsError):
            kind = "calls_conflicting"
        if not isinstance(error, ThrottledError):
            with self._lock:
                self._counts[kind] += 1

    def stats(self, *, waiting: int, in_flight: int, workers: int) -> Stats:
        """The counts of this moment."""
        with self._lock:
            counts = dict(self._counts)
        return Stats(**counts, waiting=waiting, in_flight=in_flight, workers=workers)
