"""Whole rows and their checks as any engine can do them, with hashlib, base64 and secrets."""

from __future__ import annotations

import base64
import hashlib
import mmap
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Final

from .._columns import Column, MadeRows, OutputBuffers, Rows
from .._errors import EngineFaultError
from .._sizes import PASSWORD_RANDOM, SALT_MAX, SALT_RANDOM
from ..group import ELEMENT_SIZE, G, N

__all__ = [
    "SALT_BELOW",
    "RowFormulas",
    "ZeroSaltError",
    "minimal",
    "number_of",
]


# The sums of a batch check: for each of two sides the sum of the exponents, then the product of
# the verifiers.
_SIDES: Final = 2
_EXPONENT_SIZE: Final = 40
_SIDE_SIZE: Final = _EXPONENT_SIZE + ELEMENT_SIZE
#: No salt is as large.
SALT_BELOW: Final = 1 << 8 * SALT_MAX


class ZeroSaltError(ValueError):
    """A salt is zero. ``row`` counts from the first row of the call."""

    def __init__(self, row: int) -> None:
        super().__init__(f"salts: row {row}: must not be zero")
        self.row = row

    def __reduce__(self) -> tuple[type[ZeroSaltError], tuple[int]]:
        return type(self), (self.row,)  # args is the message


class RowFormulas(ABC):
    """The part of an engine that works on columns. Columns come checked."""

    @abstractmethod
    def powmod(self, base: bytes, exponent: bytes, *, constant_time: bool = False) -> bytes:
        """base^exponent mod N."""

    @abstractmethod
    def verifier(self, salt: bytes, identity: bytes, *, constant_time: bool = False) -> bytes:
        """2^x mod N with x = SHA-256(salt ‖ SHA-256(identity)); 384 bytes."""

    def first_invalid_row(self, offsets: memoryview, size: int, shortest: int, longest: int) -> int:
        """The first row that does not lie within `size` bytes or has another length.

        The number of rows when there is none.
        """
        for row in range(len(offsets) - 1):
            begin, end = offsets[row], offsets[row + 1]
            if not (begin <= end <= size and shortest <= end - begin <= longest):
                return row
        return max(len(offsets) - 1, 0)

    def new_buffer(self, size: int) -> memoryview:
        """Room for `size` bytes, of which only those that are written to become memory.

        Raises ``MemoryError``, ``OSError`` or ``OverflowError``.
        """
        return memoryview(mmap.mmap(-1, size))

    def shift(self, offsets: memoryview, by: int) -> None:
        """Add `by` to every offset, in place."""
        for i, offset in enumerate(offsets):
            offsets[i] = offset + by

    def make_rows(self, rows: Rows, room: OutputBuffers) -> MadeRows:
        """Passwords, drawn where they are missing, and the base64 of salts and verifiers.

        They are in `room` or in buffers of their own. Raises `ZeroSaltError`.
        """
        count = len(rows.realms)
        if rows.salts is None:
            salts = [minimal(secrets.token_bytes(SALT_RANDOM)) for _ in range(count)]
        else:
            salts = list(map(minimal, rows.salts))
        if b"\0" in salts:
            raise ZeroSaltError(salts.index(b"\0"))
        passwords = rows.passwords
        if passwords is None:
            drawn = (secrets.token_bytes(PASSWORD_RANDOM) for _ in range(count))
            passwords = Column.of(map(base64.b64encode, drawn))
        verifiers = map(self.verifier, salts, _identities(rows, passwords))
        return MadeRows(
            Column.of(base64.b64encode(minimal(v)) for v in verifiers),
            Column.of(map(base64.b64encode, salts)),
            passwords,
        )

    def new_batch_check(self) -> bytearray:
        """The sums and products of a batch check that has counted nothing.

        Sums of x are secret: wipe them.
        """
        return bytearray((bytes(_EXPONENT_SIZE) + _element(1)) * _SIDES)

    def batch_check_rows(self, sums: bytearray, rows: Rows, made: MadeRows) -> None:
        """Count in the texts that `make_rows` made of rows.

        Raises `EngineFaultError` for a text that is not the one that its number has, for a verifier
        of N or more, and for more or fewer rows than were given.
        """
        if {len(column) for column in made} != {len(rows.realms)}:
            raise EngineFaultError("a batch made another number of rows than it was given")
        identities = _identities(rows, made.passwords)
        elements = (_element(number_of(text)) for text in made.verifiers)
        salts = (number_of(text, below=SALT_BELOW) for text in made.salts)
        self._count(sums, salts, identities, elements)

    def batch_check_verifiers(
        self, sums: bytearray, elements: bytes, salts: Column, identities: Column
    ) -> None:
        """Count in what `verifiers` made. Raises `EngineFaultError` for one of N or more."""
        starts = range(0, len(elements), ELEMENT_SIZE)
        made = [elements[i : i + ELEMENT_SIZE] for i in starts]
        if any(int.from_bytes(element, "big") >= N for element in made):
            raise EngineFaultError("a verifier of a batch is N or more")
        self._count(sums, salts, identities, made)

    def join_batch_checks(self, sums: bytearray, other: bytearray) -> None:
        """Count in all that other sums of this engine hold."""
        for side in range(_SIDES):
            exponent, product = _side(other, side)
            self._count_in(sums, side, exponent, [product])

    def batch_check_holds(self, sums: bytearray) -> bool:
        """Whether every product is 2^(sum of x), by the routine that takes any base."""
        for side in range(_SIDES):
            exponent, product = _side(sums, side)
            if self.powmod(_element(G), exponent.to_bytes(_EXPONENT_SIZE, "big")) != product:
                return False
        return True

    def product(self, elements: list[bytes]) -> bytes:
        """The product of elements mod N."""
        result = 1
        for element in elements:
            result = result * int.from_bytes(element, "big") % N
        return _element(result)

    def _count(
        self,
        sums: bytearray,
        salts: Iterable[bytes],
        identities: Iterable[bytes],
        elements: Iterable[bytes],
    ) -> None:
        exponents, products = [0] * _SIDES, [list[bytes]() for _ in range(_SIDES)]
        for salt, identity, element in zip(salts, identities, elements, strict=True):
            side = secrets.randbelow(_SIDES)
            x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
            exponents[side] += int.from_bytes(x, "big")
            products[side].append(element)
        for side in range(_SIDES):
            self._count_in(sums, side, exponents[side], products[side])

    def _count_in(self, sums: bytearray, side: int, exponent: int, elements: list[bytes]) -> None:
        sum_so_far, product = _side(sums, side)
        start = side * _SIDE_SIZE
        sums[start : start + _SIDE_SIZE] = (sum_so_far + exponent).to_bytes(
            _EXPONENT_SIZE, "big"
        ) + self.product([product, *elements])


