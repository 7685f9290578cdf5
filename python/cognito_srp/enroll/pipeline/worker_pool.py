"""Threads that take work and do it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

__all__ = ["WorkerPool", "start_thread"]

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

#: What starting a thread fails with where there is no memory, or a limit of threads, for it.
_NO_THREAD: Final = (RuntimeError, MemoryError)


def start_thread(target: Callable[[], None], name: str) -> threading.Thread:
    """A daemon thread that runs `target`. Raises `RuntimeError` if it cannot be started."""
    try:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
    except _NO_THREAD as error:
        rule = f"no thread can be started for {name} ({error or type(error).__name__})"
        fix = "raise the limits of memory and of threads (ulimit -v, -u), or close other Enrollers"
        raise RuntimeError(f"{rule}; {fix}") from error
    return thread


class WorkerPool(Generic[_T]):
    """Threads that call ``do(take())`` until `take` returns None, ``failed`` with what `do` raises.

    It starts with one. When none is left to take the next piece of work, there is one more, up to
    `most`: under a steady rate their number settles at rate × time per piece (Little's law). Where
    no more can be started, it goes on with those there are, and tries again with the next piece.

    Raises `RuntimeError` if the first cannot be started.
    """

    def __init__(
        self,
        take: Callable[[], _T | None],
        do: Callable[[_T], None],
        failed: Callable[[_T, BaseException], None],
        *,
        most: int,
        name: str,
    ) -> None:
        self._take, self._do, self._failed = take, do, failed
        self._most, self._name = most, name
        self._lock = threading.Lock()
        self._free = 1
        self._warned = False
        self._threads: list[threading.Thread] = [start_thread(self._run, name)]

    def __len__(self) -> int:
        return len(self._threads)

    @property
    def busy(self) -> int:
        """How many are at work."""
        return max(0, len(self._threads) - self._free)

    def join(self) -> None:
        """Wait until all have ended, once `take` returns None."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (work := self._take()) is not None:
            try:
                self._leave_one_free()
                self._do(work)
            except BaseException as error:  # whatever it was: its piece must not be forgotten
                self._give_up(work, error)
            with self._lock:
                self._free += 1

    def _leave_one_free(self) -> None:
        """This thread has something to do: another one has to take the next piece of work."""
        with self._lock:
            self._free -= 1
            if self._free or len(self._threads) >= self._most:
                return
            try:
                self._threads.append(start_thread(self._run, self._name))
            except RuntimeError as error:
                level = logging.DEBUG if self._warned else logging.WARNING
                _log.log(level, "%d threads have to do: %s", len(self._threads), error)
                self._warned = True
            else:
                self._free += 1

    def _give_up(self, work: _T, error: BaseException) -> None:
        try:
            self._failed(work, error)
        except Exception:
            _log.exception("%s: a failure could not be told; the next piece follows", self._name)
