"""docs/fidelity.md is the table of statements; each has a test, and each guess a switch."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from support.fidelity_page import missing_operations, rendered
from support.statements import GUESSED, STATEMENTS, Statement

from cognito_srp.local import LocalCognito
from cognito_srp.local.store.settings import Settings

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "fidelity.md"
ALL = [statement for statements in STATEMENTS.values() for statement in statements]


def test_the_page_is_the_table() -> None:
    made = rendered(missing_operations())
    assert PAGE.read_text() == made, (
        "PYTHONPATH=tests python -m support.fidelity_page > docs/fidelity.md"
    )


@pytest.mark.parametrize("statement", ALL, ids=lambda statement: statement.test)
def test_every_statement_has_its_test(statement: Statement) -> None:
    file, name = statement.test.split("::")
    tree = ast.parse((HERE / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_sources_can_be_looked_up() -> None:
    """A page by its title, an issue by its number, a member of the model by its name."""
    named = re.compile(
        r'#\d+|Developer Guide[^;]*, "|service model|suite|pycognito|no source|CDK|code examples'
    )
    assert [statement.text for statement in ALL if not named.search(statement.source)] == []


def test_guesses_are_switches_and_switches_are_guesses() -> None:
    guessed = {statement.switch for statement in ALL if statement.sure == GUESSED}
    named = {statement.switch for statement in ALL} - {None}
    switches = {field.name for field in dataclasses.fields(Settings)}
    assert guessed == named == switches - {"lockout", "code"}


def test_no_operation_answers_that_is_missing() -> None:
    cognito = LocalCognito()
    for operation in missing_operations():
        with pytest.raises(ClientError, match=f"NotImplemented.*{operation}"):
            cognito.call(operation)
