"""What holds of kernel avx512ifma's digits, bytes and selections; docs/proofs.md has the table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from proofs.proof_avx512ifma_digits import (
    prove_from_bytes,
    prove_pick,
    prove_power_digits,
    prove_reduce,
    prove_row_select,
    prove_to_bytes,
)
from proofs.proof_trace import ProofError, Recorder, broken_copy


def test_the_full_reduction_is_modulo_n(recorder: Recorder, long_run: bool) -> None:
    prove_reduce(recorder, lanes=range(8) if long_run else [0])


@pytest.mark.parametrize(
    "prove",
    [prove_to_bytes, prove_from_bytes, prove_row_select, prove_pick],
    ids=lambda prove: prove.__name__,
)
def test_bytes_and_selected_entries_are_those_of_the_numbers(
    recorder: Recorder, prove: Callable[..., None]
) -> None:
    prove(recorder)


def test_the_free_power_is_a_power_of_2(recorder: Recorder, long_run: bool) -> None:
    prove_power_digits(recorder, step=1 if long_run else 61)


#: The index, the difference and the bytes, each broken three times.
FAULTS = [
    (prove_reduce, "field.c", "lanes_and(lanes_carry(difference), one)", "lanes_carry(difference)"),
    (prove_reduce, "field.c", "lanes_test(borrow, one)", "lanes_test(borrow, zero)"),
    (prove_reduce, "field.c", "lanes_choose(was_below, a[i]", "lanes_choose(was_below, a[0]"),
    (prove_to_bytes, "radix52.c", "digit_down(difference, 63)", "digit_down(difference, 62)"),
    (prove_to_bytes, "radix52.c", "digit_down(high, 12)", "digit_down(high, 11)"),
    (prove_to_bytes, "radix52.c", "row[i], reduced[i]);", "reduced[i], row[i]);"),
    (prove_from_bytes, "radix52.c", "digit_load(end - 14), 4)", "digit_load(end - 14), 5)"),
    (prove_from_bytes, "radix52.c", "digit_load(bytes), 8)", "digit_load(bytes), 7)"),
    (prove_from_bytes, "radix52.c",
     "(SRP_52_DIGITS - 2) * stride]", "(SRP_52_DIGITS - 1) * stride]"),
    (prove_row_select, "row.c", "i < SRP_COMB_ENTRIES; i++)", "i < SRP_COMB_ENTRIES - 1; i++)"),
    (prove_row_select, "row.c", "entry = lanes_add(entry, one);", ""),
    (prove_row_select, "row.c", "entries += SRP_52_ROW;", "entries += SRP_52_ROW - 1;"),
    (prove_pick, "pow_g.c", "(index, 32)", "(index, 16)"),
    (prove_pick, "pow_g.c", "pick_64(entries + 4, s)", "pick_64(entries + 2, s)"),
    (prove_pick, "pow_g.c", "(s.bit_6, ", "(s.bit_5, "),
    (prove_pick, "pow_g.c", "l % 8 / 2 * 4 + l % 2 +", "l % 8 +"),
    (prove_power_digits, "avx512ifma.h", "lanes_sub(power, start)", "power"),
    (prove_power_digits, "avx512ifma.h",
     "lanes_splat(SRP_52_MASK))", "lanes_splat(SRP_52_MASK / 2))"),
    (prove_power_digits, "radix52.h",
     "#define SRP_52_BITS 52", "#define SRP_52_BITS 51"),
]  # fmt: skip


@pytest.mark.parametrize(("prove", "name", "old", "new"), FAULTS)
def test_planted_faults_are_found(
    recorder: Recorder, tmp_path: Path, prove: Callable[..., None], name: str, old: str, new: str
) -> None:
    name = name if name.startswith("radix52") or name.endswith(".h") else f"avx512ifma_{name}"
    csrc = broken_copy(tmp_path, name, old, new)
    with pytest.raises(ProofError):
        prove(recorder, csrc=csrc)