def minimal(number: bytes) -> bytes:
    """An unsigned big-endian integer in its minimal signed form; zero is one byte."""
    digits = number.lstrip(b"\0")
    return digits if digits and digits[0] < 0x80 else b"\0" + digits


def _element(value: int | bytes) -> bytes:
    number = value if isinstance(value, int) else int.from_bytes(value, "big")
    return number.to_bytes(ELEMENT_SIZE, "big")


def _side(sums: bytearray, side: int) -> tuple[int, bytes]:
    """The exponent and the product on one side."""
    start = side * _SIDE_SIZE
    exponent = int.from_bytes(sums[start : start + _EXPONENT_SIZE], "big")
    return exponent, bytes(sums[start + _EXPONENT_SIZE : start + _SIDE_SIZE])


def _identities(rows: Rows, passwords: Column) -> Iterable[bytes]:
    for realm, name, password in zip(rows.realms, rows.names, passwords, strict=True):
        yield realm + name + b":" + password


def number_of(text: bytes, *, below: int = N) -> bytes:
    """The number, in minimal signed form, that a text of a batch stands for.

    Raises `EngineFaultError` unless the number is at least 0 and less than `below` and the text is
    the only one that it has: without whitespace, another alphabet, bits after the last byte or
    redundant zeros.
    """
    try:
        number = base64.b64decode(text, validate=True)
    except ValueError:
        raise EngineFaultError("a row of a batch is not base64") from None
    if base64.b64encode(number) != text or number != minimal(number):
        raise EngineFaultError("a row of a batch is not in minimal form")
    if int.from_bytes(number, "big") >= below:
        raise EngineFaultError("a number of a batch is too large")
    return number
