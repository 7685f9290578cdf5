"""Failures on demand: the next calls fail in a chosen way, to test what a client does then."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

__all__ = ["Fault", "Faults"]

#: What goes missing on the way: the request, which then has no effect, or only the response.
Lost = Literal["request", "response"]


@dataclass(frozen=True)
class Fault:
    """One failure to come, for one operation or, where that is None, for any."""

    operation: str | None
    error: str = ""
    message: str = ""
    lost: Lost | None = None


class Faults:
    """Failures in the order they were asked for. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault, times: int) -> None:
        with self._lock:
            self._waiting += [fault] * times

    def take(self, operation: str) -> Fault | None:
        """The failure that this call has to suffer, used up by it."""
        with self._lock:
            for fault in self._waiting:
                if fault.operation in (None, operation):
                    self._waiting.remove(fault)
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
