"""Enroll an input from end to end, so that it can be stopped at any moment and resumed."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future
from functools import partial
from typing import Final

from ...errors import EnrollerFullError, JournalError, NotSentError
from ...transport.client import Client
from ..breaker import CircuitBreaker
from ..enroller import Enroller
from ..error_codes import error_code, error_message
from ..journal.journal import Failure, Journal
from ..requests import EnrollmentResult
from .inputs import Input, RejectedRow
from .options import BulkOptions
from .paced_run import PATIENCE, PacedRun, Progress, Show
from .screening import Screening, candidates, request_for

__all__ = ["BulkRun"]

#: Seconds until a run ends that nothing has ever answered, and until another one pauses.
_FIRST_ANSWER: Final = 15.0
_PAUSE_AFTER: Final = 10.0


class BulkRun(PacedRun):
    """One run over an input, of which `found` is the screening. Raises what `Enroller` raises."""

    def __init__(
        self, client: Client, journal: Journal, options: BulkOptions, found: Screening
    ) -> None:
        left = found.rows - found.done
        total = left if options.limit is None else min(left, options.limit)
        breaker = CircuitBreaker(
            first=_FIRST_ANSWER, pause_after=_PAUSE_AFTER, give_up_after=options.give_up_after
        )
        super().__init__(options.rate, total, breaker)
        self._journal, self._found = journal, found
        self._failures: list[Failure] = []
        self._pending = 0
        self._settled = threading.Condition()
        self._enroller = Enroller(
            client,
            rate=options.rate,
            per_user_rate=options.per_user_rate,
            sign_in_rate=options.sign_in_rate,
            workers=options.workers,
            journal=journal,
            breaker=breaker,
        )
        self._noted: dict[str, int] = {}

    def run(self, source: Input, show: Show) -> Progress:
        """Enroll what the screening has found to be usable, and return what it came to.

        A token that has run out since is a failure like others, and none is left out. `show` is
        called about once a second.

        Raises `JournalError` when the journal could not be written, once all that was in flight is
        finished; and what reading the input raises.
        """
        drained = False
        try:
            self._id = self._journal.start_run(self._rate, self._found.rows + self._found.rejected)
            self._submit_all(source, show)
            drained = self._wait_until_settled(show)
        finally:
            self._enroller.close(drain=drained)
        self._note()
        if self._failure is not None:
            raise self._failure
        return self.progress()

    def progress(self) -> Progress:
        """How it stands."""
        stats = self._enroller.stats()
        with self._settled:
            refused_by = Counter(self._refused_by)
        return self._progress(
            refused_by,
            done=stats.confirmed + stats.refused + stats.unknown + stats.conflict,
            confirmed=stats.confirmed,
            sent=stats.sent,
            throttled=stats.throttled,
            retried=stats.retried,
            in_flight=stats.in_flight,
        )

    def _submit_all(self, source: Input, show: Show) -> None:
        left = self._total
        for candidate in candidates(source, self._journal, at=self._found.at):
            if isinstance(candidate, RejectedRow) or candidate.done:
                continue  # the screening has told of those
            if left == 0:
                return
            left -= 1
            request = request_for(candidate, self._journal)
            while not self._stop.is_set():
                self._tick(show)
                try:
                    future = self._enroller.submit(request, timeout=PATIENCE)
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

    def _wait_until_settled(self, show: Show) -> bool:
        """Whether all came to an end by itself."""
        while not self._stop.is_set():
            with self._settled:
                if not self._pending:
                    return True
                self._settled.wait(PATIENCE)
            self._tick(show)
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

    def _note(self) -> None:
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
            self._journal.note_pace(self._id, **news)
            self._noted = calls
            if failures:
                self._journal.fail(failures)
        except JournalError as error:
            self._fail(error)
        else:
            with self._settled:
                del self._failures[: len(failures)]
