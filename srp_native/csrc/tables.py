"""Computes, at build time, the constants that the C kernels read: no process pays for a table.

Imports nothing but the standard library and runs without the package being installed; N comes
from group.py and the shapes of the tables from the C headers, which are their only homes. Run as a
program it prints the C source, for builds of the C files alone: ``python tables.py > tables.c``.
"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent
_HEADERS: Final = (
    "internal.h",
    "kernels/comb.h",
    "kernels/portable/portable.h",
    "kernels/adx/adx.h",
    "kernels/radix52.h",
    "kernels/avx512ifma/avx512ifma.h",
)

# A digit is a struct of one number (secret.h), and a table of them is written as one of numbers.
_FLAT_DIGITS: Final = """#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wmissing-braces"
#endif"""


def _header_constants() -> dict[str, int]:
    """Every ``#define NAME number`` of the headers."""
    text = "".join((_HERE / name).read_text(encoding="ascii") for name in _HEADERS)
    return {
        name: int(value) for name, value in re.findall(r"^#define (SRP_\w+) (\d+)\b", text, re.M)
    }


def _digits(number: int, bits: int, count: int) -> str:
    """A C initializer of `count` digits of `bits` bits, the lowest first."""
    mask = (1 << bits) - 1
    return "{" + ",".join(f"0x{number >> bits * i & mask:x}" for i in range(count)) + "}"


def _comb_entries(modulus: int, shape: dict[str, int], table: int) -> Iterator[int]:
    """The entries of one comb table, before the factor R; portable.h defines them."""
    columns = shape["SRP_COMB_COLUMNS"]
    block = shape["SRP_COMB_TABLES"] * columns
    entries = [1]
    for tooth in range(shape["SRP_COMB_TEETH"]):
        bit = shape["SRP_FREE_BITS"] + tooth * block + table * columns
        power = pow(2, 1 << bit, modulus)
        entries += [entry * power % modulus for entry in entries]
    return iter(entries)


def _comb(one: int, modulus: int, shape: dict[str, int], bits: int, digits: str) -> str:
    """The initializer of comb tables, entries times R = `one`, as long as the constant says."""
    lines = [f"[SRP_COMB_TABLES][SRP_COMB_ENTRIES][{digits}] = {{"]
    for table in range(shape["SRP_COMB_TABLES"]):
        entries = _comb_entries(modulus, shape, table)
        rows = (_digits(entry * one % modulus, bits, shape[digits]) for entry in entries)
        lines.append("{" + ",\n".join(rows) + "},")
    return "\n".join([*lines, "};"])


def _words(digits: list[int]) -> Iterator[str]:
    """C initializers of the lower halves of digits, 32 bits each, and of the upper ones."""
    for shift in (0, 32):
        yield "{" + ",".join(f"0x{digit >> shift & 0xFFFFFFFF:x}" for digit in digits) + "}"


def _radix52_source(modulus: int, shape: dict[str, int]) -> Iterator[str]:
    """The definitions of what radix52.h declares, for the compilers that have a kernel for it."""
    bits, count, row = (shape[f"SRP_52_{name}"] for name in ("BITS", "DIGITS", "ROW"))
    radix = 1 << bits * count
    one = radix % modulus
    inverse = -pow(modulus, -1, radix) % radix
    constants = {
        "srp_52_modulus": modulus,
        "srp_52_inverse": inverse,
        "srp_52_one": one,
        "srp_52_r2": radix * radix % modulus,
    }
    yield '#include "kernels/radix52.h"'
    yield "#if SRP_HAS_RADIX52"
    for name, value in constants.items():
        yield f"const srp_digit {name}[SRP_52_ROW] = {_digits(value, bits, row)};"
    yield (
        "_Alignas(64) const srp_word "
        "srp_52_table[SRP_52_WINDOWS][2 * SRP_52_DIGITS][2][SRP_52_ENTRIES] = {"
    )
    mask = (1 << bits) - 1
    for window in range(shape["SRP_52_WINDOWS"]):
        factor = pow(2, 1 << shape["SRP_FREE_BITS"] + window * shape["SRP_52_WINDOW"], modulus)
        entries = [one]
        while len(entries) < 1 << shape["SRP_52_WINDOW"]:
            entries.append(entries[-1] * factor % modulus)
        both = [entries, [entry * inverse % radix for entry in entries]]
        rows = (
            "{" + ",".join(_words([number >> bits * i & mask for number in numbers])) + "}"
            for numbers in both
            for i in range(count)
        )
        yield "{" + ",\n".join(rows) + "},"
    yield "};\n#endif"


def _ifma_source(modulus: int, shape: dict[str, int]) -> Iterator[str]:
    """The definitions of what avx512ifma.h declares, for the compilers that have the kernel."""
    bits = shape["SRP_52_BITS"]
    one = pow(2, bits * shape["SRP_52_DIGITS"], modulus)
    yield '#include "kernels/avx512ifma/avx512ifma.h"'
    yield "#ifdef SRP_HAVE_LANES"
    shifted = "[8][SRP_IFMA_SHIFTED]"
    yield f"_Alignas(64) const srp_digit srp_ifma_shifted{shifted} = {{"
    for lane in range(8):
        yield _digits(modulus + 1 << bits * lane, bits, shape["SRP_IFMA_SHIFTED"]) + ","
    yield "};"
    comb = _comb(one, modulus, shape, bits, "SRP_52_ROW")
    yield f"_Alignas(64) const srp_digit srp_ifma_comb{comb}"
    yield "#endif"


def _field(prefix: str, modulus: int, shape: dict[str, int], bits: int, digits: str) -> list[str]:
    """The constants of one radix: N + 1, R and R^2, and the comb table times R."""
    count = shape[digits]
    one = pow(2, bits * count, modulus)
    constants = {
        "modulus_plus_1": modulus + 1,
        "montgomery_one": one,
        "montgomery_r2": one * one % modulus,
    }
    lines = [
        f"const srp_digit {prefix}_{name}[{digits}] = {_digits(value, bits, count)};"
        for name, value in constants.items()
    ]
    comb = _comb(one, modulus, shape, bits, digits)
    return [*lines, f"const srp_digit {prefix}_comb_table{comb}"]


def c_source() -> str:
    """The definitions of every table that the headers declare.

    Raises:
        ValueError: check_tables.py finds a number that is not what its header says.
    """
    modulus: int = runpy.run_path(str(_HERE.parent / "group.py"))["N"]
    shape = _header_constants()
    bits, count = shape["SRP_DIGIT_BITS"], shape["SRP_DIGITS"]
    words = _digits(modulus, 64, shape["SRP_WORDS"])
    lines = [
        '#include "kernels/adx/adx.h"',
        '#include "kernels/portable/portable.h"',
        _FLAT_DIGITS,
        '#include "internal.h"',
        f"const uint64_t srp_modulus_words[SRP_WORDS] = {words};",
        f"const srp_digit srp_modulus[SRP_DIGITS] = {_digits(modulus, bits, count)};",
        *_field("srp", modulus, shape, bits, "SRP_DIGITS"),
        "#if SRP_X86_64",
        *_field("srp_adx", modulus, shape, 64, "SRP_ADX_LIMBS"),
        "#endif",
        *_radix52_source(modulus, shape),
        *_ifma_source(modulus, shape),
    ]
    source = "\n".join(lines) + "\n"
    runpy.run_path(str(_HERE / "check_tables.py"))["check"](source, modulus, shape)
    return source


if __name__ == "__main__":
    print(c_source(), end="")
