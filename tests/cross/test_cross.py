"""csrc/ for other machines: compiled without a warning, and right wherever an emulator can run it.

docs/platforms.md has a row for each; `python -m cross.table` writes them.
What has been found on the same code before is not found again: see findings.py.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cross.crossing import run_vectors
from cross.findings import find, find_on_cpu
from cross.table import cpu_row, target_row
from cross.targets import CPUS, TARGETS, Cpu, Target
from support.c_programs import KERNELS
from support.source_tree import ROOT

pytest.importorskip("ziglang", reason="the extra [release] is not installed")
pytestmark = pytest.mark.long

PAGE = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
#: What a kernel's code asks of the CPU.
NEEDS = {
    "avx512ifma": {"avx512ifma"},
    "avx2": {"avx2", "fma"},
    "adx": {"avx2", "bmi2", "adx"},
    "portable": set[str](),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cross")


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_every_target_compiles_without_a_warning_and_answers(target: Target, folder: Path) -> None:
    if target.missing:
        pytest.skip(f"{target.missing} is not installed")
    finding = find(target, folder)
    if target.runner is not None:
        assert "portable" in (finding.kernels or ())
    if "avx512ifma" in (finding.kernels or ()) or target.runner != ():  # or this CPU has fewer
        assert target_row(target, finding) in PAGE


@pytest.mark.parametrize("cpu", CPUS, ids=lambda cpu: cpu.model)
def test_an_old_cpu_gets_the_kernels_that_it_has(cpu: Cpu, folder: Path) -> None:
    if not shutil.which("qemu-x86_64"):
        pytest.skip("qemu-x86_64 is not installed")
    finding = find_on_cpu(cpu, folder)
    assert finding.kernels == [kernel for kernel in KERNELS if NEEDS[kernel] <= cpu.has]
    assert cpu_row(cpu, finding) in PAGE


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    """Of a program that gives none at all."""
    program = shutil.which("true")
    if not program:
        pytest.skip("there is no `true` here")
    with pytest.raises(AssertionError, match="wrong"):
        run_vectors((), Path(program))
