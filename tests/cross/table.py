"""Crosses to every target, or to those named, and writes the tables of docs/platforms.md.

    PYTHONPATH=tests python -m cross.table [TARGET...]

What was found is kept in build/cross: a run repeats only what has changed since (findings.py).
Of the targets that are not named, the page keeps the rows it has.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from support.source_tree import ROOT

from .crossing import VECTORS
from .findings import Finding, find, find_on_cpu
from .targets import CPUS, TARGETS, Cpu, Target

__all__ = ["cpu_row", "target_row"]

PAGE: Final = ROOT / "docs" / "platforms.md"


def target_row(target: Target, finding: Finding) -> str:
    """The line of the table for what was found."""
    made = "and linked" if target.links else "objects alone"
    runner = "-" if target.runner is None else Path((*target.runner, "as it is")[0]).name
    kernels = "not run"
    if finding.kernels is not None:
        kernels = ", ".join(f"`{kernel}`" for kernel in finding.kernels)
    return (
        f"{_row_start(target)} compiled, {made}, {finding.warnings} warnings "
        f"| {runner} | {kernels} |"
    )


def cpu_row(cpu: Cpu, finding: Finding) -> str:
    """The line for one CPU that qemu-x86_64 plays."""
    return f"{_row_start(cpu)} {', '.join(f'`{kernel}`' for kernel in finding.kernels or ())} |"


def _row_start(subject: Target | Cpu) -> str:
    if isinstance(subject, Cpu):
        return f"| `{subject.model}` |"
    return f"| {subject.name} | {subject.compiler_name} |"


def _write(subject: Target | Cpu, row: str) -> None:
    """Put a row in its place, or change the one that is there."""
    name, subjects = ("cpus", CPUS) if isinstance(subject, Cpu) else ("targets", TARGETS)
    text = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: written by tests/cross/table.py -->\n", f"<!-- end of {name} -->"
    before, table, after = re.split(f"{re.escape(begin)}(.*?){re.escape(end)}", text, flags=re.S)
    lines = table.splitlines()
    heading, rows = lines[:2], [*lines[2:], row]
    table = "".join(f"{line}\n" for line in (*heading, *_in_order(subjects, rows)))
    PAGE.write_text(f"{before}{begin}{table}{end}{after}", encoding="utf-8")


def _in_order(subjects: Sequence[Target | Cpu], rows: list[str]) -> list[str]:
    """The last row of each, in their order; what nothing stands behind any more is left out."""
    last = {_row_start(s): row for row in rows for s in subjects if row.startswith(_row_start(s))}
    return [last[_row_start(s)] for s in subjects if _row_start(s) in last]


def main(names: list[str]) -> None:
    """Cross to the targets called so, or the CPUs, and write the tables."""
    with tempfile.TemporaryDirectory() as folder:
        for target in TARGETS:
            if not names or {str(target), target.name} & set(names):
                if target.missing:
                    sys.exit(f"{target}: {target.missing} is missing")
                _report(target, target_row(target, find(target, Path(folder))))
        for cpu in CPUS:
            if not names or cpu.model in names:
                _report(cpu, cpu_row(cpu, find_on_cpu(cpu, Path(folder))))


def _report(subject: Target | Cpu, row: str) -> None:
    _write(subject, row)
    print(row, f"({len(VECTORS)} vectors)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
