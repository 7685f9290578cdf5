"""Kernel avx2: products of four numbers of doubles, from traces of the C code.

Halves of products come with a bias, and columns begin with what takes the biases off modulo 2^64.
`without_biases` keeps account of both, so that bounds and identities are those of proof_forms.py.
That the halves are what a trace says of them is shown in proof_doubles.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from proofs.proof_forms import Atom, Sums
from proofs.proof_radix52 import (
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
from proofs.proof_trace import CSRC, Op, Recorder, Trace, require

from srp_native.group import N

__all__ = ["FMA_LANES", "prove_fixed_product", "prove_low_half", "prove_product"]

FMA_LANES = 4
WORD = 1 << 64


def without_biases(trace: Trace) -> Trace:
    """The trace with constants of 2^52 and more as zeros.

    A step of the old trace is the step of the new one plus its bias, modulo 2^64. Where a digit, a
    carry, a factor or a result is taken the bias has to be 0, so that both steps are the same.
    """
    biases: list[int] = []
    values = list(trace.value)
    for step, op in enumerate(trace.op):
        sources = [s for s in (trace.a[step], trace.b[step], trace.c[step]) if s < step]
        bias = 0
        if op == Op.CONSTANT and trace.value[step] > MASK:
            bias, values[step] = trace.value[step], 0
        elif op == Op.ADD:
            bias = (biases[trace.a[step]] + biases[trace.b[step]]) % WORD
        elif op in (Op.MUL_LOW, Op.MUL_HIGH):
            bias, sources = biases[trace.a[step]], sources[1:]
        if op != Op.ADD:
            require(not any(biases[s] for s in sources), f"step {step} takes a sum with its bias")
        biases.append(bias)
    return replace(trace, value=values)


def traced(
    recorder: Recorder, function: str, limits: dict[int, int], alias: int, csrc: Path
) -> Sums:
    """The sums of a function: none reaches 2^60, and what becomes a double is below 2^52."""
    trace = without_biases(recorder.record("avx2", function, alias, csrc=csrc))
    sums = Sums(trace, below(limits))
    require(max(high or 0 for high in sums.high) < 2**60, "a column may reach 2^60")
    require(not sums.cut, "a multiplicand may reach 2^52")
    for step, op in enumerate(trace.op):
        if op == Op.FACTOR:
            require(sums.bound(trace.a[step]) <= MASK, f"factor {step} may reach 2^52")
    return sums


def prove_product(
    recorder: Recorder,
    *,
    square: bool,
    alias: int,
    lanes: Iterable[int] = range(FMA_LANES),
    csrc: Path = CSRC,
) -> None:
    """result R = a b + q N in each of four lanes, below R N (1 + 2^-46) for operands below 2 N."""
    sums = traced(recorder, "sqr" if square else "mul", {A: 2 * N, B: 2 * N}, alias, csrc)
    for number in lanes:
        lane = Lane(sums.trace, sums, number)
        prove_constants(lane)
        a = lane.operand(A)
        b = a if square else lane.operand(B)
        product = prove_half_product(lane, PRODUCT, a, b)
        quotient = prove_half_product(lane, QUOTIENT, product, lane.operand(INVERSE_OPERAND))
        prove_sum(lane, [(a, b), (quotient, lane.operand(MODULUS))])
    # a b + q N is a multiple of R, as q = a b * -N^-1 modulo R.
    largest = (2 * N - 1) ** 2 + (R - 1) * N
    require(largest << 46 < R * N * (2**46 + 1), "the result may reach N (1 + 2^-46)")


def prove_fixed_product(
    recorder: Recorder, *, alias: int, lanes: Iterable[int] = range(FMA_LANES), csrc: Path = CSRC
) -> None:
    """result R = a t + q N, below 2 N R, for t_inverse = -t N^-1 mod R."""
    sums = traced(recorder, "mul_fixed", {A: R, B: N}, alias, csrc)
    for number in lanes:
        lane = Lane(sums.trace, sums, number)
        prove_constants(lane)
        a = lane.operand(A)
        quotient = prove_half_product(lane, QUOTIENT, a, lane.operand(T_INVERSE))
        prove_sum(lane, [(a, lane.operand(B)), (quotient, lane.operand(MODULUS))])
    require((R - 1) * (N - 1) + (R - 1) * N < 2 * N * R, "the result may reach 2 N")


def prove_sum(lane: Lane, pairs: list[tuple[list[Atom], list[Atom]]]) -> None:
    """result R is the sum of the pairs' products, which is a multiple of R."""
    total: Counter[Atom] = Counter()
    for a, b in pairs:
        products(total, a, b)
    prove_high_half(lane, total, set())


def prove_low_half(
    recorder: Recorder, *, lanes: Iterable[int] = range(FMA_LANES), csrc: Path = CSRC
) -> None:
    """result = a b mod R, for any a and b below R."""
    sums = traced(recorder, "low_half", {A: R, B: R}, 3, csrc)
    for number in lanes:
        lane = Lane(sums.trace, sums, number)
        prove_half_product(lane, RESULT, lane.operand(A), lane.operand(B))
