"""The options of ``cognito-srp enroll``.

What enrolls takes longer to import than all the rest, so that happens once they are right.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .options import add_aws_options, add_output_options, bounded_int, positive_number
from .sealing_options import add_key_options

if TYPE_CHECKING:
    from .parser import Parser

__all__ = ["set_up"]

_EPILOG = """\
Every secret is in the journal, sealed and durable, before it is sent. However a run ends, the same
command with --resume goes on where it was.

  cognito-srp enroll devices.jsonl --key-file run.key --save enrolled.jsonl
  cognito-srp enroll devices.jsonl --key-file run.key --save enrolled.jsonl --resume
"""


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Give every device of a file (JSON lines, CSV or Parquet) a secret and "
        "confirm it, at the rate that AWS allows."
    )
    parser.epilog = _EPILOG
    parser.add_argument("input", metavar="INPUT", help="file that ends in .jsonl, .csv or .parquet")
    parser.add_argument(
        "--save", metavar="FILE", help="write devices and passwords here, .jsonl or .parquet"
    )
    parser.add_argument("--journal", metavar="FILE", help="(default: INPUT.journal)")
    add_key_options(parser)
    parser.add_argument("--resume", action="store_true", help="go on with the journal's run")
    parser.add_argument("--dry-run", action="store_true", help="only check the input")
    _add_run_options(parser)
    parser.add_argument("--client-id", help="app client of rows that name none")
    parser.add_argument("--user-pool-id", help="pool of rows that name none")
    add_aws_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=_run)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    """How fast, and how much."""
    parser.add_argument(
        "--rate",
        metavar="N",
        type=positive_number,
        default=25.0,
        help="ConfirmDevice calls a second (25)",
    )
    parser.add_argument(
        "--per-user-rate",
        metavar="N",
        type=positive_number,
        default=10.0,
        help="of them for one user (10)",
    )
    parser.add_argument(
        "--sign-in-rate",
        metavar="N",
        type=positive_number,
        default=120.0,
        help="sign-in calls a second (120)",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        type=bounded_int(1, 1024),
        help="threads that send (default: by the rate)",
    )
    parser.add_argument(
        "--limit", type=bounded_int(1, 1 << 62), metavar="N", help="send at most N devices"
    )
    _add_stop_options(parser)


def _add_stop_options(parser: argparse.ArgumentParser) -> None:
    """What to do about faults and silence."""
    parser.add_argument(
        "--on-error",
        choices=("stop", "skip", "collect"),
        default="stop",
        help="what to do about rows that cannot be used: stop before anything is sent (the "
        "default), skip them, or list them in INPUT.rejected.jsonl",
    )
    parser.add_argument(
        "--give-up-after",
        metavar="SECONDS",
        type=positive_number,
        default=900.0,
        help="end the run when no call has been answered for so long (900); calls pause after 10 s "
        "without an answer, and one every 5 s finds out when it is over. When there has been no "
        "answer at all, the run ends after 15 s",
    )


def _run(arguments: argparse.Namespace) -> int:
    from .enroll import run

    return run(arguments)
