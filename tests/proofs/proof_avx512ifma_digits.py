"""Kernel avx512ifma: full reduction, bytes, selections and the free power, digit by digit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from proofs.proof_avx512ifma import LANES
from proofs.proof_bits import Wire, evaluate, wires
from proofs.proof_radix52 import BITS, DIGITS, difference_from_n
from proofs.proof_steps import prove_bytes_read, prove_bytes_written, prove_selection
from proofs.proof_trace import ALONE, CSRC, Op, Recorder, require

__all__ = [
    "prove_from_bytes",
    "prove_pick",
    "prove_power_digits",
    "prove_reduce",
    "prove_row_select",
    "prove_to_bytes",
]

ENTRIES = 64


def prove_reduce(
    recorder: Recorder, *, lanes: Iterable[int] = range(LANES), csrc: Path = CSRC
) -> None:
    """result = a mod N in each of eight lanes, for a below 2 N."""
    trace = recorder.record("avx512ifma", "reduce", 3, csrc=csrc)
    for lane in lanes:
        whole = [trace.inputs[0, i, lane] for i in range(DIGITS)]
        choices = [trace.outputs[0, i, lane] for i in range(DIGITS)]
        require(all(trace.op[step] == Op.CHOOSE for step in choices), "nothing is chosen")
        difference_from_n(trace, whole, choices)


def prove_to_bytes(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """radix52_to_bytes puts every bit in its place, radix52_row_to_bytes those of a mod N."""
    trace = recorder.record("avx512ifma", "to_bytes", 3, csrc=csrc)
    prove_bytes_written(trace, [trace.inputs[0, i, ALONE] for i in range(DIGITS)], BITS)
    trace = recorder.record("avx512ifma", "row_to_bytes", 3, csrc=csrc)
    choices = [step for step, op in enumerate(trace.op) if op == Op.CHOOSE]
    difference_from_n(trace, [trace.inputs[0, i, ALONE] for i in range(DIGITS)], choices)
    prove_bytes_written(trace, choices, BITS)


def prove_from_bytes(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """Every bit of the bytes is in its digit, in a row and in one of eight lanes."""
    for function in ("from_bytes", "from_bytes_lanes"):
        trace = recorder.record("avx512ifma", function, 3, csrc=csrc)
        prove_bytes_read(trace, [trace.outputs[0, i, ALONE] for i in range(DIGITS)], BITS)


def prove_row_select(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """factor = table[index] for each of 64 indices, alone and beside a product."""
    for function, result in (("row_select", 0), ("row_mul_and_select", 3)):
        trace = recorder.record("avx512ifma", function, 3, csrc=csrc)
        inputs, outputs = trace.inputs, trace.outputs

        def wanted(
            entry: int, inputs: dict[tuple[int, int, int], int] = inputs,
            outputs: dict[tuple[int, int, int], int] = outputs, result: int = result,
        ) -> dict[int, int]:  # fmt: skip
            return {outputs[result, i, ALONE]: inputs[4, i, entry] for i in range(64)}

        prove_selection(trace, [inputs[3, 0, ALONE]], ENTRIES, wanted)


def prove_pick(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """One of 128 entries in each word, for every index, and whose words they are."""
    trace = recorder.record("avx512ifma", "pick_128", 3, csrc=csrc)
    inputs, outputs = trace.inputs, trace.outputs

    def wanted(entry: int) -> dict[int, int]:
        return {outputs[0, 0, word]: inputs[4, 0, entry] for word in range(2 * LANES)}

    prove_selection(trace, [inputs[3, 0, word] for word in range(2 * LANES)], 128, wanted)
    prove_words(recorder, csrc)


def prove_words(recorder: Recorder, csrc: Path) -> None:
    """Number l of two groups gets the halves of its digit from word word_of(l)."""
    trace = recorder.record("avx512ifma", "words", 3, csrc=csrc)
    found = wires(trace, lambda step: 32)
    seen = set()
    for (result, word, number), step in trace.outputs.items():
        if result:
            continue
        lower, upper = trace.inputs[3, 0, word], trace.inputs[1, 0, word]
        halves: list[Wire] = [(half, bit) for half in (lower, upper) for bit in range(32)]
        require(found.get(step) == halves, f"number {number} has not the word of its index")
        seen.add(word)
    require(len(seen) == 2 * LANES, "two numbers have one word")


def prove_power_digits(recorder: Recorder, *, step: int = 1, csrc: Path = CSRC) -> None:
    """The digits of 2^power, for each power below 2048 (or every `step`th)."""
    trace = recorder.record("avx512ifma", "power_digits", 3, csrc=csrc)
    for power in range(0, 2048, step):
        values = evaluate(trace, {trace.inputs[3, 0, lane]: power for lane in range(LANES)})
        for lane in range(LANES):
            digits = [values[trace.outputs[0, i, lane]] or 0 for i in range(DIGITS)]
            total = sum(digit << BITS * i for i, digit in enumerate(digits))
            require(total == 1 << power, f"the digits of 2^{power} are wrong")
