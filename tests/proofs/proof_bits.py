"""What z3 shows of single steps, and what evaluation shows of traces without sums.

The formulas of lemmas are read from the headers. Steps of a trace become bit-vectors: everything up
to the steps that are named as known.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import z3
from proofs.proof_trace import Op, ProofError, Trace, require

__all__ = ["Vectors", "Wire", "compute", "evaluate", "formula", "prove", "wires"]

WORD = 64
#: Milliseconds after which a proof that has not ended has failed.
TIMEOUT = 60_000


def prove(what: str, claim: z3.BoolRef) -> None:
    """Raises ProofError unless the claim holds for all values."""
    solver = z3.Solver()
    solver.set("timeout", TIMEOUT)
    solver.add(z3.Not(claim))
    answer = solver.check()
    if answer == z3.unknown:
        raise ProofError(f"{what}: no answer after {TIMEOUT} ms")
    require(answer == z3.unsat, f"{what}: not for {solver.model() if answer == z3.sat else ''}")


def formula(csrc: Path, header: str, function: str) -> str:
    """What a function of one expression returns, as Python: casts and members left out."""
    text = (csrc / header).read_text(encoding="utf-8")
    found = re.search(
        rf"\b{function}\([^)]*\)\s*{{\s*(?:return|LANES_EACH\(|LANES_MASK\()(.*?);?\s*}}",
        text,
        re.S,
    )
    if not found:
        raise AssertionError(f"{header} has no function {function} of one expression")
    expression = re.sub(r"\((?:srp_\w+|lanes\w*|uint\d+_t|unsigned)\)", "", found[1])
    expression = re.sub(r"\.hidden(\[i\])?|UINT64_C|value_barrier", "", expression)
    expression = " ".join(expression.replace("{", "(").replace("}", ")").split())
    open_, close = expression.count("("), expression.count(")")
    return expression[max(open_ - close, 0) : len(expression) - max(close - open_, 0)]


class Word:
    """64 bits with C's operators."""

    def __init__(self, bits: Any) -> None:
        self.bits = z3.BitVecVal(bits, WORD) if isinstance(bits, int) else bits

    def _with(self, other: Any) -> Any:
        return other.bits if isinstance(other, Word) else z3.BitVecVal(other, WORD)

    def __add__(self, other: Any) -> Word:
        return Word(self.bits + self._with(other))

    def __sub__(self, other: Any) -> Word:
        return Word(self.bits - self._with(other))

    def __rsub__(self, other: Any) -> Word:
        return Word(self._with(other) - self.bits)

    def __mul__(self, other: Any) -> Word:
        return Word(self.bits * self._with(other))

    def __and__(self, other: Any) -> Word:
        return Word(self.bits & self._with(other))

    def __or__(self, other: Any) -> Word:
        return Word(self.bits | self._with(other))

    def __xor__(self, other: Any) -> Word:
        return Word(self.bits ^ self._with(other))

    def __rshift__(self, other: Any) -> Word:
        return Word(z3.LShR(self.bits, self._with(other)))

    def __lshift__(self, other: Any) -> Word:
        return Word(self.bits << self._with(other))

    def __invert__(self) -> Word:
        return Word(~self.bits)

    __rmul__ = __mul__


def compute(expression: str, **values: Any) -> Any:
    """A formula of C for these bit-vectors."""
    words = {name: Word(value) for name, value in values.items()}
    return eval(expression, {"__builtins__": {}}, words).bits


class Vectors:
    """Steps of a trace as bit-vectors of 64 bits."""

    def __init__(self, trace: Trace, known: dict[int, z3.BitVecRef]) -> None:
        self._trace, self._known = trace, dict(known)

    def of(self, step: int) -> z3.BitVecRef:
        """A step, computed from the known ones."""
        if step not in self._known:
            self._known[step] = self._compute(step)
        return self._known[step]

    def _compute(self, step: int) -> z3.BitVecRef:
        t = self.trace_of(step)
        op, size, value = t[0], t[1], t[2]
        if op == Op.CONSTANT:
            return z3.BitVecVal(value, WORD)
        require(op in OPERATIONS, f"step {step} is a {Op(op).name}, which is not known")
        a, b, c = (self._trace.a[step], self._trace.b[step], self._trace.c[step])
        needed = [self.of(s) for s in (a, b, c)[: ARITY.get(op, 2)]]
        return z3.simplify(OPERATIONS[op](needed, size, value))

    def trace_of(self, step: int) -> tuple[int, int, int]:
        return self._trace.op[step], self._trace.size[step], self._trace.value[step]


def flag(condition: Any) -> Any:
    """A mask of the trace: 1 or 0."""
    return z3.If(condition, z3.BitVecVal(1, WORD), z3.BitVecVal(0, WORD))


