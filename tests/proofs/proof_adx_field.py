"""Kernel adx: a whole square with its reduction, over the rows that proof_adx.py shows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proof_adx import WINDOW, joined, product
from proof_machine import (
    LIMB,
    ONE,
    SCALAR,
    Machine,
    Sum,
    added,
    compiled,
    plain,
    scaled,
    settled,
)
from proof_trace import CSRC, require

from srp_native.group import N

__all__ = ["prove_square"]

LIMBS, STRIP = 48, 8
R = LIMB**LIMBS
RESULT_AT, A_AT, SCRATCH_AT = 0x10000, 0x20000, 0x30000
OUTSIDE = {
    "adx_rows": 0x900000,
    "adx_quotient_rows": 0x900100,
    "srp_wipe": 0x900200,
    "srp_adx_modulus_plus_1": 0x40000,
    "srp_adx_montgomery_one": 0x41000,
}


def limbs_of(number: int) -> list[int]:
    return [number >> 64 * k & LIMB - 1 for k in range(LIMBS)]


@dataclass
class Calls:
    """The contracts of adx_rows.h: a call's limbs are new atoms, whose sum is known."""

    #: What the limbs of call i come to, without the carry out.
    sums: list[Sum] = field(default_factory=list)

    def _argument(self, machine: Machine, name: str) -> int:
        value = plain(machine.registers[name])
        require(value is not None, "an argument that depends on a value")
        return value or 0

    def _limbs(self, machine: Machine, at: int, count: int) -> Sum:
        return added(*(scaled(machine.memory[at + 8 * k], LIMB**k) for k in range(count)))

    def _finish(self, machine: Machine, total: Sum, at: int, skip: int, count: int) -> Sum:
        number = len(self.sums)
        machine.carries += 1
        out: Sum = {("carry", machine.carries): 1}
        self.sums.append(added(total, scaled(out, -(LIMB**count))))
        for k in range(skip, count):
            address = at + 8 * k
            require(any(address in room for room in machine.writable), "rows outside the scratch")
            machine.memory[address] = {("rows", number, k): 1}
        return out

    def _carry(self, machine: Machine, name: str) -> Sum:
        carry = machine.registers[name]
        bit = carry == {} or (len(carry) == 1 and list(carry.values()) == [1])
        require(bit, "a carry in that may be more than 1")
        return carry

    def rows(self, machine: Machine) -> Sum:
        """t += a digits + carry 2^(512 blocks)"""
        t, a, digits, blocks = (self._argument(machine, r) for r in ("rdi", "rsi", "rdx", "rcx"))
        count = STRIP * (blocks + 1)
        total = added(
            self._limbs(machine, t, count),
            scaled(self._carry(machine, "r8"), LIMB ** (STRIP * blocks)),
        )
        for i, j in itertools.product(range(STRIP * blocks), range(STRIP)):
            one, other = (next(iter(machine.memory[at])) for at in (a + 8 * i, digits + 8 * j))
            total = added(total, {product(one, other): LIMB ** (i + j)})
        return self._finish(machine, total, t, 0, count)

    def quotient_rows(self, machine: Machine) -> Sum:
        """t += q N + carry 2^(512 blocks + 512), which leaves zeros in t[0 .. 8)"""
        t, n, blocks = (self._argument(machine, r) for r in ("rdi", "rsi", "rdx"))
        require(n == OUTSIDE["srp_adx_modulus_plus_1"], "the rows are not of N + 1")
        require(STRIP * (blocks + 1) == LIMBS, "N + 1 has 48 limbs")
        count = LIMBS + STRIP
        if not any(atom[0] == "q" for total in self.sums for atom in total):
            prove_whole(machine, self)
        carry = scaled(self._carry(machine, "rcx"), LIMB**LIMBS)
        total = added(self._limbs(machine, t, count), carry, {("q", len(self.sums)): N})
        for k in range(STRIP):  # what is there has no meaning any more
            machine.memory.pop(t + 8 * k)
        return self._finish(machine, total, t, STRIP, count)

    def expanded(self, total: Sum, skips: list[int]) -> Sum:
        """A sum in which the limbs of calls are what they come to, the last call first."""
        for number in range(len(self.sums) - 1, -1, -1):
            limbs = {a: f for a, f in total.items() if a[0] == "rows" and a[1] == number}
            if not limbs:
                continue
            first = min(limbs, key=lambda atom: atom[2])
            require(first[2] == skips[number], "a limb of a call is left out")
            factor = limbs[first] // LIMB ** first[2]
            count = max(atom[2] for atom in limbs) + 1
            right = {("rows", number, k): factor * LIMB**k for k in range(first[2], count)}
            require(limbs == right, "the limbs of a call are not in their columns")
            rest = {a: f for a, f in total.items() if a not in limbs}
            total = added(rest, scaled(self.sums[number], factor))
        return total


