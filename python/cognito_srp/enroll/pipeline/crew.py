"""Threads that take work and do it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Crew"]

_T = TypeVar("_T")


class Crew(Generic[_T]):
    """Threads that call ``do(take())`` until `take` returns None, ``failed`` with what `do` raises.

    It starts with one. When none is left to take the next piece of work, there is one more, up to
    `most`: under a steady rate their number settles at rate × time per piece (Little's law).
    """

    def __init__(
        self,
        take: Callable[[], _T | None],
        do: Callable[[_T], None],
        failed: Callable[[_T, Exception], None],
        *,
        most: int,
        name: str,
    ) -> None:
        self._take, self._do, self._failed = take, do, failed
        self._most, self._name = most, name
        self._lock = threading.Lock()
        self._free = 0
        self._threads: list[threading.Thread] = []
        with self._lock:
            self._start()

    def __len__(self) -> int:
        return len(self._threads)

    @property
    def busy(self) -> int:
        """How many are at work."""
        return len(self._threads) - self._free

    def join(self) -> None:
        """Wait until all have ended, once `take` returns None."""
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        self._free += 1
        thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (work := self._take()) is not None:
            with self._lock:
                self._free -= 1
                if not self._free and len(self._threads) < self._most:
                    self._start()
            try:
                self._do(work)
            except Exception as error:
                self._failed(work, error)
            with self._lock:
                self._free += 1
