"""Checks every number of the C source that tables.py has written, in each build.

The numbers are read back from the text and put together from their digits. None is computed as
tables.py computes it: powers of 2 come from squaring, entries are compared with products of other
entries, and inverses by what they are multiplied with. A wrong number is a ValueError, which ends
the build before anything is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_DEFINITION: Final = re.compile(r"\b(srp_\w+)((?:\[[^\]]+\])+) = \{(.*?)\};", re.S)
#: The prefix, bits of a digit and constant with the number of digits, of each radix with a comb.
_RADIXES: Final = (
    ("srp", "SRP_DIGIT_BITS", "SRP_DIGITS"),
    ("srp_adx", "", "SRP_ADX_LIMBS"),
    ("srp_ifma", "SRP_52_BITS", "SRP_52_ROW"),
)


def check(source: str, modulus: int, shape: dict[str, int]) -> int:
    """How many numbers the source has, all of which are right.

    Raises:
        ValueError: a number is wrong; the message names its table.
    """
    checker = _Checker(source, modulus, shape)
    for prefix, bits, count in _RADIXES:
        checker.field(prefix, shape.get(bits, 64), shape[count])
    checker.radix52()
    checker.moduli()
    _require(not checker.unread, f"tables that are not checked: {sorted(checker.unread)}")
    return checker.count


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"tables.py: {what}")


class _Checker:
    """The numbers of every definition of a source, and what has not been looked at."""

    def __init__(self, source: str, modulus: int, shape: dict[str, int]) -> None:
        self._modulus, self._shape = modulus, shape
        self._tables = {
            name: [int(number, 16) for number in re.findall(r"0x([0-9a-f]+)", body)]
            for name, _, body in _DEFINITION.findall(source)
        }
        self.unread = set(self._tables)
        self.count = sum(map(len, self._tables.values()))
        # 2^(2^bit), for every bit of an exponent.
        self._powers = [2]
        for _ in range(2 * 8 * 32):
            self._powers.append(self._powers[-1] ** 2 % modulus)

    def _table(self, name: str, numbers: int) -> list[int]:
        _require(name in self._tables, f"{name} is not there")
        _require(len(self._tables[name]) == numbers, f"{name} has another length")
        self.unread.discard(name)
        return self._tables[name]

    def _number(self, name: str, bits: int, count: int) -> int:
        (number,) = self._numbers(name, bits, count, 1)
        return number

    def _numbers(self, name: str, bits: int, count: int, entries: int) -> Iterator[int]:
        """The numbers of a table, from digits that are short enough."""
        table = self._table(name, count * entries)
        _require(max(table).bit_length() <= bits, f"{name} has a digit that is too long")
        for entry in range(entries):
            digits = table[entry * count : (entry + 1) * count]
            yield sum(digit << bits * i for i, digit in enumerate(digits))

    def _one(self, name: str, one: int, radix: int) -> None:
        """R mod N."""
        right = 0 <= one < self._modulus and (radix - one) % self._modulus == 0
        _require(right, f"{name} is not R mod N")

    def moduli(self) -> None:
        """N, and N + 1 at eight places."""
        shape = self._shape
        bits, count = shape["SRP_DIGIT_BITS"], shape["SRP_DIGITS"]
        for name, number in (
            ("srp_modulus_words", self._number("srp_modulus_words", 64, shape["SRP_WORDS"])),
            ("srp_modulus", self._number("srp_modulus", bits, count)),
        ):
            _require(number == self._modulus, f"{name} is not N")
        shifted = ("srp_ifma_shifted", shape["SRP_52_BITS"], shape["SRP_IFMA_SHIFTED"], 8)
        for lane, number in enumerate(self._numbers(*shifted)):
            right = number == self._modulus + 1 << shape["SRP_52_BITS"] * lane
            _require(right, f"srp_ifma_shifted, lane {lane}, is not N + 1")

    def field(self, prefix: str, bits: int, count: int) -> None:
        """The constants of a radix, where it has its own, and its comb."""
        if prefix == "srp_ifma":
            radix = 1 << bits * self._shape["SRP_52_DIGITS"]
            self._comb(f"{prefix}_comb", bits, count, radix)
            return
        radix = 1 << bits * count
        plus_1, one, r2 = (
            self._number(f"{prefix}_{name}", bits, count)
            for name in ("modulus_plus_1", "montgomery_one", "montgomery_r2")
        )
        _require(plus_1 == self._modulus + 1, f"{prefix}_modulus_plus_1 is not N + 1")
        self._one(f"{prefix}_montgomery_one", one, radix)
        self._one(f"{prefix}_montgomery_r2", r2, radix * radix)
        self._comb(f"{prefix}_comb_table", bits, count, radix)

    def _comb(self, name: str, bits: int, count: int, radix: int) -> None:
        """Entry e of table t: tooth i of e is bit 11 + 42 i + 3 t of an exponent."""
        shape = self._shape
        tables, columns = shape["SRP_COMB_TABLES"], shape["SRP_COMB_COLUMNS"]
        size = 1 << shape["SRP_COMB_TEETH"]
        entries = list(self._numbers(name, bits, count, tables * size))
        for t in range(tables):
            table = entries[t * size : (t + 1) * size]
            first = shape["SRP_FREE_BITS"] + t * columns

            def power(tooth: int, first: int = first) -> int:
                return self._powers[first + tooth * tables * columns]

            self._products(f"{name}, table {t}", table, radix, power)

    def _products(
        self, name: str, entries: list[int], radix: int, power: Callable[[int], int]
    ) -> None:
        """entries[e] is R times the product of power(i) for the bits i of e, modulo N."""
        modulus = self._modulus
        self._one(f"{name}, entry 0", entries[0], radix)
        for e in range(1, len(entries)):
            low = e & -e
            if e == low:
                wrong = entries[e] - entries[0] * power(e.bit_length() - 1)
            else:
                wrong = entries[e] * radix - entries[e - low] * entries[low]
            right = 0 <= entries[e] < modulus and wrong % modulus == 0
            _require(right, f"{name}, entry {e}, is wrong")

    def radix52(self) -> None:
        """The constants of radix52.h, whose rows end in zeros, and its windows."""
        shape = self._shape
        bits, row = shape["SRP_52_BITS"], shape["SRP_52_ROW"]
        radix = 1 << bits * shape["SRP_52_DIGITS"]
        modulus, inverse, one, r2 = (
            self._number(f"srp_52_{name}", bits, row)
            for name in ("modulus", "inverse", "one", "r2")
        )
        _require(modulus == self._modulus, "srp_52_modulus is not N")
        right = inverse < radix and (inverse * modulus + 1) % radix == 0
        _require(right, "srp_52_inverse is not -1 / N mod R")
        self._one("srp_52_one", one, radix)
        self._one("srp_52_r2", r2, radix * radix)
        self._windows(radix)

    def _windows(self, radix: int) -> None:
        """Entry e of window w: T = R 2^(e 2^(11 + 7 w)) mod N, and -T / N mod R."""
        shape = self._shape
        bits, count = shape["SRP_52_BITS"], shape["SRP_52_DIGITS"]
        width, windows = shape["SRP_52_WINDOW"], shape["SRP_52_WINDOWS"]
        size, step = 1 << width, 4 * count << width
        table = self._table("srp_52_table", windows * step)
        for w in range(windows):
            name, first = f"srp_52_table, window {w}", shape["SRP_FREE_BITS"] + w * width
            entries = []
            for e in range(size):
                words = table[w * step + e : (w + 1) * step : size]
                digits = [
                    low | high << 32 for low, high in zip(words[::2], words[1::2], strict=True)
                ]
                short = max(words).bit_length() <= 32 and max(digits).bit_length() <= bits
                _require(short, f"{name}, entry {e}, has a digit that is too long")
                t, t_inverse = (
                    sum(digit << bits * i for i, digit in enumerate(part))
                    for part in (digits[:count], digits[count:])
                )
                right = (t + t_inverse * self._modulus) % radix == 0
                _require(right, f"{name}, entry {e}, has another inverse")
                entries.append(t)

            def power(bit: int, first: int = first) -> int:
                return self._powers[first + bit]

            self._products(name, entries, radix, power)
