"""What holds of kernel portable for every input; docs/proofs.md has the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from proof_portable import prove_product
from proof_trace import ProofError, Recorder, broken_copy

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
    with pytest.raises(ProofError):
        for square in (False, True):
            prove_product(recorder, square=square, alias=2, csrc=csrc)
