"""One rate for many machines: by equal shares, or from one bucket in a DynamoDB table.

Shares need no service, but what an idle worker does not use is lost. The bucket costs one write for
each `lease` of slots, and gives every slot to the worker that asks.

**Whose time counts.** DynamoDB has no clock that an update could read, so the bucket's time is the
workers'. Each update stores the time at which it was made; a worker that finds a later one than its
own sets its clock forward to it. Over any T seconds at most ``rate * (T + 0.1 + e)`` slots fall
due: 0.1 s is how late a slot may still be used, and e is how far the workers' clocks differ, but
no more than the shortest time between an update of one worker and one of another, which under load
is a lease. Amazon's time service keeps e far below 0.1 s, so 10 seconds stay within the rate and
2 % more. A worker that joins with a clock that is hours ahead costs each other worker one lease,
once.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from ..errors import InvalidInputError

__all__ = ["SharedRate", "equal_share"]

#: The window and the excess that `equal_share` keeps to: rate + 2 % over 10 s.
_WINDOW: Final = 10.0
_EXCESS: Final = 0.02
#: Seconds that a slot may be late.
_LATE: Final = 0.1
#: Others can come between two of our updates so often, and not be a fault.
_TRIES: Final = 100

_NEXT: Final = "SET due = due + :cost, seen = :now"
_IS_BUSY: Final = "due >= :now"
_FIRST: Final = "SET due = :after, seen = :now"
_IS_IDLE: Final = "attribute_not_exists(due) OR due < :now"


def equal_share(rate: float, workers: int) -> float:
    """The rate for each of `workers` that run at once.

    A worker may send one call more in a window than its rate says, and all of them together must
    stay within rate + 2 % over any 10 seconds.

    Args:
        rate: The rate of all of them together, in calls a second.
        workers: How many there are.

    Returns:
        ``rate / workers``, or a little less, in calls a second.

    Raises:
        InvalidInputError: So many workers cannot share the rate so: use `SharedRate`.
    """
    if not rate > 0:
        raise InvalidInputError("rate", f"must be above zero, is {rate}", "pass calls per second")
    if workers < 1:
        raise InvalidInputError("workers", f"must be at least 1, is {workers}", "count them")
    most = _WINDOW * rate * (1 + _EXCESS) / workers - 1
    if most <= 0:
        rule = f"{workers} are too many for {rate} calls a second in equal shares"
        raise InvalidInputError("workers", rule, "run fewer, or use SharedRate")
    return min(rate / workers, most / _WINDOW)


class SharedRate:
    """A `Pace` (enroll/pacing.py) whose slots come from an item of a DynamoDB table.

    `client` is a boto3 ``dynamodb`` client; `table` has the partition key ``device_key``, a string,
    and may be the one of `DynamoJournal`; `name` tells rates apart and need not be a device key.
    `lease` is how many seconds' worth of slots are taken with one write. The next lease is taken
    when half of one is left, so that nobody waits for the table; what is left over when nobody
    asks any more is lost. All workers have to use the same `rate`. Safe to use from many threads.

    `clock` tells the time in seconds since the epoch, `monotonic` that of the `Pace`.
    """

    def __init__(
        self,
        client: Any,
        *,
        table: str,
        rate: float = 25.0,
        name: str = "rate",
        lease: float = 0.2,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < rate < float("inf"):
            rule = f"must be above zero and finite, is {rate}"
            raise InvalidInputError("rate", rule, "pass calls per second")
        if not lease > 0:
            raise InvalidInputError("lease", f"must be above zero, is {lease}", "pass seconds")
        self.rate = rate
        self._client, self._table = client, table
        self._key = {"device_key": {"S": name}}
        self._slots = max(1, round(rate * lease))
        self._clock, self._monotonic = clock, monotonic
        self._ahead = 0.0  # of our clock is the table's
        self._lock = threading.Lock()
        self._due: deque[float] = deque()
        self._returned: list[float] = []

    def reserve(self) -> float:
        """Take the next slot.

        Returns:
            When it is due, in seconds of `monotonic`.

        Raises:
            ClientError: botocore's, as DynamoDB refuses.
        """
        with self._lock:
            slot = self._take() or self._lease_and_take()
            last = self._due[-1] if self._due else slot
            # When half of a lease is left, and what is left does not lie far in the future.
            lasts = last - self._monotonic() > self._slots / self.rate
            if len(self._due) <= self._slots // 2 and not lasts:
                self._lease()
            return slot

    def cancel(self, due: float) -> None:
        """Give a slot back to this worker, for as long as it is not too late for it.

        Args:
            due: What `reserve` returned.
        """
        with self._lock:
            heapq.heappush(self._returned, due)

    def _take(self) -> float | None:
        """The earliest slot that is not too late, if there is one."""
        earliest = self._monotonic() - _LATE
        while self._returned:
            slot = heapq.heappop(self._returned)
            if slot >= earliest:
                return slot
        while self._due:
            slot = self._due.popleft()
            if slot >= earliest:
                return slot
        return None

    def _lease_and_take(self) -> float:
        for _ in range(_TRIES):
            self._lease()
            if (slot := self._take()) is not None:
                return slot
        raise TimeoutError(f"table {self._table} answers so late that its slots are past")

    def _lease(self) -> None:
        """Take the table's next slots."""
        for _ in range(_TRIES):
            now = self._clock() + self._ahead
            old = self._update(now, _NEXT, _IS_BUSY)
            if old is not None:
                self._keep(first=_number(old["due"]), seen=_number(old["seen"]))
                return
            if self._update(now, _FIRST, _IS_IDLE) is not None:
                self._keep(first=now, seen=now)
                return
        raise TimeoutError(f"table {self._table}: others changed the bucket {_TRIES} times")

    def _keep(self, first: float, seen: float) -> None:
        """Note slots from the table's time `first` on, after an update that saw the time `seen`."""
        now = self._clock() + self._ahead
        if seen > now:
            self._ahead += seen - now
            now = seen
        start = self._monotonic() + first - now
        self._due.extend(start + number / self.rate for number in range(self._slots))

    def _update(self, now: float, change: str, condition: str) -> dict[str, Any] | None:
        """The item as it was before, or None where the condition does not hold."""
        cost = self._slots / self.rate
        values = {":now": now}
        values |= {":cost": cost} if ":cost" in change else {":after": now + cost}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues={n: {"N": f"{v:.6f}"} for n, v in values.items()},
                ReturnValues="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        old: dict[str, Any] = answer.get("Attributes", {})
        return old


def _number(value: dict[str, str]) -> float:
    return float(value["N"])
