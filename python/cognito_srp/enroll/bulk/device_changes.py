"""A change to many devices: forget them, remember them.

Calls are paced, and sent again where that helps. Each outcome is kept, so that a run can be stopped
at any moment and resumed.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
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
from .paced_run import PATIENCE, PacedRun, Progress, Show

__all__ = ["DeviceAction", "DeviceChanges"]

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
    """What is done to each device."""

    @property
    def name(self) -> str:
        """What the command calls it."""

    @property
    def outcome(self) -> str:
        """What a device is called once it is done."""

    @property
    def absent_is_done(self) -> bool:
        """Whether a device that Cognito does not know counts as done."""

    def apply(self, client: Client, device: DeviceRow) -> None:
        """Make the call. Raises what `cognito_srp`'s functions for a device raise."""


class DeviceChanges(PacedRun):
    """One run, which calls `action` for each device through `client`."""

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
        super().__init__(rate, total, breaker)
        self._client, self._action, self._record = breaker.watching(client), action, record
        self._pace, self._retry = GCRA(rate), RetryPolicy()
        self._devices: queue.Queue[DeviceRow | None] = queue.Queue(_MOST)
        self._lock = threading.Lock()
        self._changes: list[Change] = []
        self._counts: Counter[str] = Counter()

    def run(self, devices: Iterable[DeviceRow], show: Show) -> Progress:
        """Change these devices, and return what it came to. `show` is called about once a second.

        Raises what every device would be refused for (no rights, no such pool, no credentials),
        and `JournalError` when the record cannot be written.
        """
        count = int(min(max(self._rate * _SLOW_CALL, _FEWEST), _MOST))
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            for device in devices:
                if not self._hand_over(device, show):
                    break
            for _ in threads:
                self._hand_over(None, show)
        except BaseException:
            self._stop.set()
            raise
        finally:
            for thread in threads:
                while thread.is_alive():
                    thread.join(PATIENCE)
                    if self._stop.is_set():
                        self._breaker.wake()
                    self._tick(show)
            self._note()
        if self._failure is not None:
            raise self._failure
        return self.progress()

    def progress(self) -> Progress:
        """How it stands."""
        with self._lock:
            counts, refused_by = Counter(self._counts), Counter(self._refused_by)
        return self._progress(
            refused_by,
            done=counts["done"] + counts["failed"],
            confirmed=counts["done"],
            sent=counts["sent"],
            throttled=counts["throttled"],
            retried=counts["retried"],
        )

    def _hand_over(self, device: DeviceRow | None, show: Show) -> bool:
        """Whether a thread will take it; False once the run is to end."""
        while not self._stop.is_set():
            self._tick(show)
            try:
                self._devices.put(device, timeout=PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                device = self._devices.get(timeout=PATIENCE)
            except queue.Empty:
                continue
            if device is None:
                return
            try:
                self._settle(device)
            except BaseException as error:  # the run ends; raised in its caller's thread
                self._fail(error)

    def _settle(self, device: DeviceRow) -> None:
        """Make the call, again where that helps, and note what became of it."""
        first, failures, arrived = time.monotonic(), 0, False
        while True:
            wait_for_slot(self._pace.reserve(), self._stop)
            self._breaker.wait(self._stop)
            if self._stop.is_set():
                if arrived:
                    self._settled(device, "unknown", None)
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
                    self._refused(device, error, arrived=arrived)
                    return
                self._count("retried")
                self._stop.wait(delay)
            else:
                self._settled(device, self._action.outcome, None)
                return

    def _refused(self, device: DeviceRow, error: CognitoSrpError, *, arrived: bool) -> None:
        if isinstance(error, ServiceError) and _is_of_all(error):
            raise error
        if isinstance(error, ResourceNotFoundError) and self._action.absent_is_done:
            # Also a device whose first call had its effect and lost its answer.
            self._settled(device, self._action.outcome if arrived else "absent", None)
        else:
            unknown = arrived and worth_retrying(error)
            self._settled(device, "unknown" if unknown else "refused", error)

    def _settled(self, device: DeviceRow, state: str, error: CognitoSrpError | None) -> None:
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

    def _note(self) -> None:
        self._sent_lately.append(self._counts["sent"])
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
