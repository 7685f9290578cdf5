"""Kernel avx512ifma: products of eight numbers and of one, from traces of the C code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from proofs.proof_forms import ONE, Atom, Form, Sums, joined
from proofs.proof_trace import ALONE, CSRC, Op, Recorder, Trace, require

from srp_native.group import N

__all__ = ["LANES", "prove_fixed_product", "prove_product", "prove_row"]

BITS, DIGITS, LANES = 52, 60, 8
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


def prove_quotient(lane: Lane, a: list[Atom], b: list[Atom]) -> list[Atom]:
    """The quotient's digits are those of a b mod R."""
    steps = lane.result(QUOTIENT)
    expected: Counter[Atom] = Counter()
    products(expected, a, b)
    found = joined(lane.number(steps, 1), R)
    require(found == joined(dict(expected), R), "the quotient is not the low half of its product")
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
    here = {atom: factor for atom, factor in total.items() if factor == edge}
    require(column == here, "column 59 is not that of the total")
    rest = {atom: factor for atom, factor in total.items() if factor < edge}
    require(lane.sums.largest(rest) // edge <= 241, "what is left out may exceed 241")


def prove_whole_product(lane: Lane, a: list[Atom], b: list[Atom]) -> list[Atom]:
    """a b is its 60 digits and 60 columns, whose atoms are returned."""
    steps = lane.result(PRODUCT, 2 * DIGITS)
    low = [lane.sums.digit(step) for step in steps[:DIGITS]]
    high = steps[DIGITS:]
    found = Counter(lane.sums.form({step: 1 << BITS * (DIGITS + i) for i, step in enumerate(high)}))
    for i, atom in enumerate(low):
        require(lane.sums.atom_bound(atom) <= MASK, "a digit of the product may reach 2^52")
        found[atom] += 1 << BITS * i
    expected: Counter[Atom] = Counter()
    products(expected, a, b)
    whole = {atom: factor for atom, factor in found.items() if factor}
    require(joined(whole) == joined(dict(expected)), "the product is not a b")
    return [*low, *high]


def traced(
    recorder: Recorder, function: str, limits: dict[int, int], alias: int, csrc: Path
) -> Sums:
    """The sums of a function, none of which may reach 2^60."""
    sums = Sums(recorder.record("avx512ifma", function, alias, csrc), below(limits))
    require(max(high or 0 for high in sums.high) < 2**60, "a column may reach 2^60")
    return sums


def prove_product(
    recorder: Recorder,
    *,
    square: bool,
    alias: int,
    lanes: Iterable[int] = range(LANES),
    csrc: Path = CSRC,
) -> None:
    """result R = a b + q N in each of eight lanes, below R N (1 + 2^-46) for operands below 2 N."""
    sums = traced(recorder, "sqr" if square else "mul", {A: 2 * N, B: 2 * N}, alias, csrc)
    require(not sums.cut, "a multiplicand may reach 2^52")
    for number in lanes:
        lane = Lane(sums.trace, sums, number)
        prove_constants(lane)
        a = lane.operand(A)
        product = prove_whole_product(lane, a, a if square else lane.operand(B))
        quotient = prove_quotient(lane, product[:DIGITS], lane.operand(INVERSE_OPERAND))
        total = Counter({atom: 1 << BITS * i for i, atom in enumerate(product)})
        products(total, quotient, lane.operand(MODULUS))
        columns = {atom for atom in product[DIGITS:] if isinstance(atom, int)}
        prove_high_half(lane, total, columns)
    # a b + q N is a multiple of R, as q = a b * -N^-1 modulo R.
    largest = (2 * N - 1) ** 2 + (R - 1) * N
    require(largest << 46 < R * N * (2**46 + 1), "the result may reach N (1 + 2^-46)")


def prove_fixed_product(
    recorder: Recorder, *, alias: int, lanes: Iterable[int] = range(LANES), csrc: Path = CSRC
) -> None:
    """result R = a t + q N, below 2 N R, for t_inverse = -t N^-1 mod R."""
    sums = traced(recorder, "mul_fixed", {A: R, B: N}, alias, csrc)
    require(not sums.cut, "a multiplicand may reach 2^52")
    for number in lanes:
        lane = Lane(sums.trace, sums, number)
        prove_constants(lane)
        quotient = prove_quotient(lane, lane.operand(A), lane.operand(T_INVERSE))
        total: Counter[Atom] = Counter()
        products(total, lane.operand(A), lane.operand(B))
        products(total, quotient, lane.operand(MODULUS))
        prove_high_half(lane, total, set())
    require((R - 1) * (N - 1) + (R - 1) * N < 2 * N * R, "the result may reach 2 N")


def prove_row(recorder: Recorder, function: str, *, alias: int, csrc: Path = CSRC) -> None:
    """result R = a b + q N for one number, below 2 N for operands below 2 N.

    The steps that are multiplied without being below 2^52 are the quotient's, of which the digit is
    wanted: these 60, and no others.
    """
    sums = traced(recorder, function, {A: 2 * N, B: 2 * N}, alias, csrc)
    lane = Lane(sums.trace, sums, ALONE)
    a = lane.operand(A)
    b = a if function == "row_sqr" else lane.operand(B)
    found = joined(lane.number(lane.result(RESULT, 64), R), constants=sums.constants)
    expected: Counter[Atom] = Counter()
    products(expected, a, b)
    whole = Counter(joined(dict(expected)))
    require(len(sums.cut) == DIGITS, "the quotient has 60 digits, and nothing else is cut")
    for i, step in enumerate(sorted(sums.cut)):
        whole[-step - 1] = N << BITS * i
    require(found == dict(whole), "result R is not a b + q N")
    require((2 * N - 1) ** 2 + (R - 1) * N < 2 * N * R, "the result may reach 2 N")