@dataclass
class Pairs:
    """Watches the rows of adx_square.inc: what each drops is 0, as its sum has room.

    Row i of seven has 7 - i sums, and adds so many products and a sum on top.
    """

    row: int | None = None
    before: Sum = field(default_factory=dict)
    shown: int = 0

    def __call__(self, machine: Machine, step: Any) -> None:
        if step.mnemonic == "xor" and step.op_str == "ebx, ebx":
            self.row = self.shown % 7
            self.before = self.window(machine, 7 - self.row) if self.row else {}
        elif self.row is not None and step.mnemonic == "mov" and step.op_str[0] == "q":
            self.show(machine, 7 - self.row)
            self.row = None

    def window(self, machine: Machine, count: int) -> Sum:
        names = (WINDOW[(2 * (self.row or 0) + k) % STRIP] for k in range(count))
        return added(*(scaled(machine.registers[r], LIMB**k) for k, r in enumerate(names)))

    def show(self, machine: Machine, count: int) -> None:
        """After the last sum of a row, before it is stored."""
        room = LIMB ** (count + 1)
        added_here = joined(added(self.window(machine, count + 1), scaled(self.before, -1)))
        products = {a: f for a, f in added_here.items() if a[0] == "product"}
        dropped = {a: f for a, f in added_here.items() if a[0] != "product"}
        require(all(f > 0 for f in products.values()), "a product is subtracted")
        most = sum(products.values()) * (LIMB - 1) ** 2 + LIMB**count - 1
        require(most < room, f"row {self.row} of the pairs has no room")
        right = all(a[0] == "carry" and f == -room for a, f in dropped.items())
        require(right, f"row {self.row} of the pairs loses a carry")
        machine.settle(dict.fromkeys(dropped, 0))
        self.shown += 1


def prove_whole(machine: Machine, calls: Calls) -> None:
    """Before the reduction the scratch has a^2; what was dropped has the factor R^2 and is 0."""
    limbs = (scaled(machine.memory[SCRATCH_AT + 8 * k], LIMB**k) for k in range(2 * LIMBS))
    found = joined(calls.expanded(added(*limbs), [0] * len(calls.sums)))
    left = added(found, scaled(square_of_a(), -1))
    right = all(a[0] == "carry" and f < 0 and f % (R * R) == 0 for a, f in left.items())
    require(right, f"the square has a term too many or too few: {list(left)[:3]}")
    machine.settle(dict.fromkeys(left, 0))


def square_of_a() -> Sum:
    pairs = itertools.combinations_with_replacement(range(LIMBS), 2)
    return {product(("a", i), ("a", j)): (1 + (i != j)) * LIMB ** (i + j) for i, j in pairs}


def prove_square(folder: Path, *, overflow: int, alias: bool, csrc: Path = CSRC) -> None:
    """result R = a^2 + q N, less R N where the quotient by R is above R (`overflow`).

    What is dropped is a carry out of the last addition, which has the factor R^2: as the value is
    below R^2, it is 0. a^2 + q N is below R^2 + R N, so one R N is enough.
    """
    source = csrc / "kernels/adx/adx_field.c"
    functions = compiled(source, csrc, folder, SCALAR, OUTSIDE)
    calls = Calls()
    pairs = Pairs()
    machine = Machine(functions["adx_sqr"], pairs)
    machine.calls[OUTSIDE["adx_rows"]] = calls.rows
    machine.calls[OUTSIDE["adx_quotient_rows"]] = calls.quotient_rows
    machine.give("rsi", "a", A_AT, LIMBS, write=alias)
    at = A_AT if alias else RESULT_AT
    machine.registers["rdi"] = {ONE: at}
    machine.registers["rdx"] = {ONE: SCRATCH_AT}
    machine.writable += [range(at, at + 8 * LIMBS, 8), range(SCRATCH_AT, SCRATCH_AT + 1536, 8)]
    for name, number in (("modulus_plus_1", N + 1), ("montgomery_one", R - N)):
        for k, limb in enumerate(limbs_of(number)):
            machine.memory[OUTSIDE[f"srp_adx_{name}"] + 8 * k] = {ONE: limb} if limb else {}
    for name, function in functions.items():
        if name.startswith("zero"):
            machine.memory |= {function.start + 8 * k: {} for k in range(STRIP)}
    machine.decisions = [overflow]
    machine.run()
    require(pairs.shown == 7 * LIMBS // STRIP, "seven rows of pairs a strip")
    require(not machine.decisions, "the overflow is not looked at")
    result = (scaled(machine.memory[at + 8 * k], R * LIMB**k) for k in range(LIMBS))
    quotients = [n for n, total in enumerate(calls.sums) if ("q", n) in total]
    skips = [STRIP if n in quotients else 0 for n in range(len(calls.sums))]
    found = settled(joined(calls.expanded(added(*result), skips)), machine.decided)
    prove_square_sum(found, quotients, overflow)


def prove_square_sum(found: Sum, quotients: list[int], overflow: int) -> None:
    """The sum is a^2 + q N - overflow R N, and multiples of R^2 by carries."""
    expected = square_of_a() | ({ONE: -overflow * R * N} if overflow else {})
    require(len(quotients) == LIMBS // STRIP, "six strips of the quotient")
    for i, number in enumerate(quotients):
        expected["q", number] = N * LIMB ** (STRIP * i)
    left = added(found, scaled(expected, -1))
    dropped = all(atom[0] == "carry" and factor == -(R * R) for atom, factor in left.items())
    require(dropped, f"a term too many or too few: {list(left.items())[:1]}")
    require((R - 1) ** 2 + (R - 1) * N < R * R + R * N, "one R N may not be enough")
