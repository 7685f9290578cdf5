"""stdin, stdout and stderr, whatever a program that starts this one has made of them."""

from __future__ import annotations

import contextlib
import io
import locale
import os
import sys
from collections.abc import Iterator

from .failures import OutputLostError

__all__ = ["discard_stdout", "locale_name", "printing", "standard_streams"]


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """``/dev/null`` in the place of those that are closed, and a stderr that cannot fail.

    The numbers are taken as well: the next file that is opened would get that of a closed stream,
    and what is meant for people would end up in a file of secrets.
    """
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

    Raises `OutputLostError` where it cannot be written, `BrokenPipeError` where nobody reads it.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_stdout()
        raise OutputLostError(error.strerror or type(error).__name__) from None
    except UnicodeEncodeError as error:
        missing = f"U+{ord(error.object[error.start]):04X}"
        what = f"the locale {locale_name()} writes {error.encoding}, which has no {missing}"
        raise OutputLostError(f"{what}; set LC_ALL to one of UTF-8, or use --output json") from None


def discard_stdout() -> None:
    """What is still buffered goes nowhere; otherwise the interpreter complains as it exits."""
    with contextlib.suppress(OSError, ValueError):  # stdout is no file, or closed already
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def locale_name() -> str:
    """The locale that texts are read and written in, such as ``de_DE.ISO-8859-1``."""
    return locale.setlocale(locale.LC_CTYPE)
