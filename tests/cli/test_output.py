"""``--output``, ``--query`` and tables."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime, timezone

import jmespath
import pytest
from support.command_line import Run

from cognito_srp.cli.output import time_text, write, write_table

DOCUMENT = {
    "B": "b",
    "A": True,
    "Inner": {"Y": 2, "X": None},
    "List": [{"N": 1, "M": "m"}, {"N": 2, "M": "n"}],
    "Words": ["one", "two"],
}


def arguments(output: str, query: str | None = None) -> argparse.Namespace:
    compiled = None if query is None else jmespath.compile(query)
    return argparse.Namespace(output=output, query=compiled)


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    write(arguments("json"), DOCUMENT)
    assert json.loads(capsys.readouterr().out) == DOCUMENT


def test_text_as_the_aws_cli_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    # Taken from awscli.text.format_text (1.45) for the same document.
    write(arguments("text"), DOCUMENT)
    assert capsys.readouterr().out == (
        "True\tb\nINNER\tNone\t2\nLIST\tm\t1\nLIST\tn\t2\nWORDS\tone\ttwo\n"
    )


@pytest.mark.parametrize(
    ("query", "text"),
    [("B", "b\n"), ("List[].N", "1\t2\n"), ("List", "m\t1\nn\t2\n"), ("[A,B]", "True\tb\n")],
)
def test_query(capsys: pytest.CaptureFixture[str], query: str, text: str) -> None:
    write(arguments("text", query), DOCUMENT)
    assert capsys.readouterr().out == text


def test_a_misspelt_query_is_found_first(run: Run) -> None:
    code, out, err = run("engines", "--query", "[[")
    assert (code, out) == (2, "")
    assert "JMESPath" in err
    assert len(err.splitlines()) == 1


def test_a_query_that_does_not_fit_quotes_nothing(run: Run) -> None:
    key = ("--device-key", "eu-west-2_6274", "--device-group-key", "g")
    query = "sum(RememberedDevice.device_password)"
    code, out, err = run("verifier", *key, "--query", query)
    assert (code, out) == (2, "")
    assert err == "cognito-srp: --query: does not fit this command's output; try it without\n"


def test_plain_table(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(("step", "count"), [("a", "1"), ("longer", "1,000")], numeric=1)
    assert capsys.readouterr().out.splitlines() == [
        "step    count",
        "------  -----",
        "a           1",
        "longer  1,000",
    ]


def test_any_document_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Its values by name, and a table for each list of objects in it."""
    write(arguments("table"), DOCUMENT)
    assert capsys.readouterr().out.splitlines() == [
        "name     value",
        "-------  --------",
        "B        b",
        "A        True",
        "Inner.Y  2",
        "Inner.X  -",
        "Words    one, two",
        "",
        "List",
        "N  M",
        "-  -",
        "1  m",
        "2  n",
    ]


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ("List", ["N  M", "-  -", "1  m", "2  n"]),
        ("List[].M", ["value", "-----", "m", "n"]),
        ("B", ["value", "-----", "b"]),
    ],
)
def test_a_query_as_a_table(
    capsys: pytest.CaptureFixture[str], query: str, lines: list[str]
) -> None:
    write(arguments("table", query), DOCUMENT)
    assert capsys.readouterr().out.splitlines() == lines


def test_times_have_one_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """ISO 8601 to the second, in the zone of the machine."""
    monkeypatch.setenv("TZ", "XYZ-05:30")
    time.tzset()
    try:
        moment = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone.utc)
        assert time_text(moment) == "2026-01-02T08:34:05+05:30"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_table_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_rich: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    write_table(("engine", "missing"), [("c", "[not] built")])
    assert "[not] built" in capsys.readouterr().out
