"""``cognito-srp enroll``: whatever is wrong with the input, the journal or the disk is said in
words, and nothing is lost. Killing it is tests/enroll/test_kill_and_resume.py's matter."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.command_line import PASSWORD, Outcome, Run, without_rich
from support.people import enter

from cognito_srp import RememberedDevice, SealingKey
from cognito_srp.cli.enroll_display import display
from cognito_srp.enroll.bulk import Progress
from cognito_srp.enroll.journal import Journal
from cognito_srp.local import Fault, LocalCognito, LocalPool

KEY = ("--key-file", "run.key")
NOWHERE = ("--endpoint-url", "http://127.0.0.1:9", "--region", "us-east-1")


@pytest.fixture(scope="module")
def pool(cognito: LocalCognito) -> LocalPool:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    return pool


def devices(pool: LocalPool, count: int) -> list[dict[str, Any]]:
    """New devices, as rows of an input."""
    rows = []
    for _ in range(count):
        result = pool.sign_in("ann", PASSWORD)
        metadata = result["NewDeviceMetadata"]
        rows.append(
            {
                "device_key": metadata["DeviceKey"],
                "device_group_key": metadata["DeviceGroupKey"],
                "access_token": result["AccessToken"],
            }
        )
    return rows


def write_input(rows: list[Any], path: str = "devices.jsonl") -> str:
    """Rows that are texts are written as they are."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file = Path(path)
    file.touch(0o600)
    file.write_text("".join(f"{line}\n" for line in lines))
    return path


def at(pool: LocalPool) -> list[str]:
    aws = ["--endpoint-url", pool.cognito.endpoint_url, "--region", pool.cognito.region]
    return [*aws, "--rate", "1000", "--per-user-rate", "1000"]


