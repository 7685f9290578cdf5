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
    run = events.Handle._run  # type: ignore[attr-defined]

    def timed(handle: Any) -> None:
        begun = time.thread_time()
        run(handle)
        taken.append(time.thread_time() - begun)

    events.Handle._run = timed  # type: ignore[attr-defined]
    try:
        yield taken
    finally:
        events.Handle._run = run  # type: ignore[attr-defined]
