"""Kernel adx: a whole square with its reduction, over the rows that proof_adx.py shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.proof_adx import WINDOW, joined, product
from proofs.proof_compiled import (
    LIMB,
    ONE,
    Function,
    Sum,
    added,
    compiled,
    plain,
    scaled,
    settled,
)
from proofs.proof_instructions import Processor
from proofs.proof_machine import KEPT_LOCALLY, Machine
from proofs.proof_trace import CSRC, require

from srp_native.group import N

__all__ = ["NONE", "prove_distance", "prove_product", "prove_square"]

LIMBS, STRIP = 48, 8
HALF = LIMBS // 2
R, H = LIMB**LIMBS, LIMB**HALF
OPERANDS_AT, SCRATCH_AT = (0x10000, 0x20000, 0x28000), 0x30000
#: Number of the operand that a result is in the place of, and of none.
NONE = 2
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

    #: What is in the scratch before the reduction.
    expected: Callable[[], Sum]
    #: What the limbs of call i come to, without the carry out.
    sums: list[Sum] = field(default_factory=list)
    #: Of each distance whether it is that of a smaller number to a larger one.
    signs: list[int] = field(default_factory=list)

    def _argument(self, machine: Machine, name: str) -> int:
        value = plain(machine.registers[name])
        require(value is not None, "an argument that depends on a value")
        return value or 0

    def _limbs(self, machine: Machine, at: int, count: int) -> Sum:
        return added(*(scaled(machine.memory[at + 8 * k], LIMB**k) for k in range(count)))

    def _finish(
        self, machine: Machine, total: Sum, at: int, skip: int, count: int, *, room: bool = False
    ) -> Sum:
        """New limbs of what a call adds up to, and the carry out: none where there is `room`."""
        number = len(self.sums)
        machine.carries += 1
        out: Sum = {} if room else {("carry", machine.carries): 1}
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
        limbs = (plain(machine.memory[t + 8 * k]) for k in range(count))
        most = sum((LIMB - 1 if limb is None else limb) * LIMB**k for k, limb in enumerate(limbs))
        most += (LIMB ** (STRIP * blocks) - 1) * (LIMB**STRIP - 1)
        most += LIMB ** (STRIP * blocks) if machine.registers["r8"] else 0
        return self._finish(machine, total, t, 0, count, room=most < LIMB**count)

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

    def distance(self, machine: Machine) -> Sum:
        """|a - b| for 24 limbs each: halves of an operand; the sign is one of the cases."""
        at, a, b = (self._argument(machine, r) for r in ("rdi", "rsi", "rdx"))
        name = "ab"[len(self.signs)]
        require(machine.memory[a] == {(name, 0): 1}, "a distance of other numbers")
        require(b == a + 8 * HALF, "a distance of other numbers than two halves")
        for k in range(HALF):
            machine.memory[at + 8 * k] = {(f"half {name}", k): 1}
        self.signs.append(machine.decisions.pop(0))
        return {ONE: LIMB - 1} if self.signs[-1] else {}

    def product(self) -> Sum:
        """a b by way of (a0 - a1)(b0 - b1), with the sign that the distances' product has."""
        minus = 1 if self.signs[0] == self.signs[1] else -1
        total: Sum = {}
        for i, j in itertools.product(range(HALF), range(HALF)):
            at = LIMB ** (i + j)
            low, high = (product(("a", i + h), ("b", j + h)) for h in (0, HALF))
            total[low] = at * (1 + H)
            total[high] = at * H * (1 + H)
            total[product(("half a", i), ("half b", j))] = -minus * at * H
        return total

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
    """Before the reduction the scratch has a^2 or a b; what was dropped is R^2 times 0."""
    limbs = (scaled(machine.memory[SCRATCH_AT + 8 * k], LIMB**k) for k in range(2 * LIMBS))
    found = joined(calls.expanded(added(*limbs), [0] * len(calls.sums)))
    left = added(found, scaled(calls.expected(), -1))
    right = all(a[0] == "carry" and f < 0 and f % (R * R) == 0 for a, f in left.items())
    require(right, f"the product has a term too many or too few: {list(left)[:3]}")
    machine.settle(dict.fromkeys(left, 0))


def square_of_a() -> Sum:
    pairs = itertools.combinations_with_replacement(range(LIMBS), 2)
    return {product(("a", i), ("a", j)): (1 + (i != j)) * LIMB ** (i + j) for i, j in pairs}


