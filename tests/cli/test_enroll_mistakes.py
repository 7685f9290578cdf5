"""``cognito-srp enroll``: what is wrong with an input, a journal or an output is said in words."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from support.command_line import Outcome, Run
from support.enroll_command import (
    KEY,
    NOWHERE,
    at,
    devices,
    expired_token,
    saved,
    write_input,
)

from cognito_srp import SealingKey
from cognito_srp.enroll.journal import Journal
from cognito_srp.local import LocalPool

FAULTY = [
    ("not json", "is not JSON; write one JSON object a line"),
    ("[1, 2]", "is not a JSON object"),
    ('{"device_key": "us-east-1_a", "device_group_key": "-g"}', "access_token: needs a token"),
    ('{"device_key": "k", "access_token": "t"}', "device_key: has no '_'"),
    ('{"device_key": 7, "access_token": "t"}', "device_key: must be text; put it in quotes"),
    ('{"device_kez": "us-east-1_a"}', "'device_kez': is not a field of a device; rename"),
    ('{"remember": "perhaps", "access_token": "t"}', "remember: must be true or false"),
    ('{"password": "p", "username": "u"}', "pool_id: is needed to sign in with a password"),
]


@pytest.mark.parametrize(("line", "reason"), FAULTY)
def test_a_malformed_line_stops_it(run: Run, line: str, reason: str) -> None:
    good = {"device_key": "us-east-1_b", "device_group_key": "-g", "access_token": "t"}
    outcome = run("enroll", write_input([good, "", line]), *KEY, *NOWHERE)
    assert (outcome.code, outcome.out) == (2, "")
    assert f"devices.jsonl:3: {reason}" in outcome.err
    assert "--on-error skip or collect; nothing was sent" in outcome.err
    assert not Path("devices.jsonl.journal").exists()  # so that the same command will do next time


def test_skipped_and_collected(run: Run, pool: LocalPool) -> None:
    rows = devices(pool, 2)
    expired = {**rows[1], "device_key": "us-east-1_b", "access_token": expired_token()}
    bad = [line for line, _ in FAULTY]
    source = write_input([rows[0], *bad, rows[1], rows[0], expired, *bad])
    for on_error in ("skip", "collect"):
        resume = ["--resume"] if on_error == "collect" else []
        outcome = run("enroll", source, *KEY, *at(pool), "--on-error", on_error, *resume)
        assert outcome.code == 0, outcome.err
        assert json.loads(outcome.out)["Rejected"] == 18
        if on_error == "skip":
            assert outcome.err.count(f"{source}:") == 10
            assert "and 8 more rows that cannot be used" in outcome.err
    assert "18 rows cannot be used: see devices.jsonl.rejected.jsonl" in outcome.err
    records = saved("devices.jsonl.rejected.jsonl")
    assert [record["position"] for record in records] == [*range(2, 10), *range(11, 21)]
    assert records[8]["reason"] == "device_key: is that of line 1 already"
    assert records[9]["reason"] == "access_token: has expired; get a fresh one"
    assert stat.S_IMODE(os.stat("devices.jsonl.rejected.jsonl").st_mode) == 0o600


def test_duplicates_far_apart(run: Run) -> None:
    def row(number: int) -> dict[str, str]:
        keys = {"device_key": f"us-east-1_{number}", "device_group_key": "-g"}
        return {**keys, "access_token": "t"}

    source = write_input([*map(row, range(1000)), row(3), row(999), row(3)])
    outcome = run("enroll", source, "--dry-run")
    assert json.loads(outcome.out)["Rejected"] == 3
    for line, first in ((1001, 4), (1002, 1000), (1003, 4)):
        assert f"{source}:{line}: device_key: is that of line {first} already" in outcome.err


def test_the_wrong_journal(run: Run, pool: LocalPool) -> None:
    source = write_input(devices(pool, 1))
    nothing = run("enroll", source, *KEY, *at(pool), "--resume")
    assert "is no journal, so there is nothing to resume" in nothing.err
    assert run("enroll", source, *KEY, *at(pool)).code == 0
    other = write_input(devices(pool, 1), "others.jsonl")
    journal = ("--journal", "devices.jsonl.journal", "--resume")
    outcome = run("enroll", other, *KEY, *at(pool), *journal)
    assert (outcome.code, outcome.out) == (2, "")
    assert "is the journal of another input; resume with the input" in outcome.err


def test_the_wrong_key(run: Run, pool: LocalPool, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_input(devices(pool, 1))
    missing = run("enroll", source, *at(pool))
    assert missing.code == 2
    assert "sealing key: is missing" in missing.err
    assert run("enroll", source, *KEY, *at(pool)).code == 0
    typo = run("enroll", source, "--key-file", "other.key", *at(pool), "--resume")
    assert "does not exist, but the journal that it has to open does" in typo.err
    SealingKey.generate().save("other.key")
    wrong = run("enroll", source, "--key-file", "other.key", *at(pool), "--resume")
    assert wrong.code == 2
    assert "sealed with key" in wrong.err
    monkeypatch.setenv("COGNITO_SEALING_KEY", Path("run.key").read_text().strip())
    assert run("enroll", source, *at(pool), "--resume").code == 0


def test_two_runs_on_one_journal(run: Run, pool: LocalPool) -> None:
    source = write_input(devices(pool, 1))
    assert run("enroll", source, *KEY, *at(pool)).code == 0
    with Journal.open("devices.jsonl.journal", key=SealingKey.from_file("run.key")):
        outcome = run("enroll", source, *KEY, *at(pool), "--resume")
    assert outcome.code == 3
    assert f"process {os.getpid()} on " in outcome.err
    assert "is using it; wait for it to end" in outcome.err


def test_an_output_that_cannot_be_written(run: Run) -> None:
    good = {"device_key": "us-east-1_b", "device_group_key": "-g", "access_token": "t"}
    source = write_input([good])
    Path("taken.jsonl").touch()
    for path, words in (
        ("taken.jsonl", "is there already, and may hold the only secrets"),
        ("none/enrolled.jsonl", "No such file or directory"),
        ("enrolled.xml", "let it end in one of .jsonl, .parquet"),
    ):
        outcome = run("enroll", source, *KEY, "--save", path, *NOWHERE)
        assert (outcome.code, outcome.out) == (2, "")
        assert words in outcome.err
    assert not Path("devices.jsonl.journal").exists()


def test_an_input_that_others_can_read(run: Run, pool: LocalPool) -> None:
    source = write_input(devices(pool, 1))
    Path(source).chmod(0o644)
    outcome = run("enroll", source, "--dry-run")
    assert "holds tokens, and other users can read it (mode 0644): chmod 600 it" in outcome.err
    assert run("enroll", "none.jsonl", "--dry-run").code == 2
    assert "end in one of" in run("enroll", "none.xlsx", "--dry-run").err


def test_no_secret_in_any_words(run: Run, pool: LocalPool) -> None:
    """What is wrong with a row is told without the row."""
    lines = ['{"access_token": "hush hush"}', '{"password": "hush"}', "hush", '{"hush": 1}']
    outcome: Outcome = run("enroll", write_input(lines), "--dry-run")
    assert outcome.err.count("hush") == 1  # the name of the unknown field
