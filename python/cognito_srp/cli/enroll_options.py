"""What ``cognito-srp enroll`` may be told, and that as a value."""

from __future__ import annotations

import argparse

from ..enroll.bulk.options import BulkOptions
from .options import add_aws_options, add_output_options, bounded_int, positive_number
from .sealing_key import add_key_options

__all__ = ["add_enroll_options", "enroll_options"]


def add_enroll_options(parser: argparse.ArgumentParser) -> None:
    """The input, its journal and output, and all that says how it is enrolled."""
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
    add_output_options(parser, formats=("json", "text"))


def enroll_options(arguments: argparse.Namespace) -> BulkOptions:
    """What the run needs of the arguments; client, key and output are made from the rest."""
    return BulkOptions(
        input=arguments.input,
        journal=arguments.journal or f"{arguments.input}.journal",
        save=arguments.save,
        resume=arguments.resume,
        dry_run=arguments.dry_run,
        rate=arguments.rate,
        per_user_rate=arguments.per_user_rate,
        sign_in_rate=arguments.sign_in_rate,
        workers=arguments.workers,
        limit=arguments.limit,
        on_error=arguments.on_error,
        give_up_after=arguments.give_up_after,
    )


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
