"""``cognito-srp enroll``: a file of devices, paced, journaled and resumable."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import stat
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from ..enroll.bulk.inputs import Input, Row
from ..enroll.bulk.options import BulkOptions
from ..enroll.bulk.outputs import check_output, write_devices
from ..enroll.bulk.paced_run import Progress
from ..enroll.bulk.run import BulkRun
from ..enroll.bulk.screening import Screening, keep_rejected, not_started
from ..enroll.bulk.usernames import Usernames
from ..enroll.journal.journal import Journal
from ..errors import InvalidInputError, JournalError
from ..storage.secret_files import replace_secret
from ..transport.client import Client
from .client import make_client
from .enroll_display import display
from .failures import INTERRUPTED, REFUSED, USAGE, UnavailableError, complain, note
from .output import time_text, write
from .progress import progress
from .sealing_key import read_key
from .stopping import stopping

__all__ = ["run"]

#: Connections kept open: as many as there may be threads.
_CONNECTIONS: Final = 1024

#: Seconds that a connection may take: with botocore's 60, a run that gives up would take as long
#: again to finish what is in flight.
_CONNECT_TIMEOUT: Final = 10.0

_EMPTY: Final = "has no device that can be used; write one a row"

#: Faults of the input that are told one by one, and failures.
_TOLD: Final = 10


def run(arguments: argparse.Namespace) -> int:
    """Run the command, and return the exit code."""
    options = _options(arguments)
    source = Input(options.input, client_id=arguments.client_id, pool_id=arguments.user_pool_id)
    _warn_if_shared(options.input)
    if options.dry_run:
        found = _screen(options, source, None)
        write(arguments, _plan(options, found))
        if not found.rows and not found.rejected:
            note(f"{options.input}: {_EMPTY}")
        return USAGE if found.rejected or not found.rows else 0
    # Before the output, which is there as well where --resume was forgotten.
    _check_journal(options)
    if options.save is not None:
        check_output(options.save, replace=options.resume)
    # The enroller's own kind of client: every send is counted and paced, so none is botocore's.
    client = make_client(
        arguments,
        **_of_first_row(source),
        retries={"total_max_attempts": 1},
        max_pool_connections=_CONNECTIONS,
        connect_timeout=_CONNECT_TIMEOUT,
    )
    key = read_key(arguments, options.journal)
    # A new journal is made only once it is clear that there is something to send.
    found_before = None if options.resume else _screen(options, source, None)
    with Journal.open(options.journal, key=key) as journal:
        found = found_before or _screen(options, source, journal)
        run, document = _enroll(options, client, source, found, journal)
    write(arguments, document)
    return _end(options, run, document)


def _of_first_row(source: Input) -> dict[str, Any]:
    """What tells the Region of an input."""
    row = next((item for item in source if isinstance(item, Row)), None)
    if row is None:
        return {}
    return {
        "pool_id": getattr(row.request.access, "pool_id", None),
        "device_key": row.request.device_key,
        "access_token": row.request.access_token,
    }


def _options(arguments: argparse.Namespace) -> BulkOptions:
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


def _end(options: BulkOptions, run: BulkRun, document: dict[str, Any]) -> int:
    """Say how it ended; the exit code."""
    if run.gave_up:
        where = "check --region, --endpoint-url and the network"
        complain(f"{run.gave_up}; {where}. {_how_to_resume(options.journal)}")
        return REFUSED
    if run.stopped:
        note(_how_to_resume(options.journal))
        return INTERRUPTED
    if options.save is None:
        note("the devices' passwords are in the journal alone: --resume --save FILE writes them")
    return REFUSED if run.progress().refused_by or document["NotConfirmed"] else 0


def _check_journal(options: BulkOptions) -> None:
    exists = Journal.header(options.journal) is not None
    if exists and not options.resume:
        fix = "add --resume to go on with it, or name another with --journal"
        raise InvalidInputError(options.journal, "is the journal of an earlier run", fix)
    if options.resume and not exists:
        rule = "is no journal, so there is nothing to resume"
        raise InvalidInputError(options.journal, rule, "check --journal, or leave --resume out")


def _enroll(
    options: BulkOptions, client: Client, source: Input, found: Screening, journal: Journal
) -> tuple[BulkRun, dict[str, Any]]:
    """The run, which knows whether it was stopped, and what it came to; its devices are saved."""
    journal.bind(found.fingerprint)
    keep_rejected(source, journal, at=found.at)
    try:
        run = BulkRun(client, journal, options, found)
    except RuntimeError as error:  # no thread can be started
        raise UnavailableError(f"{error}. {_how_to_resume(str(journal.path))}") from error
    try:
        with display() as show, stopping(run, show.say):
            ended = run.run(source, show)
    except JournalError as error:
        raise UnavailableError(f"{error}. {_how_to_resume(str(journal.path))}") from error
    document = _summary(options, found, journal, ended)
    if options.save is not None:
        rest = not_started(source, journal, at=found.at) if document["NotStarted"] else ()
        _save(journal, options.save, rest, source, replace=options.resume)
    _tell_failures(options.input, journal)
    return run, document


def _save(
    journal: Journal, path: str, rest: Iterable[int], source: Input, *, replace: bool
) -> None:
    try:
        with progress("Writing the devices"):
            users = Usernames(source)
            write_devices(journal, path, rest, usernames=users, replace=replace)
    except InvalidInputError as error:  # somebody has put a file there since the start
        fix = "Nothing is lost: the same command with --resume and another --save writes it"
        raise UnavailableError(f"{path}: {error.rule}. {fix}") from error
    except OSError as error:
        fix = "Nothing is lost: the same command with --resume writes it again"
        raise UnavailableError(f"{path}: {error.strerror}. {fix}") from error


def _tell_failures(path: str, journal: Journal) -> None:
    """Which rows are not confirmed: the first ones by themselves, the others by their reasons."""
    told = journal.failures(_TOLD)
    for failure in told:
        # Most messages have the code in them.
        code = "" if failure.error in failure.message else failure.error
        reason = ": ".join(filter(None, (failure.state, code, failure.message)))
        note(f"{path}:{failure.position}: {reason}")
    more = journal.unconfirmed() - len(told)
    if more > 0:
        counts = [
            f"{count:,} {error or state}"
            for state, error, count, _ in journal.outcomes()
            if state not in ("confirmed", "rejected")
        ]
        note(f"and {more:,} more that are not confirmed; in all {', '.join(counts)}")


def _how_to_resume(path: str) -> str:
    return f"Nothing is lost: go on with the same command and --resume (journal: {path})"


def _screen(options: BulkOptions, source: Input, journal: Journal | None) -> Screening:
    """Check the whole input, and do about its faults what ``--on-error`` says."""
    path, found = options.input, Screening()
    with contextlib.ExitStack() as stack:
        listed = None
        if options.on_error == "collect":
            listed = stack.enter_context(replace_secret(f"{path}.rejected.jsonl"))
        stack.enter_context(progress("Checking the input"))
        for row in found.read(source, journal, rate=options.rate):
            if options.on_error == "stop" and not options.dry_run:
                fix = "correct it, or use --on-error skip or collect; nothing was sent"
                raise InvalidInputError(f"{path}:{row.position}", row.reason, fix)
            if listed is not None:
                record = {"position": row.position, "reason": row.reason}
                listed.write(json.dumps(record).encode() + b"\n")
            elif found.rejected <= _TOLD:
                note(f"{path}:{row.position}: {row.reason}")
    if not found.rows and not options.dry_run:
        raise InvalidInputError(path, *_EMPTY.split("; "))
    if listed is not None:
        note(f"{found.rejected:,} rows cannot be used: see {path}.rejected.jsonl")
    elif found.rejected > _TOLD:
        note(f"and {found.rejected - _TOLD:,} more rows that cannot be used")
    if found.short_lived:
        note(
            f"{found.short_lived:,} tokens will have run out before it is their turn at "
            f"{options.rate:g} calls a second: add refresh tokens, or split the input"
        )
    return found


def _warn_if_shared(path: str) -> None:
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if os.name == "posix" and mode & 0o077:
        note(f"{path} holds tokens, and other users can read it (mode {mode:04o}): chmod 600 it")


def _plan(options: BulkOptions, found: Screening) -> dict[str, Any]:
    return {
        "Input": options.input,
        "Rows": found.rows,
        "Rejected": found.rejected,
        "SignIns": found.sign_ins,
        "TokensTooShortLived": found.short_lived,
        "Seconds": round(found.rows / options.rate, 1),
        "Ends": time_text(datetime.now() + timedelta(seconds=found.rows / options.rate)),
    }


def _summary(
    options: BulkOptions, found: Screening, journal: Journal, ended: Progress
) -> dict[str, Any]:
    outcomes, unconfirmed = journal.outcomes(), journal.unconfirmed()
    confirmed = sum(count for state, _, count, _ in outcomes if state == "confirmed")
    reasons = {f"{state}: {error}" if error else state: n for state, error, n, _ in outcomes}
    if not_begun := max(0, found.rows - confirmed - unconfirmed):
        reasons["not_started"] = not_begun
    return {
        "Input": options.input,
        "Rows": found.rows,
        "Rejected": found.rejected,
        "Confirmed": confirmed,
        "NotConfirmed": unconfirmed,
        "NotStarted": not_begun,
        "Unproven": sum(unproven for *_, unproven in outcomes),
        "Outcomes": reasons,
        "ThisRun": {
            "Confirmed": ended.confirmed,
            "Calls": ended.sent,
            "Throttled": ended.throttled,
            "SentAgain": ended.retried,
            "Seconds": round(ended.elapsed, 1),
            "CallsPerSecond": round(ended.sent / max(ended.elapsed, 0.001), 1),
        },
        "Journal": str(journal.path),
        "Saved": options.save,
    }
