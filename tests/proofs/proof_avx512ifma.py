"""Kernel avx512ifma: products of eight numbers and of one, from traces of the C code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from proofs.proof_forms import Atom, Sums, joined
from proofs.proof_radix52 import (
    BITS,
    DIGITS,
    INVERSE_OPERAND,
    MASK,
    MODULUS,
    PRODUCT,
    QUOTIENT,
    RESULT,
    T_INVERSE,
    A,
    B,
    Lane,
    R,
    below,
    products,
    prove_constants,
    prove_half_product,
    prove_high_half,
)
from proofs.proof_trace import ALONE, CSRC, Recorder, require

from srp_native.group import N

__all__ = ["LANES", "prove_fixed_product", "prove_product", "prove_row"]

LANES = 8


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
    sums = Sums(recorder.record("avx512ifma", function, alias, csrc=csrc), below(limits))
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
        quotient = prove_half_product(
            lane, QUOTIENT, product[:DIGITS], lane.operand(INVERSE_OPERAND)
        )
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
        quotient = prove_half_product(lane, QUOTIENT, lane.operand(A), lane.operand(T_INVERSE))
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
