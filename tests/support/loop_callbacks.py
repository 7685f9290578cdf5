"""How long an event loop is kept from its other work."""

from __future__ import annotations

import time
from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["callbacks"]


@contextmanager
def callbacks() -> Iterator[list[float]]:
    """Collects the seconds of CPU that the loop's thread spends in each of its callbacks.

    CPU of that thread, and not time that passes: what other processes do does not count, nor does
    waiting for the GIL.
    """
    taken: list[float] = []
    handles: Any = events.Handle
    run = handles._run

    def timed(handle: Any) -> None:
        begun = time.thread_time()
        run(handle)
        taken.append(time.thread_time() - begun)

    handles._run = timed
    try:
        yield taken
    finally:
        handles._run = run
