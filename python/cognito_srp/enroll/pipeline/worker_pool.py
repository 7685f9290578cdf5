"""Threads that take jobs and let them go on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, Protocol

from .job import Job, advance

__all__ = ["JobSource", "WorkerPool", "start_thread"]

_log = logging.getLogger(__name__)

#: What starting a thread fails with where there is no memory, or a limit of threads, for it.
_NO_THREAD: Final = (RuntimeError, MemoryError)


class JobSource(Protocol):
    """What a pool takes its jobs from."""

    def take(self) -> Job | None:
        """Wait for the next job; None at the end."""


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


class WorkerPool:
    """Threads that let jobs go on which they take from a source, until it gives None.

    It starts with one. When none is left to take the next job, there is one more, up to `most`:
    under a steady rate their number settles at rate × time per job (Little's law). Where no more
    can be started, it goes on with those there are, and tries again with the next job.

    Raises `RuntimeError` if the first cannot be started.
    """

    def __init__(self, source: JobSource, *, most: int, name: str) -> None:
        self._source, self._most, self._name = source, most, name
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
        """Wait until all have ended, once the source gives None."""
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while (job := self._source.take()) is not None:
            try:
                self._leave_one_free()
                advance([job])
            except BaseException as error:  # out of memory, say: the job must not be forgotten
                advance([job], error)
            with self._lock:
                self._free += 1

    def _leave_one_free(self) -> None:
        """This thread has something to do: another one has to take the next job."""
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
