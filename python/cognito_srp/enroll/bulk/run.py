"""Enroll an input from end to end, so that it can be stopped at any moment and resumed."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

from ...errors import EnrollerFullError, JournalError, NotSentError
from ...transport.client import Client
from ..breaker import CircuitBreaker
from ..enroller import Enroller
from ..error_codes import error_code, error_message
from ..journal.journal import Failure, Journal
from ..requests import EnrollmentResult
from .inputs import Input, RejectedRow
from .options import BulkOptions
from .screening import Screening, candidates, request_for

__all__ = ["BulkRun", "Progress"]

#: Seconds between two looks at how it stands, and at whether to stop.
_TICK: Final = 1.0
_PATIENCE: Final = 0.2
#: Seconds until a run ends that nothing has ever answered, and until another one pauses.
_FIRST_ANSWER: Final = 15.0
_PAUSE_AFTER: Final = 10.0
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


class BulkRun:
    """One run over an input, of which `found` is the screening. Raises what `Enroller` raises.

    `stop` may be called from a signal handler: what is in flight is finished, and nothing else is
    begun. ``stopped`` tells whether it was; ``gave_up`` says why it ended itself, if it did.
    """

    def __init__(
        self, client: Client, journal: Journal, options: BulkOptions, found: Screening
    ) -> None:
        self._journal, self._found, self._rate = journal, found, options.rate
        left = found.rows - found.done
        self._total = left if options.limit is None else min(left, options.limit)
        self._breaker = CircuitBreaker(
            first=_FIRST_ANSWER, pause_after=_PAUSE_AFTER, give_up_after=options.give_up_after
        )
        self._refused_by: Counter[str] = Counter()
        self._failures: list[Failure] = []
        self._pending = 0
        self._settled = threading.Condition()
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._started = time.monotonic()
        self._sent_lately: deque[int] = deque([0], maxlen=_WINDOW + 1)
        self._enroller = Enroller(
            client,
            rate=options.rate,
            per_user_rate=options.per_user_rate,
            sign_in_rate=options.sign_in_rate,
            workers=options.workers,
            journal=journal,
            breaker=self._breaker,
        )
        self._noted: dict[str, int] = {}
        self._next_tick = 0.0
        self.gave_up = ""

    @property
    def stopped(self) -> bool:
        """Whether the run was stopped."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    def run(self, source: Input, show: Show) -> Progress:
        """Enroll what the screening has found to be usable, and return what it came to.

        A token that has run out since is a failure like others, and none is left out. `show` is
        called about once a second.

        Raises `JournalError` when the journal could not be written, once all that was in flight is
        finished; and what reading the input raises.
        """
        self._show, drained = show, False
        try:
            run = self._journal.start_run(self._rate, self._found.rows + self._found.rejected)
            self._submit_all(source, run)
            drained = self._wait_until_settled(run)
        finally:
            self._enroller.close(drain=drained)
        self._note(run)
        if self._failure is not None:
            raise self._failure
        return self.progress()

    def progress(self) -> Progress:
        """How it stands."""
        stats = self._enroller.stats()
        with self._settled:
            refused_by = Counter(self._refused_by)
        lately = self._sent_lately
        return Progress(
            total=self._total,
            done=stats.confirmed + stats.refused + stats.unknown + stats.conflict,
            confirmed=stats.confirmed,
            sent=stats.sent,
            throttled=stats.throttled,
            retried=stats.retried,
            in_flight=stats.in_flight,
            rate=(lately[-1] - lately[0]) / max(1, len(lately) - 1),
            limit=self._rate,
            elapsed=time.monotonic() - self._started,
            unanswered=self._breaker.silence if self._breaker.paused else 0.0,
            refused_by=refused_by,
        )

    def _submit_all(self, source: Input, run: int) -> None:
        left = self._total
        for candidate in candidates(source, self._journal, at=self._found.at):
            if isinstance(candidate, RejectedRow) or candidate.done:
                continue  # the screening has told of those
            if left == 0:
                return
            left -= 1
            request = request_for(candidate, self._journal)
            while not self._stop.is_set():
                self._tick(run)
                try:
                    future = self._enroller.submit(request, timeout=_PATIENCE)
                except EnrollerFullError:
                    continue
                with self._settled:
                    self._pending += 1
                future.add_done_callback(
                    partial(self._on_done, candidate.row.position, request.device_key)
                )
                break
            if self._stop.is_set():
                return

    def _wait_until_settled(self, run: int) -> bool:
        """Whether all came to an end by itself."""
        while not self._stop.is_set():
            with self._settled:
                if not self._pending:
                    return True
                self._settled.wait(_PATIENCE)
            self._tick(run)
        return False

    def _on_done(
        self, position: int, device_key: str | None, future: Future[EnrollmentResult]
    ) -> None:
        error = None if future.cancelled() else future.exception()
        with self._settled:
            self._pending -= 1
            if error is not None:
                code = error_code(error)
                self._refused_by[code] += 1
                if not isinstance(error, NotSentError):
                    verifier = getattr(error, "verifier", None)
                    key = verifier.device_key if verifier is not None else device_key
                    self._failures.append(
                        Failure(position, key, "refused", code, error_message(error))
                    )
            self._settled.notify()
        if isinstance(error, NotSentError):
            self._fail(error.__cause__ or error)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._stop.set()

    def _tick(self, run: int) -> None:
        """Once a second: note the pace and the failures, see to answers, show the progress."""
        if time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + _TICK
        self._note(run)
        why = self._breaker.over()
        if why and not self._stop.is_set():
            self.gave_up = f"{why}; the last error: {self._breaker.last_error or 'none yet'}"
            self._stop.set()
        self._show(self.progress())

    def _note(self, run: int) -> None:
        stats = self._enroller.stats()
        self._sent_lately.append(stats.sent)
        calls = {
            "sent": stats.sent,
            "throttled": stats.throttled,
            "refused": stats.calls_refused,
            "lost": stats.calls_lost,
            "conflicts": stats.calls_conflicting,
        }
        if stats.journal_failed:
            self._fail(JournalError(f"{self._journal.path}: cannot be written; see to its disk"))
        with self._settled:
            failures = list(self._failures)
        try:
            news = {name: count - self._noted.get(name, 0) for name, count in calls.items()}
            self._journal.note_pace(run, **news)
            self._noted = calls
            if failures:
                self._journal.fail(failures)
        except JournalError as error:
            self._fail(error)
        else:
            with self._settled:
                del self._failures[: len(failures)]
