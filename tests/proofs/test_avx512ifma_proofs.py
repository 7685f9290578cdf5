"""What holds of kernel avx512ifma for every input; docs/proofs.md has the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from proofs.proof_avx512ifma import LANES, prove_fixed_product, prove_product, prove_row
from proofs.proof_trace import ProofError, Recorder, broken_copy

#: Numbers of operands that a result may be, and 3 for none of them.
NONE = 3

FIELD_FAULTS = [
    ("digit = lanes_and(carry, mask);", "digit = carry;"),
    ("C10 = lanes_mul_high(C10, x, b9);", ""),
    ("for (int i = 1; i < BLOCKS; i++)\n            c9",
     "for (int i = 2; i < BLOCKS; i++)\n            c9"),
    ("carry = lanes_carry(lanes_add(c9, mask));", "carry = lanes_carry(c9);"),
    ("x = row[9]; ROW(x, c9, c10", "x = row[9]; ROW(x, c10, c10"),
]  # fmt: skip
PRODUCT_FAULTS = [
    ("    c0 = lanes_add(c0, carry);\n    for", "    for"),
    ("ADD_COLUMNS(product + TILE * k);", ""),
    ("lanes_add(c9, product[SRP_52_DIGITS - 1])", "c9"),
    ("low_half(s->quotient, s->product, s->inverse);",
     "low_half(s->quotient, s->product, s->modulus);"),
]  # fmt: skip
SQUARE_FAULTS = [
    ("PAIR(b9, c17, c18)", ""),
    ("LOW = lanes_mul_low(lanes_add(LOW, LOW), x, x);", "LOW = lanes_mul_low(LOW, x, x);"),
    ("i < k - i; i++)", "i <= k - i; i++)"),
    ("carry = zero;\n", "\n"),
]
ROW_FAULTS = [
    ("CARRY_UP(3, carry2)", "CARRY_UP(3, carry3)"),
    ("CARRY_UP(7, carry6)", ""),
    ("early = lanes_mul_high(early, n_0, q_before);", ""),
    ("lanes_choose(lanes_only(0), lanes_carry(q), zero)", "zero"),
    ("lanes_equal(sum##r, mask)", "lanes_equal(sum##r, one)"),
    ("STEP(7, HIGHEST_PRODUCTS, CARRY_TO_NEXT)", "STEP(7, NO_PRODUCTS, CARRY_TO_NEXT)"),
    ("lanes_store(padded, zero);", ""),
    ("sum##r = lanes_and(sum##r, mask);", ""),
]


def some_lanes(long_run: bool) -> range:
    """All eight lanes, or the first where there is no time for them."""
    return range(LANES) if long_run else range(1)


@pytest.mark.parametrize("alias", [NONE, 0, 1])
@pytest.mark.parametrize("square", [False, True])
def test_products_and_squares_of_eight_are_those_of_the_numbers(
    recorder: Recorder, long_run: bool, square: bool, alias: int
) -> None:
    prove_product(recorder, square=square, alias=alias, lanes=some_lanes(long_run))


@pytest.mark.parametrize("alias", [NONE, 0])
def test_products_of_eight_by_known_operands_are_those_of_the_numbers(
    recorder: Recorder, long_run: bool, alias: int
) -> None:
    prove_fixed_product(recorder, alias=alias, lanes=some_lanes(long_run))


@pytest.mark.parametrize("alias", [NONE, 0, 1])
@pytest.mark.parametrize("function", ["row_mul", "row_sqr", "row_mul_and_select"])
def test_products_of_one_number_are_those_of_the_numbers(
    recorder: Recorder, function: str, alias: int
) -> None:
    prove_row(recorder, function, alias=alias)


def caught(prove: Callable[[Path], None], folder: Path, name: str, old: str, new: str) -> None:
    with pytest.raises(ProofError):
        prove(broken_copy(folder, name, old, new))


@pytest.mark.parametrize(("old", "new"), FIELD_FAULTS)
def test_faults_in_fixed_products_are_found(
    recorder: Recorder, tmp_path: Path, old: str, new: str
) -> None:
    def prove(csrc: Path) -> None:
        prove_fixed_product(recorder, alias=NONE, lanes=[0], csrc=csrc)

    caught(prove, tmp_path, "avx512ifma_field.c", old, new)


@pytest.mark.parametrize(
    ("square", "old", "new"),
    [
        *((False, *fault) for fault in PRODUCT_FAULTS),
        *((True, *fault) for fault in SQUARE_FAULTS),
    ],
)
def test_faults_in_products_and_squares_are_found(
    recorder: Recorder, tmp_path: Path, square: bool, old: str, new: str
) -> None:
    def prove(csrc: Path) -> None:
        prove_product(recorder, square=square, alias=NONE, lanes=[0], csrc=csrc)

    caught(prove, tmp_path, "avx512ifma_field.c", old, new)


@pytest.mark.parametrize(("old", "new"), ROW_FAULTS)
def test_faults_in_products_of_one_number_are_found(
    recorder: Recorder, tmp_path: Path, old: str, new: str
) -> None:
    def prove(csrc: Path) -> None:
        prove_row(recorder, "row_mul", alias=NONE, csrc=csrc)

    caught(prove, tmp_path, "avx512ifma_row.c", old, new)
