"""Secret numbers have types that cannot be read: code that reads one does not compile.

csrc/secret.h says which types there are. What is shown here holds for every input: a branch on a
digit, an address made of an index, or arithmetic outside the listed operations is an error of the
compiler's.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CSRC = HERE.parent.parent / "srp_native" / "csrc"

#: The files that implement the operations, and so may name the member.
OPERATIONS = {
    "secret.h",
    "wide.h",
    "lanes.h",
    "lanes_plain.h",
    "fma_lanes.h",
    "fma_lanes_plain.h",
    "adx_rows.h",
    "adx_select.c",
}

#: All errors are wanted.
LIMITS = {"gcc": ("-fmax-errors=0",), "clang": ("-ferror-limit=0",)}

COMPILERS = [
    pytest.param((compiler, *LIMITS[compiler], *flags), id=" ".join((compiler, *flags)))
    for compiler in ("gcc", "clang")
    for flags in ((), ("-DSRP_PLAIN_LANES", "-DSRP_NO_INT128"))
]

SCALAR = """#include "kernels/wide.h"
#define TAKE(name, ...)                                                                    \\
    uint64_t name(srp_digit digit, srp_digit other, srp_mask mask, srp_index index,        \\
                  srp_wide wide, const uint64_t *table) {                                  \\
        (void)digit, (void)other, (void)mask, (void)index, (void)wide, (void)table;        \\
        __VA_ARGS__ return 0;                                                              \\
    }
"""

LANES = """#include "kernels/lanes.h"
LANES_BEGIN
#define TAKE(name, ...)                                                                    \\
    uint64_t name(lanes *a, lanes_mask mask, lanes_bits bits) {                            \\
        (void)a, (void)mask, (void)bits;                                                   \\
        __VA_ARGS__ return 0;                                                              \\
    }
"""

FMA_LANES = """#include "kernels/fma_lanes.h"
FMA_BEGIN
#define TAKE(name, ...)                                                                    \\
    uint64_t name(sums *a, factors *f, words *w, sums_mask mask, words_mask wide) {        \\
        (void)a, (void)f, (void)w, (void)mask, (void)wide;                                 \\
        __VA_ARGS__ return 0;                                                              \\
    }
