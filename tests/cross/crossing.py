"""Compiles csrc/ for one target and runs the vectors there, once for each kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from support.c_programs import CSRC, KERNELS, NO_SUCH_KERNEL, PROGRAMS, WARNINGS
from support.c_vectors import protocol_cases

from .targets import Target

__all__ = ["VECTORS", "Crossed", "compile_for", "run_vectors"]


FLAGS: Final = (
    "-std=c11",
    *WARNINGS,
    "-fno-diagnostics-color",
)
#: As setup.py has it.
OPTIMIZED: Final = "-O3"
#: Constants alone, which nothing could make faster; written without the inner braces of a digit.
TABLES: Final = ("-O0", "-Wno-missing-braces")
VECTORS: Final = protocol_cases(12)
#: In seconds: zig builds a libc of its own for a new target, and this machine may have other work.
_TIMEOUT: Final = 7200


@dataclass(frozen=True)
class Crossed:
    """What compiling came to."""

    warnings: int
    #: Of the compiler and the linker.
    said: str
    #: vectors.c, linked; None where the target has objects alone, or did not compile.
    program: Path | None
    compiled: bool


@cache
def _tables(folder: Path) -> Path:
    path = folder / "tables.c"
    with path.open("w") as out:
        subprocess.run([sys.executable, CSRC / "tables.py"], stdout=out, check=True)
    return path


def compile_for(target: Target, folder: Path) -> Crossed:
    """Every C file, the tables and vectors.c, in a folder of the target's own under `folder`."""
    tables = _tables(folder)
    objects = folder / str(target).replace("/", "-")
    objects.mkdir(exist_ok=True)
    sources = [*sorted(CSRC.rglob("*.c")), tables]
    if target.links:
        sources.append(PROGRAMS / "vectors.c")
    said, good = "", True
    for source in sources:
        level = TABLES if source == tables else (OPTIMIZED,)
        out = objects / f"{source.stem}.o"
        done = _call(target, *FLAGS, *level, f"-I{CSRC}", "-c", str(source), "-o", str(out))
        said += done.stderr
        good &= done.returncode == 0
    warnings = said.count("warning:")
    if not good or not target.links:
        return Crossed(warnings, said, None, good)
    program = objects / "vectors.exe"
    linked = _call(target, *map(str, objects.glob("*.o")), *target.libraries, "-o", str(program))
    return Crossed(warnings, said + linked.stderr, program, linked.returncode == 0)


def _call(target: Target, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*target.compiler, *target.flags, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT)


def run_vectors(runner: Sequence[str], program: Path) -> list[str]:
    """The kernels that run there. Raises `AssertionError` for one that answers wrongly."""
    lines = "\n".join(command for command, _ in VECTORS) + "\n"
    expected = [answer for _, answer in VECTORS]
    ran = []
    for kernel in KERNELS:
        done = subprocess.run(
            [*runner, str(program), kernel],
            input=lines,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
            env={**os.environ, "WINEDEBUG": "-all"},
        )
        if done.returncode == NO_SUCH_KERNEL:
            continue
        assert done.returncode == 0, f"{kernel}: {done.returncode}: {done.stderr[-2000:]}"
        assert done.stdout.split() == " ".join(expected).split(), f"{kernel}: wrong"
        ran.append(kernel)
    return ran
