"""Progress on stderr, for people: nothing at all unless stderr is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .failures import is_quiet

__all__ = ["progress"]

Advance = Callable[[], None]


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Advance]:
    """Show that `label` is going on, and how far it is if its `total` is known.

    Yields what to call after each part. What ends early, by Ctrl-C or an error, leaves no line
    behind.
    """
    if is_quiet() or not sys.stderr.isatty():
        yield lambda: None
        return
    try:
        import rich.progress  # noqa: F401
    except ImportError:
        yield from _plain(label, total)
    else:
        yield from _rich(label, total)


def _rich(label: str, total: int | None) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns: list[ProgressColumn] = [TextColumn(f"{label:<34}")]
    if total is None:
        columns.append(SpinnerColumn())
    else:
        columns += [
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        ]
    with Progress(*columns, console=Console(stderr=True), transient=total is None) as bar:
        task = bar.add_task(label, total=total)
        try:
            yield lambda: bar.advance(task)
        except BaseException:
            bar.live.transient = True
            raise


def _plain(label: str, total: int | None) -> Iterator[Advance]:
    done = 0

    def show() -> None:
        count = "" if total is None else f" {done}/{total}"
        print(f"\r{label}...{count}", end="", file=sys.stderr, flush=True)

    def advance() -> None:
        nonlocal done
        done += 1
        show()

    show()
    try:
        yield advance
    except BaseException:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        raise
    print(file=sys.stderr)
