"""Ctrl-C and SIGTERM for a run that may take hours."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Final, Protocol

__all__ = ["stopping"]

_WORDS: Final = "finishing what is in flight (again to quit at once)"


class _Run(Protocol):
    @property
    def stopped(self) -> bool: ...

    def stop(self) -> None: ...


@contextlib.contextmanager
def stopping(run: _Run, say: Callable[[str], None]) -> Iterator[None]:
    """Let the first signal finish what is in flight, and a second one end the program at once.

    That loses no more than a kill would: nothing.
    """

    def stop(number: int, _: object) -> None:
        if run.stopped:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        run.stop()
        # In a thread, because the signal may have interrupted a print.
        threading.Thread(target=say, args=(_WORDS,)).start()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
