"""What holds of kernel avx2 for every input; docs/proofs.md has the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from proofs.proof_avx2 import FMA_LANES, prove_fixed_product, prove_low_half, prove_product
from proofs.proof_avx2_digits import (
    prove_digits,
    prove_from_bytes,
    prove_pick,
    prove_power_digits,
    prove_to_bytes,
)
from proofs.proof_doubles import prove_doubles, prove_rounding_mode
from proofs.proof_trace import ProofError, Recorder, broken_copy

#: Numbers of operands that a result may be, and 3 for none of them.
NONE = 3


def some_lanes(long_run: bool) -> range:
    """All four lanes, or the first where there is no time for them."""
    return range(FMA_LANES) if long_run else range(1)


@pytest.mark.parametrize("alias", [NONE, 0, 1])
@pytest.mark.parametrize("square", [False, True])
def test_products_and_squares_of_four_are_those_of_the_numbers(
    recorder: Recorder, long_run: bool, square: bool, alias: int
) -> None:
    if alias == NONE or long_run:
        prove_product(recorder, square=square, alias=alias, lanes=some_lanes(long_run))


@pytest.mark.parametrize("alias", [NONE, 0])
def test_products_of_four_by_known_operands_are_those_of_the_numbers(
    recorder: Recorder, long_run: bool, alias: int
) -> None:
    if alias == NONE or long_run:
        prove_fixed_product(recorder, alias=alias, lanes=some_lanes(long_run))


def test_half_products_are_those_of_the_numbers(recorder: Recorder, long_run: bool) -> None:
    prove_low_half(recorder, lanes=some_lanes(long_run))


@pytest.mark.parametrize("prove", [prove_doubles, prove_rounding_mode])
def test_halves_of_products_of_doubles_are_exact(prove: Callable[[], None]) -> None:
    prove()


@pytest.mark.parametrize(
    "prove", [prove_digits, prove_from_bytes, prove_pick], ids=lambda prove: prove.__name__
)
def test_bytes_and_selected_words_are_those_of_the_numbers(
    recorder: Recorder, prove: Callable[[Recorder], None]
) -> None:
    prove(recorder)


def test_bytes_of_numbers_are_modulo_n(recorder: Recorder, long_run: bool) -> None:
    prove_to_bytes(recorder, lanes=some_lanes(long_run))


def test_the_free_power_is_a_power_of_2(recorder: Recorder, long_run: bool) -> None:
    prove_power_digits(recorder, step=1 if long_run else 61)


def product(recorder: Recorder, csrc: Path) -> None:
    prove_product(recorder, square=False, alias=NONE, lanes=[0], csrc=csrc)


def square(recorder: Recorder, csrc: Path) -> None:
    prove_product(recorder, square=True, alias=NONE, lanes=[0], csrc=csrc)


def square_in_place(recorder: Recorder, csrc: Path) -> None:
    prove_product(recorder, square=True, alias=0, lanes=[0], csrc=csrc)


def fixed(recorder: Recorder, csrc: Path) -> None:
    prove_fixed_product(recorder, alias=NONE, lanes=[0], csrc=csrc)


def half(recorder: Recorder, csrc: Path) -> None:
    prove_low_half(recorder, lanes=[0], csrc=csrc)


def to_bytes(recorder: Recorder, csrc: Path) -> None:
    prove_to_bytes(recorder, lanes=[0], csrc=csrc)


Prove = Callable[[Recorder, Path], None]
#: A product left out, a bias too few, a carry lost, a digit of 53 bits, a column not rounded up.
PRODUCT_FAULTS: list[tuple[Prove, str, str, str]] = [
    (product, "block.h", "add_row(block, a->digit[i], b->digit + k - i, 0, BLOCK);", "(void)i;"),
    (product, "block.h", "block->carry = sums_carry(sum);", ""),
    (product, "block.h", "sums_splat(SRP_52_MASK)));", "sums_splat(0)));"),
    (product, "block.h", "        factors_multiply_high(column_59, a->digit[i - 1]",
     "        if (i > 1) factors_multiply_high(column_59, a->digit[i - 1]"),
    (product, "field.c", "0 - FMA_LOW_BIAS, 0 - BIAS", "0 - FMA_LOW_BIAS, 1 - BIAS"),
    (product, "field.c", "a, b, &s->quotient, &s->modulus,", "a, b, &s->product, &s->modulus,"),
    (product, "field.c", "&s->product, &s->inverse);", "&s->product, &s->modulus);"),
    (fixed, "field.c", "2 * (59 * FMA_LOW_BIAS + 60 *", "2 * (60 * FMA_LOW_BIAS + 59 *"),
    (fixed, "block.h", "target[c] = factors_from(sums_and(sum, mask));",
     "target[c] = factors_from(sum);"),
    (fixed, "field.c", "low_half(&s->quotient, a, t_inverse", "low_half(&s->quotient, a, t"),
    (fixed, "block.h", "block->column[0] = block->column[BLOCK];",
     "block->column[0] = new_column(block);"),
    (half, "radix52.h", "<< SRP_52_BITS) - 1)", "<< (SRP_52_BITS + 1)) - 1)"),
    (half, "field.c", "for (int i = 1; i < BLOCK; i++) add_row",
     "for (int i = 2; i < BLOCK; i++) add_row"),
    (half, "field.c", "for (int i = 0; i <= k; i++)", "for (int i = 0; i < k; i++)"),
    (half, "block.h", "block->start = sums_add(start, block->step);", ""),
    (square, "square.c", "add_row(block, a->digit[57], a->digit + 58, 1, 3);", ""),
    (square, "square.c", "sums_add(block->column[c], block->column[c])", "block->column[c]"),
    (square, "square.c", "middle = sums_add(middle, middle);", ""),
    (square, "square.c", "above = block.column[BLOCK];", ""),
    (square, "square.c", "block.column[BLOCK] = pairs;", ""),
    (square, "square.c", "0 - FMA_LOW_BIAS / 2", "0 - FMA_LOW_BIAS"),
    (square_in_place, "square.c", "put_digits(result->digit + k - SRP_52_DIGITS",
     "put_digits(result->digit + (k < 90 ? 150 - k - BLOCK : k) - SRP_52_DIGITS"),
]  # fmt: skip


@pytest.mark.parametrize(("prove", "name", "old", "new"), PRODUCT_FAULTS)
def test_faults_in_products_are_found(
    recorder: Recorder, tmp_path: Path, prove: Prove, name: str, old: str, new: str
) -> None:
    name = name if name == "radix52.h" else f"avx2_{name}"
    csrc = broken_copy(tmp_path, name, old, new)
    with pytest.raises(ProofError):
        prove(recorder, csrc)


#: A constant a bit off, halves in each other's place, another rounding, an exponent left in place.
DOUBLE_FAULTS = [
    (prove_doubles, "0x1p104 + 0x1p52", "0x1p104"),
    (prove_doubles, "UINT64_C(0x467) << 52", "UINT64_C(0x466) << 52"),
    (prove_doubles, "UINT64_C(0x433) << 52", "UINT64_C(0x433) << 51"),
    (prove_doubles, "b.hidden, rest);", "b.hidden, h);"),
    (prove_doubles, "_mm256_castpd_si256(l));", "_mm256_castpd_si256(h));"),
    (prove_doubles, "more), _mm256_set1_pd(0x1p52)", "more), _mm256_set1_pd(0x1p51)"),
    (prove_doubles, "_mm256_add_pd(a.hidden", "_mm256_sub_pd(a.hidden"),
    (prove_rounding_mode, "0x7FBF", "0x1FBF"),
    (prove_rounding_mode, "0x7FBF", "0x7F3F"),
    (prove_rounding_mode, "0x7FBF", "0x7FFF"),
    (prove_rounding_mode, "_mm_setcsr(FMA_MXCSR);", ""),
]


@pytest.mark.parametrize(("prove", "old", "new"), DOUBLE_FAULTS)
def test_faults_in_doubles_are_found(
    tmp_path: Path, prove: Callable[[Path], None], old: str, new: str
) -> None:
    csrc = broken_copy(tmp_path, "fma_lanes.h", old, new)
    with pytest.raises(ProofError):
        prove(csrc)


#: A borrow or a comparison that is wrong, a lane or an element of another number, an entry skipped.
DIGIT_FAULTS: list[tuple[Callable[..., None], str, str, str]] = [
    (to_bytes, "convert.c", "sums_and(sums_carry(difference), one)", "sums_carry(difference)"),
    (to_bytes, "convert.c", "sums_equal(borrow, one)", "sums_equal(borrow, mask)"),
    (to_bytes, "convert.c", "sums_choose(was_below, digit, less)",
     "sums_choose(was_below, less, digit)"),
    (to_bytes, "convert.c", "radix52_to_bytes(out + lane *", "radix52_to_bytes(out + 0 *"),
    (to_bytes, "convert.c", "lane < FMA_LANES && lane < count;", "lane < FMA_LANES;"),
    (prove_from_bytes, "convert.c", "(lane < count ? lane : 0)", "(lane < count ? lane : 1)"),
    (prove_from_bytes, "convert.c", "digits->digit[0] + lane, FMA_LANES, element",
     "digits->digit[0] + lane, 3, element"),
    (prove_from_bytes, "radix52.c", "digit_load(end - 14), 4)", "digit_load(end - 14), 3)"),
    (prove_digits, "convert.c", "sums_load(digits->digit[i])", "sums_load(digits->digit[0])"),
    (prove_digits, "convert.c", "sums_splat_digit(row[i])", "sums_splat_digit(row[i / 2])"),
    (prove_digits, "convert.c", "factors_digits(number->digit[i]));\n}",
     "factors_digits(number->digit[59 - i]));\n}"),
    (prove_power_digits, "pow_g.c", "sums_splat(SRP_52_BITS * i)", "sums_splat(SRP_52_BITS + i)"),
    (prove_power_digits, "pow_g.c", "sums_and(sums_power_of_2(bit), mask)",
     "sums_power_of_2(bit)"),
    (prove_power_digits, "pow_g.c", "sums_sub(sums_load_indices(power)",
     "sums_add(sums_load_indices(power)"),
    (prove_pick, "pow_g.c", "for (size_t j = 0; j < PICKS; j++) {",
     "for (size_t j = 1; j < PICKS; j++) {"),
    (prove_pick, "pow_g.c", "words_keep(s->mask[j], entry)", "words_keep(s->mask[j ^ 1], entry)"),
    (prove_pick, "pow_g.c", "half + FMA_WORDS * j", "half + 4 * j"),
    (prove_pick, "pow_g.c", "l % 4 + (l & 2)", "l % 4 + (l & 1)"),
]  # fmt: skip


@pytest.mark.parametrize(("prove", "name", "old", "new"), DIGIT_FAULTS)
def test_faults_in_digits_are_found(
    recorder: Recorder, tmp_path: Path, prove: Callable[..., None], name: str, old: str, new: str
) -> None:
    csrc = broken_copy(tmp_path, name if name.startswith("radix") else f"avx2_{name}", old, new)
    with pytest.raises(ProofError):
        prove(recorder, csrc=csrc)


def test_a_product_outside_the_rounding_mode_is_found(recorder: Recorder, tmp_path: Path) -> None:
    """The recording of products enters the mode itself; leaving it first is the fault."""
    csrc = broken_copy(tmp_path, "avx2_field.c", "avx2_low_half(&s->product, a, b);",
                       "fma_leave(0);\n    avx2_low_half(&s->product, a, b);")  # fmt: skip
    with pytest.raises(ProofError, match="outside fma_enter"):
        product(recorder, csrc)
