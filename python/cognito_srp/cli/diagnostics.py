"""``--debug`` and ``--quiet``: how much a command tells while it runs."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final

from .. import redaction
from .failures import complain, keep_quiet
from .printable import printable

__all__ = ["diagnostics"]

#: Whose records are shown: those whose secrets are known to be hidden.
_LOGGERS: Final = ("botocore", "urllib3", "cognito_srp", "srp_native")


@contextlib.contextmanager
def diagnostics(*, debug: bool, quiet: bool) -> Iterator[None]:
    """For as long as the command runs.

    After a failure `debug` shows where it came from: files and lines, since messages and values may
    hold anything.
    """
    with keep_quiet(quiet):
        if not debug:
            yield
            return
        with redaction.install(), _logging():
            try:
                yield
            except Exception as error:
                _show(error)
                raise


@contextlib.contextmanager
def _logging() -> Iterator[None]:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - as logging names it
        """Its type alone: messages of exceptions are not redacted."""
        return ei[0].__name__ if ei and ei[0] is not None else ""


def _show(error: BaseException) -> None:
    chain: BaseException | None = error
    while chain is not None:
        complain(f"{type(chain).__name__}, raised at")
        for line in _places(chain.__traceback__):
            complain(line)
        chain = chain.__cause__


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
