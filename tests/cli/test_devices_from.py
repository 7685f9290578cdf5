"""``cognito-srp devices forget --from`` and ``remember --from``: the way back for many."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from support.command_line import PASSWORD, Run

from cognito_srp import sign_in
from cognito_srp.local import Fault, LocalCognito, LocalPool


@pytest.fixture
def pool(cognito: LocalCognito, monkeypatch: pytest.MonkeyPatch) -> LocalPool:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    pool = cognito.create_pool()
    for user in ("ann", "bob"):
        pool.create_user(user, PASSWORD)
    return pool


def enrolled(pool: LocalPool, count: int) -> list[dict[str, Any]]:
    """Rows of what ``enroll --save`` writes, of devices that are enrolled: Ann's and Bob's."""
    rows = []
    for number in range(count):
        user = ("ann", "bob")[number % 2]
        session = sign_in(
            pool.cognito.client(),
            pool_id=pool.pool_id,
            client_id=pool.client_id,
            username=user,
            password=PASSWORD,
            auth_flow="USER_PASSWORD_AUTH",
        )
        key = session.enroll_device().device_key
        rows.append({"device_key": key, "username": user, "outcome": "confirmed"})
    return rows


def write_rows(rows: Sequence[dict[str, Any]], path: str = "enrolled.jsonl") -> str:
    Path(path).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def options(pool: LocalPool) -> list[str]:
    where = ["--endpoint-url", pool.cognito.endpoint_url, "--rate", "500"]
    return [*where, "--user-pool-id", pool.pool_id]


def known(pool: LocalPool) -> set[str]:
    """The keys of the devices that the pool knows."""
    client = pool.cognito.client()
    return {
        device["DeviceKey"]
        for user in ("ann", "bob")
        for device in client.admin_list_devices(UserPoolId=pool.pool_id, Username=user)["Devices"]
    }


def outcomes(path: str = "out.jsonl") -> dict[str, str]:
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    return {row["device_key"]: row["outcome"] for row in rows}


def test_all_devices_of_a_file_are_forgotten(run: Run, pool: LocalPool) -> None:
    rows = enrolled(pool, 6)
    source = write_rows(rows[:5])
    outcome = run("devices", "forget", "--from", source, *options(pool), "--save", "out.jsonl")
    assert outcome.code == 0, outcome.err
    summary = json.loads(outcome.out)
    assert (summary["Done"], summary["Failed"], summary["NotStarted"]) == (5, 0, 0)
    assert known(pool) == {rows[5]["device_key"]}
    assert outcomes() == {row["device_key"]: "forgotten" for row in rows[:5]}


def test_what_enroll_has_written_is_taken_back_as_it_is(run: Run, pool: LocalPool) -> None:
    """Rows with a token and rows that sign in: the output says whose each device is."""
    result = pool.sign_in("ann", PASSWORD)
    keys = result["NewDeviceMetadata"]
    sign_in_row = {"username": "bob", "password": PASSWORD}
    rows = [
        {
            "device_key": keys["DeviceKey"],
            "device_group_key": keys["DeviceGroupKey"],
            "access_token": result["AccessToken"],
        },
        sign_in_row | {"pool_id": pool.pool_id, "client_id": pool.client_id},
    ]
    source = write_rows(rows, "devices.jsonl")
    Path(source).chmod(0o600)
    where = ["--endpoint-url", pool.cognito.endpoint_url]
    done = run("enroll", source, "--key-file", "k", "--save", "enrolled.jsonl", *where)
    assert done.code == 0, done.err
    saved = [json.loads(line) for line in Path("enrolled.jsonl").read_text().splitlines()]
    assert {row["username"] for row in saved} == {"ann", "bob"}
    assert len(known(pool)) == 2
    done = run("devices", "forget", "--from", "enrolled.jsonl", *options(pool))
    assert done.code == 0, done.err
    assert known(pool) == set()


def test_an_input_of_enroll_names_pool_and_user_by_its_tokens(run: Run, pool: LocalPool) -> None:
    """However long ago they have expired."""
    [row] = enrolled(pool, 1)
    token = pool.sign_in("ann", PASSWORD)["AccessToken"]
    source = write_rows([{"device_key": row["device_key"], "access_token": token}])
    where = ["--endpoint-url", pool.cognito.endpoint_url]
    done = run("devices", "forget", "--from", source, *where)
    assert done.code == 0, done.err
    assert known(pool) == set()


def test_a_row_that_was_not_enrolled_is_left_alone(run: Run, pool: LocalPool) -> None:
    """A conflict is a device that had another secret before: it is not this run's to forget."""
    rows = enrolled(pool, 3)
    rows[1]["outcome"] = "conflict"
    refused = {"device_key": None, "outcome": "rejected", "error": "", "message": ""}
    done = run("devices", "forget", "--from", write_rows([*rows, refused]), *options(pool))
    assert done.code == 0, done.err
    assert json.loads(done.out)["Skipped"] == {"conflict": 1, "rejected": 1}
    assert known(pool) == {rows[1]["device_key"]}


