"""How an enrollment stands, for people: live on a terminal, a line every ten seconds in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ..enroll.bulk.run import Progress
from .printable import printable

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["display"]

#: Seconds between two lines in a pipe.
_EVERY: Final = 10.0


@contextmanager
def display() -> Iterator[Callable[[Progress], None]]:
    """Yields what to call with how it stands, about once a second."""
    if not sys.stderr.isatty():
        yield _in_a_pipe()
        return
    try:
        from rich.console import Console
        from rich.live import Live
    except ImportError:
        yield lambda progress: print(f"\r{line(progress)}", end="\x1b[K", file=sys.stderr)
        print(file=sys.stderr)
        return
    with Live(console=Console(stderr=True), auto_refresh=False) as live:
        yield lambda progress: live.update(_table(progress), refresh=True)


def _in_a_pipe() -> Callable[[Progress], None]:
    due = time.monotonic() + _EVERY

    def show(progress: Progress) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due += _EVERY
            print(line(progress), file=sys.stderr, flush=True)

    return show


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
    return ", ".join([*parts, f"{_duration(progress.left)} left"])


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
    table.add_row("time left", _duration(progress.left), f"{_duration(progress.elapsed)} so far")
    return table


def _reasons(progress: Progress) -> str:
    most = progress.refused_by.most_common(5)
    return ", ".join(f"{printable(reason)} {count:,}" for reason, count in most)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "?"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}"