def reduced(folder: Path, function: str, decisions: list[int], alias: int, csrc: Path) -> None:
    """result R = what is in the scratch + q N, less R N where the quotient by R is above R.

    What is dropped is a carry out of the last addition, which has the factor R^2: as the value is
    below R^2, it is 0. The scratch + q N is below R^2 + R N, so one R N is enough. The last of the
    decisions is whether there was an overflow.
    """
    functions = compiled(csrc / "kernels/adx/adx_field.c", csrc, folder, OUTSIDE)
    calls = Calls(square_of_a)
    pairs = Pairs()
    machine = Processor(functions[function], pairs, decisions=list(decisions))
    machine.calls[OUTSIDE["adx_rows"]] = calls.rows
    machine.calls[OUTSIDE["adx_quotient_rows"]] = calls.quotient_rows
    machine.calls[functions["distance"].start] = calls.distance
    machine.local.add(functions["distance"].start)
    machine.give("rsi", "a", OPERANDS_AT[0], LIMBS)
    at = OPERANDS_AT[alias]
    if function == "adx_mul":
        calls.expected = calls.product
        machine.give("rdx", "b", OPERANDS_AT[1], LIMBS)
    machine.registers["rdi"] = {ONE: at}
    machine.registers["rcx" if function == "adx_mul" else "rdx"] = {ONE: SCRATCH_AT}
    machine.writable += [range(at, at + 8 * LIMBS, 8), range(SCRATCH_AT, SCRATCH_AT + 1536, 8)]
    give_constants(machine, functions)
    machine.run()
    require(not machine.decisions, "a case is not looked at")
    require(pairs.shown == (0 if calls.signs else 42), "seven rows of pairs a strip")
    result = (scaled(machine.memory[at + 8 * k], R * LIMB**k) for k in range(LIMBS))
    quotients = [n for n, total in enumerate(calls.sums) if ("q", n) in total]
    skips = [STRIP if n in quotients else 0 for n in range(len(calls.sums))]
    found = settled(joined(calls.expanded(added(*result), skips)), machine.decided)
    prove_reduction(found, calls.expected(), quotients, decisions[-1])


def give_constants(machine: Machine, functions: dict[str, Function]) -> None:
    """N + 1 and R - N, as the tables have them, and the zeros of adx_field.c."""
    for name, number in (("modulus_plus_1", N + 1), ("montgomery_one", R - N)):
        for k, limb in enumerate(limbs_of(number)):
            machine.memory[OUTSIDE[f"srp_adx_{name}"] + 8 * k] = {ONE: limb} if limb else {}
    for name, function in functions.items():
        if name.startswith("zero"):
            machine.memory |= {function.start + 8 * k: {} for k in range(STRIP)}


def prove_reduction(found: Sum, product: Sum, quotients: list[int], overflow: int) -> None:
    """The sum is the product + q N - overflow R N, and multiples of R^2 by carries."""
    expected = product | ({ONE: -overflow * R * N} if overflow else {})
    require(len(quotients) == LIMBS // STRIP, "six strips of the quotient")
    for i, number in enumerate(quotients):
        expected["q", number] = N * LIMB ** (STRIP * i)
    left = added(found, scaled(expected, -1))
    dropped = all(atom[0] == "carry" and factor == -(R * R) for atom, factor in left.items())
    require(dropped, f"a term too many or too few: {list(left)[:3]}")
    require((R - 1) ** 2 + (R - 1) * N < R * R + R * N, "one R N may not be enough")


def prove_square(folder: Path, *, overflow: int, alias: bool, csrc: Path = CSRC) -> None:
    """a^2, by rows of pairs that are doubled."""
    reduced(folder, "adx_sqr", [overflow], 0 if alias else NONE, csrc)


#: Carries of the three additions in full_mul, by whether the product is subtracted. The middle part
#: a0 b1 + a1 b0 is in [0, 2 H^2), so that the first two make up for the minus or come to 1 at most.
CARRIES = {
    minus: [c for c in itertools.product((0, 1), repeat=3) if c[0] + c[1] - minus in (0, 1)]
    for minus in (0, 1)
}


def prove_product(folder: Path, *, signs: tuple[int, int], alias: int, csrc: Path = CSRC) -> None:
    """a b by Karatsuba, for halves of each order and every carry that there can be."""
    for carries in CARRIES[int(signs[0] == signs[1])]:
        for overflow in (0, 1):
            reduced(folder, "adx_mul", [*signs, *carries, overflow], alias, csrc)


def prove_distance(folder: Path, *, negative: int, csrc: Path = CSRC) -> None:
    """|a - b|, and a mask of whether a < b: b - a where the subtraction borrows, else a - b.

    What is dropped is a carry of the factor 2^1536, which is 0, as the distance is below that.
    """
    functions = compiled(csrc / "kernels/adx/adx_field.c", csrc, folder, OUTSIDE)
    machine = Processor(functions["distance"], lambda machine, step: None, decisions=[negative])
    for register, name, at in (("rsi", "a", OPERANDS_AT[0]), ("rdx", "b", OPERANDS_AT[1])):
        machine.give(register, name, at, HALF)
    at = OPERANDS_AT[NONE]
    machine.registers["rdi"] = {ONE: at}
    machine.writable.append(range(at, at + 8 * HALF, 8))
    give_constants(machine, functions)
    for function in (f for name, f in functions.items() if name.startswith("zero")):
        machine.memory |= {function.start + 8 * k: {} for k in range(HALF)}
    machine.run()
    for name in KEPT_LOCALLY:
        require(machine.registers[name] == {("saved", name): 1}, f"{name} is not what it was")
    require(plain(machine.registers["rax"]) == (LIMB - 1 if negative else 0), "another mask")
    found = added(*(scaled(machine.memory[at + 8 * k], LIMB**k) for k in range(HALF)))
    sign = -1 if negative else 1
    expected = {(n, k): s * sign * LIMB**k for n, s in (("a", 1), ("b", -1)) for k in range(HALF)}
    left = added(found, scaled(expected, -1))
    dropped = all(atom[0] == "carry" and factor == -H for atom, factor in left.items())
    require(dropped, f"a distance has a term too many or too few: {list(left)[:3]}")