def test_a_device_that_is_gone_already_is_done(run: Run, pool: LocalPool) -> None:
    rows = enrolled(pool, 2)
    pool.cognito.client().admin_forget_device(
        UserPoolId=pool.pool_id, Username="ann", DeviceKey=rows[0]["device_key"]
    )
    source = write_rows(rows)
    done = run("devices", "forget", "--from", source, *options(pool), "--save", "out.jsonl")
    assert done.code == 0, done.err
    assert list(outcomes().values()) == ["absent", "forgotten"]


def test_remembering_and_taking_it_back(run: Run, pool: LocalPool) -> None:
    rows = enrolled(pool, 2)
    source = write_rows(rows)
    for status in ("not_remembered", "remembered"):
        said = ("--device-remembered-status", status, "--record", f"{status}.record")
        done = run("devices", "remember", "--from", source, *said, *options(pool))
        assert done.code == 0, done.err
        assert json.loads(done.out)["Outcomes"] == {status: 2}
        for row in rows:
            device = pool.cognito.client().admin_get_device(
                UserPoolId=pool.pool_id, Username=row["username"], DeviceKey=row["device_key"]
            )["Device"]
            attributes = {pair["Name"]: pair["Value"] for pair in device["DeviceAttributes"]}
            assert attributes["dev:device_remembered_status"] == status


def test_lost_answers_and_throttling_are_sent_again(run: Run, pool: LocalPool) -> None:
    rows = enrolled(pool, 8)
    pool.cognito.faults.add(Fault("throttle", "AdminForgetDevice", first=2, last=3))
    pool.cognito.faults.add(Fault("drop-response", "AdminForgetDevice", first=5, last=5))
    source = write_rows(rows)
    try:
        done = run("devices", "forget", "--from", source, *options(pool), "--save", "out.jsonl")
    finally:
        pool.cognito.faults.clear()
    assert done.code == 0, done.err
    summary = json.loads(done.out)["ThisRun"]
    assert (summary["Done"], summary["SentAgain"]) == (8, 3)
    assert known(pool) == set()
    assert set(outcomes().values()) == {"forgotten"}


def test_a_limit_and_the_rest(run: Run, pool: LocalPool) -> None:
    rows = enrolled(pool, 5)
    source = write_rows(rows)
    forget = ("devices", "forget", "--from", source, *options(pool), "--save", "out.jsonl")
    first = run(*forget, "--limit", "2")
    assert json.loads(first.out)["NotStarted"] == 3
    assert sorted(outcomes().values()) == ["forgotten"] * 2 + ["not_started"] * 3
    again = run(*forget)
    assert again.code == 2
    assert "--resume" in again.err
    last = run(*forget, "--resume")
    assert last.code == 0, last.err
    assert json.loads(last.out)["ThisRun"]["Calls"] == 3
    assert known(pool) == set()


