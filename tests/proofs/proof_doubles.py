"""The operations of fma_lanes.h on doubles, read from its text and run on unknown whole numbers.

A double is a whole number here: a linear expression in z3's integers, for digits a and b with
p = a b in place of their product. What an operation gives is shown to be exact in every rounding
mode, as the number has at most 53 bits above a power of 2 that divides it, or to be in one binade
[2^e, 2^(e + 1)). Then it is rounded towards zero: by v mod 2^(e - 52), as doubles of that size are
multiples of 2^(e - 52). A fused multiplication and addition rounds once, so its argument is a b + c
itself. z3's own theory of floating-point numbers does not finish on products of 53 bits; whole
numbers with bounds take a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import z3
from proofs.proof_trace import CSRC, require

__all__ = ["prove_doubles", "prove_rounding_mode"]

DIGIT = 1 << 52
WORD = 1 << 64
#: Exponents of doubles as their bit patterns have them: 1023 more.
BIAS = 1023
TIMEOUT = 60_000


class Context:
    """What is known of the unknowns, and what follows from it."""

    def __init__(self, *known: Any) -> None:
        self.known = known

    def holds(self, claim: Any) -> bool:
        solver = z3.Solver()
        solver.set("timeout", TIMEOUT)
        solver.add(*self.known, z3.Not(claim))
        return bool(solver.check() == z3.unsat)

    def rounded(self, value: Any) -> Any:
        """A double for a whole number, rounded towards zero where it is not exact."""
        for unit in (1, DIGIT):
            exact = z3.And(value % unit == 0, value <= unit << 53, value >= -(unit << 53))
            if self.holds(exact):
                return value
        return value - value % (1 << self.exponent(value) - 52)

    def exponent(self, value: Any) -> int:
        """e where the number is in [2^e, 2^(e + 1)); this has to be so for every digit."""
        for exponent in (52, 104):
            if self.holds(z3.And(value >= 1 << exponent, value < 1 << exponent + 1)):
                return exponent
        require(False, "a double whose exponent depends on a value")
        return 0

    def pattern(self, value: Any) -> Any:
        """The bit pattern of a double, as a whole number."""
        exponent = self.exponent(value)
        unit = 1 << exponent - 52
        return (BIAS + exponent) * DIGIT + (value - (1 << exponent)) / unit


class Intrinsics:
    """What the intrinsics mean, for doubles and integers as above; a product is `p` or nothing."""

    def __init__(self, context: Context, a: Any, b: Any, p: Any) -> None:
        self.context, self.a, self.b, self.p = context, a, b, p

    def fmadd(self, a: Any, b: Any, c: Any) -> Any:
        require(a is self.a and b is self.b, "a product of other factors")
        return self.context.rounded(self.p + c)

    def join(self, a: Any, b: int) -> Any:
        """a | b, for a below 2^52 and b a multiple of it."""
        require(b % DIGIT == 0, "bits that are not those of an exponent")
        require(self.context.holds(z3.And(a >= 0, a < DIGIT)), "a digit of more than 52 bits")
        return a + b

    def flip(self, a: Any, b: int) -> Any:
        """a ^ b, for an a that has all bits of b, which is a multiple of 2^52."""
        same = z3.And(a >= b, a < b + DIGIT)
        require(b % DIGIT == 0 and self.context.holds(same), "bits of another exponent")
        return a - b

    def double_of(self, pattern: Any) -> Any:
        """The double of a bit pattern with the exponent of 2^52."""
        start = (BIAS + 52) * DIGIT
        in_binade = z3.And(pattern >= start, pattern < start + DIGIT)
        require(self.context.holds(in_binade), "a pattern of another exponent")
        return pattern - start + DIGIT

    def names(self) -> dict[str, Any]:
        context = self.context
        return {
            "_mm256_fmadd_pd": self.fmadd,
            "_mm256_add_pd": lambda a, b: context.rounded(a + b),
            "_mm256_sub_pd": lambda a, b: context.rounded(a - b),
            "_mm256_set1_pd": lambda a: a,
            "_mm256_add_epi64": lambda a, b: a + b,
            "_mm256_or_si256": self.join,
            "_mm256_xor_si256": self.flip,
            "_mm256_castpd_si256": context.pattern,
            "_mm256_castsi256_pd": self.double_of,
            "sums_splat": lambda a: a,
            "factors_of": lambda a: a,
            "sums_of": lambda a: a,
        }


def constants(text: str) -> dict[str, int]:
    """FMA_LOW_BIAS and FMA_HIGH_BIAS."""
    found = re.findall(r"#define (FMA_\w+_BIAS) \(UINT64_C\((\w+)\) << (\d+)\)", text)
    return {name: int(number, 16) << int(bits) for name, number, bits in found}


def run(csrc: Path, function: str, values: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The variables of one of the functions after its statements; `return` is one of them."""
    text = (csrc / "kernels/fma_lanes.h").read_text(encoding="utf-8")
    found = re.search(rf"FMA_INLINE \w+ {function}\([^)]*\) {{\n?(.*?)\n?}}\n", text, re.S)
    require(found is not None, f"fma_lanes.h has no {function}")
    assert found
    variables = values | constants(text)
    for statement in found[1].split(";"):
        line = re.sub(r"const __m256[id] |(->|\.)hidden", "", " ".join(statement.split()))
        line = re.sub(r"0x1p(\d+)", r"(1 << \1)", re.sub(r"^return ", "result = ", line))
        if not line or line.startswith("__asm__ volatile"):
            continue
        target, expression = line.split(" = ", 1)
        variables[target] = eval(expression, {"__builtins__": {}}, names | variables)
    return variables


