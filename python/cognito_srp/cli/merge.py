"""``cognito-srp merge``: several journals made into one."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInputError, JournalError
from ..storage.secret_files import new_path
from .failures import REFUSED, complain
from .journals import check_is_journal
from .options import add_output_options
from .output import write
from .progress import progress
from .sealing_options import add_key_options, add_new_key_options

if TYPE_CHECKING:
    from ..enroll.journal.journal import Journal
    from ..enroll.journal.merging import MergeConflict
    from .parser import Parser

__all__ = ["set_up"]


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Make several journals of `cognito-srp enroll` into one, as when an input was "
        "split over machines, or one that another key seals. The journals that are merged stay as "
        "they are; all have the same key, or data keys of the same KMS key."
    )
    parser.add_argument("journals", metavar="JOURNAL", nargs="+")
    parser.add_argument("--into", metavar="FILE", required=True, help="the new journal")
    parser.add_argument(
        "--save", metavar="FILE", help="write devices and passwords here, .jsonl or .parquet"
    )
    add_key_options(parser)
    add_new_key_options(parser)
    parser.add_argument("--region", help="AWS region of the KMS key")
    parser.add_argument("--profile", help="profile of the AWS configuration files")
    add_output_options(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from ..enroll.bulk.outputs import check_output, write_devices  # takes long to import
    from ..enroll.journal.journal import Journal
    from ..enroll.journal.merging import merge
    from .sealing_key import read_key

    if os.path.lexists(arguments.into):
        raise InvalidInputError(arguments.into, "is there already", "choose another name")
    if arguments.save is not None:
        check_output(arguments.save, replace=False)
    with contextlib.ExitStack() as stack:
        sources = [
            stack.enter_context(Journal.open(check_is_journal(path), key=read_key(arguments, path)))
            for path in arguments.journals
        ]
        stack.enter_context(progress("Merging the journals"))
        with _new_journal(arguments) as into:
            conflicts = merge(sources, into)
            counts = into.counts()
            if arguments.save is not None:
                write_devices(into, arguments.save, replace=False)
    if conflicts:
        complain(
            f"devices that may have been sent with two secrets: {len(conflicts):,}; keep the "
            "journals, and let a sign-in with each secret tell"
        )
    document = {
        "Journal": arguments.into,
        "Devices": sum(counts.values()),
        "Outcomes": counts,
        "Conflicts": [_conflict(one) for one in conflicts],
        "Saved": arguments.save,
    }
    write(arguments, document)
    return REFUSED if conflicts else 0


def _conflict(conflict: MergeConflict) -> dict[str, Any]:
    kept = zip(conflict.journals, conflict.states, strict=True)
    return {"DeviceKey": conflict.device_key, "Journals": [list(pair) for pair in kept]}


@contextlib.contextmanager
def _new_journal(arguments: argparse.Namespace) -> Iterator[Journal]:
    """A journal that gets its name once it is whole: nobody can take half of one for it."""
    from ..enroll.journal.journal import Journal
    from .sealing_key import read_new_key

    with new_path(arguments.into) as partial:
        try:
            with Journal.open(partial, key=read_new_key(arguments, str(partial))) as journal:
                yield journal
        except JournalError as error:  # nobody has asked for the partial file
            raise JournalError(str(error).replace(str(partial), arguments.into)) from error
        finally:
            for ending in ("-wal", "-shm", ".lock"):
                partial.with_name(partial.name + ending).unlink(missing_ok=True)