"""

RIGHT = "digit = digit_choose(mask_if_equal(3, index), digit, wide_low(wide));"
RIGHT_LANES = "a[0] = lanes_choose(mask, lanes_add(a[0], a[1]), lanes_lane(a[0], 3));"
RIGHT_FMA_LANES = "f[0] = factors_keep(mask, factors_from(sums_add(a[0], a[1])));"

#: Reading one as a number.
SCALAR_MISUSES = [
    "if (digit) return 1;",
    "if (mask) return 1;",
    "if (!index) return 1;",
    "while (wide) return 1;",
    "switch (index) { default: return 1; }",
    "return digit ? 1 : 2;",
    "return digit && mask;",
    "return table[index];",
    "return table[digit];",
    "return *(table + index);",
    "return digit == other;",
    "if (digit < other) return 1;",
    "return digit;",
    "return (uint64_t)digit;",
    "uint64_t number = mask; return number;",
    "return digit + 1;",
    "return digit + other;",
    "return digit * other;",
    "return digit / other;",
    "return digit >> 3;",
    "return index - 1;",
    "return -mask;",
    "return ~mask;",
    "digit += 1;",
    "digit = 7;",
    "for (uint64_t i = 0; i < digit; i++) (void)i;",
    # One kind in another's place.
    "digit = mask;",
    "digit_keep(digit, other);",
    "digit_add(digit, index);",
    "mask_if_equal(1, digit);",
    "mask_if_one(mask);",
    "wide_mul_add(wide, digit, index);",
    "digit_down(digit, other);",
]

LANES_MISUSES = [
    "a[0] = a[0] + a[1];",
    "a[0] = a[0] & a[1];",
    "return (uint64_t)a[0][0];",
    "if (a[0]) return 1;",
    "if (mask) return 1;",
    "return mask;",
    "return mask >> 3;",
    "return bits;",
    "return 2 * bits;",
    "a[0] = lanes_splat(3) * a[0];",
    "lanes_choose(a[0], a[0], a[1]);",
    "lanes_choose(bits, a[0], a[1]);",
]

FMA_LANES_MISUSES = [
    "a[0] = a[0] + a[1];",
    "f[0] = f[0] * f[1];",
    "w[0] = w[0] & w[1];",
    "return (uint64_t)f[0][0];",
    "if (w[0]) return 1;",
    "if (mask) return 1;",
    "factors_multiply(a, a, a[0], f[0]);",
    "factors_multiply(a, a, f[0], mask);",
    "sums_choose(a[0], a[0], a[1]);",
    "factors_keep(wide, f[0]);",
    "words_keep(mask, w[0]);",
    "words_pick(w[0], a[0]);",
]


def refused(
    command: tuple[str, ...], folder: Path, program: str, statements: list[str]
) -> list[str]:
    """Those of the statements, each in a function of its own, that the compiler objects to."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    lines = program.splitlines()
    first = len(lines) + 1
    lines += [f"TAKE(take_{i}, {statement})" for i, statement in enumerate(statements)]
    for end in ("LANES_END", "FMA_END"):
        lines += [f"#ifdef {end}", end, "#endif"]
    source = folder / "misuses.c"
    source.write_text("\n".join(lines) + "\n", encoding="ascii")
    options = ("-std=c11", "-fsyntax-only", "-w", f"-I{CSRC}")
    done = subprocess.run(
        [*command, *options, str(source)], capture_output=True, text=True, check=False
    )
    errors = re.findall(r"misuses\.c:(\d+):\d+: error", done.stderr)
    found = {int(line) for line in errors}
    assert bool(found) == bool(done.returncode), done.stderr
    assert all(line >= first for line in found), done.stderr
    return [statement for i, statement in enumerate(statements) if first + i in found]


@pytest.mark.parametrize("command", COMPILERS)
def test_reading_a_digit_a_mask_or_an_index_does_not_compile(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    assert refused(command, tmp_path, SCALAR, [RIGHT, *SCALAR_MISUSES]) == SCALAR_MISUSES


@pytest.mark.parametrize("command", COMPILERS)
def test_reading_a_lane_or_a_mask_of_lanes_does_not_compile(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    if "-DSRP_PLAIN_LANES" not in command and platform.machine() not in {"x86_64", "AMD64"}:
        pytest.skip("the lanes are instructions of x86")
    assert refused(command, tmp_path, LANES, [RIGHT_LANES, *LANES_MISUSES]) == LANES_MISUSES


@pytest.mark.parametrize("command", COMPILERS)
def test_reading_a_lane_of_doubles_does_not_compile(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    if "-DSRP_PLAIN_LANES" not in command and platform.machine() not in {"x86_64", "AMD64"}:
        pytest.skip("the lanes are instructions of x86")
    statements = [RIGHT_FMA_LANES, *FMA_LANES_MISUSES]
    assert refused(command, tmp_path, FMA_LANES, statements) == FMA_LANES_MISUSES


def test_only_the_operations_name_the_hidden_member() -> None:
    naming = {
        path.name
        for path in CSRC.rglob("*")
        if path.suffix in {".c", ".h", ".inc"}
        and re.search(r"(\.|->)hidden", path.read_text(encoding="ascii"))
    }
    assert naming == OPERATIONS


def test_nothing_casts_digits_to_numbers() -> None:
    """A pointer's type says what it points to: only byte conversion and lanes_digits change it."""
    casts = [
        f"{path.name}: {line.strip()}"
        for path in sorted((CSRC / "kernels").rglob("*"))
        if path.suffix in {".c", ".h", ".inc"}
        for line in path.read_text(encoding="ascii").splitlines()
        if re.search(r"\((const )?u?int\d+_t \*\)", line)
    ]
    assert casts == []
