"""``cognito-srp enroll`` stopped by a signal or a full disk: nothing is lost. Killing it is
tests/enroll/test_kill_and_resume.py's matter."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.command_line import PASSWORD, Run
from support.enroll_command import (
    KEY,
    at,
    devices,
    saved,
    sent_rows,
    signs_in,
    write_input,
)

from cognito_srp import SealingKey
from cognito_srp.local import Fault, LocalPool


def test_a_sign_in_of_an_earlier_run_is_used(run: Run, pool: LocalPool) -> None:
    """A run that died between sign-in and confirmation: the device of that sign-in is confirmed,
    with the secret of then."""
    pool.cognito.lose_next("ConfirmDevice", times=100)
    person = {"username": "ann", "password": PASSWORD}
    source = write_input([person])
    pools = ("--client-id", pool.client_id, "--user-pool-id", pool.pool_id)
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", source, *KEY, *at(pool), *pools]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not sent_rows():
            time.sleep(0.02)
        process.kill()
    [(key, state)] = sent_rows()
    assert state == "sent"
    pool.cognito.faults.clear()
    save = ("--save", "enrolled.jsonl")
    outcome = run("enroll", source, *KEY, *at(pool), *pools, *save, "--resume")
    assert outcome.code == 0, outcome.err
    [record] = saved()
    assert (record["device_key"], record["outcome"]) == (key, "confirmed")
    assert signs_in(pool, record)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_and_resumed(run: Run, pool: LocalPool, number: signal.Signals) -> None:
    source = write_input(devices(pool, 30))
    options = (*KEY, "--save", "enrolled.jsonl", *at(pool))
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", source, *options, "--rate", "20"]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as process:
        while "confirmed" not in (state for _, state in sent_rows()):
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
    assert sum(state != "confirmed" for _, state in sent_rows()) < 15
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
        while len(sent_rows()) < 2:
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
