"""Exit codes, and the one line that tells a person what went wrong. Never a secret in it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
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
from .option_words import in_options
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
    "complain",
    "explain",
    "is_quiet",
    "keep_quiet",
    "note",
]

#: Whether notes are left out, as ``--quiet`` asks.
_quiet = False


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
# What the library's arguments are called here.
_OPTIONS: Final = {
    "auth_flow": "--auth-flow",
    "access_token": "access token (--access-token-file)",
    "client_id": "--client-id",
    "client_secret": "client secret (--client-secret-file)",
    "device_group_key": "--device-group-key",
    "device_key": "--device-key",
    "device_name": "--device-name",
    "password": "password (--password-file)",
    "per_user_rate": "--per-user-rate",
    "pool_id": "--user-pool-id",
    "preferred_challenge": "--preferred-challenge",
    "rate": "--rate",
    "salt": "--salt",
    "sign_in_rate": "--sign-in-rate",
    "username": "--username",
    "workers": "--workers",
}


#: By the name of botocore's exception.
_CONFIGURATION: Final = {
    "InvalidRegionError": "--region: is not one: {}; pass it as in eu-west-2",
    "NoRegionError": "--region: is missing, and no pool id, device key or token tells it; pass it "
    "as in eu-west-2, or set AWS_REGION",
    "ProfileNotFound": "--profile or $AWS_PROFILE: {}; name one of the AWS configuration files",
}


@contextlib.contextmanager
def keep_quiet(quiet: bool) -> Iterator[None]:
    """Leave notes out for as long as this lasts, if `quiet`."""
    global _quiet
    before, _quiet = _quiet, quiet
    try:
        yield
    finally:
        _quiet = before


def is_quiet() -> bool:
    """Whether nothing is to be shown but what ends the command."""
    return _quiet


def note(message: str) -> None:
    """A line for people, unless they want none."""
    if not _quiet:
        complain(message)


def complain(message: str) -> None:
    """Why the command has failed: one line, whatever a service has put into the message."""
    with contextlib.suppress(OSError):  # the terminal has gone
        print(f"cognito-srp: {printable(message)}", file=sys.stderr, flush=True)


def explain(error: Exception) -> tuple[int, str]:
    """The exit code for an exception, and what to say about it."""
    if isinstance(error, InvalidInputError):
        field = _OPTIONS.get(error.field, error.field)
        return USAGE, f"{field}: {error.rule}; {in_options(error.fix)}"
    if isinstance(error, OSError) and error.filename is not None:
        return USAGE, f"{error.filename}: {error.strerror}"
    for code, kinds in _CODES:
        if isinstance(error, kinds):
            return code, in_options(str(error))
    return _of_configuration(error) or _of_keyring(error) or (FAULT, _fault(error))


def _of_configuration(error: Exception) -> tuple[int, str] | None:
    """A missing region, an unknown profile and the like: what botocore finds before it sends."""
    if "botocore.exceptions" not in sys.modules:
        return None
    from botocore.exceptions import BotoCoreError

    if not isinstance(error, BotoCoreError):
        return None
    return USAGE, _CONFIGURATION.get(type(error).__name__, "{}").format(error)


def _of_keyring(error: Exception) -> tuple[int, str] | None:
    """A keyring that is locked, or that this machine does not have."""
    if "keyring.errors" not in sys.modules:
        return None
    from keyring.errors import KeyringError

    if not isinstance(error, KeyringError):
        return None
    reason = str(error).partition(". ")[0] or type(error).__name__
    return UNAVAILABLE, f"keyring: {reason}; unlock or set up the system's, or use a file"


def _fault(error: Exception) -> str:
    """Where this program went wrong. The message of the exception may quote anything."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"internal error: {type(error).__name__} at {place}; please report it"
