"""Numbers in 60 digits of 52 bits, R = 2^3120: what the proofs of both kernels with lanes share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import z3
from proofs.proof_bits import Vectors
from proofs.proof_forms import ONE, Atom, Form, Sums, joined
from proofs.proof_steps import Difference
from proofs.proof_trace import Op, Trace, require

from srp_native.group import N

__all__ = [
    "BITS",
    "DIGITS",
    "INVERSE",
    "INVERSE_OPERAND",
    "MASK",
    "MODULUS",
    "PRODUCT",
    "QUOTIENT",
    "RESULT",
    "T_INVERSE",
    "A",
    "B",
    "Lane",
    "R",
    "below",
    "difference_from_n",
    "products",
    "prove_constants",
    "prove_half_product",
    "prove_high_half",
]

BITS, DIGITS = 52, 60
R: int = 2 ** (BITS * DIGITS)
INVERSE: int = -pow(N, -1, R) % R
MASK: int = 2**BITS - 1
#: Numbers of operands and results in record_avx512ifma.c.
A, B, T_INVERSE = 0, 1, 2
MODULUS, INVERSE_OPERAND = 5, 6
RESULT, QUOTIENT, PRODUCT = 0, 1, 2


def below(limits: dict[int, int]) -> Callable[[int, int, int], int]:
    """The largest digits of operands that are below limits; the constants are what they are, and
    digits of tables below 2^52."""

    def largest(operand: int, digit: int, lane: int) -> int:
        if operand == MODULUS:
            return N >> BITS * digit & MASK
        if operand == INVERSE_OPERAND:
            return INVERSE >> BITS * digit & MASK
        return min(MASK, limits.get(operand, R) - 1 >> BITS * digit)

    return largest


@dataclass
class Lane:
    """One of the eight numbers of a trace."""

    trace: Trace
    sums: Sums
    lane: int

    def operand(self, number: int) -> list[Atom]:
        inputs = self.trace.inputs
        return [inputs[number, i, self.lane] for i in range(DIGITS)]

    def result(self, number: int, count: int = DIGITS) -> list[int]:
        outputs = self.trace.outputs
        return [outputs[number, i, self.lane] for i in range(count)]

    def cut(self, steps: list[int]) -> list[int]:
        """The sums whose digits the steps are."""
        masked = [self.trace.masked(step) for step in steps]
        require(all(m and m[1] == BITS for m in masked), "a digit may reach 2^52")
        return [m[0] for m in masked if m]

    def number(self, steps: list[int], factor: int, stop: Collection[int] = ()) -> Form:
        """The digits that the steps are, and what the last of them carries, times `factor`."""
        tops = self.cut(steps)
        last = factor << BITS * (len(tops) - 1)
        found = Counter(self.sums.form({tops[-1]: last}, stop=stop))
        for i, top in enumerate(tops[:-1]):
            found[-top - 1] += factor << BITS * i
        return {atom: times for atom, times in found.items() if times}


def products(form: Counter[Atom], a: list[Atom], b: list[Atom]) -> None:
    """Adds the halves of a[i] b[j], each in its column."""
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            assert isinstance(one, int)
            assert isinstance(other, int)
            low, high = sorted((one, other))
            form["low", low, high] += 1 << BITS * (i + j)
            form["high", low, high] += 1 << BITS * (i + j + 1)


def prove_constants(lane: Lane) -> None:
    """ifma_start takes N and -N^-1 mod R from the tables."""
    for number, value in ((MODULUS, N), (INVERSE_OPERAND, INVERSE)):
        digits = [lane.trace.constant(step) or 0 for step in lane.result(number)]
        require(
            sum(digit << BITS * i for i, digit in enumerate(digits)) == value,
            "ifma_start does not take the constants",
        )


def prove_half_product(lane: Lane, result: int, a: list[Atom], b: list[Atom]) -> list[Atom]:
    """The digits of a result are those of a b mod R."""
    steps = lane.result(result)
    expected: Counter[Atom] = Counter()
    products(expected, a, b)
    found = joined(lane.number(steps, 1), R)
    require(found == joined(dict(expected), R), f"result {result} is not the low half of a product")
    return [lane.sums.digit(step) for step in steps]


def rounded_carries(trace: Trace) -> set[int]:
    """The carries of sums to which 2^52 - 1 was added."""
    return {
        step
        for step, op in enumerate(trace.op)
        if op == Op.DOWN
        and trace.op[trace.a[step]] == Op.ADD
        and trace.constant(trace.b[trace.a[step]]) == MASK
    }


def prove_high_half(lane: Lane, total: Counter[Atom], columns: set[int]) -> None:
    """result R = total, for a total that is a multiple of R and below R^2.

    With C the terms of the total in column 59, and D the sum of those below it, 2^3068 C + D is a
    multiple of R, so that D = 2^3068 d for some d, and C + d = 2^52 K. What enters column 60 is
    (C + 2^52 - 1) >> 52, which proof_lemmas.py shows to be K for d up to 241.
    """
    edge = 1 << BITS * (DIGITS - 1)
    carries = rounded_carries(lane.trace)
    found = lane.number(lane.result(RESULT), R, columns | carries)
    entering = [step for step in carries if step in found]
    require(len(entering) == 1, "one rounded carry enters column 60")
    require(found.pop(entering[0]) == R, "the rounded carry is not added to column 60")
    above = {atom: factor for atom, factor in total.items() if factor >= R}
    require(found == above, "columns 60 and up are not those of the total")
    column = lane.sums.form({lane.trace.a[entering[0]]: edge}, stop=columns)
    require(column.pop(ONE, 0) == MASK * edge, "column 59 is not rounded up")
    here = {atom: factor for atom, factor in total.items() if edge <= factor < R}
    require(column == here, "column 59 is not that of the total")
    rest = {atom: factor for atom, factor in total.items() if factor < edge}
    require(lane.sums.largest(rest) // edge <= 241, "what is left out may exceed 241")


def _less(minuend: int, constant: int, found: Vectors) -> z3.BitVecRef:
    return found.of(minuend) - constant


def difference_from_n(trace: Trace, whole: list[int], choices: list[int]) -> None:
    """The chosen digits are those of a - N, or of a where that is below 0: a mod N for a < 2 N."""
    masked = [trace.masked(trace.c[step]) for step in choices]
    digits = [N >> BITS * i & 2**BITS - 1 for i in range(DIGITS)]
    terms = [partial(_less, step, digit) for step, digit in zip(whole, digits, strict=True)]
    sums = [m[0] for m in masked if m]
    require(len(sums) == DIGITS, "60 digits are chosen")
    known = dict.fromkeys(whole, BITS)
    difference = Difference(trace, BITS, sums, terms, known, -(2**BITS), 2**BITS - 1)
    difference.prove()
    difference.prove_choice(choices, whole)
