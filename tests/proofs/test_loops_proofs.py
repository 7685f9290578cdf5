"""Powers and products of every kernel, from bytes in to bytes out, for every exponent."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from proofs.proof_loops import KERNELS, prove_pow_g, prove_powmod, prove_product
from proofs.proof_trace import CSRC, HERE, ProofError, Recorder, broken_copy

#: How many numbers at a time: one, whole groups, every tail, one to four groups, and what is left
#: for numbers one by one. The first few are those without --long.
COUNTS = {
    "portable": [2, 1],
    "adx": [2, 1],
    "avx512ifma": [9, 6, 1, 2, 3, 4, 5, 7, 8, 10, 15, 16, 17, 24, 31, 32, 33, 40],
    "avx2": [5, 3, 1, 2, 4, 6, 7, 8, 9, 11, 12, 16, 20, 31, 32, 33, 34, 40],
}
#: Bytes of an exponent: those of a random one, and windows of 4, 5 and 7 bits that do not fit.
LENGTHS = [3, 32, 1, 2, 4, 5, 6, 7, 8]
EVERY = 61


def some(values: list[int], long_run: bool, few: int = 2) -> list[int]:
    return values if long_run else values[:few]


@pytest.mark.parametrize("kernel", KERNELS)
def test_powers_of_2_are_those_of_every_exponent(
    recorder: Recorder, long_run: bool, kernel: str
) -> None:
    for count in some(COUNTS[kernel], long_run):
        prove_pow_g(recorder, kernel, count=count, length=32, every=EVERY)
    for length in some([n for n in LENGTHS if n != 32], long_run, 1):
        prove_pow_g(recorder, kernel, count=COUNTS[kernel][0], length=length, every=EVERY)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_free_power_is_right_for_every_exponent(
    recorder: Recorder, long_run: bool, kernel: str
) -> None:
    prove_pow_g(recorder, kernel, count=1, length=2, every=1 if long_run else EVERY)


@pytest.mark.parametrize("kernel", KERNELS)
def test_powers_of_2_to_long_exponents_are_those_of_every_exponent(
    recorder: Recorder, long_run: bool, kernel: str
) -> None:
    for length in some([33, 48], long_run, 1):
        prove_pow_g(recorder, kernel, count=COUNTS[kernel][0], length=length, every=EVERY)


@pytest.mark.parametrize("kernel", KERNELS)
def test_powers_are_those_of_every_base_and_exponent(
    recorder: Recorder, long_run: bool, kernel: str
) -> None:
    for count in some(COUNTS[kernel], long_run):
        prove_powmod(recorder, kernel, count=count, length=3)
    for length in some(LENGTHS, long_run, 1):
        prove_powmod(recorder, kernel, count=COUNTS[kernel][0], length=length)


@pytest.mark.parametrize("kernel", KERNELS)
def test_products_are_those_of_every_element(
    recorder: Recorder, long_run: bool, kernel: str
) -> None:
    for count, first in [(0, 0), (1, 0), (8, 8), (9, 4), (17, 9), (20, 3)]:
        prove_product(recorder, kernel, count=count, first=first)


#: Of every function of every kernel: a bit that is in no window or in two, a window of another
#: number, an entry of another window, a squaring too few, a table that is filled otherwise.
POW_G_FAULTS = [
    ("portable", "comb.h", "SRP_FREE_BITS + bit)", "bit)"),
    ("portable", "scalar_comb.inc", "if (!first) FIELD(sqr)", "if (first) FIELD(sqr)"),
    ("portable", "portable.c", "0x8889, 21", "0x8889, 22"),
    ("adx", "scalar_comb.inc", "table, column);\n            srp_digit", "table, 0);\n srp_digit"),
    ("adx", "scalar_comb.inc", "length, 0, SRP_FREE_BITS);", "length, 0, SRP_FREE_BITS - 1);"),
    ("adx", "scalar_comb.inc", "selected == w->factor", "table"),
    ("avx512ifma", "avx512ifma_pow_g.c", "[window][i][half]", "[window][i][0]"),
    ("avx512ifma", "avx512ifma_pow_g.c", "[word_of(l % PAIR)]", "[l % PAIR]"),
    ("avx512ifma", "window_batches.inc", "SRP_FREE_BITS + window *", "window *"),
    ("avx512ifma", "avx512ifma_pow_g.c", "factor, factor + SRP_52_DIGITS", "factor, factor"),
    ("avx512ifma", "avx512ifma_pow_g.c", "(lane < count ? lane : 0)", "(lane < count ? 1 : 0)"),
    ("avx512ifma", "avx512ifma_comb.c", "length, step + 1);\n        if", "length, step);\n  if"),
    ("avx512ifma", "avx512ifma_comb.c", "SRP_COMB_COLUMNS - 1 - step", "step"),
    ("avx2", "avx2_pow_g.c", "half + FMA_WORDS * j", "half + FMA_WORDS * (j ^ 1)"),
    ("avx2", "avx2_pow_g.c", "pick(entries[1], &w->wanted[octet])", "pick(entries[1], w->wanted)"),
    ("avx2", "avx2_pow_g.c", "i < SRP_52_DIGITS ? w->t : w->t_inverse", "w->t"),
    ("avx2", "avx2_pow_g.c", "fma_enter();\n    run_batches", "0;\n    run_batches"),
    ("avx2", "avx2_pow_g.c", "exponents + (count - rest) * length, length", "exponents, length"),
]  # fmt: skip
POWMOD_FAULTS = [
    ("portable", "scalar_window.inc", "windows * WINDOW, WINDOW)", "windows * WINDOW, WINDOW - 1)"),
    ("portable", "scalar_window.inc", "(8 * length + WINDOW - 1) / WINDOW", "8 * length / WINDOW"),
    ("portable", "scalar_window.inc", "w->power[i / 2]", "w->power[i - 1]"),
    ("adx", "scalar_window.inc", "i < WINDOW; i++) FIELD(sqr)", "i < WINDOW - 1; i++) FIELD(sqr)"),
    ("adx", "scalar_window.inc", "exponents + i * length,", "exponents,"),
    ("adx", "scalar_window.inc", "w->power[0], ENTRIES, index", "w->power[1], ENTRIES / 2, index"),
    ("avx512ifma", "avx512ifma_powmod.c", "window * GROUP_WINDOW, GROUP", "window * 5, GROUP"),
    ("avx512ifma", "avx512ifma_powmod.c", "entry = 1; entry < GROUP", "entry = 2; entry < GROUP"),
    ("avx512ifma", "avx512ifma_powmod.c", "digits[i] = w->power[0][start + i]",
     "digits[i] = w->power[0][i]"),
    ("avx512ifma", "avx512ifma_powmod.c", "w.power[i - 1], w.power[1]", "w.power[0], w.power[1]"),
    ("avx2", "avx2_powmod.c", "sums_equal(index, sums_splat(entry))",
     "sums_equal(index, sums_splat(entry ^ 1))"),
    ("avx2", "avx2_powmod.c", "w->power[i / 2]", "w->power[i / 4]"),
    ("avx2", "avx2_powmod.c", "(lane < count ? lane : 0) * length;\n        w", "0;\n        w"),
    ("avx2", "avx2_powmod.c", "fma_enter();\n    run_groups", "0;\n    run_groups"),
]  # fmt: skip
PRODUCT_FAULTS = [
    ("portable", "scalar_product.inc", "digit_of(i == 0)", "digit_of(i == 1)"),
    ("portable", "scalar_product.inc", "elements + i * SRP_ELEMENT_SIZE", "elements"),
    ("adx", "scalar_product.inc", "i < count; i++) {", "i + 1 < count; i++) {"),
    ("adx", "scalar_product.inc", "product->digits, factor,", "factor, factor,"),
    ("adx", "scalar_product.inc", "digit_of(i == 0)", "MONTGOMERY_ONE[i]"),
    ("portable", "scalar_product.inc", "digit_of(i == 0)", "MONTGOMERY_ONE[i]"),
    ("avx512ifma", "avx512ifma_product.c", "= lane ? srp_52_one[i]", "= 1 ? srp_52_one[i]"),
    ("avx512ifma", "avx512ifma_product.c", "lane = 1; lane < LANES", "lane = 2; lane < LANES"),
    ("avx512ifma", "avx512ifma_product.c", "done + lane < count", "lane < count"),
    ("avx2", "avx2_product.c", "g || lane ?", "lane ?"),
    ("avx2", "avx2_product.c", "fold(w, 2);", "fold(w, 1);"),
    ("avx2", "avx2_product.c", "done = g * FMA_LANES;", "done = 0;"),
]  # fmt: skip


@pytest.mark.parametrize(("kernel", "name", "old", "new"), POW_G_FAULTS)
def test_faults_in_powers_of_2_are_found(
    recorder: Recorder, tmp_path: Path, kernel: str, name: str, old: str, new: str
) -> None:
    csrc = broken_copy(tmp_path, name, old, new)

    def prove_counts() -> None:
        """Two groups of eight or three of four, the last not full, and one number alone."""
        for count in (14, 9) if kernel == "avx512ifma" else (11, 9) if kernel == "avx2" else (2,):
            prove_pow_g(recorder, kernel, count=count, length=32, every=EVERY, csrc=csrc)

    with pytest.raises(ProofError):
        prove_counts()


@pytest.mark.parametrize(("kernel", "name", "old", "new"), POWMOD_FAULTS)
def test_faults_in_powers_are_found(
    recorder: Recorder, tmp_path: Path, kernel: str, name: str, old: str, new: str
) -> None:
    csrc = broken_copy(tmp_path, name, old, new)
    with pytest.raises(ProofError):
        prove_powmod(recorder, kernel, count=9, length=3, csrc=csrc)


@pytest.mark.parametrize(("kernel", "name", "old", "new"), PRODUCT_FAULTS)
def test_faults_in_products_are_found(
    recorder: Recorder, tmp_path: Path, kernel: str, name: str, old: str, new: str
) -> None:
    csrc = broken_copy(tmp_path, name, old, new)
    with pytest.raises(ProofError):
        prove_product(recorder, kernel, count=17, first=9, csrc=csrc)


def windows_tried(folder: Path, csrc: Path) -> subprocess.CompletedProcess[str]:
    """What window_values.c says of the function that recordings have another in place of."""
    sources = [HERE / "window_values.c", csrc / "kernels/radix52.c", csrc / "wipe.c"]
    flags = ("-O2", "-std=c11", "-fsanitize=address,undefined", "-DSRP_PLAIN_LANES", f"-I{csrc}")
    tables = '#include "kernels/radix52.h"\nconst srp_digit srp_52_modulus[SRP_52_ROW];\n'
    (folder / "modulus.c").write_text(tables)
    target = folder / "windows"
    command = ["gcc", *flags, *map(str, sources), str(folder / "modulus.c"), "-o", str(target)]
    subprocess.run(command, check=True)
    return subprocess.run([target], capture_output=True, text=True, check=False)


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
def test_windows_are_the_bits_of_their_bytes(tmp_path: Path) -> None:
    done = windows_tried(tmp_path, CSRC)
    assert (done.returncode, int(done.stdout) > 1500) == (0, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("position % 8 & ((", "position % 7 & (("),
        ("<< width) - 1)", "<< width) - 2)"),
        ("first + 1 < length", "first < length"),
        ("bytes[length - 2 - first] << 8", "bytes[length - 2 - first] << 7"),
    ],
)
def test_windows_of_other_bits_are_found(tmp_path: Path, old: str, new: str) -> None:
    assert windows_tried(tmp_path, broken_copy(tmp_path, "radix52.c", old, new)).returncode != 0
