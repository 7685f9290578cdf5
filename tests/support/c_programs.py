"""The C files compiled without Python, and the programs of tests/native that run on them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from . import TESTS

PROGRAMS = TESTS / "native"
CSRC = TESTS.parent / "srp_native" / "csrc"
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]
# What ffi_build.py passes is -O3; the others must work as well.
COMPILERS = ("gcc", "clang")
LEVELS = ("-O1", "-O2", "-O3")
SANITIZE = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")

# Exit code of the programs where the build or the CPU does not have the kernel.
NO_SUCH_KERNEL = 77


# Every kernel that dispatch.c has.
KERNELS = re.findall(r'^    {"(\w+)", ', (CSRC / "dispatch.c").read_text(), re.M)


@dataclass(frozen=True)
class Build:
    """A way to compile the C files, and what it takes to run the result."""

    compiler: str
    flags: tuple[str, ...]
    runner: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((*self.runner[:1], self.compiler, *self.flags))


BUILDS = [
    *(Build(compiler, (level,)) for compiler in COMPILERS for level in LEVELS),
    Build("gcc", SANITIZE),
    Build("gcc", ("-O2", "-DSRP_NO_INT128")),
    Build("aarch64-linux-gnu-gcc", ("-O2", "-static"), ("qemu-aarch64",)),
]


def need(*programs: str) -> None:
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


def write_tables(path: Path) -> Path:
    """The constants that the package's build computes."""
    with path.open("w") as out:
        subprocess.run([sys.executable, CSRC / "tables.py"], stdout=out, check=True)
    return path


class Objects:
    """The C files compiled in one way, to be linked with a program of tests/native."""

    def __init__(self, build: Build, tables: Path, folder: Path) -> None:
        need(build.compiler, *build.runner[:1])
        self.build, self.folder = build, folder
        self._compile("-c", *sorted(CSRC.rglob("*.c")), tables)

    def _compile(self, *arguments: object) -> None:
        command = [self.build.compiler, *STRICT, *self.build.flags, f"-I{CSRC}", *arguments]
        subprocess.run([str(part) for part in command], cwd=self.folder, check=True)

    def link(self, program: str, *flags: str, **replaced: str) -> list[str]:
        """The command that runs `program`.c, with files of that folder in place of some C files."""
        objects = [p for p in self.folder.glob("*.o") if p.stem not in replaced]
        names = [program, *replaced.values()]
        sources = [PROGRAMS / f"{name}.c" for name in names]
        out = self.folder / "_".join(names)
        self._compile(*flags, *sources, *objects, "-o", out)
        return [*self.build.runner, str(out)]


def answers(command: list[str], lines: list[str]) -> list[str]:
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=False
    )
    skip_without_kernel(done)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def skip_without_kernel(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode == NO_SUCH_KERNEL:
        pytest.skip(done.stderr.strip())