Operation = Callable[[list[Any], int, int], Any]
ARITY: dict[int, int] = {
    Op.CHOOSE: 3,
    Op.RIPPLE: 3,
    Op.LOW: 1,
    Op.DOWN: 1,
    Op.UP: 1,
    Op.IS_ONE: 1,
    Op.MINUS: 1,
    Op.SCALE: 1,
    Op.POWER: 1,
}
OPERATIONS: dict[int, Operation] = {
    Op.ADD: lambda s, size, value: s[0] + s[1],
    Op.SUB: lambda s, size, value: s[0] - s[1],
    Op.OR: lambda s, size, value: s[0] | s[1],
    Op.XOR: lambda s, size, value: s[0] ^ s[1],
    Op.AND: lambda s, size, value: s[0] & s[1],
    Op.LOW: lambda s, size, value: s[0] & ((1 << size) - 1),
    Op.DOWN: lambda s, size, value: z3.LShR(s[0], size),
    Op.UP: lambda s, size, value: s[0] << size,
    Op.EQUAL: lambda s, size, value: flag(s[0] == s[1]),
    Op.ABOVE: lambda s, size, value: flag(z3.UGT(s[0], s[1])),
    Op.TEST: lambda s, size, value: flag(s[0] & s[1] != 0),
    Op.IS_ONE: lambda s, size, value: flag(s[0] == 1),
    Op.ALIKE: lambda s, size, value: flag(s[0] == s[1]),
    Op.RIPPLE: lambda s, size, value: s[0] | (s[1] & s[2]),
    Op.CHOOSE: lambda s, size, value: z3.If(s[0] == 1, s[1], s[2]),
    Op.FLIP: lambda s, size, value: z3.If(s[0] == 1, ~s[1], s[1]),
    Op.MINUS: lambda s, size, value: -s[0],
    Op.POWER: lambda s, size, value: z3.BitVecVal(1, WORD) << s[0],
    Op.SCALE: lambda s, size, value: z3.LShR(s[0] * value, size),
}  # fmt: skip

#: A bit that is known, or where it comes from.
Wire = int | tuple[int, int]


def wires(trace: Trace, width: Callable[[int], int]) -> dict[int, list[Wire]]:
    """Of every step that only moves bits, what each bit is; `width` says how long an input is.

    A bit of the bytes of a region is (-1 - region, number of the bit from the end of 384 bytes).
    """
    found: dict[int, list[Wire]] = {}
    for step, op in enumerate(trace.op):
        size, value = trace.size[step], trace.value[step]
        a, b = found.get(trace.a[step]), found.get(trace.b[step])
        if op == Op.CONSTANT:
            found[step] = [value >> i & 1 for i in range(WORD)]
        elif op in (Op.INPUT, Op.CHOOSE):
            bits = width(step)
            found[step] = [(step, i) if i < bits else 0 for i in range(WORD)]
        elif op == Op.BYTES:
            last = 8 * (384 - 8 - value)
            found[step] = [(-1 - size, last + i) for i in range(WORD)]
        elif op == Op.LOW and a:
            found[step] = [*a[:size], *[0] * (WORD - size)]
        elif op == Op.DOWN and a:
            found[step] = [*a[size:], *[0] * size]
        elif op == Op.UP and a:
            found[step] = [*[0] * size, *a[: WORD - size]]
        elif op == Op.OR and a and b:
            require(all(0 in pair for pair in zip(a, b, strict=False)), f"step {step} mixes bits")
            found[step] = [one or other for one, other in zip(a, b, strict=False)]
    return found


def evaluate(trace: Trace, known: dict[int, int]) -> list[int | None]:
    """Every step that the known ones decide, and -1 - s for a step that is what step s is."""
    values: list[int | None] = []
    for step, op in enumerate(trace.op):
        values.append(known.get(step, _value(trace, step, op, values)))
    return values


def _value(trace: Trace, step: int, op: int, values: list[int | None]) -> int | None:
    """One step, from the values of those before it."""
    if op == Op.CONSTANT:
        return trace.value[step]
    if op == Op.INPUT:
        return -1 - step
    a, b, c = (
        values[source] if source < step else None
        for source in (trace.a[step], trace.b[step], trace.c[step])
    )
    if op == Op.CHOOSE and a is not None:
        return b if a else c
    if op == Op.OR and 0 in (a, b):
        return b if a == 0 else a
    rule = NUMBERS.get(op)
    if op == Op.SCALE:
        b, rule = trace.value[step], _scaled
    if rule is None or a is None or a < 0 or (ARITY.get(op, 2) == 2 and (b is None or b < 0)):
        return None
    return rule(a, b or 0, trace.size[step]) & ((1 << WORD) - 1)


def _scaled(a: int, b: int, size: int) -> int:
    return a * b % (1 << WORD) >> size


NUMBERS: dict[int, Callable[[int, int, int], int]] = {
    Op.LOW: lambda a, b, size: a & (1 << size) - 1,
    Op.DOWN: lambda a, b, size: a >> size,
    Op.POWER: lambda a, b, size: 1 << a if a < WORD else 0,
    Op.ADD: lambda a, b, size: a + b,
    Op.SUB: lambda a, b, size: a - b,
    Op.AND: lambda a, b, size: a & b,
    Op.OR: lambda a, b, size: a | b,
    Op.EQUAL: lambda a, b, size: int(a == b),
    Op.TEST: lambda a, b, size: int(a & b != 0),
}
