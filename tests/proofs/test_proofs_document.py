"""docs/proofs.md has every function of every kernel in its table, and no others."""

from __future__ import annotations

import re

import pytest
from proofs.proof_loops import KERNELS
from proofs.proof_trace import CSRC, HERE

DOCUMENT = HERE.parent.parent / "docs" / "proofs.md"
PROTOTYPE = re.compile(r"^(?:ADX_ABI )?(?:const )?\w+ \*?(\w+)\([^;{}]*\);", re.M)


def exported() -> set[str]:
    """Every function that a header of the kernels declares for other files."""
    headers = sorted((CSRC / "kernels").rglob("*.h"))
    return {name for path in headers for name in PROTOTYPE.findall(path.read_text())}


def rows() -> list[list[str]]:
    """The cells of the table of what is shown."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text[text.index("\n| function |") : text.index("\n## Planted faults")]
    return [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| ")]


def named() -> set[str]:
    return {name for row in rows() for name in re.findall(r"`(\w+)`", row[0])}


def test_the_headers_are_understood() -> None:
    assert {"field_mul", "adx_rows", "avx2_low_half", "radix52_window"} < exported()
    for kernel in KERNELS:
        assert {f"{kernel}_{name}" for name in ("pow_g", "powmod", "product_add")} < exported()


def test_every_exported_function_is_in_the_table() -> None:
    assert exported() - named() == set()


def test_every_function_of_the_table_is_there() -> None:
    sources = "".join(path.read_text() for path in sorted(CSRC.rglob("*.[chi]*")))
    for name in named():
        assert re.search(rf"\b{name}\b", sources), f"{name} is gone"


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0].strip())
def test_what_is_tested_only_has_its_reason(row: list[str]) -> None:
    assert len(row) == 5
    if "tested only" in row[3]:
        assert len(row[4].split()) >= 5
