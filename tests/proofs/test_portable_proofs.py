"""What holds of kernel portable for every input; docs/proofs.md has the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from proofs.proof_portable import (
    prove_from_bytes,
    prove_product,
    prove_select,
    prove_subtraction,
    prove_to_bytes,
)
from proofs.proof_trace import ProofError, Recorder, broken_copy

#: A column too many or too few, a carry lost, a digit too long, a Karatsuba term of the wrong sign.
FAULTS = [
    ("DIAGONAL12(i, j) DIAGONAL1(i, j) DIAGONAL11", "DIAGONAL12(i, j) DIAGONAL11"),
    ("EVEN_COLUMN(12, 6, 0, 12, 6)", "EVEN_COLUMN(12, 6, 0, 12, 5)"),
    ("column[13] = wide_add(column[13], carry);", ""),
    ("result[i] = digit_low(wide_low(sum), SRP_DIGIT_BITS);", "result[i] = wide_low(sum);"),
    ("digit_low(wide_low(sum), SRP_DIGIT_BITS);     \\", "digit_low(wide_low(sum), 61);     \\"),
    (
        "wide_sub(wide_add(inner, middle[i]), column[i])",
        "wide_add(wide_add(inner, middle[i]), column[i])",
    ),
    ("carry = wide_down(sum, SRP_DIGIT_BITS);", "carry = wide_down(sum, 59);"),
    ("q + TILE, m + TILE);", "q + TILE, m);"),
    ("srp_wide sum = wide_zero();\n    for", "srp_wide sum;\n    for"),
]


@pytest.mark.parametrize("alias", [2, 0, 1])
@pytest.mark.parametrize("square", [False, True])
def test_products_and_squares_are_those_of_the_numbers(
    recorder: Recorder, square: bool, alias: int
) -> None:
    prove_product(recorder, square=square, alias=alias)


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_planted_faults_are_found(recorder: Recorder, tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "portable_field.c", old, new)
    square = "EVEN" in old
    with pytest.raises(ProofError):
        prove_product(recorder, square=square, alias=2, csrc=csrc)


@pytest.mark.parametrize("alias", [2, 0, 1])
def test_differences_are_those_of_the_numbers(recorder: Recorder, alias: int) -> None:
    prove_subtraction(recorder, alias=alias)


@pytest.mark.parametrize("prove", [prove_to_bytes, prove_from_bytes, prove_select])
def test_bytes_and_selected_entries_are_those_of_the_numbers(
    recorder: Recorder, prove: Callable[..., None]
) -> None:
    prove(recorder)


#: A borrow never negative, a mask of the wrong bit, a digit in the wrong place, a wrong entry.
DIGIT_FAULTS = [
    (prove_subtraction, "portable_field.c", "63 - SRP_DIGIT_BITS)", "62 - SRP_DIGIT_BITS)"),
    (prove_subtraction, "portable_field.c", "digit_up(srp_modulus[i], 1)", "srp_modulus[i]"),
    (prove_subtraction, "portable_field.c", "carry = signed_carry(sum);", ""),
    (prove_to_bytes, "portable_field.c", "digit_low(carry, 1)", "digit_low(carry, 2)"),
    (prove_to_bytes, "portable_field.c", "digit_down(reduced[i + 1], 4)", "reduced[i + 1]"),
    (prove_to_bytes, "portable_field.c", "digit_sub(digit_xor(", "digit_add(digit_xor("),
    (prove_from_bytes, "portable_field.c", "digit_load(bytes), 52)", "digit_load(bytes), 51)"),
    (prove_from_bytes, "portable_field.c", "(end - 15), 4)", "(end - 15), 3)"),
    (prove_from_bytes, "portable_field.c", "digit_load(end - 8)", "digit_load(end - 9)"),
    (prove_select, "portable_select.c", "entry * SRP_DIGITS + start", "entry * SRP_DIGITS"),
    (prove_select, "portable_select.c", "entry < entries", "entry < entries - 1"),
    (prove_select, "portable_select.c", "mask_if_equal(entry,", "mask_if_equal(entry / 2,"),
]


@pytest.mark.parametrize(("prove", "name", "old", "new"), DIGIT_FAULTS)
def test_planted_faults_in_digits_are_found(
    recorder: Recorder, tmp_path: Path, prove: Callable[..., None], name: str, old: str, new: str
) -> None:
    csrc = broken_copy(tmp_path, name, old, new)
    more = {"alias": 2} if prove is prove_subtraction else {}
    with pytest.raises(ProofError):
        prove(recorder, csrc=csrc, **more)
