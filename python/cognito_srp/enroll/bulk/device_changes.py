"""A change to many devices (forget them, remember them): paced, sent again where that helps, each
outcome kept, so that it can be stopped at any moment and resumed."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from typing import Final, Protocol

from ...errors import (
    CognitoSrpError,
    JournalError,
    ResourceNotFoundError,
    ServiceError,
    ThrottledError,
)
from ...transport.client import Client
from ..breaker import CircuitBreaker
from ..error_codes import error_code, error_message
from ..pacing import GCRA
from ..pipeline.clients import wait_for_slot
from ..retry import RetryPolicy, may_have_arrived, worth_retrying
from .change_record import Change, ChangeRecord
from .device_rows import DeviceRow
from .run import Progress, Show

__all__ = ["DeviceAction", "DeviceChanges"]

_TICK: Final = 1.0
_PATIENCE: Final = 0.2
#: Seconds that the rate shown is taken over.
_WINDOW: Final = 10
#: Seconds that calls may take on average before the threads limit the rate.
_SLOW_CALL: Final = 1.0
_FEWEST, _MOST = 4, 64
#: Refusals that every other device would get as well.
_OF_ALL: Final = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "UnrecognizedClientException",
}


class DeviceAction(Protocol):
    """What is done to each device: its `name`, and the `outcome` it is called once it is done. With
    `absent_is_done` a device that Cognito does not know counts as done."""

    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def absent_is_done(self) -> bool: ...
    def apply(self, client: Client, device: DeviceRow) -> None:
        """Make the call. Raises what `cognito_srp`'s functions for a device raise."""


class DeviceChanges:
    """One run, which calls `action` for each device through `client`.

    `stop` may be called from a signal handler: what is in flight is finished, and nothing else is
    begun. ``stopped`` tells whether it was; ``gave_up`` says why the run ended itself, if it did.
    """

    def __init__(
        self,
        client: Client,
        action: DeviceAction,
        record: ChangeRecord,
        *,
        rate: float,
        total: int,
        breaker: CircuitBreaker,
    ) -> None:
        self._client, self._action, self._record = breaker.watching(client), action, record
        self._rate, self._total, self._breaker = rate, total, breaker
        self._pace, self._retry = GCRA(rate), RetryPolicy()
        self._devices: queue.Queue[DeviceRow | None] = queue.Queue(_MOST)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._changes: list[Change] = []
        self._counts: Counter[str] = Counter()
        self._refused_by: Counter[str] = Counter()
        self._failure: BaseException | None = None
        self._started = time.monotonic()
        self._lately: deque[int] = deque([0], maxlen=_WINDOW + 1)
        self._next_tick = 0.0
        self.gave_up = ""

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    def run(self, devices: Iterable[DeviceRow], show: Show) -> Progress:
        """Change these devices, and return what it came to. `show` is called about once a second.

        Raises what every device would be refused for (no rights, no such pool, no credentials),
        and `JournalError` when the record cannot be written.
        """
        self._show = show
        count = int(min(max(self._rate * _SLOW_CALL, _FEWEST), _MOST))
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            for device in devices:
                if not self._hand_over(device):
                    break
            for _ in threads:
                self._hand_over(None)
        except BaseException:
            self._stop.set()
            raise
        finally:
            for thread in threads:
                while thread.is_alive():
                    thread.join(_PATIENCE)
                    if self._stop.is_set():
                        self._breaker.wake()
                    self._tick()
            self._keep()
        if self._failure is not None:
            raise self._failure
        return self.progress()

    def progress(self) -> Progress:
        """How it stands."""
        with self._lock:
            counts, refused_by = Counter(self._counts), Counter(self._refused_by)
        return Progress(
            total=self._total,
            done=counts["done"] + counts["failed"],
            confirmed=counts["done"],
            sent=counts["sent"],
            throttled=counts["throttled"],
            retried=counts["retried"],
            rate=(self._lately[-1] - self._lately[0]) / max(1, len(self._lately) - 1),
            limit=self._rate,
            elapsed=time.monotonic() - self._started,
            unanswered=self._breaker.silence if self._breaker.paused else 0.0,
            refused_by=refused_by,
        )

    def _hand_over(self, device: DeviceRow | None) -> bool:
        """Whether a thread will take it; False once the run is to end."""
        while not self._stop.is_set():
            self._tick()
            try:
                self._devices.put(device, timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                device = self._devices.get(timeout=_PATIENCE)
            except queue.Empty:
                continue
            if device is None:
                return
            try:
                self._settle(device)
            except BaseException as error:  # the run ends; raised in its caller's thread
                self._failure = self._failure or error
                self._stop.set()

    def _settle(self, device: DeviceRow) -> None:
        """Make the call, again where that helps, and note what became of it."""
        first, failures, arrived = time.monotonic(), 0, False
        while True:
            wait_for_slot(self._pace.reserve(), self._stop)
            self._breaker.wait(self._stop)
            if self._stop.is_set():
                if arrived:
                    self._note(device, "unknown", None)
                return
            self._count("sent")
            try:
                self._action.apply(self._client, device)
            except CognitoSrpError as error:
                arrived = arrived or may_have_arrived(error)
                failures += 1
                delay = self._retry.delay(failures)
                begin = first + self._breaker.paused_since(first)
                self._count("throttled", isinstance(error, ThrottledError))
                if not worth_retrying(error) or self._retry.is_over(begin, after=delay):
                    self._fail(device, error, arrived=arrived)
                    return
                self._count("retried")
                self._stop.wait(delay)
            else:
                self._note(device, self._action.outcome, None)
                return

    def _fail(self, device: DeviceRow, error: CognitoSrpError, *, arrived: bool) -> None:
        if isinstance(error, ServiceError) and _is_of_all(error):
            raise error
        if isinstance(error, ResourceNotFoundError) and self._action.absent_is_done:
            # Also a device whose first call had its effect and lost its answer.
            self._note(device, self._action.outcome if arrived else "absent", None)
        else:
            unknown = arrived and worth_retrying(error)
            self._note(device, "unknown" if unknown else "refused", error)

    def _note(self, device: DeviceRow, state: str, error: CognitoSrpError | None) -> None:
        code, words = error_code(error), error_message(error)
        done = state in (self._action.outcome, "absent")
        with self._lock:
            self._changes.append(Change(device, state, code, words))
            self._counts["done" if done else "failed"] += 1
            if not done:
                self._refused_by[code or state] += 1

    def _count(self, what: str, amount: int = 1) -> None:
        with self._lock:
            self._counts[what] += amount

    def _tick(self) -> None:
        """Once a second: keep the outcomes, see to answers, show how it stands."""
        if time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + _TICK
        self._keep()
        self._lately.append(self._counts["sent"])
        why = self._breaker.over()
        if why and not self._stop.is_set():
            self.gave_up = f"{why}; the last error: {self._breaker.last_error or 'none yet'}"
            self._stop.set()
        self._show(self.progress())

    def _keep(self) -> None:
        with self._lock:
            changes = list(self._changes)
        try:
            self._record.keep(changes)
        except JournalError:
            self._stop.set()
            raise
        with self._lock:
            del self._changes[: len(changes)]


def _is_of_all(error: ServiceError) -> bool:
    """A user pool that does not exist is refused with the code of a device that does not."""
    no_pool = error.code == "ResourceNotFoundException" and "pool" in error.message.lower()
    return no_pool or error.code in _OF_ALL
