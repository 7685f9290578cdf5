"""A trace with numbers in it gives what the numbers give: proofs read it as it is meant."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from proofs.proof_radix52 import INVERSE
from proofs.proof_trace import ALONE, Op, Recorder, Trace

from srp_native.group import N

WORD, WIDE, DIGIT = 2**64 - 1, 2**128 - 1, 2**52 - 1
R: int = 1 << 3120

Operation = Callable[[int, int, int, int], int]
OPERATIONS: dict[int, Operation] = {
    Op.ADD: lambda a, b, c, size: a + b & WORD,
    Op.SUB: lambda a, b, c, size: a - b & WORD,
    Op.AND: lambda a, b, c, size: a & b,
    Op.LOW: lambda a, b, c, size: a & (1 << size) - 1,
    Op.DOWN: lambda a, b, c, size: a >> size,
    Op.MUL_LOW: lambda a, b, c, size: a + ((b & DIGIT) * (c & DIGIT) & DIGIT) & WORD,
    Op.MUL_HIGH: lambda a, b, c, size: a + ((b & DIGIT) * (c & DIGIT) >> 52) & WORD,
    Op.WIDE_ADD: lambda a, b, c, size: a + b & WIDE,
    Op.WIDE_SUB: lambda a, b, c, size: a - b & WIDE,
    Op.WIDE_LOW: lambda a, b, c, size: a & WORD,
    Op.WIDE_DOWN: lambda a, b, c, size: a >> size,
    Op.WIDE_MUL: lambda a, b, c, size: a + b * c & WIDE,
    Op.EQUAL: lambda a, b, c, size: int(a == b),
    Op.ABOVE: lambda a, b, c, size: int(a > b),
    Op.RIPPLE: lambda a, b, c, size: a | b & c,
    Op.CHOOSE: lambda a, b, c, size: b if a else c,
    Op.OUTPUT: lambda a, b, c, size: a,
}


def computed(trace: Trace, operands: dict[int, int], bits: int, lane: int) -> int:
    """Result 0 for these operands, its digits in a lane."""
    values: list[int] = []
    for step, op in enumerate(trace.op):
        value, size = trace.value[step], trace.size[step]
        if op == Op.CONSTANT:
            values.append(value)
        elif op == Op.INPUT:
            values.append(operands.get(size, 0) >> bits * (value >> 8) & (1 << bits) - 1)
        else:
            a, b, c = (values[source] for source in (trace.a[step], trace.b[step], trace.c[step]))
            values.append(OPERATIONS[op](a, b, c, size))
    digits = {
        i: values[at] for (n, i, where), at in trace.outputs.items() if (n, where) == (0, lane)
    }
    return sum(digit << bits * i for i, digit in digits.items())


@pytest.mark.parametrize(
    ("kernel", "function", "alias", "bits", "lane"),
    [
        ("portable", "mul", 2, 60, 0),
        ("avx512ifma", "mul", 3, 52, 5),
        ("avx512ifma", "row_mul", 3, 52, ALONE),
    ],
)
def test_a_trace_computes_products_modulo_n(
    recorder: Recorder, kernel: str, function: str, alias: int, bits: int, lane: int
) -> None:
    trace = recorder.record(kernel, function, alias)
    rng = random.Random(18)
    for a, b in ((2 * N - 1, 2 * N - 1), (rng.randrange(2 * N), rng.randrange(2 * N)), (0, N)):
        found = computed(trace, {0: a, 1: b, 5: N, 6: INVERSE}, bits, lane)
        assert found < 2 * N
        assert found * R % N == a * b % N