def prove_doubles(csrc: Path = CSRC) -> None:
    """factors_multiply adds a b mod 2^52 and a b div 2^52, each with its bias, for digits a and b;
    factors_multiply_high the latter, and doubles made of digits are those digits again."""
    a, b, p, low, high = z3.Ints("a b p low high")
    digits = [z3.And(0 <= n, n < DIGIT) for n in (a, b)]
    context = Context(*digits, 0 <= p, p <= (DIGIT - 1) ** 2)
    names = Intrinsics(context, a, b, p).names()
    start = {"a": a, "b": b, "low": low, "high": high}
    both = run(csrc, "factors_multiply", start, names)
    alone = run(csrc, "factors_multiply_high", start, names)
    for found in (both, alone):
        right = found["high"] == high + p / DIGIT + found["FMA_HIGH_BIAS"]
        require(context.holds(right), "the high half of a product is another")
    right = both["low"] == low + p % DIGIT + both["FMA_LOW_BIAS"]
    require(context.holds(right), "the low half of a product is another")
    require(alone["low"] is low, "the high half alone changes the low one")
    made = run(csrc, "factors_from", {"digits": a}, names)["result"]
    require(context.holds(made == a), "a digit is made another double")
    taken = run(csrc, "factors_digits", {"a": a}, names)["result"]
    require(context.holds(taken == a), "a double is made another digit")


def prove_rounding_mode(csrc: Path = CSRC) -> None:
    """fma_enter rounds towards zero, with every exception masked, and subnormals kept.

    Intel's manual, volume 1, section 10.2.3: bits 13 and 14 are the rounding, 7 to 12 the masks,
    6 and 15 take subnormals for zero.
    """
    text = (csrc / "kernels/fma_lanes.h").read_text(encoding="utf-8")
    found = re.search(r"#define FMA_MXCSR (\w+)", text)
    mode = int(found[1], 16) if found else 0
    require(mode >> 13 & 3 == 3, "not rounded towards zero")
    require(mode >> 7 & 63 == 63, "an exception is trapped")
    require(mode & (1 << 6 | 1 << 15) == 0, "subnormals are taken for zero")
    body = re.search(r"FMA_INLINE unsigned fma_enter\(void\) {(.*?)}", text, re.S)
    require(body is not None and "_mm_setcsr(FMA_MXCSR);" in body[1], "the mode is not set")


PROOFS: list[Callable[[Path], None]] = [prove_doubles, prove_rounding_mode]
