"""The rows of an input, with their devices' passwords, in a file of mode 0600."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final

from ...errors import InvalidInputError
from ...storage.extras import needs_extra
from ...storage.secret_files import check_replaceable, new_secret, replace_secret
from ..journal.journal import Journal
from .usernames import Usernames

__all__ = ["check_output", "write_devices"]

_FIELDS: Final = (
    "device_key",
    "device_group_key",
    "device_password",
    "outcome",
    "error",
    "message",
    "proven",
    "position",
    "username",
)
_TYPES: Final = {"position": "int64", "proven": "bool_"}
_PARQUET_ROWS: Final = 4096

_Record = dict[str, Any]
_NOTHING: Final[_Record] = dict.fromkeys(_FIELDS) | {"error": "", "message": ""}


def check_output(path: str, *, replace: bool) -> None:
    """Find out before anything is sent whether `write_devices` can write there.

    Raises `InvalidInputError` for a name without a known ending and, unless it is to be replaced,
    for a file that exists; `ImportError` if an extra is missing; `OSError`.
    """
    writer = _writer(path)
    if os.path.lexists(path) and not replace:
        rule = "is there already, and may hold the only secrets of devices"
        raise InvalidInputError(path, rule, "choose another name")
    if writer is _write_parquet:
        _arrow()
    check_replaceable(path)


def write_devices(
    journal: Journal,
    path: str,
    rest: Iterable[int] = (),
    *,
    usernames: Usernames | None = None,
    replace: bool = True,
) -> int:
    """Write a row for every device of the journal and for every row without one; return how many.

    A row of the input has no device if its sign-in failed or it cannot be used. `rest` are the
    positions of those that no run has come to, and `usernames` tells whose device each row is.

    The file is written from the journal alone and appears as a whole, in the place of what was
    there: so no device can be in it twice, however often a run was killed. Without `replace`,
    raises `InvalidInputError` if there is such a file by then.
    """
    count = 0

    def counted() -> Iterator[_Record]:
        nonlocal count
        for record in chain(_devices(journal), _failures(journal), _not_started(rest)):
            count += 1
            position = record["position"]
            if usernames is not None and position is not None:
                record["username"] = usernames.at(position)
            yield record

    writer = _writer(path)
    with (replace_secret if replace else new_secret)(path) as file:
        writer(file, counted())
    return count


def _devices(journal: Journal) -> Iterator[_Record]:
    for row in journal.rows():
        verifier = journal.verifier(row)
        values = (
            row.device_key,
            row.device_group_key,
            verifier.device_password,
            row.state,
            row.error,
            row.message,
            row.proven,
            row.position,
        )
        yield dict(zip(_FIELDS, (*values, None), strict=True))


def _failures(journal: Journal) -> Iterator[_Record]:
    for failure in journal.failed():
        yield {
            **_NOTHING,
            "device_key": failure.device_key,
            "outcome": failure.state,
            "error": failure.error,
            "message": failure.message,
            "position": failure.position,
        }


def _not_started(positions: Iterable[int]) -> Iterator[_Record]:
    for position in positions:
        yield {**_NOTHING, "outcome": "not_started", "position": position}


def _writer(path: str) -> Callable[[IO[bytes], Iterator[_Record]], None]:
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        rule = "has a name from which its format cannot be told"
        raise InvalidInputError(path, rule, f"let it end in one of {', '.join(_WRITERS)}")
    return _WRITERS[suffix]


def _write_json_lines(file: IO[bytes], records: Iterator[_Record]) -> None:
    for record in records:
        file.write(json.dumps(record).encode() + b"\n")


def _write_parquet(file: IO[bytes], records: Iterator[_Record]) -> None:
    pa, pq = _arrow()
    schema = pa.schema([(name, getattr(pa, _TYPES.get(name, "string"))()) for name in _FIELDS])
    with pq.ParquetWriter(file, schema) as writer:
        while batch := list(islice(records, _PARQUET_ROWS)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise needs_extra("Parquet", "pyarrow", "arrow") from error
    return pyarrow, pyarrow.parquet


_WRITERS: Final = {".jsonl": _write_json_lines, ".parquet": _write_parquet}
