"""Hints on the command line: they name its options, and no argument of the library."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from cognito_srp import CallError
from cognito_srp.cli.failures import explain
from cognito_srp.signin import diagnosis, refused_refresh
from cognito_srp.transport.causes import EXPLANATIONS

#: Arguments, attributes and functions of the library, and what it is called with.
OF_THE_LIBRARY = re.compile(
    r"\b[a-z_]+=|\b(client_id|pool_id|client_secret|auth_flow|answer_challenge|list_devices"
    r"|update_device_status|on_challenge)\b|\b(error|session)\.|boto3"
)


def texts(module: ModuleType) -> Iterator[str]:
    """What a module says in more than one word; what is put into it stands as …."""
    tree = ast.parse(inspect.getsource(module))
    skipped = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= set(node.values)
            parts = (p.value if isinstance(p, ast.Constant) else "…" for p in node.values)
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.value


HINTS = sorted(
    {row.hint() for row in EXPLANATIONS}
    | {text for one in (diagnosis, refused_refresh) for text in texts(one) if " " in text}
)


def test_there_are_hints_of_both_kinds() -> None:
    assert len(HINTS) > len(EXPLANATIONS) + 8
    assert sum(OF_THE_LIBRARY.search(hint) is not None for hint in HINTS) >= 12


@pytest.mark.parametrize("hint", HINTS)
def test_a_hint_names_no_argument_of_the_library(hint: str) -> None:
    _, told = explain(CallError("InitiateAuth", hint))
    assert OF_THE_LIBRARY.search(told) is None, told
