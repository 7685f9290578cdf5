"""docs/fidelity.md, made from the table of `statements.py`:

PYTHONPATH=tests python -m support.fidelity_page > docs/fidelity.md
"""

# ruff: noqa: E501 - rows of a table

from __future__ import annotations

from cognito_srp.local.server.responses import _methods
from cognito_srp.local.server.validation import operations
from support.statements import LEFT_OUT, STATEMENTS, WITHOUT_SWITCH, Statement

__all__ = ["missing_operations", "rendered"]

_TEXT = """\
# What the local Cognito says about AWS

This page is made from a table in the suite, `tests/support/statements.py`: each statement, where it comes from, how sure it is, and the test that
holds it. Nobody who wrote this could ask AWS. *Measured*: somebody tried it on a real pool and wrote it down. *Documented*: AWS says so.
*Reported*: users of other clients met it. *Guessed*: nobody says, or the sources contradict each other; then it is a switch of
`LocalCognito`, whose default is the statement, but for [a few](#guesses-that-are-no-switches). Pages of the Developer Guide are named by their titles, issues by their
repository and number on GitHub.

```python
from cognito_srp.local import LocalCognito

cognito = LocalCognito(custom_auth_devices=False)
```
"""


def rendered(missing: list[str]) -> str:
    """The page; `missing` are the operations that answer NotImplementedException."""
    parts = [_TEXT]
    for title, statements in STATEMENTS.items():
        parts += [f"\n## {title}\n", "| statement | source | sure | test |", "|---|---|---|---|"]
        parts += [_row(statement) for statement in statements]
    parts += ["\n## Guesses that are no switches\n", *(f"- {line}" for line in WITHOUT_SWITCH)]
    parts += ["\n## What it is not\n", *(f"- {line}" for line in LEFT_OUT)]
    parts += [
        "- Errors whose words AWS documents nowhere have words of our own: test that a call is refused, not how.",
        f"\nThese {len(missing)} operations are missing. They answer `NotImplementedException`, status 501, and name themselves:\n",
        ", ".join(missing) + ".",
    ]
    return "\n".join(parts) + "\n"


def _row(statement: Statement) -> str:
    sure = statement.sure + (f": `{statement.switch}`" if statement.switch else "")
    file, name = statement.test.split("::")
    return f"| {statement.text} | {statement.source} | {sure} | `{file}` {name.replace('_', ' ')[5:]} |"


def missing_operations() -> list[str]:
    """The operations of the service's model that answer NotImplementedException."""
    return sorted(operations() - _methods().keys())


if __name__ == "__main__":
    print(rendered(missing_operations()), end="")
