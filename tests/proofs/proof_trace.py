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
    "POWER BIT SCALE FACTOR ENTRY CALL",
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


@dataclass(frozen=True)
class Program:
    """A program that records: its main file here, a kernel's files, and the functions in whose
    place are others (of recording.c, or of the main file)."""

    kernel: str
    main: str
    sources: tuple[str, ...]
    wrapped: tuple[str, ...] = ("radix52_window",)


RADIX52 = ("window", "from_bytes", "to_bytes", "row_to_bytes")
FIELD = ("mul", "sqr", "select", "from_bytes", "to_bytes")
PROGRAMS = {
    "portable": Program("portable", "record_portable.c", ("portable_field.c", "portable_select.c")),
    "avx512ifma": Program(
        "avx512ifma",
        "record_avx512ifma.c",
        (
            "avx512ifma_field.c",
            "avx512ifma_row.c",
            "../radix52.c",
            "avx512ifma_comb.c",
            "avx512ifma_powmod.c",
        ),
    ),
    "avx2": Program(
        "avx2",
        "record_avx2.c",
        ("avx2_field.c", "avx2_square.c", "avx2_convert.c", "avx2_powmod.c", "../radix52.c"),
    ),
    "loops of portable": Program(
        "portable", "loops_portable.c", ("portable.c",), tuple(f"field_{name}" for name in FIELD)
    ),
    "loops of adx": Program(
        "adx", "loops_adx.c", ("adx.c",), tuple(f"adx_{name}" for name in FIELD)
    ),
    "loops of avx512ifma": Program(
        "avx512ifma",
        "loops_avx512ifma.c",
        tuple(f"avx512ifma_{name}.c" for name in ("comb", "pow_g", "powmod", "product")),
        (
            *(f"ifma_{name}" for name in ("start", "mul", "sqr", "mul_fixed", "reduce")),
            *(f"ifma_row_{name}" for name in ("mul", "mul_and_select", "select")),
            *(f"radix52_{name}" for name in RADIX52),
        ),
    ),
    "loops of avx2": Program(
        "avx2",
        "loops_avx2.c",
        tuple(f"avx2_{name}.c" for name in ("convert", "pow_g", "powmod", "product")),
        (
            *(f"avx2_{name}" for name in ("start", "mul", "sqr", "mul_fixed", "to_bytes")),
            *(f"radix52_{name}" for name in RADIX52),
        ),
    ),
}
#: Exit code of a recorder that was handed what is neither a handle nor a constant.
REFUSED = 3
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

    def _object(self, source: Path, csrc: Path, *flags: str) -> Path:
        """The object of a file, by its text and that of every header it could include."""
        texts = [
            source,
            *sorted(csrc.rglob("*.[hi]*")),
            *sorted(HERE.glob("*.h")),
        ]
        if source.parent == HERE:
            texts += sorted(csrc.rglob("*pow_g.c"))
        whole = [*(path.read_bytes() for path in texts), *map(str.encode, flags)]
        digest = hashlib.sha256(b"\0".join(whole)).hexdigest()
        target = self._folder / f"{source.stem}-{digest[:16]}.o"
        if not target.exists():
            recording = str(HERE / "recording.h")
            unfinished = target.with_suffix(f".{os.getpid()}")
            flags = (*FLAGS, *flags, f"-I{csrc}", "-include", recording)
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

    def program(self, name: str, csrc: Path) -> Path:
        """The program that records functions of a kernel."""
        if (name, csrc) not in self._programs:
            made = PROGRAMS[name]
            sources = [csrc / "kernels" / made.kernel / source for source in made.sources]
            sources += [HERE / "recording.c", HERE / made.main, CSRC / "wipe.c"]
            loops = ["-DRECORD_LOOPS"] if made.main.startswith("loops") else []
            objects = [str(self._object(source, csrc, *loops)) for source in sources]
            objects.append(str(self._object(self._tables(), CSRC)))
            wraps = [f"-Wl,--wrap={function}" for function in made.wrapped]
            target = self._folder / f"program-{os.getpid()}-{len(self._programs)}"
            self._run(self._compiler, *objects, *wraps, "-o", str(target))
            self._programs[name, csrc] = target
        return self._programs[name, csrc]

    def record(self, name: str, function: str, *numbers: int, csrc: Path = CSRC) -> Trace:
        """What a function does; for a kernel's own functions the number is that of the operand in
        whose place the result is."""
        program = self.program(name, csrc)
        target = self._folder / f"trace-{os.getpid()}"
        self._run(str(program), function, *map(str, numbers), str(target))
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
