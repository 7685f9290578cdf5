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

from ..enroll import Enroller
from ..enroll.answers import Answers
from ..enroll.bulk.inputs import Fault, Input, Row
from ..enroll.bulk.outputs import check_output, write_devices
from ..enroll.bulk.run import BulkRun, Progress
from ..enroll.bulk.screening import Screening, keep_rejected, not_started, screen
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

#: Seconds until a run ends that nothing has ever answered, and until another one pauses.
_FIRST_ANSWER: Final = 15.0
_PAUSE_AFTER: Final = 10.0
#: Seconds that a connection may take: with botocore's 60, a run that gives up would take as long
#: again to finish what is in flight.
_CONNECT_TIMEOUT: Final = 10.0

_EMPTY: Final = "has no device that can be used; write one a row"

#: Faults of the input that are told one by one, and failures.
_TOLD: Final = 10


def run(arguments: argparse.Namespace) -> int:
    """Run the command, and return the exit code."""
    source = Input(arguments.input, client_id=arguments.client_id, pool_id=arguments.user_pool_id)
    _warn_if_shared(arguments.input)
    if arguments.dry_run:
        return _dry_run(arguments, source)
    path = arguments.journal or f"{arguments.input}.journal"
    # Before the output, which is there as well where --resume was forgotten.
    _check_journal(path, resume=arguments.resume)
    if arguments.save is not None:
        check_output(arguments.save, replace=arguments.resume)
    # The enroller's own kind of client: every send is counted and paced, so none is botocore's.
    client = make_client(
        arguments,
        **_of_first_row(source),
        retries={"total_max_attempts": 1},
        max_pool_connections=_CONNECTIONS,
        connect_timeout=_CONNECT_TIMEOUT,
    )
    key = read_key(arguments, path)
    # A new journal is made only once it is clear that there is something to send.
    found = None if arguments.resume else _screen(arguments, source, None)
    with Journal.open(path, key=key) as journal:
        found = found or _screen(arguments, source, journal)
        journal.bind(found.fingerprint)
        keep_rejected(source, journal, at=found.at)
        run, ended = _enroll(arguments, client, source, found, journal)
        document = _summary(arguments, found, journal, ended)
        if arguments.save is not None:
            rest = not_started(source, journal, at=found.at) if document["NotStarted"] else ()
            _save(journal, arguments.save, rest, source, replace=arguments.resume)
        _tell_failures(arguments.input, journal)
    write(arguments, document)
    if run.gave_up:
        where = "check --region, --endpoint-url and the network"
        complain(f"{run.gave_up}; {where}. {_how_to_resume(path)}")
        return REFUSED
    if run.stopped:
        note(_how_to_resume(path))
        return INTERRUPTED
    if arguments.save is None:
        note("the devices' passwords are in the journal alone: --resume --save FILE writes them")
    return REFUSED if ended.refused_by or document["NotConfirmed"] else 0


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


def _dry_run(arguments: argparse.Namespace, source: Input) -> int:
    found = _screen(arguments, source, None)
    write(arguments, _plan(arguments, found))
    if not found.rows and not found.faults:
        note(f"{arguments.input}: {_EMPTY}")
    return USAGE if found.faults or not found.rows else 0


def _check_journal(path: str, *, resume: bool) -> None:
    exists = Journal.header(path) is not None
    if exists and not resume:
        fix = "add --resume to go on with it, or name another with --journal"
        raise InvalidInputError(path, "is the journal of an earlier run", fix)
    if resume and not exists:
        rule = "is no journal, so there is nothing to resume"
        raise InvalidInputError(path, rule, "check --journal, or leave --resume out")


def _enroll(
    arguments: argparse.Namespace,
    client: Client,
    source: Input,
    found: Screening,
    journal: Journal,
) -> tuple[BulkRun, Progress]:
    """The run, which knows whether it was stopped, and what it came to."""
    left = found.rows - found.done
    total = left if arguments.limit is None else min(left, arguments.limit)
    answers = Answers(
        first=_FIRST_ANSWER, pause_after=_PAUSE_AFTER, give_up_after=arguments.give_up_after
    )
    enroller = _make_enroller(arguments, client, journal, answers)
    try:
        with display() as show:
            run = BulkRun(
                enroller,
                journal,
                rate=arguments.rate,
                total=total,
                rows=found.rows + found.faults,
                answers=answers,
                show=show,
            )
            with stopping(run, show.say):
                ended = run.run(source, screened_at=found.at)
        return run, ended
    except JournalError as error:
        raise UnavailableError(f"{error}. {_how_to_resume(str(journal.path))}") from error


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


