"""What kernels do with numbers from bytes in to bytes out: powers and products, for every exponent.

A number is followed as what it is a power of. Its form says how often each base and R go into it:
atoms are ("R",) for R, ("two",) for 2, ("base", r) for element r of the input, and (..., r, bit)
for one that goes in where that bit of exponent r is 1. A product in Montgomery form is the sum of
two forms less R. An entry that an index selects is that of index 0 and, for each bit of the index,
what that bit adds, once this is shown to be so for all entries.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proofs.proof_bits import evaluate
from proofs.proof_tables import comb
from proofs.proof_trace import CSRC, Op, Recorder, Trace, require

from srp_native.group import N

__all__ = ["KERNELS", "Kernel", "prove_pow_g", "prove_powmod", "prove_product"]

Call = enum.IntEnum("Call", "MUL FIXED SELECT FROM_BYTES TO_BYTES SAME ALONE END", start=0)
SIZE = 384
OUT, ELEMENTS, EXPONENTS = 0, 1, 2
FREE_BITS, WINDOW = 11, 7

Atom = tuple[str | int, ...]
Form = dict[Atom, int]
R_ATOM, TWO = ("R",), ("two",)


def combined(*parts: tuple[Form, int]) -> Form:
    """The sum of forms, each times a number."""
    total: Form = {}
    for form, times in parts:
        for atom, factor in form.items():
            total[atom] = total.get(atom, 0) + factor * times
    return {atom: factor for atom, factor in total.items() if factor}


@dataclass(frozen=True)
class Kernel:
    """Digits of a kernel's numbers, and whether its windows have factors that are known."""

    name: str
    bits: int
    digits: int

    @property
    def radix(self) -> int:
        return 1 << self.bits * self.digits


KERNELS = {
    "portable": Kernel("portable", 60, 52),
    "adx": Kernel("adx", 64, 48),
    "avx512ifma": Kernel("avx512ifma", 52, 60),
    "avx2": Kernel("avx2", 52, 60),
}


