"""Every number that the build computes; docs/proofs.md has the table."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from proofs.proof_tables import prove_tables
from proofs.proof_trace import CSRC, ProofError, broken_copy

#: A bit too far, a constant of the wrong sign or off by one, an entry not taken modulo N.
FAULTS = [
    ('shape["SRP_FREE_BITS"] + tooth * block', '1 + shape["SRP_FREE_BITS"] + tooth * block'),
    ("inverse = -pow(modulus", "inverse = pow(modulus"),
    ("entries.append(entries[-1] * factor % modulus)", "entries.append(entries[-1] * factor)"),
    ("_digits(modulus + 1 << bits * lane", "_digits(modulus << bits * lane"),
    ('"srp_52_one": one', '"srp_52_one": one + 1'),
    ('"modulus_plus_1": modulus + 1', '"modulus_plus_1": modulus'),
]


def test_every_entry_is_what_its_header_says() -> None:
    assert prove_tables() > 500_000


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_planted_faults_are_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = broken_copy(tmp_path, "tables.py", old, new)
    shutil.copy(CSRC.parent / "group.py", tmp_path)
    with pytest.raises(ProofError):
        prove_tables(csrc)


def test_one_wrong_bit_of_n_is_found(tmp_path: Path) -> None:
    shutil.copytree(CSRC, tmp_path / "csrc")
    text = (CSRC.parent / "group.py").read_text(encoding="utf-8")
    (tmp_path / "group.py").write_text(text.replace("C90FDAA2", "C90FDAA3", 1), encoding="utf-8")
    with pytest.raises(ProofError):
        prove_tables(tmp_path / "csrc")
