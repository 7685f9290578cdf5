"""Traces that recorded kernels leave, and how to make them: recording.h says what a step means."""

from __future__ import annotations

import enum
import hashlib
import os
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

__all__ = ["ALONE", "CSRC", "Op", "ProofError", "Recorder", "Trace", "broken_copy", "require"]

HERE = Path(__file__).parent
CSRC = HERE.parent.parent / "srp_native" / "csrc"
Op = enum.IntEnum(
    "Op",
    "CONSTANT INPUT OUTPUT BYTES PUT ADD SUB OR XOR AND LOW DOWN UP MUL_LOW MUL_HIGH WIDE_ADD "
    "WIDE_SUB WIDE_LOW WIDE_DOWN WIDE_MUL EQUAL ABOVE TEST IS_ONE ALIKE RIPPLE CHOOSE FLIP MINUS "
    "POWER BIT SCALE FACTOR",
    start=0,
)
#: Lane number of a digit that is in no lane.
ALONE = 8


class ProofError(Exception):
    """What was to be shown does not hold, or could not be shown."""


def require(holds: bool, what: str) -> None:
    """Raises ProofError unless `holds`."""
    if not holds:
        raise ProofError(what)


@dataclass
class Trace:
    """The steps of one function. A step is a number, and refers to smaller ones."""

    op: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    a: list[int] = field(default_factory=list)
    b: list[int] = field(default_factory=list)
    c: list[int] = field(default_factory=list)
    value: list[int] = field(default_factory=list)

    @classmethod
    def load(cls, data: bytes) -> Trace:
        return cls(
            *(list(column) for column in zip(*struct.iter_unpack("<HHIIIQ", data), strict=True))
        )

    @cached_property
    def inputs(self) -> dict[tuple[int, int, int], int]:
        """Step of each (operand, digit, lane)."""
        return {
            (self.size[i], self.value[i] >> 8, self.value[i] & 255): i
            for i, op in enumerate(self.op)
            if op == Op.INPUT
        }

    @cached_property
    def outputs(self) -> dict[tuple[int, int, int], int]:
        """Step of what each (result, digit, lane) is."""
        return {
            (self.size[i], self.value[i] >> 8, self.value[i] & 255): self.a[i]
            for i, op in enumerate(self.op)
            if op == Op.OUTPUT
        }

    def constant(self, step: int) -> int | None:
        """The value of a step that is a constant."""
        return self.value[step] if self.op[step] == Op.CONSTANT else None

    def masked(self, step: int) -> tuple[int, int] | None:
        """(v, bits) where the step is v mod 2^bits."""
        op, a, b = self.op[step], self.a[step], self.b[step]
        if op == Op.LOW:
            return (self.a[a] if self.op[a] == Op.WIDE_LOW else a), self.size[step]
        mask = self.constant(b) if op == Op.AND else None
        if mask is None or mask & (mask + 1):
            return None
        return a, mask.bit_length()


#: What each kernel's recording program is made of.
SOURCES = {
    "portable": ("portable_field.c", "portable_select.c"),
    "avx512ifma": (
        "avx512ifma_field.c",
        "avx512ifma_row.c",
        "../radix52.c",
        "avx512ifma_comb.c",
        "avx512ifma_powmod.c",
    ),
    "avx2": (
        "avx2_field.c",
        "avx2_square.c",
        "avx2_convert.c",
        "avx2_powmod.c",
        "../radix52.c",
    ),
}
#: Exit code of a recorder that was handed what is neither a handle nor a constant.
REFUSED = 3
#: What recording.c has in place of a function that reads bytes.
WRAP = "-Wl,--wrap=radix52_window"
FLAGS = ("-O0", "-std=c11", "-ftrivial-auto-var-init=pattern")


class Recorder:
    """Compiles kernels to record, each object once, and runs them."""

    def __init__(self, folder: Path, compiler: str = "gcc") -> None:
        self._folder, self._compiler = folder, compiler
        self._programs: dict[tuple[str, Path], Path] = {}

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == REFUSED:
            raise ProofError(done.stderr.strip())
        if done.returncode:  # which shows nothing, of a planted fault either
            raise RuntimeError(f"{command[0]}: {done.stderr.strip()[:500]}")

    def _object(self, source: Path, csrc: Path) -> Path:
        """The object of a file, by its text and that of every header it could include."""
        texts = [
            source,
            *sorted(csrc.rglob("*.[hi]*")),
            HERE / "recording.h",
            HERE / "recording_fma.h",
        ]
        if source.parent == HERE:
            texts += sorted(csrc.rglob("*pow_g.c"))
        digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in texts)).hexdigest()
        target = self._folder / f"{source.stem}-{digest[:16]}.o"
        if not target.exists():
            recording = str(HERE / "recording.h")
            unfinished = target.with_suffix(f".{os.getpid()}")
            flags = (*FLAGS, f"-I{csrc}", "-include", recording)
            self._run(self._compiler, *flags, "-c", str(source), "-o", str(unfinished))
            unfinished.rename(target)  # other processes share the folder
        return target

    def _tables(self) -> Path:
        """The C source of the constants, as the build computes it."""
        target = self._folder / "tables.c"
        if not target.exists():
            script = (sys.executable, str(CSRC / "tables.py"))
            unfinished = target.with_suffix(f".{os.getpid()}")
            unfinished.write_bytes(subprocess.run(script, capture_output=True, check=True).stdout)
            unfinished.rename(target)
        return target

    def program(self, kernel: str, csrc: Path) -> Path:
        """The program that records functions of a kernel."""
        if (kernel, csrc) not in self._programs:
            sources = [csrc / "kernels" / kernel / name for name in SOURCES[kernel]]
            sources += [HERE / "recording.c", HERE / f"record_{kernel}.c", CSRC / "wipe.c"]
            objects = [self._object(source, csrc) for source in sources]
            objects.append(self._object(self._tables(), CSRC))
            target = self._folder / f"{kernel}-{os.getpid()}-{len(self._programs)}"
            self._run(self._compiler, *map(str, objects), WRAP, "-o", str(target))
            self._programs[kernel, csrc] = target
        return self._programs[kernel, csrc]

    def record(self, kernel: str, function: str, alias: int, csrc: Path = CSRC) -> Trace:
        """What a function does, its result in the place of operand `alias`."""
        program = self.program(kernel, csrc)
        target = self._folder / f"trace-{os.getpid()}"
        self._run(str(program), function, str(alias), str(target))
        return Trace.load(target.read_bytes())


def broken_copy(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of csrc in which `old` is `new` once, in the file called `name`."""
    copy = folder / "csrc"
    shutil.copytree(CSRC, copy)
    (path,) = copy.rglob(name)
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(f"{name} no longer has what was to be broken: {old}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy
