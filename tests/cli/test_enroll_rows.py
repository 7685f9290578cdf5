"""``cognito-srp enroll``: no row of the input vanishes, whatever becomes of it."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from support.command_line import PASSWORD, Run
from support.enroll_command import KEY, saved

from cognito_srp.local import Fault, LocalCognito, LocalPool

SAVE = ("--save", "enrolled.jsonl")
USERS = 30


@pytest.fixture(scope="module")
def pool(cognito: LocalCognito) -> LocalPool:
    pool = cognito.create_pool()
    for number in range(USERS):
        pool.create_user(f"u{number}", PASSWORD)
    return pool


def at(pool: LocalPool) -> list[str]:
    aws = ["--endpoint-url", pool.cognito.endpoint_url, "--region", pool.cognito.region]
    where = ["--user-pool-id", pool.pool_id, "--client-id", pool.client_id]
    return [*aws, *where, "--rate", "1000"]


def write_table(passwords: dict[str, str], path: str = "users.csv") -> str:
    Path(path).touch(0o600)
    with Path(path).open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["username", "password"])
        table.writerows(passwords.items())
    return path


def test_rows_whose_sign_in_fails_are_kept_and_told(run: Run, pool: LocalPool) -> None:
    users = {f"u{number}": PASSWORD for number in range(USERS)}
    users |= {"u4": "Wrong-horse-1", "u9": "Wrong-horse-1", "nobody": PASSWORD}
    outcome = run("enroll", write_table(users), *KEY, *SAVE, *at(pool))
    summary, records = json.loads(outcome.out), saved()
    assert outcome.code == 1
    assert sorted(record["position"] for record in records) == list(range(2, USERS + 3))
    assert sum(summary["Outcomes"].values()) == summary["Rows"] == USERS + 1
    assert (summary["NotConfirmed"], summary["NotStarted"]) == (3, 0)
    failed = {record["position"]: record for record in records if record["outcome"] == "refused"}
    assert failed.keys() == {6, 11, 32}
    assert failed[6]["error"] == "NotAuthorizedException"
    assert "Incorrect username or password" in failed[6]["message"]
    assert failed[32]["error"] == "UserNotFoundException"
    for position in failed:
        told = f"users.csv:{position}: refused: {failed[position]['message']}"
        assert told in outcome.err
        assert told.count(failed[position]["error"]) == 1
    assert PASSWORD not in outcome.err + outcome.out
    assert run("report", "users.csv.journal").code == 0
    page = Path("users.csv.journal.html").read_text()
    for position in failed:
        assert f"<td>{position}</td><td>refused</td>" in page


def test_the_first_ten_and_then_counts_by_reason(run: Run, pool: LocalPool) -> None:
    users = {f"nobody-{number}": PASSWORD for number in range(12)}
    users |= {f"u{number}": "Wrong-horse-1" for number in range(10, 18)}
    outcome = run("enroll", write_table(users), *KEY, *SAVE, *at(pool))
    assert outcome.code == 1
    assert len(re.findall(r"users\.csv:\d+: refused", outcome.err)) == 10
    assert "and 10 more that are not confirmed" in outcome.err
    assert "12 UserNotFoundException, 8 NotAuthorizedException" in outcome.err
    assert len(saved()) == 20
    assert json.loads(outcome.out)["Outcomes"] == {
        "refused: UserNotFoundException": 12,
        "refused: NotAuthorizedException": 8,
    }


def test_a_row_that_failed_is_one_row_after_a_resumed_run_as_well(
    run: Run, pool: LocalPool
) -> None:
    users = {"u20": PASSWORD, "u21": "Wrong-horse-1"}
    assert run("enroll", write_table(users), *KEY, *SAVE, *at(pool)).code == 1
    again = run("enroll", "users.csv", *KEY, *SAVE, *at(pool), "--resume")
    assert (again.code, len(saved())) == (1, 2)
    users["u21"] = PASSWORD
    outcome = run("enroll", write_table(users), *KEY, *SAVE, *at(pool), "--resume")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["Outcomes"] == {"confirmed": 2}
    assert [record["outcome"] for record in saved()] == ["confirmed"] * 2


def test_rows_that_cannot_be_used_and_rows_that_are_left(run: Run, pool: LocalPool) -> None:
    person = {"username": "u22", "password": PASSWORD}
    lines = [json.dumps(person)] * 3
    Path("users.jsonl").touch(0o600)
    Path("users.jsonl").write_text("\n".join([*lines, "not json", '{"username": 5}']) + "\n")
    skip = ("--on-error", "skip", *KEY, *SAVE, *at(pool), "--per-user-rate", "1000")
    outcome = run("enroll", "users.jsonl", *skip, "--limit", "2")
    outcomes = {"confirmed": 2, "rejected: InvalidInputError": 2, "not_started": 1}
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["Outcomes"] == outcomes
    records = {record["position"]: record for record in saved()}
    assert Counter(record["outcome"] for record in records.values()) == Counter(
        confirmed=2, rejected=2, not_started=1
    )
    assert records[4]["message"] == "is not JSON; write one JSON object a line"
    assert records[3]["outcome"] == "not_started"
    report = json.loads(run("report", "users.jsonl.journal").out)
    assert report["Outcomes"] == {"confirmed": 2, "rejected": 2, "not_started": 1}
    assert run("enroll", "users.jsonl", *skip, "--resume").code == 0
    assert Counter(record["outcome"] for record in saved()) == Counter(confirmed=3, rejected=2)


def test_confirmed_without_an_answer_of_its_own_is_not_proven(run: Run, pool: LocalPool) -> None:
    pool.cognito.faults.add(Fault("drop-response", "ConfirmDevice", first=1, last=1))
    users = {f"u{number}": PASSWORD for number in (23, 24)}
    outcome = run("enroll", write_table(users), *KEY, *SAVE, *at(pool))
    pool.cognito.faults.clear()
    assert outcome.code == 0, outcome.err
    summary = json.loads(outcome.out)
    assert (summary["Confirmed"], summary["Unproven"]) == (2, 1)
    assert sorted(record["proven"] for record in saved()) == [False, True]


@pytest.mark.parametrize("on_error", ["stop", "skip", "collect"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bad.jsonl", '{"username": "u1", "password": "x"}\nnot json\n'),
        ("header.csv", "username,password\n"),
        ("empty.csv", ""),
        ("empty.jsonl", ""),
    ],
)
def test_a_dry_run_of_what_cannot_run_as_it_is(
    run: Run, pool: LocalPool, name: str, text: str, on_error: str
) -> None:
    Path(name).write_text(text)
    outcome = run("enroll", name, *at(pool), "--dry-run", "--on-error", on_error)
    assert outcome.code == 2
    assert name in outcome.err


def test_an_input_without_a_device_makes_no_journal(run: Run, pool: LocalPool) -> None:
    Path("header.csv").write_text("username,password\n")
    outcome = run("enroll", "header.csv", *KEY, *at(pool))
    assert outcome.code == 2
    assert "header.csv: has no device that can be used; write one a row" in outcome.err
    assert not Path("header.csv.journal").exists()
