"""Writes docs/troubleshooting.md from the table that the library's hints come from.

python docs/troubleshooting.py
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from cognito_srp import Cause
from cognito_srp.transport.causes import EXPLANATIONS
from cognito_srp.transport.explanations import Explanation

PAGE = Path(__file__).with_suffix(".md")

_BEGIN = """\
# When it fails

Search this page for the words that you see. Each section has the code of the exception, what may be
wrong, and what to do. If these depend on the call, there is a table with a row for each call. In
the headings, `…` stands for a name that differs from case to case. The library says the same in
`error.hint`. If a sign-in knows more, it says so in [`error.diagnosis`](sign-in.md#when-it-fails).

This page is made from the library's own table, `cognito_srp/transport/causes.py`, by
`python docs/troubleshooting.py`.
"""

_END = """
## Causes by name

`error.diagnosis.cause` is one of these members of `cognito_srp.Cause`.

| | |
|---|---|
"""


def page() -> str:
    """The whole document."""
    rows = sorted(EXPLANATIONS, key=_first_like)
    sections = (_section(list(same)) for _, same in groupby(rows, key=_heading))
    names = "".join(f"| `{cause.name}` | {cause.value} |\n" for cause in Cause)
    return _BEGIN + "".join(sections) + _END + names


def _first_like(row: Explanation) -> int:
    """Rows of one heading stand together, where the first of them is."""
    return [_heading(each) for each in EXPLANATIONS].index(_heading(row))


def _heading(row: Explanation) -> tuple[str, ...]:
    return row.words or row.codes


def _section(rows: list[Explanation]) -> str:
    heading, *others = _heading(rows[0])
    lines = [f"\n## {heading}\n"]
    if others:
        lines.append(f"Or: {', '.join(f'“{words}”' for words in others)}.\n")
    if rows[0].words:
        lines.append(f"{', '.join(f'`{code}`' for code in rows[0].codes)}\n")
    if len(rows) == 1 and not rows[0].at:
        [only] = rows
        lines.append(f"May be wrong: {_causes(only)}.\n\nWhat to do: {only.fix}.")
    else:
        lines += ["| in answer to | what may be wrong | what to do |", "|---|---|---|"]
        lines += map(_line, rows)
    return "\n".join(lines) + "\n"


def _line(row: Explanation) -> str:
    where = ", ".join(row.at) or "anything else"
    if row.has_device_key is not None:
        where += f" {'with' if row.has_device_key else 'without'} a device key"
    return f"| {where} | {_causes(row)} | {row.fix} |"


def _causes(row: Explanation) -> str:
    return "; or ".join(cause.value for cause in row.causes)


if __name__ == "__main__":
    PAGE.write_text(page())