def _make_enroller(
    arguments: argparse.Namespace, client: Client, journal: Journal, answers: Answers
) -> Enroller:
    try:
        return Enroller(
            client,
            rate=arguments.rate,
            per_user_rate=arguments.per_user_rate,
            sign_in_rate=arguments.sign_in_rate,
            workers=arguments.workers,
            journal=journal,
            answers=answers,
        )
    except RuntimeError as error:  # no thread can be started
        raise UnavailableError(f"{error}. {_how_to_resume(str(journal.path))}") from error


def _tell_failures(path: str, journal: Journal) -> None:
    """Which rows are not confirmed: the first ones by themselves, the others by their reasons."""
    told = journal.failures(_TOLD)
    for failure in told:
        reason = f"{failure.state}: {failure.error}" if failure.error else failure.state
        place = f"{path}:{failure.position}"
        note(f"{place}: {reason}" + (f": {failure.message}" if failure.message else ""))
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


def _screen(arguments: argparse.Namespace, source: Input, journal: Journal | None) -> Screening:
    """Check the whole input, and do about its faults what ``--on-error`` says."""
    path, count = arguments.input, 0
    with contextlib.ExitStack() as stack:
        rejected = None
        if arguments.on_error == "collect":
            rejected = stack.enter_context(replace_secret(f"{path}.rejected.jsonl"))

        def on_fault(fault: Fault) -> None:
            nonlocal count
            count += 1
            if arguments.on_error == "stop" and not arguments.dry_run:
                fix = "correct it, or use --on-error skip or collect; nothing was sent"
                raise InvalidInputError(f"{path}:{fault.position}", fault.reason, fix)
            if rejected is not None:
                record = {"position": fault.position, "reason": fault.reason}
                rejected.write(json.dumps(record).encode() + b"\n")
            elif count <= _TOLD:
                note(f"{path}:{fault.position}: {fault.reason}")

        stack.enter_context(progress("Checking the input"))
        found = screen(source, journal, rate=arguments.rate, on_fault=on_fault)
    if not found.rows and not arguments.dry_run:
        raise InvalidInputError(arguments.input, *_EMPTY.split("; "))
    if rejected is not None:
        note(f"{count:,} rows cannot be used: see {path}.rejected.jsonl")
    elif count > _TOLD:
        note(f"and {count - _TOLD:,} more rows that cannot be used")
    if found.short_lived:
        note(
            f"{found.short_lived:,} tokens will have run out before it is their turn at "
            f"{arguments.rate:g} calls a second: add refresh tokens, or split the input"
        )
    return found


def _warn_if_shared(path: str) -> None:
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if os.name == "posix" and mode & 0o077:
        note(f"{path} holds tokens, and other users can read it (mode {mode:04o}): chmod 600 it")


def _plan(arguments: argparse.Namespace, found: Screening) -> dict[str, Any]:
    return {
        "Input": arguments.input,
        "Rows": found.rows,
        "Rejected": found.faults,
        "SignIns": found.sign_ins,
        "TokensTooShortLived": found.short_lived,
        "Seconds": round(found.rows / arguments.rate, 1),
        "Ends": time_text(datetime.now() + timedelta(seconds=found.rows / arguments.rate)),
    }


def _summary(
    arguments: argparse.Namespace, found: Screening, journal: Journal, ended: Progress
) -> dict[str, Any]:
    outcomes, unconfirmed = journal.outcomes(), journal.unconfirmed()
    confirmed = sum(count for state, _, count, _ in outcomes if state == "confirmed")
    reasons = {f"{state}: {error}" if error else state: n for state, error, n, _ in outcomes}
    if not_begun := max(0, found.rows - confirmed - unconfirmed):
        reasons["not_started"] = not_begun
    return {
        "Input": arguments.input,
        "Rows": found.rows,
        "Rejected": found.faults,
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
        "Saved": arguments.save,
    }
