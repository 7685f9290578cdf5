"""What holds of kernel adx for every input; docs/proofs.md has the table."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import pytest
from proofs.proof_adx import prove_rows
from proofs.proof_adx_field import NONE, prove_distance, prove_product, prove_square
from proofs.proof_trace import ProofError, broken_copy

pytestmark = [
    pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64"),
    pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed"),
]


@pytest.mark.parametrize("blocks", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("quotient", [False, True])
def test_the_compiled_rows_add_what_they_are_to_add(
    tmp_path: Path, quotient: bool, blocks: int
) -> None:
    prove_rows(tmp_path, quotient=quotient, blocks=blocks)


#: A carry lost or taken from the other chain, a product left out, a register not restored, a store
#: that is missing or too far, a branch on a value.
FAULTS = [
    ("adcx %rax, %\" w0 \"\\n\\tadox %rax", "adox %rax"),
    ("adcx %rcx, %\" w2", "adox %rcx, %\" w2"),
    ("mulx 24(%\" at \")", "mulx 16(%\" at \")"),
    ("\"adcx %rbp, %\" w6 \"\\n\\t", "\""),
    ("ADX_POP(\"r13\") ADX_POP(\"r12\")", "ADX_POP(\"r12\") ADX_POP(\"r13\")"),
    ("decq \" ADX_BLOCKS", "decq %rdx #\" ADX_BLOCKS"),
    ("adcq %r15, 56(%rdi)", "adcq %r15, 64(%rdi)"),
    ("\"xorl %eax, %eax\\n\\t\"", "\"movl $0, %eax\\n\\t\""),
    ("adcl $0, %eax", "addl $0, %eax"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), FAULTS)
@pytest.mark.parametrize("quotient", [False, True])
def test_planted_faults_are_found(tmp_path: Path, quotient: bool, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "adx_rows.c", old, new)
    with pytest.raises(ProofError):
        prove_rows(tmp_path, quotient=quotient, blocks=2, csrc=csrc)


@pytest.mark.parametrize("alias", [False, True])
@pytest.mark.parametrize("overflow", [0, 1])
def test_squares_are_those_of_the_numbers(tmp_path: Path, overflow: int, alias: bool) -> None:
    prove_square(tmp_path, overflow=overflow, alias=alias)


#: A pair left out, a square in the wrong place, a carry lost, a strip too few, an overflow ignored.
SQUARE_FAULTS = [
    ("adx_square.inc", "ADX_PAIR(3, \"r11\", \"r12\")", ""),
    ("adx_square.inc", "adcx %%r10, %%r10", "addq %%r10, %%r10"),
    ("adx_square.inc", "adcx %%rbx, %%\" top", "adcx %%rbx, %%\" column"),
    ("adx_square.inc",
     "ADX_STORE_PAIR(5, \"r12\", \"r13\")", "ADX_STORE_PAIR(5, \"r13\", \"r12\")"),
    ("adx_field.c", "ADX_STRIP * (2 * j + 1)", "ADX_STRIP * (2 * j)"),
    ("adx_field.c", "adx_add(t, t, zero, 1, carry);", ""),
    ("adx_field.c", "mask_if_one(carry)", "mask_if_one(digit_of(0))"),
    ("adx_field.c", "BLOCKS - 1, carry);\n    srp_mask", "BLOCKS - 1, digit_of(0));\n    srp_mask"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), SQUARE_FAULTS)
def test_faults_in_squares_are_found(tmp_path: Path, name: str, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, name, old, new)
    with pytest.raises(ProofError):
        prove_square(tmp_path, overflow=1, alias=False, csrc=csrc)


@pytest.mark.parametrize("negative", [0, 1])
def test_distances_are_those_of_the_numbers(tmp_path: Path, negative: int) -> None:
    prove_distance(tmp_path, negative=negative)


@pytest.mark.parametrize("alias", [NONE, 0, 1])
@pytest.mark.parametrize("signs", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_products_are_those_of_the_numbers(
    tmp_path: Path, long_run: bool, signs: tuple[int, int], alias: int
) -> None:
    if alias == NONE or long_run:
        prove_product(tmp_path, signs=signs, alias=alias)


#: A sign turned, a carry lost, a half in the wrong place, a strip too few, a store too far.
PRODUCT_FAULTS = [
    ("digit_flip(minus, middle[i])", "digit_flip(sign_a, middle[i])"),
    ("digit_low(minus_1, 1)));", "digit_of(0)));"),
    ("half_mul(t + SRP_ADX_LIMBS, a + HALF, b + HALF)", "half_mul(t + SRP_ADX_LIMBS, a, b + HALF)"),
    ("top[0] = digit_add(top[0], adx_add(t + HALF", "(void)(adx_add(t + HALF"),
    ("j < HALF; j += ADX_STRIP", "j < HALF - ADX_STRIP; j += ADX_STRIP"),
    ("adx_add(t + HALF + SRP_ADX_LIMBS, t", "adx_add(t + HALF + SRP_ADX_LIMBS + 1, t"),
]
DISTANCE_FAULTS = [
    ("digit_low(digit_of_mask(negative), 1));", "digit_of(0));"),
    ("digit_flip(negative, result[i]);", "result[i];"),
    ("adx_subtract(result, a, b, HALF_BLOCKS)", "adx_subtract(result, a, b, HALF_BLOCKS - 1)"),
]


@pytest.mark.parametrize(("old", "new"), PRODUCT_FAULTS)
def test_faults_in_products_are_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "adx_field.c", old, new)
    with pytest.raises(ProofError):
        prove_product(tmp_path, signs=(0, 0), alias=NONE, csrc=csrc)


@pytest.mark.parametrize(("old", "new"), DISTANCE_FAULTS)
def test_faults_in_distances_are_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "adx_field.c", old, new)
    with pytest.raises(ProofError):
        prove_distance(tmp_path, negative=1, csrc=csrc)
