"""What holds of kernel adx's bytes and selections, as GCC compiles them."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import pytest
from proofs.proof_adx_bytes import prove_from_bytes, prove_select, prove_to_bytes
from proofs.proof_trace import ProofError, broken_copy

pytestmark = [
    pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64"),
    pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed"),
]


def test_limbs_are_made_of_the_bytes(tmp_path: Path) -> None:
    prove_from_bytes(tmp_path)


@pytest.mark.parametrize("above", [0, 1])
def test_bytes_are_those_of_the_limbs_modulo_n(tmp_path: Path, above: int) -> None:
    prove_to_bytes(tmp_path, above=above)


@pytest.mark.parametrize("entries", [32, 64])
def test_every_index_selects_its_entry_by_the_same_steps(
    tmp_path: Path, entries: int, long_run: bool
) -> None:
    prove_select(tmp_path, entries=entries, indices=range(0, entries, 1 if long_run else 9))


#: A byte too far, an entry of another table, a carry that is not looked at or of another limb.
FROM_BYTES_FAULTS = [
    ("bytes + SRP_ELEMENT_SIZE - 8 * (i + 1));", "bytes + 8 * i);"),
    ("limbs[i] = digit_load(", "limbs[i ^ 1] = digit_load("),
    ("i < SRP_ADX_LIMBS; i++)\n        limbs[i]", "i < SRP_ADX_LIMBS - 1; i++)\n        limbs[i]"),
]
TO_BYTES_FAULTS = [
    ("digit_choose(above, less[i], limbs[i])", "digit_choose(above, limbs[i], less[i])"),
    ("adx_add(less, limbs, srp_adx_montgomery_one, BLOCKS,",
     "adx_add(less, limbs, srp_adx_montgomery_one, BLOCKS - 1,"),
    ("less, limbs, srp_adx_montgomery_one", "less, limbs, srp_adx_modulus_plus_1"),
    ("srp_adx_montgomery_one, BLOCKS, digit_of(0)));\n    for",
     "srp_adx_montgomery_one, BLOCKS, digit_of(1)));\n    for"),
    ("digit_store(bytes + SRP_ELEMENT_SIZE - 8 * (i + 1)", "digit_store(bytes + 8 * i"),
]  # fmt: skip
SELECT_FAULTS = [
    ("mask_if_equal(entry, index)", "mask_if_equal(entry / 2, index)"),
    ("entry < entries; entry++", "entry < entries - 1; entry++"),
    ("table += SRP_ADX_LIMBS)", "table += SRP_ADX_LIMBS - LANES)"),
    ("_mm256_and_si256(source, mask)", "mask"),
    ("        __m256i mask", "        if (entry > index.hidden) break;\n        __m256i mask"),
    ("        __m256i mask", "        if (entry != index.hidden) continue;\n        __m256i mask"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), FROM_BYTES_FAULTS)
def test_faults_in_limbs_are_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "adx_field.c", old, new)
    with pytest.raises(ProofError):
        prove_from_bytes(tmp_path, csrc=csrc)


@pytest.mark.parametrize(("old", "new"), TO_BYTES_FAULTS)
def test_faults_in_bytes_are_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "adx_field.c", old, new)
    with pytest.raises(ProofError):
        prove_to_bytes(tmp_path, above=1, csrc=csrc)


@pytest.mark.parametrize(("old", "new"), SELECT_FAULTS)
def test_faults_in_selections_are_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "adx_select.c", old, new)
    with pytest.raises(ProofError):
        prove_select(tmp_path, indices=[0, 5, 63], csrc=csrc)
