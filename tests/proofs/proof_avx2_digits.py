"""Kernel avx2: bytes, full reduction, the free power and selected words, digit by digit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from proofs.proof_avx2 import FMA_LANES
from proofs.proof_bits import Wire, evaluate, wires
from proofs.proof_radix52 import BITS, DIGITS, difference_from_n
from proofs.proof_steps import prove_bytes_read, prove_bytes_written, prove_selection
from proofs.proof_trace import CSRC, Op, Recorder, Trace, require

__all__ = [
    "prove_digits",
    "prove_from_bytes",
    "prove_pick",
    "prove_power_digits",
    "prove_to_bytes",
]

OCTET, ENTRIES, FREE_BITS = 8, 128, 11


def result(trace: Trace, lane: int) -> list[int]:
    return [trace.outputs[0, i, lane] for i in range(DIGITS)]


def prove_from_bytes(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """Every bit of element l is in its digit of lane l, for 1 to 4 elements; the lanes beyond
    have the first one. What becomes a double is below 2^52."""
    for count in range(1, FMA_LANES + 1):
        trace = recorder.record("avx2", "from_bytes", count, csrc=csrc)
        found = wires(trace, lambda step: BITS)
        for step, op in enumerate(trace.op):
            if op == Op.FACTOR:
                bits = found.get(trace.a[step], [1] * 64)
                require(not any(bits[BITS:]), "a double of more than 52 bits")
        for lane in range(FMA_LANES):
            region = lane if lane < count else 0
            prove_bytes_read(trace, result(trace, lane), BITS, region)


def prove_to_bytes(
    recorder: Recorder, *, lanes: Iterable[int] = range(FMA_LANES), csrc: Path = CSRC
) -> None:
    """The bytes of element l are those of lane l modulo N, for numbers below 2 N.

    The reduction is shown for four elements; that of fewer is the same, step by step.
    """
    whole = recorder.record("avx2", "to_bytes", FMA_LANES, csrc=csrc)
    choices = [step for step, op in enumerate(whole.op) if op == Op.CHOOSE]
    require(len(choices) == DIGITS * FMA_LANES, "a digit of each lane is chosen")
    for lane in lanes:
        numbers = [whole.inputs[0, i, lane] for i in range(DIGITS)]
        difference_from_n(whole, numbers, choices[lane::FMA_LANES])
    for count in range(1, FMA_LANES + 1):
        trace = recorder.record("avx2", "to_bytes", count, csrc=csrc)
        last = choices[-1] + 1
        require(steps_until(trace, last) == steps_until(whole, last), "another reduction")
        regions = {trace.size[i] & 255 for i, op in enumerate(trace.op) if op == Op.PUT}
        require(regions == set(range(count)), "other elements are written than those asked for")
        for lane in range(count):
            prove_bytes_written(trace, choices[lane::FMA_LANES], BITS, lane)


def steps_until(trace: Trace, end: int) -> list[list[int]]:
    columns = (trace.op, trace.size, trace.a, trace.b, trace.c, trace.value)
    return [column[:end] for column in columns]


def prove_digits(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """Digits in memory are those of the doubles and back, and a row's are in every lane."""
    trace = recorder.record("avx2", "digits", 3, csrc=csrc)
    splat = recorder.record("avx2", "splat", 3, csrc=csrc)
    for lane in range(FMA_LANES):
        right = [trace.inputs[0, i, lane] for i in range(DIGITS)]
        require(result(trace, lane) == right, "a digit is not where it was")
        right = [splat.inputs[3, i, 0] for i in range(DIGITS)]
        require(result(splat, lane) == right, "a digit of a row is not in every lane")


def prove_power_digits(recorder: Recorder, *, step: int = 1, csrc: Path = CSRC) -> None:
    """The digits of 2^power, for each power below 2048 (or every `step`th), where power is the
    lowest 11 bits of an exponent."""
    trace = recorder.record("avx2", "power_digits", 3, csrc=csrc)
    indices = [trace.outputs[3, 0, lane] for lane in range(FMA_LANES)]
    for power in range(0, 1 << FREE_BITS, step):
        values = evaluate(trace, dict.fromkeys(indices, power))
        for lane in range(FMA_LANES):
            digits = [values[at] or 0 for at in result(trace, lane)]
            require(max(digits) < 1 << BITS, "a double of more than 52 bits")
            total = sum(digit << BITS * i for i, digit in enumerate(digits))
            require(total == 1 << power, f"the digits of 2^{power} are wrong")


def prove_pick(recorder: Recorder, *, csrc: Path = CSRC) -> None:
    """Each word is the entry of its index, of 128, and number l of an octet gets the halves of its
    digit from the words of lane word_lane(l)."""
    trace = recorder.record("avx2", "pick", 3, csrc=csrc)
    inputs, outputs = trace.inputs, trace.outputs

    def wanted(entry: int) -> dict[int, int]:
        return {outputs[0, 0, word]: inputs[4, 0, entry] for word in range(OCTET)}

    prove_selection(trace, [inputs[3, 0, word] for word in range(OCTET)], ENTRIES, wanted)
    prove_words(recorder, csrc)


def prove_words(recorder: Recorder, csrc: Path) -> None:
    """The halves of a number's digit come from one word, and each from its own."""
    trace = recorder.record("avx2", "words", 3, csrc=csrc)
    found = wires(trace, lambda step: 32)
    made = {key[1:]: step for key, step in trace.outputs.items() if key[0] == 0}
    words = sorted(word for word, _ in made)
    require(words == list(range(OCTET)), "two numbers have one word")
    for (word, number), step in made.items():
        sources = trace.inputs[3, 0, word], trace.inputs[4, 1, word]
        halves: list[Wire] = [(source, bit) for source in sources for bit in range(32)]
        require(found.get(step) == halves, f"number {number} has not the word of its index")
