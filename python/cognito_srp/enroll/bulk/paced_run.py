"""What every run over a file has: a rate that it shows, a way to stop it, and an end of itself."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ..breaker import CircuitBreaker

__all__ = ["PATIENCE", "PacedRun", "Progress", "Show"]

#: Seconds between two looks at how it stands, and at whether to stop.
_TICK: Final = 1.0
#: Seconds that a thread waits at most before it looks whether to stop.
PATIENCE: Final = 0.2
#: Seconds that the rate shown is taken over.
_WINDOW: Final = 10


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How a run stands.

    `done` of `total` devices are settled, one way or another; `rate` is in calls per second over
    the last ten, `limit` is what it may be, `left` in seconds if known. `unanswered`: calls are
    paused, since none has been answered for so many seconds. `refused_by` counts failures by error
    code, those to give the user's answer among them.
    """

    total: int
    done: int = 0
    confirmed: int = 0
    sent: int = 0
    throttled: int = 0
    retried: int = 0
    in_flight: int = 0
    rate: float = 0.0
    limit: float = 0.0
    elapsed: float = 0.0
    unanswered: float = 0.0
    refused_by: Counter[str] = field(default_factory=Counter)

    @property
    def left(self) -> float | None:
        """Seconds, from what has been settled so far."""
        if not self.done or not self.elapsed:
            return None
        return (self.total - self.done) * self.elapsed / self.done


#: What is called about once a second with how a run stands.
Show: TypeAlias = Callable[[Progress], None]


class PacedRun(ABC):
    """At most `rate` calls a second for `total` devices.

    `stop` may be called from a signal handler: what is in flight is finished, and nothing else is
    begun. ``stopped`` tells whether it was; ``gave_up`` says why the run ended itself, if it did.
    """

    def __init__(self, rate: float, total: int, breaker: CircuitBreaker) -> None:
        self._rate, self._total, self._breaker = rate, total, breaker
        self._refused_by: Counter[str] = Counter()
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._started = time.monotonic()
        self._sent_lately: deque[int] = deque([0], maxlen=_WINDOW + 1)
        self._next_tick = 0.0
        self.gave_up = ""

    @property
    def stopped(self) -> bool:
        """Whether the run was stopped."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    @abstractmethod
    def progress(self) -> Progress:
        """How it stands."""

    @abstractmethod
    def _note(self) -> None:
        """Keep what has happened since the last time."""

    def _progress(self, refused_by: Counter[str], **counts: int) -> Progress:
        lately = self._sent_lately
        return Progress(
            total=self._total,
            rate=(lately[-1] - lately[0]) / max(1, len(lately) - 1),
            limit=self._rate,
            elapsed=time.monotonic() - self._started,
            unanswered=self._breaker.silence if self._breaker.paused else 0.0,
            refused_by=refused_by,
            **counts,
        )

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._stop.set()

    def _tick(self, show: Show) -> None:
        """Once a second: note what has happened, see to answers, show the progress."""
        if time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + _TICK
        self._note()
        why = self._breaker.over()
        if why and not self._stop.is_set():
            self.gave_up = f"{why}; the last error: {self._breaker.last_error or 'none yet'}"
            self._stop.set()
        show(self.progress())
