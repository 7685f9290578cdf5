"""Forms of sums accept what is so, and nothing that only looks like it: carries above all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from proofs.proof_forms import LOW_52, Sums
from proofs.proof_trace import Op, ProofError, Trace

DIGIT = 1 << 52
EDGES = [0, 1, LOW_52 - 1, LOW_52]


class Steps:
    """A trace written by hand. Inputs are below 2^52."""

    def __init__(self) -> None:
        self.trace = Trace()
        self.constant(0)

    def step(self, op: Op, a: int = 0, b: int = 0, c: int = 0, *, size: int = 0) -> int:
        t = self.trace
        for column, value in zip((t.op, t.size, t.a, t.b, t.c, t.value),
                                 (op, size, a, b, c, 0), strict=True):  # fmt: skip
            column.append(value)
        return len(t.op) - 1

    def constant(self, value: int) -> int:
        step = self.step(Op.CONSTANT)
        self.trace.value[step] = value
        return step

    def sums(self, largest: int = LOW_52) -> Sums:
        return Sums(self.trace, lambda operand, digit, lane: largest)


Rule = Callable[[int, int, int, int, int, Iterator[int]], int]
RULES: dict[int, Rule] = {
    Op.CONSTANT: lambda a, b, c, size, value, given: value,
    Op.INPUT: lambda a, b, c, size, value, given: next(given),
    Op.ADD: lambda a, b, c, size, value, given: a + b,
    Op.AND: lambda a, b, c, size, value, given: a & b,
    Op.DOWN: lambda a, b, c, size, value, given: a >> size,
    Op.ABOVE: lambda a, b, c, size, value, given: int(a > b),
    Op.EQUAL: lambda a, b, c, size, value, given: int(a == b),
    Op.RIPPLE: lambda a, b, c, size, value, given: a | b & c,
    Op.CHOOSE: lambda a, b, c, size, value, given: b if a else c,
}


def values(trace: Trace, inputs: list[int]) -> list[int]:
    """Every step in numbers."""
    found: list[int] = []
    given = iter(inputs)
    for step, op in enumerate(trace.op):
        sources = (trace.a[step], trace.b[step], trace.c[step])
        a, b, c = (found[source] if source < step else 0 for source in sources)
        found.append(RULES[op](a, b, c, trace.size[step], trace.value[step], given))
    return found


def cut(steps: Steps, *, digit_of: int = 0, carry_of: int = 0, bits: int = 52) -> tuple[int, int]:
    """A digit and the carry of a sum, or of others if they are given."""
    x, y = steps.step(Op.INPUT), steps.step(Op.INPUT)
    total = steps.step(Op.ADD, x, y)
    double = steps.step(Op.ADD, x, x)
    mask = steps.constant(LOW_52)
    digit = steps.step(Op.AND, double if digit_of else total, mask)
    return digit, steps.step(Op.DOWN, double if carry_of else total, size=bits)


def test_a_digit_and_its_carry_are_the_sum() -> None:
    steps = Steps()
    digit, carry = cut(steps)
    form = steps.sums().form({digit: 1, carry: DIGIT})
    assert form == {1: 1, 2: 1}
    for pair in itertools.product(EDGES, repeat=2):
        found = values(steps.trace, list(pair))
        assert found[digit] + DIGIT * found[carry] == sum(pair)


@pytest.mark.parametrize("other", ["digit_of", "carry_of"])
def test_a_carry_of_another_sum_is_not_taken_for_the_digit_s(other: str) -> None:
    steps = Steps()
    digit, carry = cut(steps, **{other: 1})
    assert steps.sums().form({digit: 1, carry: DIGIT}) != {1: 1, 2: 1}


def test_carries_of_other_bits_than_the_digit_s_are_refused() -> None:
    steps = Steps()
    digit, carry = cut(steps, bits=51)
    with pytest.raises(ProofError, match="digits of two sizes"):
        steps.sums().form({digit: 1, carry: DIGIT})


@pytest.mark.parametrize("factor", [1, DIGIT // 2, DIGIT + 1])
def test_a_carry_in_another_column_is_refused(factor: int) -> None:
    steps = Steps()
    digit, carry = cut(steps)
    with pytest.raises(ProofError, match="not a whole one"):
        steps.sums().form({digit: 1, carry: factor})


def test_a_sum_that_may_wrap_has_no_form() -> None:
    steps = Steps()
    cut(steps)
    with pytest.raises(ProofError, match=r"may reach 2\^64"):
        steps.sums(largest=1 << 63)


def rippling(
    steps: Steps, *, limits: tuple[int, int] = (LOW_52, LOW_52), other: bool = False,
    carry: int = 1, none: int = 0, below: bool = True, swapped: bool = False,
) -> list[int]:  # fmt: skip
    """Two digits and what the second carries, by masks as in lanes_carry_bits; the first one's
    carry is added to the second. Anything else is a fault."""
    one, zero = steps.constant(carry), steps.constant(none)
    mask = steps.constant(LOW_52)
    digits, masks, ripple = [], [], 0
    for _ in range(2):
        x = steps.step(Op.ADD, steps.step(Op.INPUT), steps.step(Op.INPUT))
        compared = steps.step(Op.ADD, x, x) if other else x
        over = steps.step(Op.ABOVE, x, steps.constant(limits[0]))
        full = steps.step(Op.EQUAL, compared, steps.constant(limits[1]))
        if swapped:
            over, full = full, over
        choice = steps.step(Op.CHOOSE, ripple, one, zero)
        total = steps.step(Op.ADD, x, choice)
        digits.append(steps.step(Op.AND, total, mask))
        ripple = steps.step(Op.RIPPLE, over, full, ripple if below else 0)
        masks.append(ripple)
    return [*digits, steps.step(Op.CHOOSE, ripple, one, zero)]


def weights(found: list[int]) -> dict[int, int]:
    return {step: DIGIT**i for i, step in enumerate(found)}


def test_rippled_carries_are_those_of_the_sums() -> None:
    steps = Steps()
    found = rippling(steps)
    # The largest digit is 2^53 - 2: both carries are 1 at most.
    form = steps.sums(LOW_52).form(weights(found))
    inputs = [step for step, op in enumerate(steps.trace.op) if op == Op.INPUT]
    assert form == {step: DIGIT ** (i // 2) for i, step in enumerate(inputs)}
    for numbers in itertools.product(EDGES, repeat=4):
        computed = values(steps.trace, list(numbers))
        whole = sum(computed[step] * weight for step, weight in weights(found).items())
        assert whole == sum(n * DIGIT ** (i // 2) for i, n in enumerate(numbers))


FAULTS: list[Callable[[Steps], list[int]]] = [
    lambda steps: rippling(steps, limits=(LOW_52 - 1, LOW_52)),
    lambda steps: rippling(steps, limits=(LOW_52, LOW_52 - 1)),
    lambda steps: rippling(steps, other=True),
    lambda steps: rippling(steps, carry=2),
    lambda steps: rippling(steps, carry=0, none=1),
    lambda steps: rippling(steps, below=False),
    lambda steps: rippling(steps, swapped=True),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_carries_that_ripple_otherwise_are_refused(fault: Callable[[Steps], list[int]]) -> None:
    steps = Steps()
    found = fault(steps)
    with pytest.raises(ProofError):
        steps.sums(LOW_52).form(weights(found))


def test_a_digit_that_may_carry_2_does_not_ripple() -> None:
    steps = Steps()
    found = rippling(steps)
    with pytest.raises(ProofError, match="may carry more than 1"):
        steps.sums(LOW_52 + 1).form(weights(found))
