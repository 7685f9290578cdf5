"""How long another thread has to wait for the GIL, told apart from waiting for a core.

A watcher thread wants the GIL every 0.1 ms. Until it has it, it may have waited for the GIL, or for
a core that somebody else has. Linux counts the latter (``schedstat``), lets the watcher go first
where we may ask for it, and knows how much CPU time the thread that works had meanwhile: it cannot
have kept the GIL for longer than it worked.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Final

__all__ = ["AVAILABLE", "longest_stretch"]

#: Whether this system tells what it takes.
AVAILABLE: Final = os.path.exists("/proc/thread-self/schedstat")
_INTERVAL: Final = 1e-4


class _Watcher(threading.Thread):
    """Looks at the clocks until it is told to stop; `longest` is in seconds."""

    def __init__(self, working: int) -> None:
        super().__init__(daemon=True)
        self._clock = time.pthread_getcpuclockid(working)
        self._stop_asked = False
        self.began = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        own = f"/proc/self/task/{threading.get_native_id()}/schedstat"
        with open(own, "rb", buffering=0) as schedstat:

            def look() -> tuple[float, float]:
                queued = int(os.pread(schedstat.fileno(), 64, 0).split()[1]) / 1e9
                return time.perf_counter() - queued, time.clock_gettime(self._clock)

            before, stopped = look(), False
            self.began.set()
            while not stopped:  # once more after the end: that look may be the one that waited
                stopped = self._stop_asked
                time.sleep(_INTERVAL)  # and not all the time: Linux would keep it from running
                now = look()
                waited, worked = (b - a for a, b in zip(before, now, strict=True))
                self.longest = max(self.longest, min(waited - _INTERVAL, worked))
                before = now

    def stop(self) -> None:
        self._stop_asked = True
        self.join()


def longest_stretch(work: Callable[[], object]) -> float:
    """The longest that `work`, in this thread, kept the GIL from another one, in seconds."""
    earlier = sys.getswitchinterval()
    sys.setswitchinterval(_INTERVAL)
    watcher = _Watcher(threading.get_ident())
    watcher.start()
    try:
        watcher.began.wait()
        work()
    finally:
        watcher.stop()
        sys.setswitchinterval(earlier)
    return watcher.longest
