"""Every entry of every table that the build computes, against the formula in its header.

The entries come from what tables.py prints, which is what is compiled; the powers from gmpy2, where
tables.py has them from Python's pow and by multiplying.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import gmpy2
from proofs.proof_trace import CSRC, require

from srp_native.group import N

__all__ = ["printed", "prove_tables"]

FREE_BITS = 11
TEETH, TABLES, COLUMNS = 6, 14, 3
WINDOWS, WINDOW = 35, 7
#: Constants that a compiler has to see as they are, with the number of digits and their bits.
WORDS, PORTABLE, ADX, IFMA = (64, 48), (60, 52), (64, 48), (52, 60)
ROW, SHIFTED = 64, 72


def printed(csrc: Path = CSRC) -> dict[str, list[int]]:
    """The numbers of every definition, in the order of the source."""
    script = (sys.executable, str(csrc / "tables.py"))
    text = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"\b(srp_\w+)\[[^=;]*= \{(.*?)\};", text, re.S)
    return {name: [int(n, 16) for n in re.findall(r"0x[0-9a-f]+", body)] for name, body in found}


def digits(number: int, bits: int, count: int) -> list[int]:
    """`count` digits, the lowest first; the number has no more."""
    require(number >> bits * count == 0, "a number of too many digits")
    return [number >> bits * i & (1 << bits) - 1 for i in range(count)]


def power(exponent: int, factor: int) -> int:
    """factor 2^exponent mod N"""
    return int(gmpy2.powmod(2, exponent, N) * factor % N)


def comb(one: int) -> Iterator[int]:
    """one times 2^(the bits of e, where tooth i of table t is bit 11 + 42 i + 3 t)."""
    for table in range(TABLES):
        for entry in range(1 << TEETH):
            bits = [
                1 << FREE_BITS + tooth * TABLES * COLUMNS + table * COLUMNS
                for tooth in range(TEETH)
                if entry >> tooth & 1
            ]
            yield power(sum(bits), one)


def flat(numbers: Iterable[int], bits: int, count: int) -> list[int]:
    return [digit for number in numbers for digit in digits(number, bits, count)]


def prove_field(tables: dict[str, list[int]], prefix: str, bits: int, count: int) -> None:
    """N + 1, R mod N, R^2 mod N and the comb of one radix."""
    one = pow(2, bits * count, N)
    expected = {
        "modulus_plus_1": digits(N + 1, bits, count),
        "montgomery_one": digits(one, bits, count),
        "montgomery_r2": digits(one * one % N, bits, count),
        "comb_table": flat(comb(one), bits, count),
    }
    for name, numbers in expected.items():
        require(tables[f"{prefix}_{name}"] == numbers, f"{prefix}_{name} is wrong")


def prove_windows(table: list[int]) -> None:
    """[window w][digit][half][entry e]: T = R 2^(e 2^(11 + 7 w)) mod N, and T' with
    T + T' N = 0 mod R."""
    bits, count = IFMA
    radix, entries = 1 << bits * count, 1 << WINDOW
    require(len(table) == WINDOWS * 4 * count * entries, "srp_52_table has another size")
    require(max(table) < 1 << 32, "a word is too long")
    for window in range(WINDOWS):
        start = window * 4 * count * entries
        for entry in range(entries):
            words = table[start + entry : start + 4 * count * entries : entries]
            column = [low | high << 32 for low, high in zip(words[::2], words[1::2], strict=True)]
            require(max(column) < 1 << bits, "an entry's digit is too long")
            low, high = (
                sum(digit << bits * i for i, digit in enumerate(part))
                for part in (column[:count], column[count:])
            )
            right = power(entry << FREE_BITS + WINDOW * window, radix % N)
            require(low == right, f"entry {entry} of window {window} is wrong")
            require((low + high * N) % radix == 0, f"its inverse, {entry} of {window}, is wrong")


def prove_ifma(tables: dict[str, list[int]]) -> None:
    """The constants of radix52.h and avx512ifma.h: rows of 64 digits, the last four of them 0."""
    bits, count = IFMA
    radix = 1 << bits * count
    constants = {
        "modulus": N,
        "inverse": -pow(N, -1, radix) % radix,
        "one": radix % N,
        "r2": radix * radix % N,
    }
    for name, number in constants.items():
        require(tables[f"srp_52_{name}"] == digits(number, bits, ROW), f"{name} is wrong")
    shifted = flat((N + 1 << bits * lane for lane in range(8)), bits, SHIFTED)
    require(tables["srp_ifma_shifted"] == shifted, "srp_ifma_shifted is wrong")
    require(tables["srp_ifma_comb"] == flat(comb(radix % N), bits, ROW), "the comb is wrong")
    prove_windows(tables["srp_52_table"])


def prove_tables(csrc: Path = CSRC) -> int:
    """The number of entries, all of which are right."""
    tables = printed(csrc)
    require(tables["srp_modulus_words"] == digits(N, *WORDS), "srp_modulus_words is wrong")
    require(tables["srp_modulus"] == digits(N, *PORTABLE), "srp_modulus is wrong")
    prove_field(tables, "srp", *PORTABLE)
    prove_field(tables, "srp_adx", *ADX)
    prove_ifma(tables)
    require(len(tables) == 17, f"a table without a formula among {sorted(tables)}")
    return sum(map(len, tables.values()))
