"""Whole rows in columns: strings in, base64 out, no Python object per row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ._batch import run_in_chunks
from ._batch_check import BatchCheck, run_checked
from ._columns import ROW_MAX, Column, MadeRows, OutputBuffers, Rows
from ._errors import EngineFaultError
from ._sizes import (
    DRAWN_SALT_TEXT_MAX,
    PASSWORD_SIZE,
    SALT_MAX,
    SALT_TEXT_MAX,
    VERIFIER_TEXT_MAX,
)
from .engines._engine import Engine
from .engines._registry import current_engine
from .engines._row_formulas import SALT_BELOW, ZeroSaltError, minimal, number_of
from .group import ELEMENT_SIZE

__all__ = ["check_column", "verifier_rows"]

_OFFSET_SIZE: Final = 8

OnChunk = Callable[[int, MadeRows], None]


def verifier_rows(
    realms: Column,
    names: Column,
    *,
    passwords: Column | None = None,
    salts: Column | None = None,
    threads: int | None = None,
    on_chunk: OnChunk | None = None,
) -> MadeRows:
    """A salt and verifier for every row, with identity = realm ‖ name ‖ ":" ‖ password.

    Runs with the GIL released and checks itself (docs/batches.md): no wrong row is ever returned.
    Where an error is raised nothing is returned.

    Args:
        realms: The realm of each row, such as a device group key.
        names: The name of each row, such as a device key.
        passwords: The password of each row; the base64 of 40 random bytes each unless given.
        salts: The salt of each row: an unsigned big-endian integer of 1 to 64 bytes and not zero,
            hashed and returned in minimal signed form. 16 random bytes each unless given.
        threads: How many threads compute, all cores unless told otherwise.
        on_chunk: ``on_chunk(first, made)`` is called, in the caller's thread and in order, with the
            rows from `first` on while later ones are still computed. Not all are checked yet: use
            nothing of them before this function returns, and begin anew at row 0 when a fault had
            it compute all again.

    Returns:
        The base64 of v and of the salt, and the passwords (the very column that was given, if one
            was). Drawn passwords lie in a buffer that is the caller's to wipe once they are stored.

    Raises:
        ValueError: Names the column and the row: offsets run backwards or past the buffer, a row is
            over 64 KiB, or a salt is not one.
        MemoryError: The results would not fit.
        OSError: The system's random generator failed.
    """
    rows = Rows(realms, names, passwords, salts)
    count = _check_rows(rows)
    return run_checked(lambda engine: _make(engine, rows, count, threads, on_chunk))


def check_column(name: str, column: Column, *, shortest: int = 0, longest: int = ROW_MAX) -> None:
    """Check the offsets of a column and the sizes of its rows.

    Args:
        name: What an error calls the column.
        column: The column.
        shortest: The fewest bytes that a row may have.
        longest: The most bytes that a row may have.

    Raises:
        ValueError: Offsets run backwards or past the buffer, or a row has another size; names the
            row.
    """
    offsets, size = column.offsets, column.data.nbytes
    row = current_engine().first_invalid_row(offsets, size, shortest, longest)
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
            check_column(name, column, shortest=1, longest=SALT_MAX)
        else:
            check_column(name, column)
    return count


def _make(
    engine: Engine, rows: Rows, count: int, threads: int | None, on_chunk: OnChunk | None
) -> MadeRows:
    salt_max = DRAWN_SALT_TEXT_MAX if rows.salts is None else SALT_TEXT_MAX
    password_max = PASSWORD_SIZE if rows.passwords is None else 0
    verifiers = _NewColumn(engine, count, VERIFIER_TEXT_MAX)
    salts = _NewColumn(engine, count, salt_max)
    passwords = _NewColumn(engine, count, password_max)

    def chunk(first: int, last: int) -> tuple[Rows, MadeRows]:
        part = rows.part(first, last)
        room = OutputBuffers(
            *(column.room(first, last) for column in (verifiers, salts, passwords))
        )
        try:
            made = engine.make_rows(part, room)
        except ZeroSaltError as error:
            raise ValueError(f"salts: row {first + error.row}: must not be zero") from None
        check.count(lambda sums: engine.batch_check_rows(sums, part, made))
        return part, made

    def take(computed: tuple[Rows, MadeRows]) -> None:
        part, made = computed
        first, last = verifiers.append(made.verifiers)
        salts.append(made.salts)
        if rows.passwords is None:
            passwords.append(made.passwords)
        taken = MadeRows(*(column.part(first, last) for column in result()))
        for row in check.sample(first, last):
            _recompute(check, part, taken, row - first)
        if on_chunk is not None:
            on_chunk(first, taken)

    def result() -> MadeRows:
        used = passwords.column() if rows.passwords is None else rows.passwords
        return MadeRows(verifiers.column(), salts.column(), used)

    with BatchCheck(engine, count) as check:
        run_in_chunks(chunk, take, count, threads, parallel=engine.releases_gil)
        check.finish()
    return result()


def _recompute(check: BatchCheck, rows: Rows, made: MadeRows, row: int) -> None:
    """One row of the sample, from its strings and by Python's own encodings."""
    salt, v = number_of(made.salts[row], below=SALT_BELOW), number_of(made.verifiers[row])
    if rows.salts is not None and salt != minimal(rows.salts[row]):
        raise EngineFaultError("a row of a batch has another salt")
    whole = int.from_bytes(v, "big").to_bytes(ELEMENT_SIZE, "big")
    password = (made.passwords if rows.passwords is None else rows.passwords)[row]
    check.recompute(salt, rows.realms[row] + rows.names[row] + b":" + password, whole)


class _NewColumn:
    """A column of `rows` rows of at most `longest` bytes, to which chunks are appended.

    All it may take is asked for at once: now is a better time to hear that there is not enough
    than in an hour, and nothing is ever moved to a larger place. What is not written to is no
    memory yet. Raises ``MemoryError``.

    A chunk is written where it would be if all rows before were of the longest, and moves down from
    there when it is appended: fresh pages for every chunk would cost more than that.
    """

    def __init__(self, engine: Engine, rows: int, longest: int) -> None:
        self._engine = engine
        self._longest = longest
        begin = _OFFSET_SIZE * (rows + 1)
        size = begin + rows * longest
        try:
            room = engine.new_buffer(size)
        except (MemoryError, OSError, OverflowError) as error:
            raise MemoryError(
                f"a batch of {rows} rows makes a column of up to {size >> 20} MiB, which this "
                "machine does not have to give: cut it into smaller ones"
            ) from error
        self._offsets, self._data = room[:begin].cast("Q"), room[begin:]
        self._offsets[0] = 0
        self._rows = self._size = 0

    def room(self, first: int, last: int) -> memoryview:
        """Where rows `first` to `last` may be written before they are appended."""
        return self._data[first * self._longest : last * self._longest]

    def append(self, chunk: Column) -> tuple[int, int]:
        """Add the next rows; the number of the first, and of the one after the last."""
        first, last, size = self._rows, self._rows + len(chunk), len(chunk.data)
        self._engine.shift(chunk.offsets, self._size - chunk.offsets[0])
        self._offsets[first : last + 1] = chunk.offsets
        self._data[self._size : self._size + size] = chunk.data
        self._rows, self._size = last, self._size + size
        return first, last

    def column(self) -> Column:
        """The rows that were appended."""
        return Column(self._data[: self._size], self._offsets[: self._rows + 1])
