"""The options of ``cognito-srp devices forget --from`` and ``remember --from``."""

from __future__ import annotations

import argparse
from typing import Final

from ..errors import InvalidInputError
from .options import bounded_int, positive_number

__all__ = ["GIVE_UP_AFTER", "RATE", "add_from_options", "check_from_options"]

#: Calls a second, and seconds without an answer, unless told otherwise.
RATE: Final = 25.0
GIVE_UP_AFTER: Final = 900.0


def add_from_options(parser: argparse.ArgumentParser) -> None:
    """What goes with ``--from`` only. No defaults here, so that others are noticed."""
    group = parser.add_argument_group("with --from")
    group.add_argument("--record", metavar="FILE", help="outcomes (default: FILE.forget, …)")
    group.add_argument("--resume", action="store_true", default=None, help="go on with the record")
    group.add_argument("--save", metavar="FILE", help="write every device's outcome here, .jsonl")
    group.add_argument(
        "--dry-run", action="store_true", default=None, help="only check and count the rows"
    )
    group.add_argument(
        "--on-error",
        choices=("stop", "skip"),
        help="what to do about rows that cannot be used: stop before anything is sent (the "
        "default), or skip them",
    )
    group.add_argument(
        "--rate", metavar="N", type=positive_number, help=f"calls a second ({RATE:g})"
    )
    group.add_argument(
        "--limit", metavar="N", type=bounded_int(1, 1 << 62), help="send at most N devices"
    )
    group.add_argument(
        "--give-up-after",
        metavar="SECONDS",
        type=positive_number,
        help=f"end when no call has been answered for so long ({GIVE_UP_AFTER:g})",
    )


_OPTIONS: Final = (
    "record", "resume", "save", "dry_run", "on_error", "rate", "limit", "give_up_after",
)  # fmt: skip


def check_from_options(arguments: argparse.Namespace) -> None:
    """Raises `InvalidInputError` for options that go with ``--from``, or without it, only."""
    if arguments.source is None:
        for name in _OPTIONS:
            if getattr(arguments, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise InvalidInputError(option, "goes with --from only", "leave it out")
    elif arguments.access_token_file is not None:
        rule = "excludes --from, which calls the Admin forms with AWS credentials"
        raise InvalidInputError("--access-token-file", rule, "leave one of them out")