def saved(path: str = "enrolled.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def signs_in(pool: LocalPool, record: dict[str, Any]) -> bool:
    names = ("device_key", "device_group_key", "device_password")
    device = RememberedDevice(**{name: record[name] for name in names})
    return enter(pool.cognito.client(), pool, "ann", device=device).new_device is None


def expired_token() -> str:
    parts = ({"alg": "none"}, {"exp": time.time() - 1, "sub": "ann"})
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


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


def test_a_sign_in_of_an_earlier_run_is_used(run: Run, pool: LocalPool) -> None:
    """A run that died between sign-in and confirmation: the device of that sign-in is confirmed,
    with the secret of then."""
    pool.cognito.lose_next("ConfirmDevice", times=100)
    person = {"username": "ann", "password": PASSWORD}
    source = write_input([person])
    pools = ("--client-id", pool.client_id, "--user-pool-id", pool.pool_id)
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", source, *KEY, *at(pool), *pools]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not _sent_rows():
            time.sleep(0.02)
        process.kill()
    [(key, state)] = _sent_rows()
    assert state == "sent"
    pool.cognito.faults.clear()
    save = ("--save", "enrolled.jsonl")
    outcome = run("enroll", source, *KEY, *at(pool), *pools, *save, "--resume")
    assert outcome.code == 0, outcome.err
    [record] = saved()
    assert (record["device_key"], record["outcome"]) == (key, "confirmed")
    assert signs_in(pool, record)


def _sent_rows() -> list[tuple[str, str]]:
    try:
        connection = sqlite3.connect("file:devices.jsonl.journal?mode=ro", uri=True)
        query = "SELECT device_key, state FROM device WHERE sent_at IS NOT NULL"
        return connection.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []


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
    swapped["access_token"] = devices(pool, 1)[0]["access_token"]
    write_input([good, swapped, taken])
    again = run("enroll", source, *KEY, *at(pool), "--resume")
    assert (again.code, json.loads(again.out)["ThisRun"]["Calls"]) == (1, 1)
    assert json.loads(again.out)["Outcomes"] == {
        "confirmed": 1,
        "conflict: DeviceKeyExistsException": 1,
        "refused: InvalidParameterException": 1,  # the token of another sign-in
    }


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_and_resumed(run: Run, pool: LocalPool, number: signal.Signals) -> None:
    source = write_input(devices(pool, 30))
    options = (*KEY, "--save", "enrolled.jsonl", *at(pool))
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", source, *options, "--rate", "20"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        while "confirmed" not in (state for _, state in _sent_rows()):
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate()
    assert process.returncode == 130
    assert "finishing what is in flight" in err
    assert "Nothing is lost: go on with the same command and --resume" in err
    first = {record["device_key"]: record for record in saved()}
    summary = json.loads(out)
    assert 1 <= summary["Confirmed"] < 30
    # What is marked as sent may have been sent: no more than was about to be.
    assert sum(state != "confirmed" for _, state in _sent_rows()) < 15
    assert run("enroll", source, *options, "--resume").code == 0
    last = {record["device_key"]: record for record in saved()}
    assert len(saved()) == len(last) == 30
    for key, record in first.items():
        assert last[key]["device_password"] == record["device_password"]


def test_ctrl_c_twice(run: Run, pool: LocalPool) -> None:
    """The second time it ends at once, whatever is in flight; nothing is lost by that either."""
    source, options = write_input(devices(pool, 2)), (*KEY, *at(pool))
    pool.cognito.faults.add(Fault("delay", "ConfirmDevice", seconds=5.0))
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", source, *options]
    with subprocess.Popen(command, stdout=-1, stderr=-1) as process:
        assert process.stderr is not None
        while len(_sent_rows()) < 2:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        while b"finishing what is in flight" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
    assert process.returncode == -signal.SIGINT
    pool.cognito.faults.clear()
    save = ("--save", "enrolled.jsonl")
    assert run("enroll", source, *options, *save, "--resume").code == 0
    assert all(signs_in(pool, record) for record in saved())


def test_a_disk_that_fills_up(run: Run, pool: LocalPool) -> None:
    """The journal takes no more: the run ends at once, in words, and the rest follows later."""
    source = write_input(devices(pool, 150))
    code = (
        "import resource, sys; from cognito_srp.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "enroll", source, *KEY, *at(pool)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "Nothing is lost: go on with the same command and --resume" in done.stderr
    outcome = run("enroll", source, *KEY, *at(pool), "--resume", "--save", "enrolled.jsonl")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["Confirmed"] == len(saved()) == 150
    assert all(signs_in(pool, record) for record in saved()[::30])


def test_an_output_that_cannot_be_written_after_all(
    run: Run, pool: LocalPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, save = write_input(devices(pool, 2)), ("--save", "enrolled.jsonl")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("cognito_srp.storage.secret_files.os.fsync", no_space)
        Path("run.key").touch(0o600)
        Path("run.key").write_text(SealingKey.generate().to_base64())
        patched.setattr("cognito_srp.enroll.journal.file.sync_directory", lambda _: None)
        outcome = run("enroll", source, *KEY, *at(pool), *save)
    assert outcome.code == 3
    assert "enrolled.jsonl: No space left on device. Nothing is lost" in outcome.err
    assert not Path("enrolled.jsonl").exists()
    assert run("enroll", source, *KEY, *at(pool), *save, "--resume").code == 0
    assert len(saved()) == 2


PROGRESS = Progress(
    total=1000, done=250, confirmed=249, sent=300, throttled=50, retried=50, rate=24.6, limit=25.0,
    elapsed=10.0,
)  # fmt: skip


@pytest.mark.parametrize("with_rich", [True, False])
def test_the_display_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_rich: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    if not with_rich:
        monkeypatch.setattr("builtins.__import__", without_rich(__import__))
    with display() as show:
        show(PROGRESS)
    shown = capsys.readouterr().err
    for text in ("250 of 1,000", "24.6 of 25", "50", "30s"):
        assert text in shown


@pytest.mark.parametrize("with_rich", [True, False])
def test_a_display_that_is_interrupted_leaves_nothing_stale(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_rich: bool
) -> None:
    """What was said stays; how it stood is cleared."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    if not with_rich:
        monkeypatch.setattr("builtins.__import__", without_rich(__import__))

    def interrupted() -> None:
        with display() as show:
            show(PROGRESS)
            show.say("finishing what is in flight")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    shown = capsys.readouterr().err
    assert "cognito-srp: finishing what is in flight" in shown
    # The last that is written clears the line it is on, and in a table those above.
    assert re.search(r"(\r?\x1b\[1A\x1b\[2K|\r\x1b\[K)[^\w]*$", shown) is not None


def test_the_display_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line every ten seconds."""
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with display() as show:
        for now in range(25):  # noqa: B007 - the clock reads it
            show(PROGRESS)
    first, second = capsys.readouterr().err.splitlines()
    words = "250 of 1,000 done (25%), 24.6 of 25 calls/s, 50 sent again, 30s left"
    assert first == second == words


def test_no_secret_in_any_words(run: Run, pool: LocalPool) -> None:
    """What is wrong with a row is told without the row."""
    lines = ['{"access_token": "hush hush"}', '{"password": "hush"}', "hush", '{"hush": 1}']
    outcome: Outcome = run("enroll", write_input(lines), "--dry-run")
    assert outcome.err.count("hush") == 1  # the name of the unknown field
