"""``cognito-srp enroll`` while nothing answers: it ends, or pauses and goes on by itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.enroll_command import saved
from support.lean_cognito import LeanCognito, LeanFaults

SILENT = LeanFaults(lose_before=1.0)


@pytest.fixture
def lean() -> Iterator[LeanCognito]:
    with LeanCognito() as server:
        yield server


def write_devices(count: int) -> None:
    Path("devices.jsonl").touch(0o600)
    rows = (
        {"device_key": f"eu-west-1_{n:08x}", "device_group_key": "-g", "access_token": "token"}
        for n in range(count)
    )
    Path("devices.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def start(endpoint: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cognito_srp.cli", "enroll", "devices.jsonl"]
    command += ["--key-file", "run.key", "--save", "enrolled.jsonl", "--region", "eu-west-1"]
    command += ["--endpoint-url", endpoint, *options]
    return subprocess.Popen(command, stdout=-1, stderr=-1, text=True)


def test_a_run_that_nothing_answers_ends_and_can_be_resumed(lean: LeanCognito) -> None:
    write_devices(600)
    begin = time.monotonic()
    with start("http://127.0.0.1:9") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert 15 <= time.monotonic() - begin < 40
    assert re.search(r"nothing has been answered for 1\d s since the start", err)
    assert "check --region, --endpoint-url and the network" in err
    assert "Could not connect to the endpoint URL" in err
    assert "go on with the same command and --resume" in err
    assert sum(json.loads(out)["Outcomes"].values()) == len(saved()) == 600
    with start(lean.endpoint_url, "--resume", "--rate", "2000") as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert {record["outcome"] for record in saved()} == {"confirmed"}


def test_a_run_pauses_while_nothing_answers_and_goes_on_by_itself(lean: LeanCognito) -> None:
    write_devices(300)
    with start(lean.endpoint_url, "--rate", "20") as process:
        while len(lean.confirmed()) < 20:
            time.sleep(0.05)
        lean.use_faults(SILENT)
        silent = time.monotonic()
        time.sleep(22)
        lean.use_faults(LeanFaults())
        answered = time.monotonic()
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "paused: no answer for" in err
    assert len(lean.confirmed()) == 300
    assert {record["outcome"] for record in saved()} == {"confirmed"}
    times = [call.at for call in lean.calls()]
    assert sum(silent + 12 < at < answered for at in times) in (1, 2, 3)  # one every 5 s
    assert min(at for at in times if at > answered) < answered + 6


def test_a_run_gives_up_when_no_answer_comes_back(lean: LeanCognito) -> None:
    write_devices(300)
    with start(lean.endpoint_url, "--rate", "20", "--give-up-after", "14") as process:
        while len(lean.confirmed()) < 20:
            time.sleep(0.05)
        lean.use_faults(SILENT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "nothing has been answered any more for 1" in err
    assert "go on with the same command and --resume" in err
    assert sum(json.loads(out)["Outcomes"].values()) == len(saved()) == 300


def test_throttling_is_an_answer(lean: LeanCognito) -> None:
    write_devices(40)
    lean.use_faults(LeanFaults(throttle=1.0))
    with start(lean.endpoint_url, "--rate", "20") as process:
        time.sleep(19)
        assert process.poll() is None
        lean.use_faults(LeanFaults())
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "paused" not in err
