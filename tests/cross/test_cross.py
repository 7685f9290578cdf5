"""csrc/ for other machines: compiled without a warning, and right wherever an emulator can run it.

docs/platforms.md has a row for each; `python -m cross.table` writes them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cross.crossing import compile_for, run_vectors
from cross.table import STATIC, cpu_row, target_row
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
    crossed = compile_for(target, folder)
    assert crossed.compiled, crossed.said[-3000:]
    assert not crossed.warnings, crossed.said[-3000:]
    ran = None
    if crossed.program and target.runner is not None:
        ran = run_vectors(target.runner, crossed.program)
        assert "portable" in ran
    if "avx512ifma" in (ran or ()) or target.runner != ():  # or this CPU has fewer kernels
        assert target_row(target, crossed.warnings, ran) in PAGE


@pytest.fixture(scope="module")
def program(folder: Path) -> Path:
    """For x86-64 Linux, without another file."""
    if not shutil.which("qemu-x86_64"):
        pytest.skip("qemu-x86_64 is not installed")
    found = compile_for(STATIC, folder).program
    assert found
    return found


@pytest.mark.parametrize("cpu", CPUS, ids=lambda cpu: cpu.model)
def test_an_old_cpu_gets_the_kernels_that_it_has(cpu: Cpu, program: Path) -> None:
    ran = run_vectors(("qemu-x86_64", "-cpu", cpu.model), program)
    assert ran == [kernel for kernel in KERNELS if NEEDS[kernel] <= cpu.has]
    assert cpu_row(cpu.model, ran) in PAGE


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    """Of a program that gives none at all."""
    program = shutil.which("true")
    if not program:
        pytest.skip("there is no `true` here")
    with pytest.raises(AssertionError, match="wrong"):
        run_vectors((), Path(program))
