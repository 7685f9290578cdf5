"""How an enrollment stands, for people: live on a terminal, a line every ten seconds in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from ..enroll.bulk.paced_run import Progress
from ..enroll.bulk.report_charts import duration
from .failures import is_quiet, note
from .printable import printable

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

__all__ = ["Display", "display"]

#: Seconds between two lines in a pipe.
_EVERY: Final = 10.0


class Display(Protocol):
    """How an enrollment stands, on some kind of stderr."""

    def __call__(self, progress: Progress) -> None:
        """Show it."""

    def say(self, message: str) -> None:
        """A line for people, which nothing shown later hides."""


@contextmanager
def display() -> Iterator[Display]:
    """Yields what to call with how it stands, about once a second.

    What ends with an error leaves nothing on a terminal that is no longer true.
    """
    if not sys.stderr.isatty() or is_quiet():
        yield _InPipe()
        return
    try:
        from rich.console import Console
        from rich.live import Live
    except ImportError:
        with _InOneLine() as shown:
            yield shown
        return
    with Live(console=Console(stderr=True), auto_refresh=False) as live:
        try:
            yield _Table(live)
        except BaseException:
            live.transient = True
            raise


class _InPipe:
    def __init__(self) -> None:
        self._due = time.monotonic() + _EVERY

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() >= self._due and not is_quiet():
            self._due += _EVERY
            print(line(progress), file=sys.stderr, flush=True)

    def say(self, message: str) -> None:
        note(message)


class _InOneLine:
    """Written over and over."""

    def __call__(self, progress: Progress) -> None:
        print(f"\r{line(progress)}", end="\x1b[K", file=sys.stderr, flush=True)

    def say(self, message: str) -> None:
        print("\r\x1b[K", end="", file=sys.stderr)
        note(message)

    def __enter__(self) -> _InOneLine:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        print("\r\x1b[K" if kind is not None else "\n", end="", file=sys.stderr, flush=True)


class _Table:
    def __init__(self, live: Live) -> None:
        self._live = live

    def __call__(self, progress: Progress) -> None:
        self._live.update(_table(progress), refresh=True)

    def say(self, message: str) -> None:
        words = f"cognito-srp: {printable(message)}"
        self._live.console.print(words, markup=False, highlight=False)


def line(progress: Progress) -> str:
    """All of it in one line."""
    share = progress.done / progress.total if progress.total else 1.0
    parts = [
        f"{progress.done:,} of {progress.total:,} done ({share:.0%})",
        f"{progress.rate:.1f} of {progress.limit:g} calls/s",
        f"{progress.retried:,} sent again",
    ]
    parts += [
        f"{count:,} {printable(reason)}" for reason, count in progress.refused_by.most_common()
    ]
    parts += _silence(progress)
    return ", ".join([*parts, f"{_left(progress)} left"])


def _silence(progress: Progress) -> list[str]:
    if not progress.unanswered:
        return []
    return [f"paused: no answer for {progress.unanswered:.0f} s, asking every 5 s"]


def _table(progress: Progress) -> Table:
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_row(
        "done",
        f"{progress.done:,} of {progress.total:,}",
        ProgressBar(total=max(progress.total, 1), completed=progress.done, width=40),
    )
    table.add_row(
        "calls a second",
        f"{progress.rate:.1f} of {progress.limit:g}",
        ProgressBar(total=progress.limit, completed=min(progress.rate, progress.limit), width=40),
    )
    table.add_row("sent again", f"{progress.retried:,}", f"{progress.throttled:,} throttled")
    table.add_row("not confirmed", f"{sum(progress.refused_by.values()):,}", _reasons(progress))
    for words in _silence(progress):
        table.add_row("", words, "")
    table.add_row("time left", _left(progress), f"{duration(progress.elapsed)} so far")
    return table


def _reasons(progress: Progress) -> str:
    most = progress.refused_by.most_common(5)
    return ", ".join(f"{printable(reason)} {count:,}" for reason, count in most)


def _left(progress: Progress) -> str:
    return "?" if progress.left is None else duration(progress.left)
