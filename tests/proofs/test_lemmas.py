"""Lemmas about single operations; docs/proofs.md says what they are for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from proofs import proof_lemmas
from proofs.proof_trace import CSRC, ProofError, broken_copy


@pytest.mark.parametrize("lemma", proof_lemmas.LEMMAS, ids=lambda lemma: lemma.__name__)
def test_lemmas_hold_for_all_values(lemma: Callable[[Path], None]) -> None:
    lemma(CSRC)


@pytest.mark.parametrize(
    ("lemma", "name", "old", "new"),
    [
        (proof_lemmas.mask_if_equal, "secret.h", "(a ^ b.hidden) - 1", "(a ^ b.hidden)"),
        (proof_lemmas.mask_if_equal, "secret.h", "b.hidden) - 1) >> 63", "b.hidden) - 1) >> 62"),
        (proof_lemmas.mask_if_equal, "secret.h", "(a ^ b.hidden) - 1", "(a | b.hidden) - 1"),
        (proof_lemmas.masks, "secret.h", "0 - bit.hidden", "1 - bit.hidden"),
        (proof_lemmas.masks, "secret.h", "(yes.hidden & mask.hidden)", "(yes.hidden)"),
        (proof_lemmas.masks, "secret.h", "~(a.hidden ^ b.hidden)", "(a.hidden ^ b.hidden)"),
        (proof_lemmas.digits, "secret.h", "(UINT64_C(1) << bits) - 1", "(UINT64_C(1) << bits) - 2"),
        (proof_lemmas.digits, "secret.h", "a.hidden >> bits", "a.hidden >> (bits ^ 1)"),
        (proof_lemmas.digits, "secret.h", "a.hidden << bits", "a.hidden << 1 << bits"),
        (proof_lemmas.less, "lanes_plain.h", "(~a | b) & (a - b)", "(~a | b) & (b - a)"),
        (proof_lemmas.less, "lanes_plain.h", "((~a & b) |", "((a & ~b) |"),
        (proof_lemmas.less, "lanes_plain.h", "(~a | b) & (a - b)", "(~a & b) & (a - b)"),
        (proof_lemmas.carry_bits, "lanes.h", "2 * over.hidden", "over.hidden"),
        (proof_lemmas.carry_bits, "lanes.h", "full.hidden) ^ full.hidden", "full.hidden)"),
        (proof_lemmas.carry_bits, "lanes_plain.h", "2 * over.hidden", "2 * full.hidden"),
        (proof_lemmas.digit_of_bit, "portable.c", "0x8889", "0x8888"),
        (proof_lemmas.digit_of_bit, "portable.c", "0x8889, 21", "0x8889, 20"),
        (proof_lemmas.digit_of_bit, "secret.h", "index.hidden * factor", "index.hidden + factor"),
    ],
)
def test_planted_faults_are_found(
    tmp_path: Path, lemma: Callable[[Path], None], name: str, old: str, new: str
) -> None:
    csrc = broken_copy(tmp_path, name, old, new)
    with pytest.raises(ProofError):
        lemma(csrc)
