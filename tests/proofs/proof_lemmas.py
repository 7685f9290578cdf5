"""Lemmas about single operations, whose formulas are read from the headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import z3
from proofs.proof_bits import WORD, compute, formula, prove
from proofs.proof_trace import require

__all__ = ["LEMMAS"]

ONES = 2**WORD - 1
DIGIT = 2**52 - 1
PLAIN, VECTOR = "kernels/lanes_plain.h", "kernels/lanes.h"


def words(names: str) -> list[z3.BitVecRef]:
    return list(z3.BitVecs(names, WORD))


def chosen(condition: z3.BoolRef) -> z3.BitVecRef:
    return z3.If(condition, z3.BitVecVal(ONES, WORD), z3.BitVecVal(0, WORD))


def mask_if_equal(csrc: Path) -> None:
    """All ones when a == b, for both below 2^63; without that bound it is not so."""
    a, b = words("a b")
    claim = compute(formula(csrc, "secret.h", "mask_if_equal"), a=a, b=b) == chosen(a == b)
    bound = z3.And(z3.ULT(a, 1 << 63), z3.ULT(b, 1 << 63))
    prove("mask_if_equal", z3.Implies(bound, claim))
    solver = z3.Solver()
    solver.add(z3.Not(claim))
    require(solver.check() == z3.sat, "mask_if_equal does not need its bound")


def masks(csrc: Path) -> None:
    """mask_if_one, mask_if_alike and what is kept, flipped and chosen by a mask."""
    a, b, mask, other = words("a b mask other")
    right = z3.And(z3.Or(mask == 0, mask == ONES), z3.Or(other == 0, other == ONES))
    one = compute(formula(csrc, "secret.h", "mask_if_one"), bit=a)
    prove("mask_if_one", z3.Implies(z3.ULE(a, 1), one == chosen(a == 1)))
    alike = compute(formula(csrc, "secret.h", "mask_if_alike"), a=mask, b=other)
    prove("mask_if_alike", z3.Implies(right, alike == chosen(mask == other)))
    on = mask == ONES
    for name, result in (("digit_keep", z3.If(on, a, 0)), ("digit_flip", z3.If(on, ~a, a))):
        found = compute(formula(csrc, "secret.h", name), a=a, mask=mask)
        prove(name, z3.Implies(right, found == result))
    choice = compute(formula(csrc, "secret.h", "digit_choose"), mask=mask, yes=a, no=b)
    prove("digit_choose", z3.Implies(right, choice == z3.If(on, a, b)))


def digits(csrc: Path) -> None:
    """a mod 2^bits, a / 2^bits and a 2^bits, for bits below 64."""
    a, bits = words("a bits")
    small = z3.ULT(bits, 64)
    power = z3.BitVecVal(1, 2 * WORD) << z3.ZeroExt(WORD, bits)
    wide = z3.ZeroExt(WORD, a)
    rules = {
        "digit_low": z3.Extract(63, 0, wide & (power - 1)),
        "digit_down": z3.Extract(63, 0, z3.LShR(wide, z3.ZeroExt(WORD, bits))),
        "digit_up": z3.Extract(63, 0, wide << z3.ZeroExt(WORD, bits)),
    }
    for name, result in rules.items():
        found = compute(formula(csrc, "secret.h", name).replace("(1)", "one"), a=a, bits=bits,
                        one=z3.BitVecVal(1, WORD))  # fmt: skip
        prove(name, z3.Implies(small, found == result))


def less(csrc: Path) -> None:
    """lanes_less is unsigned <."""
    a, b = words("a b")
    found = compute(formula(csrc, PLAIN, "lanes_less"), a=a, b=b)
    prove("lanes_less", found == z3.If(z3.ULT(a, b), z3.BitVecVal(1, WORD), z3.BitVecVal(0, WORD)))


def carry_bits(csrc: Path) -> None:
    """Bit k + 1 of lanes_carry_bits is over[k], or full[k] and bit k; bit 0 is 0."""
    over, full = words("over full")
    for header in (VECTOR, PLAIN):
        bits = compute(formula(csrc, header, "lanes_carry_bits"), over=over, full=full)
        prove(header, z3.Implies(over & full == 0, bits == (over | full & bits) << 1))


def rippling_carry(csrc: Path) -> None:
    """A digit below 2^53 - 1 and a carry carry 1 above 2^52 - 1, or at it with the carry."""
    s, c = words("s c")
    carried = z3.Or(z3.UGT(s, DIGIT), z3.And(s == DIGIT, c == 1))
    claim = z3.LShR(s + c, 52) == z3.If(carried, z3.BitVecVal(1, WORD), z3.BitVecVal(0, WORD))
    prove("a carry of 1", z3.Implies(z3.And(z3.ULT(s, (1 << 53) - 1), z3.ULE(c, 1)), claim))


def rounded_column(csrc: Path) -> None:
    """Column 59 plus what is left out, a multiple of 2^52, carries what it does rounded up."""
    column, rest = words("column rest")
    known = z3.And(
        z3.ULT(column, 1 << 60), z3.ULE(rest, 241), (column + rest) & DIGIT == 0
    )  # fmt: skip
    claim = z3.LShR(column + rest, 52) == z3.LShR(column + DIGIT, 52)
    prove("the rounded column", z3.Implies(known, claim))


def digit_of_bit(csrc: Path) -> None:
    """portable.c's DIGIT_OF_BIT is a division by 60 for bits below 2^16."""
    text = (csrc / "kernels/portable/portable.c").read_text(encoding="utf-8")
    found = re.search(r"DIGIT_OF_BIT\(bit\) index_scale\(bit, (\w+), (\d+)\)", text)
    require(found is not None, "portable.c has no DIGIT_OF_BIT")
    assert found
    index = z3.BitVec("index", WORD)
    factor, bits = (z3.BitVecVal(int(number, 0), WORD) for number in found.groups())
    scaled = compute(
        formula(csrc, "secret.h", "index_scale"), index=index, factor=factor, bits=bits
    )
    for bit in range(1 << 16):
        if bit * int(found[1], 0) >> int(found[2]) != bit // 60:
            require(False, f"DIGIT_OF_BIT({bit}) is not {bit} / 60")
    prove("index_scale", scaled == z3.LShR(index * factor, bits))


LEMMAS: list[Callable[[Path], None]] = [
    mask_if_equal,
    masks,
    digits,
    less,
    carry_bits,
    rippling_carry,
    rounded_column,
    digit_of_bit,
]
