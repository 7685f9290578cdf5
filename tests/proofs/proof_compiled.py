"""Compiled functions, and sums of unknown limbs for the machine that runs them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import capstone

__all__ = [
    "LIMB",
    "ONE",
    "Atom",
    "Function",
    "Sum",
    "added",
    "compiled",
    "number",
    "plain",
    "scaled",
    "settled",
]

#: Of an operand (name, limb), of a carry ("carry", number), of half a product.
Atom = tuple[Any, ...]
Sum = dict[Atom, int]
ONE: Atom = ("one",)
LIMB = 1 << 64


def number(value: int) -> Sum:
    return {ONE: value} if value else {}


def added(*sums: Sum) -> Sum:
    """The sum of sums."""
    total: Sum = {}
    for one in sums:
        for atom, factor in one.items():
            total[atom] = total.get(atom, 0) + factor
    return {atom: factor for atom, factor in total.items() if factor}


def scaled(one: Sum, factor: int) -> Sum:
    return {atom: times * factor for atom, times in one.items()} if factor else {}


def plain(one: Sum | None) -> int | None:
    """The value of a sum without unknowns."""
    if one is None or any(atom != ONE for atom in one):
        return None
    return one.get(ONE, 0)


def settled(one: Sum, decided: dict[Atom, int]) -> Sum:
    """A sum with the carries that were decided."""
    if not any(atom in decided for atom in one):
        return one
    return added(*(number(f * decided[a]) if a in decided else {a: f} for a, f in one.items()))


@dataclass
class Function:
    """Instructions by address, and where a function begins."""

    start: int
    code: dict[int, Any]


#: How the extension is compiled: what setup.py adds, and of what Python adds what changes code.
SETUP = (Path(__file__).parents[2] / "setup.py").read_text(encoding="utf-8")
FLAGS = re.search(r"^FLAGS = \[(.*)\]$", SETUP, re.M)
AS_BUILT = ("-fPIC", "-fwrapv", *re.findall(r'"(.+?)"', FLAGS[1] if FLAGS else ""))


def compiled(
    source: Path,
    csrc: Path,
    folder: Path,
    outside: dict[str, int] | None = None,
) -> dict[str, Function]:
    """The functions of a C file, and its read-only memory's symbols without code.

    `outside` has the addresses of what it takes from other files.
    """
    target = folder / f"{source.stem}.elf"
    common = ("-fcf-protection=none", "-no-pie", "-nostdlib", "-static")
    symbols = [f"-Wl,--defsym={name}={at:#x}" for name, at in (outside or {}).items()]
    link = ("-Wl,-e0", "-Wl,-Ttext=0x500000", *symbols)
    command = ["gcc", *AS_BUILT, *common, f"-I{csrc}", str(source), *link, "-o", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    text = target.with_suffix(".text")
    subprocess.run(["objcopy", "-O", "binary", "-j", ".text", target, text], check=True)
    names = subprocess.run(["nm", target], capture_output=True, text=True, check=True).stdout
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    decoder.detail = True
    code = {step.address: step for step in decoder.disasm(text.read_bytes(), 0x500000)}
    rows = [line.split() for line in names.splitlines()]
    return {row[2]: Function(int(row[0], 16), code) for row in rows if len(row) == 3}
