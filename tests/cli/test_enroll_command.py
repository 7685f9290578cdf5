"""``cognito-srp enroll``: a file of devices or of users, in one run or in several."""

from __future__ import annotations

import json
import os
import stat
from types import SimpleNamespace

import pytest
from support.command_line import PASSWORD, Run
from support.enroll_command import (
    KEY,
    at,
    devices,
    expired_token,
    saved,
    signs_in,
    write_input,
)

from cognito_srp.local import LocalPool


def test_a_file_of_devices(run: Run, pool: LocalPool) -> None:
    rows = devices(pool, 3)
    rows[0]["device_name"] = "Ann's phone"
    source = write_input(rows)
    outcome = run("enroll", source, *KEY, "--save", "enrolled.jsonl", *at(pool))
    assert outcome.code == 0, outcome.err
    summary = json.loads(outcome.out)
    assert (summary["Rows"], summary["Confirmed"], summary["NotConfirmed"]) == (3, 3, 0)
    assert summary["ThisRun"]["Calls"] == 3
    records = saved()
    assert [record["device_key"] for record in records] == [row["device_key"] for row in rows]
    assert all(signs_in(pool, record) for record in records)
    for name in ("enrolled.jsonl", "run.key", "devices.jsonl.journal"):
        assert stat.S_IMODE(os.stat(name).st_mode) == 0o600
    shown = outcome.out + outcome.err
    for record, row in zip(records, rows, strict=True):
        assert record["device_password"] not in shown
        assert row["access_token"] not in shown
    assert "made the key run.key" in outcome.err


def test_a_limit_and_the_rest(run: Run, pool: LocalPool) -> None:
    source = write_input(devices(pool, 5))
    first = run("enroll", source, *KEY, *at(pool), "--limit", "2")
    assert first.code == 0
    assert json.loads(first.out)["NotStarted"] == 3
    assert "are in the journal alone: --resume --save FILE writes them" in first.err
    again = run("enroll", source, *KEY, *at(pool))
    assert again.code == 2
    assert "is the journal of an earlier run; add --resume" in again.err
    rest = run("enroll", source, *KEY, *at(pool), "--resume", "--save", "enrolled.jsonl")
    assert rest.code == 0
    assert json.loads(rest.out)["ThisRun"]["Calls"] == 3
    nothing = run("enroll", source, *KEY, *at(pool), "--resume", "--save", "enrolled.jsonl")
    assert json.loads(nothing.out)["ThisRun"]["Calls"] == 0
    assert len({record["device_key"] for record in saved()}) == len(saved()) == 5


def test_fresh_tokens_for_the_same_devices(run: Run, pool: LocalPool) -> None:
    """An input is its devices; tokens that have run out are replaced and the run goes on."""
    rows = devices(pool, 3)
    tokens = [row["access_token"] for row in rows]
    source = write_input(rows)
    assert run("enroll", source, *KEY, *at(pool), "--limit", "1").code == 0
    for row in rows:
        row["access_token"] = expired_token()
    stopped = run("enroll", write_input(rows), *KEY, *at(pool), "--resume")
    assert stopped.code == 2
    assert f"{source}:2: access_token: has expired; get a fresh one; correct it" in stopped.err
    for row, token in zip(rows, tokens, strict=True):
        row["access_token"] = token
    assert run("enroll", write_input(rows), *KEY, *at(pool), "--resume").code == 0


def test_a_token_that_runs_out_while_it_waits(
    run: Run, pool: LocalPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was good when the input was checked, and no more when it was its turn."""
    rows = devices(pool, 2)
    good, rows[1]["access_token"] = rows[1]["access_token"], expired_token()
    clock = SimpleNamespace(time=lambda: 0.0)
    monkeypatch.setattr("cognito_srp.enroll.bulk.screening.time", clock)
    outcome = run("enroll", write_input(rows), *KEY, *at(pool))
    assert outcome.code == 1
    summary = json.loads(outcome.out)
    assert (summary["NotConfirmed"], summary["NotStarted"]) == (1, 0)
    assert summary["Outcomes"] == {"confirmed": 1, "refused: TokenExpired": 1}
    rows[1]["access_token"] = good
    assert run("enroll", write_input(rows), *KEY, *at(pool), "--resume").code == 0


def test_a_dry_run(run: Run, pool: LocalPool) -> None:
    rows = devices(pool, 2)
    sign_in_row = {"username": "ann", "password": PASSWORD}
    source = write_input([*rows, sign_in_row])
    pools = ("--client-id", pool.client_id, "--user-pool-id", pool.pool_id)
    outcome = run("enroll", source, "--dry-run", *pools, "--rate", "0.0001")
    plan = json.loads(outcome.out)
    assert (plan["Rows"], plan["SignIns"], plan["Seconds"]) == (3, 1, 30000.0)
    assert plan["TokensTooShortLived"] == 2
    assert "2 tokens will have run out before it is their turn" in outcome.err
    assert os.listdir() == ["devices.jsonl"]


def test_users_to_sign_in(run: Run, pool: LocalPool) -> None:
    """Their sign-ins give the device keys."""
    person = {"username": "ann", "password": PASSWORD, "client_id": pool.client_id}
    source = write_input([{**person, "pool_id": pool.pool_id}] * 2)
    outcome = run("enroll", source, *KEY, "--save", "enrolled.jsonl", *at(pool))
    assert outcome.code == 0, outcome.err
    records = saved()
    assert {record["position"] for record in records} == {1, 2}
    assert all(signs_in(pool, record) for record in records)
    again = run("enroll", source, *KEY, *at(pool), "--resume")
    assert json.loads(again.out)["ThisRun"]["Calls"] == 0


def test_refusals(run: Run, pool: LocalPool) -> None:
    good, swapped = devices(pool, 2)
    swapped["access_token"] = "none"
    taken = devices(pool, 1)[0]
    pool.cognito.client().confirm_device(
        AccessToken=taken["access_token"], DeviceKey=taken["device_key"]
    )
    source = write_input([good, swapped, taken])
    outcome = run("enroll", source, *KEY, *at(pool), "--save", "enrolled.jsonl")
    summary = json.loads(outcome.out)
    assert outcome.code == 1
    assert (summary["Confirmed"], summary["NotConfirmed"]) == (1, 2)
    assert summary["Outcomes"] == {
        "confirmed": 1,
        "conflict: DeviceKeyExistsException": 1,
        "refused: NotAuthorizedException": 1,
    }
    outcomes = [(record["outcome"], record["error"]) for record in saved()]
    assert outcomes == [
        ("confirmed", ""),
        ("refused", "NotAuthorizedException"),
        ("conflict", "DeviceKeyExistsException"),
    ]
    pool.create_user("another", PASSWORD)
    swapped["access_token"] = pool.sign_in("another", PASSWORD)["AccessToken"]
    write_input([good, swapped, taken])
    again = run("enroll", source, *KEY, *at(pool), "--resume")
    assert (again.code, json.loads(again.out)["ThisRun"]["Calls"]) == (1, 1)
    assert json.loads(again.out)["Outcomes"] == {
        "confirmed": 1,
        "conflict: DeviceKeyExistsException": 1,
        "refused: InvalidParameterException": 1,  # the token of another user
    }
