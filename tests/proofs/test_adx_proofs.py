"""What holds of kernel adx for every input; docs/proofs.md has the table."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

import pytest
from proof_adx import prove_rows
from proof_trace import ProofError, broken_copy

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
