"""What ``cognito-srp local`` shows of its work on stderr: a line for every call and every message.

A program that starts the server may never read what it writes there. A pipe takes 64 KiB and
then blocks the writer: lines that are not read within a second are left out and counted.
"""

from __future__ import annotations

import argparse
import json
import logging
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from .failures import note

if TYPE_CHECKING:
    from ..local import LocalCognito
    from ..local.console.calls import LoggedCall

__all__ = ["add_log_options", "log_shown"]

_PATIENCE: Final = 1.0  # seconds


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Add what says how much is shown, and how."""
    parser.add_argument(
        "--log-format",
        choices=("text", "json"),
        default="text",
        help="of the lines that show calls and codes (text)",
    )
    parser.add_argument("--hide-codes", action="store_true", help="show messages without codes")


@contextmanager
def log_shown(cognito: LocalCognito, arguments: argparse.Namespace) -> Iterator[None]:
    """Show calls, and the codes that Cognito would send, which the server logs."""
    log = logging.getLogger("cognito_srp.local")
    lines = _Lines(hide_codes=arguments.hide_codes, as_json=arguments.log_format == "json")
    level, propagate = log.level, log.propagate
    log.addHandler(lines)
    log.propagate = False  # --debug has a handler above, which would show every code again
    log.setLevel(logging.WARNING if arguments.quiet else logging.INFO)
    cognito.on_call(None if arguments.quiet else lines.show_call)
    try:
        yield
    finally:
        cognito.on_call(None)
        log.setLevel(level)
        log.propagate = propagate
        log.removeHandler(lines)


class _Lines(logging.Handler):
    """Lines for people, or of JSON, one at a time: calls, and what the server logs."""

    def __init__(self, *, hide_codes: bool, as_json: bool) -> None:
        super().__init__()
        self._hide_codes, self._as_json = hide_codes, as_json
        self._left_out = 0

    def show_call(self, call: LoggedCall) -> None:
        """A line for a call."""
        self.acquire()  # as logging does around `emit`
        try:
            self._show(str(call), call)
        finally:
            self.release()

    def emit(self, record: logging.LogRecord) -> None:
        message = getattr(record, "event", None)
        text, code = record.getMessage(), getattr(message, "code", "")
        hidden = text.replace(code, "*" * len(code)) if self._hide_codes and code else text
        self._show(hidden, message)

    def _show(self, text: str, event: Any) -> None:
        if not _is_read(0.0 if self._left_out else _PATIENCE):
            self._left_out += 1
            return
        if self._left_out:
            note(f"{self._left_out} lines were left out: nobody read them")
            self._left_out = 0
        if self._as_json and event is not None:
            print(json.dumps(self._described(event)), file=sys.stderr, flush=True)
        else:
            note(text)

    def _described(self, event: Any) -> dict[str, Any]:
        described: dict[str, Any] = event.describe()
        if self._hide_codes or getattr(event, "purpose", "") == "invitation":
            described.pop("Code", None)
        return described


def _is_read(patience: float) -> bool:
    """False if stderr is a pipe, or a terminal, that takes no line now."""
    try:
        return bool(select.select([], [sys.stderr.fileno()], [], patience)[1])
    except (OSError, ValueError):  # no file, or Windows, where only sockets can be asked
        return True
