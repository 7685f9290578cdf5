"""Kernel portable: products, squares, and what they are made of, from the trace of the C code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from proof_forms import Atom, Form, Sums
from proof_trace import CSRC, Recorder, require

from srp_native.group import N

__all__ = ["prove_product"]

BITS, DIGITS = 60, 52
R = 2 ** (BITS * DIGITS)
#: What portable.h says of the operands, and of the result.
OPERANDS_BELOW, RESULT_BELOW = 4 * N, 2 * N


def largest(operand: int, digit: int, lane: int) -> int:
    """The largest value of a digit of an operand below 4 N."""
    return min(2**BITS - 1, OPERANDS_BELOW >> BITS * digit)


def prove_product(recorder: Recorder, *, square: bool, alias: int, csrc: Path = CSRC) -> Form:
    """result R + sum of q[i] 2^60i = a b + (N + 1) sum of q[i] 2^60i, so result R = a b + q N."""
    trace = recorder.record("portable", "sqr" if square else "mul", alias, csrc)
    sums = Sums(trace, largest)
    inputs, outputs = trace.inputs, trace.outputs
    a = [inputs[0, i, 0] for i in range(DIGITS)]
    b = a if square else [inputs[1, i, 0] for i in range(DIGITS)]
    digits = [trace.masked(outputs[0, i, 0]) for i in range(DIGITS)]
    require(all(digit and digit[1] == BITS for digit in digits), "a digit may reach 2^60")
    tops = [digit[0] for digit in digits if digit]
    # The whole result is its digits and the carry out of the last one; that carry is 0, as the
    # value below R that is shown in the end leaves no room for one.
    found = Counter(sums.form({tops[-1]: R << BITS * (DIGITS - 1)}))
    for i, top in enumerate(tops[:-1]):
        found[-top - 1] += R << BITS * i
    expected: Counter[Atom] = Counter()
    for i in range(DIGITS):
        for j in range(DIGITS):
            pair = (min(a[i], b[j]), max(a[i], b[j]))
            expected[pair] += 1 << BITS * (i + j)
    quotient = {atom: factor for atom, factor in found.items() if isinstance(atom, int) and factor}
    for i, (atom, factor) in enumerate(sorted(quotient.items(), reverse=True)):
        require(sums.atom_bound(atom) < 2**BITS, "a digit of the quotient may reach 2^60")
        require(factor == N << BITS * i, f"digit {i} of the quotient is not multiplied by N")
        expected[atom] = factor
    require(len(quotient) == DIGITS, "the quotient has 52 digits")
    form = {atom: factor for atom, factor in found.items() if factor}
    require(form == dict(expected), "result R is not a b + q N")
    operands = OPERANDS_BELOW - 1
    require(operands**2 + (R - 1) * N < RESULT_BELOW * R, "the result may reach 2 N")
    return form
