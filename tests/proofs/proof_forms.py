"""Steps of a trace as sums: what each is made of, and how large it can be.

Every number is a sum of atoms with integer factors. Atoms are inputs, the digits v mod 2^bits of
sums v, the products of two atoms, and for `vpmadd52` the two halves of such a product. A carry
v / 2^bits is (v - v mod 2^bits) / 2^bits, so carries need no atoms; that all factors stay integers
shows that each came from where it went.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from typing import ClassVar

from proofs.proof_trace import Op, ProofError, Trace, require

__all__ = ["ONE", "Atom", "Form", "Sums", "joined"]

#: An input's step, minus 1 minus the step v for the digit of v, or a pair or half of a product.
Atom = int | tuple[int, int] | tuple[str, int, int]
Form = dict[Atom, int]
#: The atom of constants: step 0 is the constant 0, which needs none.
ONE = 0
LOW_52 = 2**52 - 1


class Sums:
    """The sums of one trace, given the largest value of each input."""

    def __init__(self, trace: Trace, largest: Callable[[int, int, int], int]) -> None:
        self.trace = trace
        self.bits: int | None = None  # of a digit; the same throughout
        #: Sums that were multiplied by halves: the instruction takes their digit.
        self.cut: set[int] = set()
        self.high: list[int | None] = []
        self._added: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._factors: dict[int, dict[int, int]] = {}
        #: Values of the atoms that stand for constants.
        self.constants: dict[int, int] = {}
        self._largest = largest
        for step, op in enumerate(trace.op):
            if op == Op.ADD:
                self._added[trace.a[step]].append((trace.b[step], step))
            self.high.append(self._bound(step, op))

    # ---- how large

    def bound(self, step: int) -> int:
        """The largest value of a step."""
        high = self.high[step]
        if high is None:
            raise AssertionError(f"step {step} has no bound")
        return high

    def _bound(self, step: int, op: int) -> int | None:
        t = self.trace
        if op == Op.CONSTANT:
            return t.value[step]
        if op == Op.INPUT:
            return self._largest(t.size[step], t.value[step] >> 8, t.value[step] & 255)
        if masked := t.masked(step):
            known = self.high[t.a[step]]
            full = (1 << masked[1]) - 1
            return full if known is None else min(known, full)
        rule = self._RULES.get(op)
        return rule(self, step) if rule else None

    def _bound_add(self, step: int) -> int | None:
        a, b = self.high[self.trace.a[step]], self.high[self.trace.b[step]]
        if a is None or b is None:
            return None
        require(a + b < 2**64, f"sum {step} may reach 2^64")
        return a + b

    def _bound_down(self, step: int) -> int | None:
        high = self.high[self.trace.a[step]]
        return None if high is None else high >> self.trace.size[step]

    def _bound_half(self, step: int) -> int:
        t = self.trace
        factors = []
        for factor in (t.b[step], t.c[step]):
            high = self.bound(factor)
            whole = t.op[factor] in (Op.CONSTANT, Op.INPUT) or t.masked(factor)
            if high > LOW_52 or not whole:
                self.cut.add(factor)
            factors.append(min(high, LOW_52))
        product = factors[0] * factors[1]
        half = min(product, LOW_52) if t.op[step] == Op.MUL_LOW else product >> 52
        total = self.bound(t.a[step]) + half
        require(total < 2**64, f"sum {step} may reach 2^64")
        return total

    def _bound_wide(self, step: int) -> int:
        """Of the low word, or the carry, of a sum that has to fit in 128 bits."""
        source = self.trace.a[step]
        high = self.high[source]
        if high is None:
            high = self.largest(self.form({source: 1}, carries=False))
            require(high < 2**127, f"sum {source} may reach 2^127")
            self.high[source] = high
        if self.trace.op[step] == Op.WIDE_LOW:
            return min(high, 2**64 - 1)
        return high >> self.trace.size[step]

    def _bound_choice(self, step: int) -> int | None:
        yes, no = self.high[self.trace.b[step]], self.high[self.trace.c[step]]
        return None if yes is None or no is None else max(yes, no)

    _RULES: ClassVar[dict[int, Callable[[Sums, int], int | None]]] = {
        Op.ADD: _bound_add,
        Op.DOWN: _bound_down,
        Op.MUL_LOW: _bound_half,
        Op.MUL_HIGH: _bound_half,
        Op.WIDE_LOW: _bound_wide,
        Op.WIDE_DOWN: _bound_wide,
        Op.CHOOSE: _bound_choice,
    }

    def atom_bound(self, atom: Atom) -> int:
        """The largest value of an atom."""
        if isinstance(atom, int):
            if atom >= 0:
                return 1 if atom == ONE else self.bound(atom)
            if atom in self.constants:
                return self.constants[atom]
            digit = (1 << (self.bits or 0)) - 1
            known = self.high[-atom - 1]
            return digit if known is None else min(known, digit)
        if len(atom) == 3:
            product = self.atom_bound(atom[1]) * self.atom_bound(atom[2])
            return min(product, LOW_52) if atom[0] == "low" else product >> 52
        return self.atom_bound(atom[0]) * self.atom_bound(atom[1])

    def largest(self, form: Form) -> int:
        """The largest value of a sum of atoms, none of which may be subtracted."""
        require(min(form.values(), default=0) >= 0, "a product is subtracted that was not added")
        return sum(factor * self.atom_bound(atom) for atom, factor in form.items())

    # ---- made of what

    def digit(self, step: int) -> Atom:
        """The atom of a step that is a digit."""
        masked = self.trace.masked(step)
        return step if masked is None else self._digit_of(*masked)

    def _digit_of(self, step: int, bits: int) -> int:
        require(self.bits in (None, bits), "digits of two sizes")
        self.bits = bits
        return -step - 1

    def form(
        self, start: dict[int, int], *, stop: Collection[int] = (), carries: bool = True
    ) -> Form:
        """What steps times factors come to. Steps in `stop`, and carries of 128-bit sums unless
        `carries`, are atoms."""
        found: Counter[Atom] = Counter()
        pending: Counter[int] = Counter()
        queue: list[int] = []

        def add(step: int, factor: int) -> None:
            if step not in pending:
                heapq.heappush(queue, -step)
            pending[step] += factor

        for step, factor in start.items():
            add(step, factor)
        while queue:
            step = -heapq.heappop(queue)
            factor = pending.pop(step)
            if step in stop or (not carries and self.trace.op[step] == Op.WIDE_DOWN):
                found[step] += factor
            elif factor:
                self._take(step, factor, found, add)
        return {atom: factor for atom, factor in found.items() if factor}

    def _take(
        self, step: int, factor: int, found: Counter[Atom], add: Callable[[int, int], None]
    ) -> None:
        """One step's part in a form."""
        t = self.trace
        op, a, b, c = t.op[step], t.a[step], t.b[step], t.c[step]
        if op == Op.CONSTANT:
            found[ONE] += factor * t.value[step]
        elif masked := t.masked(step):
            if self.high[masked[0]] != 0:
                found[self._digit_of(*masked)] += factor
        elif op == Op.INPUT:
            found[step] += factor
        elif op in (Op.ADD, Op.WIDE_ADD):
            add(a, factor)
            add(b, factor)
        elif op == Op.WIDE_SUB:
            add(a, factor)
            add(b, -factor)
        elif op in (Op.DOWN, Op.WIDE_DOWN):
            self._take_carry(a, t.size[step], factor, found, add)
        elif op in (Op.MUL_LOW, Op.MUL_HIGH):
            add(a, factor)
            self._take_half(step, factor, found)
        elif op == Op.WIDE_MUL:
            add(a, factor)
            for atom, times in self._product(b, c).items():
                found[atom] += factor * times
        elif op == Op.CHOOSE:
            self._take_choice(step, factor, found, add)
        else:
            require(False, f"step {step} is a {Op(op).name}, which no sum is made of")

    def _take_carry(
        self,
        source: int,
        bits: int,
        factor: int,
        found: Counter[Atom],
        add: Callable[[int, int], None],
    ) -> None:
        require(factor % (1 << bits) == 0, f"a carry of step {source} that is not a whole one")
        if self.high[source] == 0:
            return
        add(source, factor >> bits)
        found[self._digit_of(source, bits)] -= factor >> bits

    def _take_half(self, step: int, factor: int, found: Counter[Atom]) -> None:
        t = self.trace
        atoms = []
        for operand in (t.b[step], t.c[step]):
            value = t.constant(operand)
            if value == 0:
                return
            if operand in self.cut:
                atoms.append(self._digit_of(operand, 52))
            elif value is not None:
                atoms.append(self._constant(value))
            else:
                digit = self.digit(operand)
                require(isinstance(digit, int), f"step {operand} is no digit")
                atoms.append(digit if isinstance(digit, int) else ONE)
        low, high = sorted(atoms)
        found["low" if t.op[step] == Op.MUL_LOW else "high", low, high] += factor

    #: Constants that are multiplied by halves have atoms below all steps.
    _CONSTANTS = 1 << 40

    def _constant(self, value: int) -> int:
        self.constants[-self._CONSTANTS - value] = value
        return -self._CONSTANTS - value

    def _product(self, b: int, c: int) -> Form:
        """The product of two steps as sums of atoms."""
        product: Counter[Atom] = Counter()
        for one, times in self._factor(b).items():
            for other, more in self._factor(c).items():
                pair: Atom
                if ONE in (one, other):
                    pair = one if other == ONE else other
                else:
                    pair = (min(one, other), max(one, other))
                product[pair] += times * more
        return product

    def _factor(self, step: int) -> dict[int, int]:
        """A factor of a product: a sum of single atoms."""
        if step not in self._factors:
            self.bound(step)
            form = self.form({step: 1})
            self._factors[step] = {
                atom: times for atom, times in form.items() if isinstance(atom, int)
            }
            require(len(form) == len(self._factors[step]), f"step {step} is a product already")
        return self._factors[step]

    def _take_choice(
        self, step: int, factor: int, found: Counter[Atom], add: Callable[[int, int], None]
    ) -> None:
        t = self.trace
        mask, yes, no = t.a[step], t.b[step], t.c[step]
        known = t.constant(mask)
        if known is not None:
            add(yes if known else no, factor)
            return
        ripples = t.op[mask] == Op.RIPPLE and (t.constant(yes), t.constant(no)) == (1, 0)
        require(ripples, f"step {step} chooses by what is no carry")
        self._take_carry(self._rippled(mask), 52, factor, found, add)

    def _rippled(self, mask: int) -> int:
        """The sum whose carry a bit of lanes_carry_bits is: that of a digit and the bit below.

        lemmas.py shows that it is, for a digit below 2^53 - 1.
        """
        t = self.trace
        over, full, below = t.a[mask], t.b[mask], t.c[mask]
        require((t.op[over], t.op[full]) == (Op.ABOVE, Op.EQUAL), "carries of what is compared")
        digit = t.a[over]
        require(t.a[full] == digit, "carries of two different digits")
        require({t.constant(t.b[over]), t.constant(t.b[full])} == {LOW_52}, "a digit's limit")
        require(self.bound(digit) < 2**53 - 1, f"digit {digit} may carry more than 1")
        for choice, total in self._added[digit]:
            if t.op[choice] == Op.CHOOSE and t.a[choice] == below:
                added = t.constant(t.b[choice]), t.constant(t.c[choice])
                require(added == (1, 0), f"another carry than 1 is added to digit {digit}")
                return total
        raise ProofError(f"digit {digit} is not added to the carry below it")


def joined(form: Form, modulus: int | None = None, constants: dict[int, int] | None = None) -> Form:
    """A form with the halves of every product put together, the high ones 2^52 times the low ones
    (modulo `modulus`), and products by constants made constant times the other atom."""
    whole: Counter[Atom] = Counter()
    for atom, factor in form.items():
        if not isinstance(atom, tuple) or len(atom) == 2:
            whole[atom] += factor
            continue
        half, a, b = atom
        other = form.get(("high" if half == "low" else "low", a, b), 0)
        low, high = (factor, other) if half == "low" else (other, factor)
        difference = high - (low << 52)
        require(
            difference % modulus == 0 if modulus else difference == 0,
            f"the halves of product {a}, {b} are in the wrong columns",
        )
        if half == "high" and low:
            continue
        constant = (constants or {}).get(a)
        whole[(a, b) if constant is None else b] += low * (1 if constant is None else constant)
    if modulus:
        whole = Counter({atom: factor % modulus for atom, factor in whole.items()})
    return {atom: factor for atom, factor in whole.items() if factor}
