"""Whole rows in columns: strings in, base64 out, no Python object per row."""

from __future__ import annotations

import base64
import mmap
from array import array
from typing import Final

from .batch import run_in_chunks
from .batch_check import BatchCheck, run_checked
from .columns import ROW_MAX, Column, MadeRows, Rows
from .engine import Engine
from .errors import EngineFaultError
from .group import ELEMENT_SIZE
from .registry import current_engine
from .row_formulas import ZeroSaltError, minimal

__all__ = ["check_column", "verifier_rows"]

#: Bytes of a salt that is given; Cognito's have 16.
_SALT_MAX: Final = 64
#: Bytes that a made row takes at most: two texts and the password, and their offsets.
_MADE_ROW_MAX: Final = 516 + 88 + 56 + 3 * 8


def verifier_rows(
    realms: Column,
    names: Column,
    *,
    passwords: Column | None = None,
    salts: Column | None = None,
    threads: int | None = None,
) -> MadeRows:
    """A salt and verifier for every row, with identity = realm ‖ name ‖ ":" ‖ password.

    Salts are unsigned big-endian integers of 1 to 64 bytes and not zero, hashed and returned in
    minimal signed form. Without `salts`, 16 random bytes each; without `passwords`, the base64 of
    40 random bytes each. Returns the base64 of v and of the salt, and the passwords (the very
    column that was given, if one was). Drawn passwords lie in a buffer that is the caller's to
    wipe once they are stored.

    Runs over `threads` threads (all cores unless told otherwise) with the GIL released, and checks
    itself (batch_check.py): no wrong row is ever returned. Raises ``ValueError`` that names the
    column and the row when offsets run backwards or past the buffer, a row is over 64 KiB or a
    salt is not one, ``MemoryError`` when the results would not fit, ``OSError`` when the system's
    random generator fails. Nothing is returned then.
    """
    rows = Rows(realms, names, passwords, salts)
    count = _check_rows(rows)
    _check_memory(count)
    return run_checked(lambda engine: _make(engine, rows, count, threads))


def check_column(name: str, column: Column, *, shortest: int = 0, longest: int = ROW_MAX) -> None:
    """Raise ``ValueError``, with the row, unless all lie in the buffer and have such a size."""
    offsets, size = column.offsets, column.data.nbytes
    row = current_engine().bad_row(offsets, size, shortest, longest)
    if row == len(column):
        return
    begin, end = offsets[row], offsets[row + 1]
    where = f"{name}: row {row}"
    if begin > end:
        raise ValueError(f"{where}: offsets run backwards, from {begin} to {end}")
    if end > size:
        raise ValueError(f"{where}: offsets run past the end of the buffer, {end} > {size}")
    raise ValueError(f"{where}: {shortest} to {longest} bytes, has {end - begin}")


def _check_rows(rows: Rows) -> int:
    """The number of rows; raises ``ValueError`` for columns that are not sound."""
    count = len(rows.realms)
    for name, column in rows._asdict().items():
        if column is None:
            continue
        if len(column) != count:
            raise ValueError(f"realms and {name} differ in length: {count} and {len(column)}")
        if name == "salts":
            check_column(name, column, shortest=1, longest=_SALT_MAX)
        else:
            check_column(name, column)
    return count


def _check_memory(count: int) -> None:
    """Ask for what the results will take and give it back: now is better than after an hour."""
    size = count * _MADE_ROW_MAX
    try:
        if size:
            mmap.mmap(-1, size).close()
    except (OSError, OverflowError, ValueError) as error:
        raise MemoryError(
            f"a batch of {count} rows makes up to {size >> 20} MiB, which this machine does not "
            "have to give: cut it into smaller ones"
        ) from error


def _make(engine: Engine, rows: Rows, count: int, threads: int | None) -> MadeRows:
    verifiers, salts = _Growing(engine), _Growing(engine)
    passwords = _Growing(engine) if rows.passwords is None else rows.passwords

    def chunk(first: int, last: int) -> tuple[MadeRows, bytearray | None]:
        part = rows.part(first, last)
        try:
            made = engine.make_rows(part)
        except ZeroSaltError as error:
            raise ValueError(f"salts: row {first + error.row}: must not be zero") from None
        return made, check.count(lambda tally: engine.tally_rows(tally, part, made))

    def take(result: tuple[MadeRows, bytearray | None]) -> None:
        made, tally = result
        verifiers.append(made.verifiers)
        salts.append(made.salts)
        if isinstance(passwords, _Growing):
            passwords.append(made.passwords)
            made.passwords.data[:] = bytes(len(made.passwords.data))
        check.add(tally)

    with BatchCheck(engine, count) as check:
        run_in_chunks(chunk, take, count, threads, parallel=engine.releases_gil)
        check.finish()
        used = passwords.column() if isinstance(passwords, _Growing) else passwords
        result = MadeRows(verifiers.column(), salts.column(), used)
        for row in check.sample:
            _recompute(check, rows, result, row)
    return result


def _recompute(check: BatchCheck, rows: Rows, made: MadeRows, row: int) -> None:
    """One row of the sample, from its strings and by Python's own encodings."""
    try:
        salt = base64.b64decode(made.salts[row], validate=True)
        v = base64.b64decode(made.verifiers[row], validate=True)
        whole = int.from_bytes(v, "big").to_bytes(ELEMENT_SIZE, "big")
    except (ValueError, OverflowError):
        raise EngineFaultError("a row of a batch is not base64") from None
    if salt != minimal(salt if rows.salts is None else rows.salts[row]) or v != minimal(v):
        raise EngineFaultError("a row of a batch has another salt or is not in minimal form")
    password = made.passwords[row]
    check.recompute(salt, rows.realms[row] + rows.names[row] + b":" + password, whole)


class _Growing:
    """A column that chunks are appended to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._data = bytearray()
        self._offsets = array("Q", [0])

    def append(self, chunk: Column) -> None:
        self._engine.shift(chunk.offsets, len(self._data) - chunk.offsets[0])
        self._offsets.frombytes(chunk.offsets[1:].cast("B"))
        self._data += chunk.data

    def column(self) -> Column:
        return Column(self._data, self._offsets)