def test_stopped_and_resumed(run: Run, pool: LocalPool) -> None:
    source = write_rows(enrolled(pool, 12))
    forget = ("devices", "forget", "--from", source, *options(pool))
    command = [sys.executable, "-m", "cognito_srp", *forget, "--rate", "4"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        while len(known(pool)) == 12:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert "finishing what is in flight" in err
    assert "go on with the same command and --resume" in err
    left = len(known(pool))
    assert 0 < left < 12
    last = run(*forget, "--resume")
    assert last.code == 0, last.err
    assert json.loads(last.out)["ThisRun"]["Calls"] <= left + 1
    assert known(pool) == set()


def test_killed_and_resumed(run: Run, pool: LocalPool) -> None:
    """What was done and not yet noted is found gone, which is as good."""
    rows = enrolled(pool, 12)
    source = write_rows(rows)
    forget = ("devices", "forget", "--from", source, *options(pool), "--save", "out.jsonl")
    command = [sys.executable, "-m", "cognito_srp", *forget, "--rate", "4"]
    with subprocess.Popen(command, stdout=-1, stderr=-1) as process:
        while len(known(pool)) > 8:
            time.sleep(0.05)
        process.kill()
    left = len(known(pool))
    assert 0 < left < 12
    last = run(*forget, "--resume")
    assert last.code == 0, last.err
    assert known(pool) == set()
    assert list(outcomes()) == [row["device_key"] for row in rows]
    assert set(outcomes().values()) <= {"forgotten", "absent"}


def test_what_every_device_would_be_refused_for_ends_the_run_at_once(
    run: Run, pool: LocalPool
) -> None:
    """Another's pool, or no rights: a million calls would not help."""
    rows = enrolled(pool, 12)
    wrong = [row | {"pool_id": f"{pool.cognito.region}_Nowhere00"} for row in rows]
    before = known(pool)
    source = write_rows(wrong)
    done = run("devices", "forget", "--from", source, *options(pool), "--rate", "5")
    assert done.code == 1
    assert "does not exist" in done.err
    assert known(pool) == before
    pool.cognito.faults.add(
        Fault("error", "AdminForgetDevice", error="AccessDeniedException", message="no rights")
    )
    more = ("--record", "second", "--save", "out.jsonl")
    try:
        done = run("devices", "forget", "--from", write_rows(rows), *options(pool), *more)
    finally:
        pool.cognito.faults.clear()
    assert done.code == 1
    assert "AccessDeniedException" in done.err


def test_a_device_that_is_named_twice_is_one(run: Run, pool: LocalPool) -> None:
    rows = enrolled(pool, 2)
    source = write_rows([*rows, rows[0]])
    done = run("devices", "forget", "--from", source, *options(pool), "--save", "out.jsonl")
    assert done.code == 0, done.err
    assert (json.loads(done.out)["Done"], json.loads(done.out)["NotStarted"]) == (2, 0)
    assert set(outcomes().values()) == {"forgotten"}


def test_the_file_itself_is_not_written_over(run: Run, pool: LocalPool) -> None:
    """It may hold the only secrets of devices."""
    source = write_rows(enrolled(pool, 1))
    before = Path(source).read_text()
    forget = ("devices", "forget", "--from", source, *options(pool))
    assert run(*forget).code == 0
    for path in (source, f"./{source}"):
        done = run(*forget, "--resume", "--save", path)
        assert (done.code, "--save: is the file that --from reads" in done.err) == (2, True)
    assert Path(source).read_text() == before


def test_without_credentials_nothing_is_sent(
    run: Run, pool: LocalPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_rows(enrolled(pool, 1))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run("devices", "forget", "--from", source, *options(pool))
    assert done.code == 2
    assert "credentials" in done.err
    assert len(known(pool)) == 1


def test_a_row_that_cannot_be_used_stops_it_before_anything_is_sent(
    run: Run, pool: LocalPool
) -> None:
    rows = enrolled(pool, 2)
    source = write_rows([*rows, {"device_key": "none"}])
    forget = ("devices", "forget", "--from", source, *options(pool))
    done = run(*forget)
    assert done.code == 2
    assert "enrolled.jsonl:3: " in done.err
    assert "nothing was sent" in done.err
    assert len(known(pool)) == 2
    planned = run(*forget, "--dry-run")
    assert json.loads(planned.out)["Rejected"] == 1
    assert len(known(pool)) == 2
    assert run(*forget, "--on-error", "skip").code == 0
    assert known(pool) == set()
