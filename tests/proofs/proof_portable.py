"""Kernel portable: products, squares, and what they are made of, from the trace of the C code."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

import z3
from proofs.proof_bits import Vectors
from proofs.proof_forms import Atom, Form, Sums
from proofs.proof_steps import Difference, prove_bytes_read, prove_bytes_written, prove_selection
from proofs.proof_trace import CSRC, Op, Recorder, require

from srp_native.group import N

__all__ = [
    "prove_from_bytes",
    "prove_product",
    "prove_select",
    "prove_subtraction",
    "prove_to_bytes",
]

BITS, DIGITS = 60, 52
R: int = 2 ** (BITS * DIGITS)
#: What portable.h says of the operands, and of the result.
OPERANDS_BELOW, RESULT_BELOW = 4 * N, 2 * N


def largest(operand: int, digit: int, lane: int) -> int:
    """The largest value of a digit of an operand below 4 N."""
    return min((1 << BITS) - 1, OPERANDS_BELOW >> BITS * digit)


def prove_product(recorder: Recorder, *, square: bool, alias: int, csrc: Path = CSRC) -> Form:
    """result R + sum of q[i] 2^60i = a b + (N + 1) sum of q[i] 2^60i, so result R = a b + q N."""
    trace = recorder.record("portable", "sqr" if square else "mul", alias, csrc=csrc)
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


def digits_of(number: int) -> list[int]:
    return [number >> BITS * i & 2**BITS - 1 for i in range(DIGITS)]


def prove_subtraction(recorder: Recorder, *, alias: int, csrc: Path = CSRC) -> None:
    """result = minuend - subtrahend + 2 N, which is above 0 and below 4 N."""
    trace = recorder.record("portable", "sub", alias, csrc=csrc)
    inputs, outputs = trace.inputs, trace.outputs
    masked = [trace.masked(outputs[0, i, 0]) for i in range(DIGITS)]
    require(all(m and m[1] == BITS for m in masked), "a digit may reach 2^60")
    terms = [
        partial(_minus, inputs[0, i, 0], inputs[1, i, 0], 2 * digit)
        for i, digit in enumerate(digits_of(N))
    ]
    known = {inputs[k, i, 0]: BITS for k in (0, 1) for i in range(DIGITS)}
    sums = [m[0] for m in masked if m]
    Difference(trace, BITS, sums, terms, known, -(2**BITS) - 1, 3 * 2**BITS).prove()


def _minus(minuend: int, subtrahend: int, more: int, found: Vectors) -> z3.BitVecRef:
    return found.of(minuend) - found.of(subtrahend) + more


def _less(minuend: int, constant: int, found: Vectors) -> z3.BitVecRef:
    return found.of(minuend) - constant


def prove_to_bytes(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """bytes = a mod N for a below 2 N: a - N, or a where that is below 0."""
    trace = recorder.record("portable", "to_bytes", 2, csrc=csrc)
    whole = [trace.inputs[0, i, 0] for i in range(DIGITS)]
    choices = [step for step, op in enumerate(trace.op) if op == Op.CHOOSE]
    require(len(choices) == DIGITS, "52 digits are chosen")
    masked = [trace.masked(trace.c[step]) for step in choices]
    terms = [partial(_less, step, digit) for step, digit in zip(whole, digits_of(N), strict=True)]
    known = dict.fromkeys(whole, BITS)
    sums = [m[0] for m in masked if m]
    difference = Difference(trace, BITS, sums, terms, known, -(2**BITS), 2**BITS - 1)
    difference.prove()
    difference.prove_choice(choices, whole)
    prove_bytes_written(trace, choices, BITS)


def prove_from_bytes(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """Every bit of the bytes is in its digit."""
    trace = recorder.record("portable", "from_bytes", 2, csrc=csrc)
    prove_bytes_read(trace, [trace.outputs[0, i, 0] for i in range(DIGITS)], BITS)


def prove_select(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """result = table[index] for each of 64 indices, whatever the table holds."""
    trace = recorder.record("portable", "select", 2, csrc=csrc)
    inputs, outputs = trace.inputs, trace.outputs

    def wanted(entry: int) -> dict[int, int]:
        return {outputs[0, i, 0]: inputs[4, i, entry] for i in range(DIGITS)}

    prove_selection(trace, [inputs[3, 0, 0]], 64, wanted)
