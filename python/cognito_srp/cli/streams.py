"""stdin, stdout and stderr, which the program that starts this one may have closed."""

from __future__ import annotations

import contextlib
import io
import locale
import os
import sys
from collections.abc import Iterator

from .failures import BROKEN_PIPE, OUTPUT_LOST, note

__all__ = ["discard_stdout", "locale_name", "lost_output", "printing", "standard_streams"]

#: The exit code for what could not be written to stdout.
_lost = 0


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """``/dev/null`` in the place of those that are closed, and a stderr that cannot fail.

    The numbers are taken as well: the next file that is opened would get that of a closed stream,
    and what is meant for people would end up in a file of secrets.
    """
    global _lost
    _lost = 0
    for number in range(3):
        _take_if_closed(number)
    before = sys.stdin, sys.stdout, sys.stderr
    with contextlib.ExitStack() as stack:
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:
                setattr(sys, name, stack.enter_context(open(os.devnull, mode)))
        if sys.stderr is sys.__stderr__ and os.name == "posix":
            sys.stderr = _forgiving()
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


def _take_if_closed(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, number)  # and lets children have it
        if null != number:
            os.close(null)


class _Stderr(io.FileIO):
    """A full disk, or a reader that has gone, ends no work that is going on."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError:
            return memoryview(data).nbytes  # type: ignore[arg-type]


def _forgiving() -> io.TextIOWrapper:
    raw = _Stderr(2, "w", closefd=False)
    encoding = sys.stderr.encoding
    buffer = io.BufferedWriter(raw)
    return io.TextIOWrapper(buffer, encoding, errors="backslashreplace", line_buffering=True)


@contextlib.contextmanager
def printing() -> Iterator[None]:
    """For all that is printed on stdout.

    Where it cannot be written the work goes on; `lost_output` tells.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _lose(BROKEN_PIPE)
    except OSError as error:
        _lose(OUTPUT_LOST)
        note(f"stdout: {error.strerror}: the output is lost, and not the work that it tells of")
    except UnicodeEncodeError as error:
        _lose(OUTPUT_LOST)
        missing = f"U+{ord(error.object[error.start]):04X}"
        what = f"the locale {locale_name()} writes {error.encoding}, which has no {missing}"
        note(f"stdout: {what}; set LC_ALL to one of UTF-8, or use --output json")


def lost_output() -> int:
    """The exit code for output that could not be written since the start; 0 if all was."""
    return _lost


def _lose(code: int) -> None:
    global _lost
    _lost = _lost or code
    discard_stdout()


def discard_stdout() -> None:
    """What is still buffered goes nowhere; otherwise the interpreter complains as it exits."""
    with contextlib.suppress(OSError, ValueError):  # stdout is no file, or closed already
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def locale_name() -> str:
    """The locale that texts are read and written in, such as ``de_DE.ISO-8859-1``."""
    return locale.setlocale(locale.LC_CTYPE)
