"""Crosses to every target, or to those named, and writes the tables of docs/platforms.md.

    PYTHONPATH=tests python -m cross.table [TARGET...]

What was found is kept in build/cross.json: a run of some targets leaves the rows of the others.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from support.source_tree import ROOT

from .crossing import VECTORS, compile_for, run_vectors
from .targets import CPUS, TARGETS, Target

__all__ = ["cpu_row", "target_row"]

FOUND: Final = ROOT / "build" / "cross.json"
PAGE: Final = ROOT / "docs" / "platforms.md"
#: Of the CPUs: a program that needs no other file of the machine.
STATIC: Final = next(t for t in TARGETS if t.name == "x86_64-linux-musl")


def target_row(target: Target, warnings: int, ran: list[str] | None) -> str:
    """The line of the table for what was found."""
    made = "and linked" if target.links else "objects alone"
    runner = "-" if target.runner is None else Path((*target.runner, "as it is")[0]).name
    kernels = "not run" if ran is None else ", ".join(f"`{kernel}`" for kernel in ran)
    return (
        f"| {target.name} | {target.compiler_name} | compiled, {made}, {warnings} warnings "
        f"| {runner} | {kernels} |"
    )


def cpu_row(model: str, ran: list[str]) -> str:
    """The line for one CPU that qemu-x86_64 plays."""
    return f"| `{model}` | {', '.join(f'`{kernel}`' for kernel in ran)} |"


def _cross(target: Target, folder: Path) -> list[str]:
    """What was found for a target, as rows: its own, and with one program those of the CPUs."""
    crossed = compile_for(target, folder)
    if not crossed.compiled or target.missing:
        sys.exit(f"{target}: {target.missing and target.missing + ' is missing'}\n{crossed.said}")
    ran = None
    if crossed.program and target.runner is not None:
        ran = run_vectors(target.runner, crossed.program)
    rows = [target_row(target, crossed.warnings, ran)]
    if target == STATIC and crossed.program:
        for cpu in CPUS:
            runner = ("qemu-x86_64", "-cpu", cpu.model)
            rows.append(cpu_row(cpu.model, run_vectors(runner, crossed.program)))
    return rows


def _write(found: dict[str, Any]) -> None:
    rows = [row for target in TARGETS for row in found.get(str(target), [])[:1]]
    tables = {
        "targets": [
            "| target | compiler | csrc/ | run by | kernels that gave every answer |",
            "|---|---|---|---|---|",
            *rows,
        ],
        "cpus": [
            "| `qemu-x86_64 -cpu` | kernels that run, and gave every answer |",
            "|---|---|",
            *found.get(str(STATIC), [])[1:],
        ],
    }
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in tables.items():
        begin, end = f"<!-- {name}: written by tests/cross/table.py -->", f"<!-- end of {name} -->"
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        table = "\n".join([begin, *lines, end])
        text = re.sub(pattern, table.replace("\\", r"\\"), text, flags=re.DOTALL)
    PAGE.write_text(text, encoding="utf-8")


def _remember(name: str, rows: list[str]) -> None:
    """Add to what other runs have found, perhaps at the same time."""
    found = json.loads(FOUND.read_text()) if FOUND.exists() else {}
    FOUND.write_text(json.dumps({**found, name: rows}, indent=1))
    _write({**found, name: rows})


def main(names: list[str]) -> None:
    """Cross to the targets called so, and write the tables."""
    FOUND.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for target in TARGETS:
            if not names or {str(target), target.name} & set(names):
                rows = _cross(target, Path(folder))
                _remember(str(target), rows)
                print(*rows, f"({len(VECTORS)} vectors)", sep="\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
