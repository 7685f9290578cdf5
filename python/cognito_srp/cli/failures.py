"""Exit codes, and the one line that tells a person what went wrong. Never a secret in it."""

from __future__ import annotations

import contextlib
import sys
from typing import Final

import srp_native

from ..errors import (
    CognitoSrpError,
    InvalidInputError,
    JournalBusyError,
    JournalError,
    SealingError,
    VerifierFaultError,
)
from .printable import printable

__all__ = [
    "BROKEN_PIPE",
    "CONFIRMED_BEFORE",
    "INTERRUPTED",
    "OUTPUT_LOST",
    "REFUSED",
    "UNAVAILABLE",
    "USAGE",
    "UnavailableError",
    "explain",
    "note",
]


class UnavailableError(Exception):
    """This machine cannot do what the command needs; the message says what is missing."""


REFUSED: Final = 1
USAGE: Final = 2
UNAVAILABLE: Final = 3
CONFIRMED_BEFORE: Final = 4
FAULT: Final = 70  # EX_SOFTWARE of sysexits.h
OUTPUT_LOST: Final = 74  # EX_IOERR
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells report it
BROKEN_PIPE: Final = 141  # 128 + SIGPIPE

# The first that fits counts. A missing extra is an ImportError that says what to install.
_CODES: Final[tuple[tuple[int, tuple[type[Exception], ...]], ...]] = (
    (UNAVAILABLE, (UnavailableError, ImportError, VerifierFaultError, srp_native.EngineError)),
    (UNAVAILABLE, (JournalBusyError,)),
    (USAGE, (JournalError, SealingError)),
    (REFUSED, (CognitoSrpError,)),
    (USAGE, (OSError,)),
)
# Arguments of the library that are options of the same name here.
_OPTIONS: Final = {"device_key", "device_group_key", "device_name", "salt"}


def note(message: str) -> None:
    """A line for people: one line, whatever a service has put into the message."""
    with contextlib.suppress(OSError):  # the terminal has gone
        print(f"cognito-srp: {printable(message)}", file=sys.stderr, flush=True)


def explain(error: Exception) -> tuple[int, str]:
    """The exit code for an exception, and what to say about it."""
    if isinstance(error, InvalidInputError):
        field = f"--{error.field.replace('_', '-')}" if error.field in _OPTIONS else error.field
        return USAGE, f"{field}: {error.rule}; {error.fix}"
    if isinstance(error, OSError) and error.filename is not None:
        return USAGE, f"{error.filename}: {error.strerror}"
    for code, kinds in _CODES:
        if isinstance(error, kinds):
            return code, str(error)
    return (USAGE, str(error)) if _is_configuration_error(error) else (FAULT, _fault(error))


def _is_configuration_error(error: Exception) -> bool:
    """A missing region, an unknown profile and the like: what botocore finds before it sends."""
    if "botocore.exceptions" not in sys.modules:
        return False
    from botocore.exceptions import BotoCoreError

    return isinstance(error, BotoCoreError)


def _fault(error: Exception) -> str:
    """Where this program went wrong. The message of the exception may quote anything."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"internal error: {type(error).__name__} at {place}; please report it"