@dataclass
class Loops:
    """A trace of calls, and the forms of the numbers that they gave."""

    kernel: Kernel
    trace: Trace
    length: int = 0
    #: Each of the free powers is computed, or one in so many.
    every: int = 1
    #: Of each step that is a digit of a result: which result, and which digit.
    origin: dict[int, tuple[int, int]] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    #: Forms of constants, by their values.
    constants: dict[int, Form] = field(default_factory=dict)
    written: dict[int, Form] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one = self.kernel.radix % N
        self.constants |= {1: {}, 2: {TWO: 1}, one: {R_ATOM: 1}, one * one % N: {R_ATOM: 2}}
        for at, entry in enumerate(comb(one)):
            table, teeth = at >> 6, at & 63
            power = sum(1 << FREE_BITS + 42 * i + 3 * table for i in range(6) if teeth >> i & 1)
            self.constants[entry] = combined(({R_ATOM: 1}, 1), ({TWO: 1}, power))

    def run(self) -> None:
        """Every call, in order."""
        start = None
        for step, op in enumerate(self.trace.op):
            if op != Op.CALL:
                continue
            if self.trace.size[step] == Call.END:
                require(start is not None, "a call ends that did not begin")
                self.call(start or 0, step)
                start = None
            else:
                start = step

    def call(self, start: int, end: int) -> None:
        """One call, with its operands and its result in the steps from `start` to `end`."""
        t = self.trace
        operands: dict[tuple[int, int], list[int]] = {}
        given: list[int] = []
        for step in range(start + 1, end):
            if t.op[step] == Op.OUTPUT:
                operands.setdefault((t.size[step], t.value[step] & 255), []).append(t.a[step])
            elif t.op[step] == Op.INPUT:
                given.append(step)
        rule = {
            Call.MUL: self._product,
            Call.FIXED: self._fixed_product,
            Call.SAME: self._same,
            Call.ALONE: self._alone,
            Call.SELECT: self._selection,
            Call.FROM_BYTES: self._read,
            Call.TO_BYTES: self._write,
        }[Call(t.size[start])]
        form = rule(operands, t.value[start])
        if given:
            require(len(given) == self.kernel.digits, "a number of too many digits")
            self.origin |= {step: (len(self.forms), i) for i, step in enumerate(given)}
            self.forms.append(form)

    def number(self, steps: Sequence[int]) -> Form:
        """The form of a number from its digits; a row has zeros behind them."""
        t, count = self.trace, self.kernel.digits
        if all(t.constant(step) == 0 for step in steps[count:]):
            steps = steps[:count]
        require(len(steps) >= count, "a number of too few digits")
        first = steps[0]
        if first in self.origin:
            which = self.origin[first][0]
            right = [self.origin.get(step) for step in steps]
            require(right == [(which, i) for i in range(count)], "digits of several numbers")
            return self.forms[which]
        if t.op[first] == Op.ENTRY:
            return self.entry(steps, 0)
        digits = [t.constant(step) for step in steps]
        if None not in digits:
            return self.constant([digit or 0 for digit in digits])
        if self.chosen(first)[1]:
            return self.choice(steps)
        return self.free_power(steps)

    def constant(self, digits: list[int]) -> Form:
        value = sum(digit << self.kernel.bits * i for i, digit in enumerate(digits))
        require(value in self.constants, f"a constant that is not known: {value:x}")
        return self.constants[value]

    def entry(self, steps: Sequence[int], half: int) -> Form:
        """The entry of a window that an index selects: the digits of T, or those of -T / N."""
        t, count = self.trace, self.kernel.digits
        require({t.op[step] for step in steps} == {Op.ENTRY}, "a digit of no entry")
        index, first = t.a[steps[0]], t.value[steps[0]]
        window, digit = divmod(first, 2 * count)
        require(digit == half * count, "the digits of another number than wanted")
        right = all((t.a[s], t.value[s]) == (index, first + i) for i, s in enumerate(steps))
        require(right, "digits of several entries")
        at = FREE_BITS + WINDOW * window
        entries = [combined(({R_ATOM: 1}, 1), ({TWO: 1}, e << at)) for e in range(1 << WINDOW)]
        return self.selected(index, entries)

    def chosen(self, step: int) -> tuple[int, dict[int, int], int]:
        """Of a digit that an index selects: the index, the digit for each number that the index is
        compared with, and the digit for all others."""
        t = self.trace
        a, b, c = t.a[step], t.b[step], t.c[step]
        if t.op[step] == Op.CHOOSE and t.op[a] == Op.EQUAL and t.constant(t.b[a]) is not None:
            index, others, rest = self.chosen(c)
            require(not others or index == t.a[a], "a digit of two indices")
            return t.a[a], others | {t.value[t.b[a]]: b}, rest
        if t.op[step] == Op.OR:
            index, digits, rest = self.chosen(a)
            other, more, zero = self.chosen(b)
            apart = index == other and not digits.keys() & more.keys()
            zeros = t.constant(rest) == t.constant(zero) == 0
            if digits and more and apart and zeros:
                return index, digits | more, rest
        return 0, {}, step

    def choice(self, steps: Sequence[int]) -> Form:
        """The number that an index selects, digit by digit."""
        found = [self.chosen(step) for step in steps]
        require(len({index for index, _, _ in found}) == 1, "digits of several indices")
        size = max(found[0][1]) + 1
        require(size & (size - 1) == 0, "a table of another size than a power of 2")
        entries = [self.number([digits.get(e, rest) for _, digits, rest in found])
                   for e in range(size)]  # fmt: skip
        return self.selected(found[0][0], entries)

    def _fixed_product(self, operands: dict[tuple[int, int], list[int]], offset: int) -> Form:
        t, inverse = operands[1, 0], operands[2, 0]
        self.entry(inverse, 1)
        columns = self.trace.a, self.trace.value
        require(columns[0][t[0]] == columns[0][inverse[0]], "an inverse of another index")
        apart = columns[1][inverse[0]] - columns[1][t[0]]
        require(apart == self.kernel.digits, "an inverse of another window")
        return self._product(operands, offset)

    def _same(self, operands: dict[tuple[int, int], list[int]], offset: int) -> Form:
        return self.number(operands[0, 0])

    def _alone(self, operands: dict[tuple[int, int], list[int]], offset: int) -> Form:
        """A power that another kernel computes, of which the same is shown."""
        row, rest = divmod(self.trace.constant(operands[1, 0][0]) or 0, self.length)
        require(rest == 0, "an exponent that begins in another")
        base = self.number(operands[0, 0])
        bits = {(*a, row, bit): f << bit for a, f in base.items() for bit in range(8 * self.length)}
        return self._put(bits, offset)

    def _product(self, operands: dict[tuple[int, int], list[int]], offset: int) -> Form:
        a, b = self.number(operands[0, 0]), self.number(operands[1, 0])
        return combined((a, 1), (b, 1), ({R_ATOM: 1}, -1))

    def _selection(self, operands: dict[tuple[int, int], list[int]], offset: int) -> Form:
        (index,) = operands.pop((1, 0))
        entries = [self.number(operands[0, e]) for e in range(len(operands))]
        return self.selected(index, entries)

    def selected(self, index: int, entries: list[Form]) -> Form:
        """The entry of an index whose bits are those of an exponent."""
        width = len(entries).bit_length() - 1
        for e in range(1, len(entries)):
            low = e & -e
            right = combined((entries[e - low], 1), (entries[low], 1), (entries[0], -1))
            require(entries[e] == right, f"entry {e} is not made of those of its bits")
        parts = [(entries[0], 1)]
        for at, (row, bit) in self.index_bits(index).items():
            require(at < width, "an index that is longer than its table")
            step = combined((entries[1 << at], 1), (entries[0], -1))
            parts.append(({(*atom, row, bit): times for atom, times in step.items()}, 1))
        return combined(*parts)

    def index_bits(self, index: int) -> dict[int, tuple[int, int]]:
        """(exponent, bit) of each bit of an index; those past the end of an exponent are 0."""
        t = self.trace
        found: dict[int, tuple[int, int]] = {}
        while t.op[index] == Op.BIT:
            at, region = t.size[index] & 255, t.size[index] >> 8
            require(region == EXPONENTS and at not in found, "a bit of what is no exponent, or two")
            byte, bit = divmod(t.value[index], 8)
            row, place = divmod(byte, self.length)
            found[at] = (row, 8 * (self.length - 1 - place) + bit)
            index = t.a[index]
        require(t.constant(index) == 0, "an index of other things than bits")
        return found

    def free_power(self, steps: Sequence[int]) -> Form:
        """2^(the lowest 11 bits of an exponent), from digits that are computed from them."""
        cone, index = self.cone(steps)
        for power in range(0, 1 << FREE_BITS, self.every) if index[0] else [0]:
            values = evaluate(cone, {index[1]: power})
            digits = [values[step] for step in index[2]]
            require(None not in digits, "a digit of other things than an index")
            total = sum((digit or 0) << self.kernel.bits * i for i, digit in enumerate(digits))
            require(total == 1 << power, f"the digits of 2^{power} are wrong")
        bits = self.index_bits(index[0])
        require(all(at < FREE_BITS for at in bits), "a free power of more than 11 bits")
        return {("two", row, bit): 1 << at for at, (row, bit) in bits.items()}

    def cone(self, steps: Sequence[int]) -> tuple[Trace, tuple[int, int, list[int]]]:
        """What digits are computed from, up to one index: a trace of its own; where the index was
        and is there, and the digits."""
        t = self.trace
        needed, queue, indices = {0}, list(steps), set()
        while queue:
            step = queue.pop()
            if step in needed:
                continue
            needed.add(step)
            if t.op[step] == Op.BIT:
                indices.add(step)
            elif t.op[step] != Op.CONSTANT:
                queue += [t.a[step], t.b[step], t.c[step]]
        require(len(indices) <= 1, "digits of more than one index")
        index = indices.pop() if indices else 0
        order = {step: at for at, step in enumerate(sorted(needed))}
        a, b, c = ([order.get(column[s], 0) for s in order] for column in (t.a, t.b, t.c))
        op, size, value = ([column[s] for s in order] for column in (t.op, t.size, t.value))
        part = Trace(op, size, a, b, c, value)
        return part, (index, order[index], [order[step] for step in steps])

    def _read(self, operands: dict[tuple[int, int], list[int]], offset: int) -> Form:
        require(offset % SIZE == 0, "bytes between two elements")
        return {("base", offset // SIZE): 1}

    def _write(self, operands: dict[tuple[int, int], list[int]], offset: int) -> Form:
        return self._put(self.number(operands[0, 0]), offset)

    def _put(self, form: Form, offset: int) -> Form:
        require(offset % SIZE == 0, "bytes between two elements")
        require(offset // SIZE not in self.written, "an element is written twice")
        self.written[offset // SIZE] = form
        return {}


def recorded(
    recorder: Recorder, kernel: str, function: str, count: int, length: int, csrc: Path, every: int
) -> Loops:
    trace = recorder.record(f"loops of {kernel}", function, count, length, csrc=csrc)
    loops = Loops(KERNELS[kernel], trace, length, every)
    loops.run()
    return loops


def exponent(atom: Atom, row: int, length: int) -> Form:
    """atom to the power of exponent `row`: every bit once."""
    return {(*atom, row, bit): 1 << bit for bit in range(8 * length)}


def prove_pow_g(
    recorder: Recorder, kernel: str, *, count: int, length: int, every: int = 1, csrc: Path = CSRC
) -> None:
    """out[r] = 2^exponents[r], for every exponent of `length` bytes."""
    loops = recorded(recorder, kernel, "pow_g", count, length, csrc, every)
    expected = {row: exponent(TWO, row, length) for row in range(count)}
    require(loops.written == expected, "a power of 2 is another")


def prove_powmod(
    recorder: Recorder, kernel: str, *, count: int, length: int, csrc: Path = CSRC
) -> None:
    """out[r] = bases[r]^exponents[r], for every base and every exponent of `length` bytes."""
    loops = recorded(recorder, kernel, "powmod", count, length, csrc, 1)
    expected = {row: exponent(("base", row), row, length) for row in range(count)}
    require(loops.written == expected, "a power is another")


def prove_product(
    recorder: Recorder, kernel: str, *, count: int, first: int, csrc: Path = CSRC
) -> None:
    """out = the product of `count` elements / R^count, `first` of them added before the others."""
    loops = recorded(recorder, kernel, "product", count, first, csrc, 1)
    expected = combined(({("base", row): 1 for row in range(count)}, 1), ({R_ATOM: 1}, -count))
    require(loops.written == {0: expected}, "the product is another")
