"""The machines that csrc/ is compiled for, with what, and what runs the result here."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["CPUS", "TARGETS", "Cpu", "Target"]

HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Target:
    """A machine and a compiler for it."""

    name: str
    #: Without the program's own name for zig, which is a package of PyPI.
    compiler: tuple[str, ...]
    #: What runs a program of this machine. None: nothing here can; empty: it runs as it is.
    runner: tuple[str, ...] | None = None
    flags: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    #: Whether there is all that a program needs: without a system's own headers, objects alone.
    links: bool = True

    def __str__(self) -> str:
        return f"{self.name}/{self.compiler_name}"

    @property
    def compiler_name(self) -> str:
        return "zig" if self.compiler[0] == sys.executable else "gcc"

    @property
    def missing(self) -> str:
        """A program that this machine lacks for it; empty when it has them all."""
        needed = [self.compiler[0], *(self.runner or ())[:1]]
        return next((program for program in needed if not shutil.which(program)), "")


@dataclass(frozen=True)
class Cpu:
    """A CPU as qemu-x86_64 plays it, and what it has of all that a kernel may need."""

    model: str
    has: frozenset[str]


def _zig(
    name: str, runner: tuple[str, ...] | None = None, **more: tuple[str, ...] | bool
) -> Target:
    compiler = (sys.executable, "-m", "ziglang", "cc", "-target", name)
    return Target(name, compiler, runner, **more)  # type: ignore[arg-type]


#: Debian's libc for aarch64, which its programs load when they start.
_AARCH64: Final = ("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu")
_BCRYPT: Final = ("-lbcrypt",)
#: The way of a compiler without 128-bit integers, and declarations in place of Microsoft's headers.
_MSVC: Final = ("-DSRP_NO_INT128", f"-I{HERE / 'msvc'}")

TARGETS: Final = (
    _zig("x86_64-linux-gnu", ()),
    _zig("x86_64-linux-musl", ()),
    _zig("aarch64-linux-gnu", _AARCH64),
    _zig("aarch64-linux-musl", ("qemu-aarch64",)),
    _zig("arm-linux-musleabihf", ("qemu-arm",)),
    _zig("x86-linux-musl", ("qemu-i386",)),
    _zig("riscv64-linux-musl", ("qemu-riscv64",)),
    _zig("powerpc64le-linux-musl", ("qemu-ppc64le",)),
    _zig("s390x-linux-musl", ("qemu-s390x",)),
    _zig("x86_64-linux-gnux32", links=False),
    _zig("wasm32-wasi", ("node", "--no-warnings", str(HERE / "wasi.mjs"))),
    _zig("x86_64-windows-gnu", ("wine",), libraries=_BCRYPT),
    _zig("x86-windows-gnu", libraries=_BCRYPT),
    _zig("aarch64-windows-gnu", libraries=_BCRYPT),
    _zig("x86_64-windows-msvc", flags=_MSVC, links=False),
    _zig("x86-windows-msvc", flags=_MSVC, links=False),
    _zig("aarch64-windows-msvc", flags=_MSVC, links=False),
    _zig("x86_64-macos"),
    _zig("aarch64-macos"),
    _zig("x86_64-freebsd"),
    Target("aarch64-linux-gnu", ("aarch64-linux-gnu-gcc",), _AARCH64),
    Target("x86_64-windows-gnu", ("x86_64-w64-mingw32-gcc",), ("wine",), libraries=_BCRYPT),
)

_MAX: Final = frozenset({"avx2", "fma", "bmi2", "adx", "sha"})

#: qemu 7.2 plays none with AVX-512.
CPUS: Final = (
    Cpu("Nehalem", frozenset()),
    Cpu("Denverton", frozenset({"sha"})),
    Cpu("Haswell", frozenset({"avx2", "fma", "bmi2"})),
    Cpu("max", _MAX),
    Cpu("max,-avx", _MAX - {"avx2", "fma"}),
    Cpu("max,-adx", _MAX - {"adx"}),
    Cpu("max,-bmi2", _MAX - {"bmi2"}),
    Cpu("max,-sha-ni", _MAX - {"sha"}),
)
