"""What a target came to, kept in build/cross as long as all that it depends on is the same.

One target takes minutes in an emulator: a run that is broken off, or one after a change of a single
target, repeats only what it has to. A failure is not kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from support.c_programs import CSRC, PROGRAMS
from support.source_tree import ROOT

from .crossing import FLAGS, OPTIMIZED, TABLES, VECTORS, compile_for, run_vectors
from .targets import HERE, TARGETS, Cpu, Target

__all__ = ["STATIC", "Finding", "find", "find_on_cpu"]

KEPT: Final = ROOT / "build" / "cross"
#: Of the CPUs: a program that needs no other file of the machine.
STATIC: Final = next(t for t in TARGETS if t.name == "x86_64-linux-musl")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """All of csrc/ compiled, and each of these kernels gave every answer; None: not run."""

    warnings: int
    kernels: list[str] | None


def find(target: Target, folder: Path) -> Finding:
    """Compile for a target, below `folder`, and run the vectors there.

    Raises `AssertionError` where it does not compile or answers wrongly.
    """

    def cross() -> Finding:
        crossed = compile_for(target, folder)
        assert crossed.compiled, crossed.said[-3000:]
        assert not crossed.warnings, crossed.said[-3000:]
        ran = None
        if crossed.program and target.runner is not None:
            ran = run_vectors(target.runner, crossed.program)
        return Finding(crossed.warnings, ran)

    return _kept(str(target), _key(target), cross)


def find_on_cpu(cpu: Cpu, folder: Path) -> Finding:
    """Run the program of `STATIC` on a CPU that qemu plays; else as `find`."""

    def cross() -> Finding:
        program = _static_program(folder)
        return Finding(0, run_vectors(("qemu-x86_64", "-cpu", cpu.model), program))

    key = f"{_key(STATIC)} {cpu.model} {_version('qemu-x86_64', '--version')}"
    return _kept(f"cpu {cpu.model}", key, cross)


@cache
def _static_program(folder: Path) -> Path:
    crossed = compile_for(STATIC, folder)
    assert crossed.program, crossed.said[-3000:]
    return crossed.program


def _kept(name: str, key: str, cross: Callable[[], Finding]) -> Finding:
    path = KEPT / f"{name.replace('/', '-').replace(' ', '-')}.json"
    if path.exists():
        kept = json.loads(path.read_text())
        if kept["key"] == key:
            return Finding(kept["warnings"], kept["kernels"])
    finding = cross()
    KEPT.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"key": key, **vars(finding)}) + "\n")
    return finding


def _key(target: Target) -> str:
    """The C code without its comments, the target, and the programs that compile and run it."""
    compiler: tuple[str, ...] = (sys.executable, "-m", "ziglang", "version")
    if target.compiler_name != "zig":
        compiler = (*target.compiler, "--version")
    runner = _version(target.runner[0], "--version") if target.runner else ""
    words = (*target.compiler, *target.flags, *target.libraries, *(target.runner or ("-",)))
    command = " ".join(words).replace(sys.executable, "python").replace(str(HERE), ".")
    return f"{_code()} {command} {_version(*compiler)} {runner}"


@cache
def _version(program: str, *arguments: str) -> str:
    if not shutil.which(program):
        return ""
    said = subprocess.run([program, *arguments], capture_output=True, text=True, check=False).stdout
    return said.partition("\n")[0]


@cache
def _code() -> str:
    """One text for all that is compiled and asked, whatever the target."""
    whole = hashlib.sha256(repr((FLAGS, OPTIMIZED, TABLES, VECTORS)).encode())
    for path in _sources():
        words = _COMMENT.sub(" ", path.read_text(encoding="utf-8")).split()
        whole.update(f"{path.name} {' '.join(words)}\n".encode())
    return whole.hexdigest()


def _sources() -> Iterator[Path]:
    for folder in (CSRC, HERE / "msvc"):
        yield from sorted(p for p in folder.rglob("*.*") if p.suffix in (".c", ".h", ".inc", ".py"))
    yield PROGRAMS / "vectors.c"
