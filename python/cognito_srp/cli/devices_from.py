"""``cognito-srp devices forget --from`` and ``remember --from``: the devices of a file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, ClassVar, Final

from ..devices.management import forget_device, update_device_status
from ..enroll.breaker import CircuitBreaker
from ..enroll.bulk.change_record import ChangeRecord
from ..enroll.bulk.device_changes import DeviceAction, DeviceChanges
from ..enroll.bulk.device_rows import DeviceRow, DeviceRows
from ..enroll.bulk.inputs import RejectedRow
from ..enroll.bulk.paced_run import Progress
from ..errors import InvalidInputError
from ..storage.secret_files import check_replaceable, replace_secret
from ..transport.client import Client
from .client import make_client
from .enroll_display import display
from .failures import INTERRUPTED, REFUSED, complain, note
from .from_options import GIVE_UP_AFTER, RATE
from .output import write
from .progress import progress
from .stopping import stopping

__all__ = ["Forget", "Remember", "run_from"]

_FIRST_ANSWER: Final = 15.0
_PAUSE_AFTER: Final = 10.0
_CONNECTIONS: Final = 64
_CONNECT_TIMEOUT: Final = 10.0
#: Devices looked up in the record at a time.
_CHUNK: Final = 256
#: Failures that are told one by one.
_TOLD: Final = 10


class Forget:
    """ForgetDevice, for a user of a pool."""

    name: ClassVar[str] = "forget"
    outcome: ClassVar[str] = "forgotten"
    absent_is_done: ClassVar[bool] = True

    def apply(self, client: Client, device: DeviceRow) -> None:
        """Forget it."""
        forget_device(
            client,
            device_key=device.device_key,
            pool_id=device.pool_id,
            username=device.username,
        )


@dataclass(frozen=True)
class Remember:
    """UpdateDeviceStatus, for a user of a pool; its outcome is the status."""

    outcome: str
    name: ClassVar[str] = "remember"
    absent_is_done: ClassVar[bool] = False

    def apply(self, client: Client, device: DeviceRow) -> None:
        """Set its status."""
        update_device_status(
            client,
            device_key=device.device_key,
            remembered=self.outcome == "remembered",
            pool_id=device.pool_id,
            username=device.username,
        )


@dataclass(frozen=True)
class _Found:
    """What a file holds: rows that can be used, and those of them with nothing left to do."""

    rows: int
    rejected: int
    skipped: dict[str, int]
    done: int
    pool_id: str | None


def run_from(arguments: argparse.Namespace, action: DeviceAction) -> int:
    """Do it, and return the exit code."""
    source = DeviceRows(
        arguments.source, pool_id=arguments.user_pool_id, username=arguments.username
    )
    path = arguments.record or f"{arguments.source}.{action.name}"
    _check_files(arguments, path)
    found = _screen(arguments, source, None)
    if arguments.dry_run:
        write(arguments, _plan(arguments, found))
        return 0
    client = make_client(
        arguments,
        signed=True,
        pool_id=found.pool_id,
        retries={"total_max_attempts": 1},
        max_pool_connections=_CONNECTIONS,
        connect_timeout=_CONNECT_TIMEOUT,
    )
    with ChangeRecord(path, action=action.name) as record:
        found = _screen(arguments, source, record)
        run, ended = _change(arguments, action, source, client=client, found=found, record=record)
        document = _summary(arguments, action, source, found=found, record=record, ended=ended)
        if arguments.save is not None:
            _save(arguments.save, source, record)
        _tell_failures(arguments.source, record)
    write(arguments, document)
    how = f"go on with the same command and --resume (record: {path})"
    if run.gave_up:
        complain(f"{run.gave_up}; check --region, --endpoint-url and the network. Then {how}")
        return REFUSED
    if run.stopped:
        note(f"stopped: {how}")
        return INTERRUPTED
    return REFUSED if document["Failed"] else 0


def _check_files(arguments: argparse.Namespace, path: str) -> None:
    if arguments.save is not None:
        if Path(arguments.save).suffix != ".jsonl":
            raise InvalidInputError("--save", "writes JSON lines", "let it end in .jsonl")
        if Path(arguments.save).exists() and not arguments.resume:
            fix = "choose another name, or add --resume to go on with an earlier run"
            raise InvalidInputError(arguments.save, "is there already", fix)
        check_replaceable(arguments.save)
        if Path(arguments.save).exists() and Path(arguments.save).samefile(arguments.source):
            rule = "is the file that --from reads, and may hold the only secrets of devices"
            raise InvalidInputError("--save", rule, "choose another name")
    if arguments.dry_run:
        return
    if Path(path).exists() and not arguments.resume:
        fix = "add --resume to go on with it, or name another with --record"
        raise InvalidInputError(path, "is the record of an earlier run", fix)
    if arguments.resume and not Path(path).exists():
        rule = "is no record, so there is nothing to resume"
        raise InvalidInputError(path, rule, "check --record, or leave --resume out")


def _screen(
    arguments: argparse.Namespace, source: DeviceRows, record: ChangeRecord | None
) -> _Found:
    """Read the file from end to end before anything is sent."""
    rows = rejected = done = 0
    pool_id: str | None = None
    with progress("Checking the file"):
        items = iter(source)
        while chunk := list(islice(items, _CHUNK)):
            usable = [item for item in chunk if isinstance(item, DeviceRow)]
            for fault in (item for item in chunk if isinstance(item, RejectedRow)):
                rejected += 1
                _tell_fault(arguments, fault, told=record is not None or rejected > _TOLD)
            rows += len(usable)
            done += 0 if record is None else len(record.settled(usable))
            pool_id = pool_id or (usable[0].pool_id if usable else None)
    if not rows and not arguments.dry_run:
        rule = "has no device that can be used"
        raise InvalidInputError(arguments.source, rule, "write one a row, with its device_key")
    return _Found(rows, rejected, dict(source.skipped), done, pool_id)


def _tell_fault(arguments: argparse.Namespace, fault: RejectedRow, *, told: bool) -> None:
    place = f"{arguments.source}:{fault.position}"
    if arguments.on_error != "skip" and not arguments.dry_run:
        fix = "correct it, or use --on-error skip; nothing was sent"
        raise InvalidInputError(place, fault.reason, fix)
    if not told:
        note(f"{place}: {fault.reason}")


def _change(
    arguments: argparse.Namespace,
    action: DeviceAction,
    source: DeviceRows,
    *,
    client: Client,
    found: _Found,
    record: ChangeRecord,
) -> tuple[DeviceChanges, Progress]:
    """The run, which knows whether it was stopped, and what it came to."""
    left = found.rows - found.done
    total = left if arguments.limit is None else min(left, arguments.limit)
    breaker = CircuitBreaker(
        first=_FIRST_ANSWER,
        pause_after=_PAUSE_AFTER,
        give_up_after=arguments.give_up_after or GIVE_UP_AFTER,
    )
    rate = arguments.rate or RATE
    run = DeviceChanges(client, action, record, rate=rate, total=total, breaker=breaker)
    with display() as show, stopping(run, show.say):
        return run, run.run(islice(_left(source, record), total), show)


def _left(source: DeviceRows, record: ChangeRecord) -> Iterator[DeviceRow]:
    """The devices that there is something left to do for."""
    devices = (item for item in source if isinstance(item, DeviceRow))
    while chunk := list(islice(devices, _CHUNK)):
        settled = record.settled(chunk)
        yield from (device for device in chunk if device.device_key not in settled)


def _save(path: str, source: DeviceRows, record: ChangeRecord) -> None:
    """A row for each device: what became of it, or that no run has come to it."""
    names = ("device_key", "username", "outcome", "error", "message", "position")
    with progress("Writing the outcomes"), replace_secret(path) as file:
        for row in chain(record.rows(), _not_started(source, record)):
            file.write(json.dumps(dict(zip(names, row, strict=True))).encode() + b"\n")


def _not_started(
    source: DeviceRows, record: ChangeRecord
) -> Iterator[tuple[str, str, str, str, str, int]]:
    devices = (item for item in source if isinstance(item, DeviceRow))
    while chunk := list(islice(devices, _CHUNK)):
        known = record.known(chunk)
        for device in chunk:
            if device.device_key not in known:
                yield device.device_key, device.username, "not_started", "", "", device.position


def _tell_failures(path: str, record: ChangeRecord) -> None:
    for position, state, error, message in record.failures(_TOLD):
        note(f"{path}:{position}: {state}: {error}: {message}")


def _plan(arguments: argparse.Namespace, found: _Found) -> dict[str, Any]:
    seconds = found.rows / (arguments.rate or RATE)
    return {
        "From": arguments.source,
        "Rows": found.rows,
        "Rejected": found.rejected,
        "Skipped": found.skipped,
        "Seconds": round(seconds, 1),
    }


def _summary(
    arguments: argparse.Namespace,
    action: DeviceAction,
    source: DeviceRows,
    *,
    found: _Found,
    record: ChangeRecord,
    ended: Progress,
) -> dict[str, Any]:
    outcomes = record.outcomes()
    done = sum(count for state, _, count in outcomes if state in (action.outcome, "absent"))
    failed = sum(count for *_, count in outcomes) - done
    return {
        "From": arguments.source,
        "Rows": found.rows,
        "Rejected": found.rejected,
        "Skipped": found.skipped,
        "Done": done,
        "Failed": failed,
        "NotStarted": sum(1 for _ in _not_started(source, record)),
        "Outcomes": {f"{state}: {error}" if error else state: n for state, error, n in outcomes},
        "ThisRun": {
            "Done": ended.confirmed,
            "Calls": ended.sent,
            "Throttled": ended.throttled,
            "SentAgain": ended.retried,
            "Seconds": round(ended.elapsed, 1),
        },
        "Record": record.path,
        "Saved": arguments.save,
    }
