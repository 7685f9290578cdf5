"""What is computed digit by digit: differences, bytes, selections, single bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import z3
from proofs.proof_bits import WORD, Vectors, Wire, evaluate, prove, wires
from proofs.proof_trace import Op, Trace, require

__all__ = ["Difference", "prove_bytes_read", "prove_bytes_written", "prove_selection"]

#: Bits of the bytes of a number.
LENGTH = 8 * 384


@dataclass(frozen=True)
class Difference:
    """A number computed digit by digit: digits v[i] mod 2^bits of sums v[i], where v[i] is
    terms[i] (from the inputs) and what v[i - 1] carries, of either sign.

    `least` and `most` bound every v[i]. With both shown, the sum of all digits and of 2^bits times
    the last carry is that of the terms.
    """

    trace: Trace
    bits: int
    sums: list[int]
    terms: Sequence[Callable[[Vectors], z3.BitVecRef]]
    inputs: dict[int, int]  # and the bits that each of them has
    least: int
    most: int

    def known(self) -> tuple[dict[int, z3.BitVecRef], list[z3.BoolRef]]:
        """The inputs as unknowns within their bounds."""
        vectors = {step: z3.BitVec(f"input_{step}", WORD) for step in self.inputs}
        return vectors, [z3.ULT(v, 1 << self.inputs[step]) for step, v in vectors.items()]

    def prove(self) -> None:
        """Every step; the first has no carry."""
        vectors, _ = self.known()
        for i, step in enumerate(self.sums):
            known, bounds = dict(vectors), []
            carry = z3.BitVecVal(0, WORD)
            if i:
                before = z3.BitVec("before", WORD)
                known[self.sums[i - 1]] = before
                bounds = [before >= self.least, before <= self.most]
                carry = before >> self.bits  # arithmetic
            found = Vectors(self.trace, known)
            bounds += [z3.ULT(vectors[s], 1 << n) for s, n in self.used(step, i)]
            value = found.of(step)
            right = z3.And(
                value == self.terms[i](found) + carry, value >= self.least, value <= self.most
            )
            prove(f"step {i} of a difference", z3.Implies(z3.And(*bounds), right))

    def used(self, step: int, i: int) -> list[tuple[int, int]]:
        """The inputs that a sum is made of, with their bits."""
        stop = {self.sums[i - 1]} if i else set()
        found, queue, seen = [], [step], set()
        while queue:
            at = queue.pop()
            if at in seen or at in stop:
                continue
            seen.add(at)
            if at in self.inputs:
                found.append((at, self.inputs[at]))
            elif self.trace.op[at] not in (Op.CONSTANT, Op.INPUT):
                queue += [self.trace.a[at], self.trace.b[at], self.trace.c[at]]
        return found

    def prove_choice(self, choices: list[int], whole: list[int]) -> None:
        """choices[i] is whole[i] where the last sum is below 0, and the digit where it is not."""
        last = z3.BitVec("last", WORD)
        for i, step in enumerate(choices):
            digit = z3.BitVec("digit", WORD)
            other = z3.BitVec("whole", WORD)
            masked = self.trace.masked(self.trace.c[step])
            require(masked == (self.sums[i], self.bits), f"digit {i} is not that of its sum")
            known = {self.sums[-1]: last, self.trace.c[step]: digit, whole[i]: other}
            claim = Vectors(self.trace, known).of(step) == z3.If(last < 0, other, digit)
            bounds = z3.And(last >= self.least, last <= self.most)
            prove(f"choice {i}", z3.Implies(bounds, claim))


def prove_bytes_read(trace: Trace, outputs: list[int], bits: int, region: int = 0) -> None:
    """Bit k of digit i is bit `bits` i + k of the number that the bytes are, 0 past its end."""
    found = wires(trace, lambda step: WORD)
    for i, step in enumerate(outputs):
        expected: list[Wire] = [
            (-1 - region, bits * i + k) if k < bits and bits * i + k < LENGTH else 0
            for k in range(WORD)
        ]
        require(found.get(step) == expected, f"digit {i} is not made of its bits")


def prove_bytes_written(trace: Trace, digits: list[int], bits: int, region: int = 0) -> None:
    """Bit n of the number that the bytes are is bit n mod `bits` of digit n / bits."""
    found = wires(trace, lambda step: bits)
    written: dict[int, Wire] = {}
    for step, op in enumerate(trace.op):
        if op != Op.PUT or trace.size[step] & 255 != region:
            continue
        count, offset = trace.size[step] >> 8, trace.value[step]
        low = LENGTH - 8 * (offset + count)
        source = found.get(trace.a[step])
        require(source is not None, f"bytes at {offset} are not made of digits")
        assert source is not None
        written.update({low + k: source[k] for k in range(8 * count)})
    expected = {n: (digits[n // bits], n % bits) for n in range(LENGTH)}
    require(written == expected, "the bytes are not made of the digits' bits")


def prove_selection(
    trace: Trace, index: list[int], entries: int, wanted: Callable[[int], dict[int, int]]
) -> None:
    """For every index, each output is the entry's digit: `wanted` says which step of which."""
    for entry in range(entries):
        values = evaluate(trace, dict.fromkeys(index, entry))
        for output, step in wanted(entry).items():
            require(values[output] == -1 - step, f"index {entry} does not select its entry")
