"""``cognito-srp report``."""

from __future__ import annotations

import json
from pathlib import Path

from support.command_line import Run

from cognito_srp import SealingKey
from cognito_srp.enroll.journal import Journal


def test_a_page(run: Run) -> None:
    Journal.open("run.journal", key=SealingKey.generate()).close()
    outcome = run("report", "run.journal")
    assert json.loads(outcome.out)["Report"] == "run.journal.html"
    assert Path("run.journal.html").read_text().startswith("<!DOCTYPE html>")
    assert run("report", "run.journal", "--save", "page.html").code == 0
    assert Path("page.html").exists()


def test_no_journal(run: Run) -> None:
    outcome = run("report", "none.journal")
    assert outcome.code == 2
    assert "none.journal: unable to open database file; check that" in outcome.err
