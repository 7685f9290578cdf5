"""The devices of a journal, with their passwords, in a file of mode 0600."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from ...errors import InvalidInputError
from ...storage.secret_files import check_replaceable, new_secret, replace_secret
from ..journal.journal import Journal

__all__ = ["check_output", "write_devices"]

_FIELDS: Final = (
    "device_key",
    "device_group_key",
    "device_password",
    "outcome",
    "error",
    "position",
)
_PARQUET_ROWS: Final = 4096

_Record = dict[str, Any]


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


def write_devices(journal: Journal, path: str, *, replace: bool = True) -> int:
    """Write a row for every device of the journal, whatever became of it, and return how many.

    It is written from the journal alone and appears as a whole, in the place of what was there:
    so no device can be in it twice, however often a run was killed. Unless it is to `replace` what
    is there by then, that is an `InvalidInputError`.
    """
    count = 0

    def records() -> Iterator[_Record]:
        nonlocal count
        for row in journal.rows():
            verifier = journal.verifier(row)
            values = (
                row.device_key,
                row.device_group_key,
                verifier.device_password,
                row.state,
                row.error,
                row.position,
            )
            count += 1
            yield dict(zip(_FIELDS, values, strict=True))

    writer = _writer(path)
    with (replace_secret if replace else new_secret)(path) as file:
        writer(file, records())
    return count


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
    texts = [(name, pa.string()) for name in _FIELDS[:-1]]
    schema = pa.schema([*texts, (_FIELDS[-1], pa.int64())])
    with pq.ParquetWriter(file, schema) as writer:
        while batch := list(islice(records, _PARQUET_ROWS)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError("Parquet needs pyarrow: pip install 'srp-native[arrow]'") from error
    return pyarrow, pyarrow.parquet


_WRITERS: Final = {".jsonl": _write_json_lines, ".parquet": _write_parquet}
