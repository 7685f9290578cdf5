"""Columns of strings: a buffer and 64-bit offsets into it, as in Arrow's large_binary."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, Final, NamedTuple

__all__ = ["ROW_MAX", "Buffer", "Column", "MadeRows", "OutputBuffers", "Rows"]

#: Any object with a C-contiguous buffer (collections.abc.Buffer, which came with Python 3.12).
Buffer = Any

#: Bytes that one row of a column may have: 64 KiB.
ROW_MAX: Final = 65536
_OFFSET_SIZE: Final = 8
#: Integers and bytes of this machine's order, as `struct` writes them.
_NATIVE: Final = "<" if sys.byteorder == "little" else ">"
_OFFSET_FORMATS: Final = {order + kind for order in ("", "@", "=", _NATIVE) for kind in "bBcqQlL"}


class Column:
    """Strings one after the other: row i is ``data[offsets[i]:offsets[i + 1]]``.

    ``data`` is any contiguous buffer. ``offsets`` is one of 64-bit integers of the machine's byte
    order, or of their bytes, one more than there are rows. Neither is copied, and neither may
    change while a call uses the column. The repr shows no contents, which may be secrets.

    Raises ``TypeError`` for what is not a buffer and ``ValueError`` for other offsets; whether they
    ascend within the buffer is checked by the functions that take columns.
    """

    __slots__ = ("data", "offsets")

    def __init__(self, data: Buffer, offsets: Buffer) -> None:
        self.data = memoryview(data).cast("B")
        view = memoryview(offsets)
        if view.format not in _OFFSET_FORMATS or view.itemsize not in {1, _OFFSET_SIZE}:
            raise ValueError(f"offsets: must be 64-bit integers, not of format {view.format!r}")
        if view.nbytes % _OFFSET_SIZE:
            raise ValueError(f"offsets: {view.nbytes} bytes are no whole number of 64-bit integers")
        self.offsets = view.cast("B").cast("Q")

    @classmethod
    def of(cls, rows: Iterable[bytes]) -> Column:
        """A column that holds copies of rows.

        Args:
            rows: The rows, each bytes.

        Returns:
            The `Column`.
        """
        rows = list(rows)
        return cls(bytearray().join(rows), array("Q", accumulate(map(len, rows), initial=0)))

    def __len__(self) -> int:
        return max(len(self.offsets) - 1, 0)

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, row: int) -> bytes:
        """One row, copied."""
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        return bytes(self.data[self.offsets[row] : self.offsets[row + 1]])

    def part(self, first: int, last: int) -> Column:
        """Some of the rows, in the same buffer.

        Their offsets are copied: changing the column's does not change the part's.

        Args:
            first: The first row, from 0.
            last: The row after the last.

        Returns:
            The `Column`.
        """
        return Column(self.data, array("Q", self.offsets[first : last + 1].tobytes()))


class Rows(NamedTuple):
    """What verifiers are made from: identity = realm ‖ name ‖ ":" ‖ password.

    Salts are unsigned big-endian integers; salts or passwords that are None are to be drawn.
    """

    realms: Column
    names: Column
    passwords: Column | None
    salts: Column | None

    def part(self, first: int, last: int) -> Rows:
        """Rows `first` to `last`, the latter left out."""
        return Rows(
            self.realms.part(first, last),
            self.names.part(first, last),
            None if self.passwords is None else self.passwords.part(first, last),
            None if self.salts is None else self.salts.part(first, last),
        )


class OutputBuffers(NamedTuple):
    """Where the texts of rows may be written: memory for the longest of each in every row."""

    verifiers: memoryview
    salts: memoryview
    passwords: memoryview


class MadeRows(NamedTuple):
    """What was made of `Rows`: base64 of v and of the salts, and the passwords used."""

    verifiers: Column
    salts: Column
    passwords: Column
