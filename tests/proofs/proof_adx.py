"""Kernel adx: the compiled machine code of its rows, row by row.

Before each row the eight sums of the window become unknowns of their own, so that a row is shown
for every window. What a row adds is shown over the integers, up to carries that are dropped; those
are 0, as the whole sum stays below 2^576: so long are the window and the limb in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.proof_compiled import LIMB, ONE, Atom, Sum, added, compiled, scaled
from proofs.proof_instructions import Processor
from proofs.proof_machine import Machine
from proofs.proof_trace import CSRC, require

__all__ = ["prove_rows"]

STRIP = 8
T_AT, A_AT, DIGITS_AT = 0x10000, 0x20000, 0x30000
WINDOW = tuple(f"r{i}" for i in range(8, 16))


def joined(total: Sum) -> Sum:
    """Low halves of products plus 2^64 times high ones as products."""
    whole: Sum = {}
    for atom, factor in total.items():
        kind, *pair = atom
        here = atom
        if kind == "low":
            high = total.get(("high", *pair))
            require(high == factor * LIMB, f"the high half of {pair} is not in its column")
            here = ("product", *pair)
        elif kind == "high":
            require(("low", *pair) in total, f"the low half of {pair} is missing")
            continue
        whole[here] = whole.get(here, 0) + factor
    return whole


def product(one: Atom, other: Atom) -> Atom:
    return ("product", *sorted((one, other)))


@dataclass
class Rows:
    """Watches a machine and shows each row as it ends. `quotient` rows come before the others."""

    quotients: int
    rows: int = 0
    window: dict[str, Atom] = field(default_factory=dict)
    digits: list[Atom] = field(default_factory=list)

    def __call__(self, machine: Machine, step: Any) -> None:
        starts = step.mnemonic == "mov" and step.op_str.startswith("rdx,")
        if not starts and step.mnemonic != "neg":
            return
        if self.window:
            self.show(machine)
        for name in WINDOW:
            self.window[name] = ("window", self.rows, name)
            machine.registers[name] = {self.window[name]: 1}
        self.rows += 1

    def show(self, machine: Machine) -> None:
        """Of the row that ends here: what was stored and the window, in order."""
        row = self.rows - 1
        order = [WINDOW[(row + k) % STRIP] for k in range(STRIP)]
        before: Sum = {self.window[name]: LIMB**k for k, name in enumerate(order)}
        after = [scaled(machine.registers[name], LIMB**k) for k, name in enumerate(order) if k]
        after.append(scaled(machine.registers[order[0]], LIMB**STRIP))
        if row < self.quotients:
            digit = self.window[order[0]]
            self.digits.append(digit)
            right = {product(digit, ("n", k)): LIMB**k for k in range(1, STRIP)}
            del before[digit]  # its lowest limb cancels
        else:
            here = row - self.quotients
            number = ("n", STRIP + here) if self.quotients else ("a", here)
            at = here + (STRIP if self.quotients else 0)
            right = {product(number, digit): LIMB**k for k, digit in enumerate(self.digits)}
            right["t", at] = 1
            after.append(machine.memory[T_AT + 8 * at])
        left = joined(added(*after, scaled(before, -1)))
        for atom, factor in right.items():
            require(left.pop(atom, 0) == factor, f"row {row} does not add {atom} in its column")
        dropped = all(
            atom[0] == "carry" and factor == -(LIMB ** (STRIP + 1)) for atom, factor in left.items()
        )
        require(dropped, f"row {row} adds or loses {list(left.items())[:2]}")
        limb = LIMB - 1
        require(limb + limb * (LIMB**STRIP - 1) + LIMB**STRIP - 1 < LIMB ** (STRIP + 1), "bound")


def prove_end(machine: Machine, watch: Rows, at: int) -> None:
    """t[at .. at + 8) += the window + carry, and the carry out is returned."""
    require(watch.rows % STRIP == 1, "eight rows a block")
    right: Sum = {watch.window[name]: LIMB**k for k, name in enumerate(WINDOW)}
    right |= {("t", at + k): LIMB**k for k in range(STRIP)}
    right["carry in", 0] = 1
    sums = [scaled(machine.memory[T_AT + 8 * (at + k)], LIMB**k) for k in range(STRIP)]
    out = scaled(machine.registers["rax"], LIMB**STRIP)
    require(added(*sums, out) == right, "the window and the carry are not added")


def prove_rows(folder: Path, *, quotient: bool, blocks: int, csrc: Path = CSRC) -> None:
    """t + carries = t + a digits (or q (N + 1) - q) + carry in, for blocks of eight limbs."""
    functions = compiled(csrc / "kernels/adx/adx_rows.c", csrc, folder)
    watch = Rows(STRIP if quotient else 0)
    if quotient:
        machine = Processor(functions["adx_quotient_rows"], watch)
        machine.give("rdi", "t", T_AT, STRIP * (blocks + 2), write=True)
        machine.give("rsi", "n", A_AT, STRIP * (blocks + 1))
        count, carry = "rdx", "rcx"
    else:
        watch.digits = [("digit", k) for k in range(STRIP)]
        machine = Processor(functions["adx_rows"], watch)
        machine.give("rdi", "t", T_AT, STRIP * (blocks + 1), write=True)
        machine.give("rsi", "a", A_AT, STRIP * blocks)
        machine.give("rdx", "digit", DIGITS_AT, STRIP)
        count, carry = "rcx", "r8"
    machine.registers[count] = {ONE: blocks}
    machine.registers[carry] = {("carry in", 0): 1}
    machine.run()
    skipped = STRIP if quotient else 0
    rows = STRIP * blocks + skipped
    require(watch.rows == rows + 1, f"{watch.rows - 1} rows in place of {rows}")
    for k in range(skipped):
        require(machine.memory[T_AT + 8 * k] == {("t", k): 1}, "a limb that was to stay is written")
    prove_end(machine, watch, rows)
