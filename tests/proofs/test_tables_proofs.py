"""Every number that the build computes; docs/proofs.md has the table."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from proofs.proof_tables import prove_tables
from proofs.proof_trace import CSRC, ProofError, broken_copy

from srp_native.group import N

#: A bit too far, a constant of the wrong sign or off by one, an entry not taken modulo N.
FAULTS = [
    ('shape["SRP_FREE_BITS"] + tooth * block', '1 + shape["SRP_FREE_BITS"] + tooth * block'),
    ("inverse = -pow(modulus", "inverse = pow(modulus"),
    ("entries.append(entries[-1] * factor % modulus)", "entries.append(entries[-1] * factor)"),
    ("_digits(modulus + 1 << bits * lane", "_digits(modulus << bits * lane"),
    ('"srp_52_one": one', '"srp_52_one": one + 1'),
    ('"modulus_plus_1": modulus + 1', '"modulus_plus_1": modulus'),
]


def test_every_entry_is_what_its_header_says() -> None:
    assert prove_tables() > 500_000


def unchecked(csrc: Path) -> Path:
    """A copy in which the build itself does not check what it writes: the proof has to."""
    check = "def check(source, modulus, shape):\n    return 0\n"
    (csrc / "check_tables.py").write_text(check, encoding="utf-8")
    shutil.copy(CSRC.parent / "group.py", csrc.parent)
    return csrc


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_planted_faults_are_found(tmp_path: Path, old: str, new: str) -> None:
    csrc = unchecked(broken_copy(tmp_path, "tables.py", old, new))
    with pytest.raises(ProofError):
        prove_tables(csrc)


def test_one_wrong_bit_of_n_is_found(tmp_path: Path) -> None:
    shutil.copytree(CSRC, tmp_path / "csrc")
    csrc = unchecked(tmp_path / "csrc")
    text = (CSRC.parent / "group.py").read_text(encoding="utf-8")
    (tmp_path / "group.py").write_text(text.replace("C90FDAA2", "C90FDAA3", 1), encoding="utf-8")
    with pytest.raises(ProofError):
        prove_tables(csrc)


@pytest.mark.parametrize(("old", "new"), [FAULTS[0], FAULTS[1], FAULTS[4]])
def test_a_build_with_a_wrong_table_ends_with_its_name(
    tmp_path: Path, old: str, new: str, long_run: bool
) -> None:
    if not long_run and "SRP_FREE_BITS" not in old:
        pytest.skip("one of them is enough without --long")
    package = tmp_path / "srp_native"
    package.mkdir()
    broken_copy(package, "tables.py", old, new)
    for name in ("ffi_build.py", "group.py", "_version.py"):
        shutil.copy(CSRC.parent / name, package)
    command = [sys.executable, "-W", "error", "srp_native/ffi_build.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"ValueError: tables.py: srp_\w+.* (is|has|are) ", done.stderr)


@pytest.fixture(scope="module")
def written() -> tuple[str, dict[str, Any]]:
    """What the build compiles, and the functions of tables.py and check_tables.py."""
    functions = runpy.run_path(str(CSRC / "tables.py"))
    functions |= runpy.run_path(str(CSRC / "check_tables.py"))
    return functions["c_source"](), functions


def test_every_table_is_checked_by_the_build(
    written: tuple[str, dict[str, Any]], long_run: bool
) -> None:
    """One digit is wrong, in the middle of each table."""
    source, functions = written
    names = re.findall(r"\b(srp_\w+)\[[^=;]*= \{", source)
    assert len(names) == 17
    for name in names if long_run else ["srp_adx_comb_table"]:
        start = source.index(f"{name}[")
        numbers = list(re.finditer(r"0x[0-9a-f]+", source[start : source.index("};", start)]))
        at = start + numbers[len(numbers) // 2].end() - 1
        wrong = source[:at] + ("1" if source[at] != "1" else "2") + source[at + 1 :]
        with pytest.raises(ValueError, match=rf"tables.py: {name}\b"):
            functions["check"](wrong, N, functions["_header_constants"]())


def test_a_table_that_nobody_checks_is_an_error(written: tuple[str, dict[str, Any]]) -> None:
    source, functions = written
    more = source + "const srp_digit srp_new_table[1] = {0x1};\n"
    with pytest.raises(ValueError, match="not checked: \\['srp_new_table'\\]"):
        functions["check"](more, N, functions["_header_constants"]())
