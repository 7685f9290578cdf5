"""``cognito-srp report``."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
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
    assert "none.journal: there is no such journal; name the one" in outcome.err


def test_latencies_are_rounded_to_milliseconds(run: Run) -> None:
    Journal.open("run.journal", key=SealingKey.generate()).close()
    row = ("k_1", "confirmed", b"", 0.0, 0.0123456789)
    with closing(sqlite3.connect("run.journal")) as database, database:
        names = "device_key, state, sealed, prepared_at, latency"
        database.execute(f"INSERT INTO device ({names}) VALUES (?, ?, ?, ?, ?)", row)
    document = json.loads(run("report", "run.journal").out)
    assert set(document["LatencySeconds"].values()) == {0.012}


def test_a_table_of_the_figures(run: Run) -> None:
    Journal.open("run.journal", key=SealingKey.generate()).close()
    out = run("report", "run.journal", "--output", "table").out
    assert "Report    run.journal.html" in out
