"""Closed, full and narrow streams: the exit code tells what became of the work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import SignedIn

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a shell")

PROGRAM = f"{sys.executable} -m cognito_srp.cli"
full_device = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
#: An encoding that has no é, whatever Python would make of it.
NARROW = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def shell(command: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """``"$@"`` in the command stands for the arguments."""
    return subprocess.run(
        ["/bin/sh", "-c", command, "sh", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
        timeout=120,
    )


def confirm(user: SignedIn, streams: str, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = (*user.new_device, "--save", "dev.json", *user.aws, *options)
    return shell(f'{PROGRAM} confirm "$@" {streams}', *arguments)


def is_confirmed(user: SignedIn) -> bool:
    client = user.pool.cognito.client()
    devices = client.admin_list_devices(UserPoolId=user.pool.pool_id, Username="ann")["Devices"]
    return [device["DeviceKey"] for device in devices] == [user.device_key]


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-", ">&- 2>/dev/null"])
def test_a_closed_stream_does_not_change_the_exit_code(signed_in: SignedIn, streams: str) -> None:
    done = confirm(signed_in, streams)
    assert (done.returncode, done.stderr) == (0, "")
    assert is_confirmed(signed_in)
    again = shell(f'{PROGRAM} confirm --resume dev.json "$@" {streams}', *signed_in.aws)
    assert again.returncode == 4


@full_device
def test_a_full_stdout_after_the_work_is_done(signed_in: SignedIn) -> None:
    done = confirm(signed_in, ">/dev/full")
    assert done.returncode == 74
    assert done.stderr.startswith(
        "cognito-srp: stdout: No space left on device: the output is lost"
    )
    assert len(done.stderr.splitlines()) == 1
    assert is_confirmed(signed_in)
    again = shell(f'{PROGRAM} confirm --resume dev.json "$@" >/dev/full', *signed_in.aws)
    assert again.returncode == 4


def test_a_reader_that_has_gone_does_not_hide_what_became_of_the_work(signed_in: SignedIn) -> None:
    assert confirm(signed_in, "").returncode == 0
    resume = f'{PROGRAM} confirm --resume dev.json "$@"'
    done = shell(f"({resume}; echo $? >code) | true", *signed_in.aws)
    assert (Path("code").read_text(), "Traceback" in done.stderr) == ("4\n", False)


@full_device
@pytest.mark.parametrize("streams", ["2>/dev/full", "2>&1 >/dev/null | true"])
def test_a_stderr_that_takes_nothing(signed_in: SignedIn, streams: str) -> None:
    confirm(signed_in, streams)
    assert is_confirmed(signed_in)
    wrong = shell(f"{PROGRAM} confirm --resume none.json 2>/dev/full")
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_what_is_for_people_never_gets_into_a_file(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from cognito_srp.cli.failures import note\n"
        "from cognito_srp.cli.streams import standard_streams\n"
        "with standard_streams():\n"
        "    with open('secrets', 'w') as file:\n"
        "        assert file.fileno() > 2\n"
        "        note('for people')\n"
        "        print('output')\n"
        "        assert sys.stdin.read() == ''\n"
    )
    done = shell('"$@" <&- >&- 2>&-', sys.executable, "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert Path("secrets").read_text() == ""


def test_a_name_that_the_locale_cannot_write(signed_in: SignedIn) -> None:
    assert confirm(signed_in, "", "--device-name", "André").returncode == 0
    command = f'{PROGRAM} devices list "$@"'
    for form in ("text", "table"):
        done = shell(command, *signed_in.aws, "--output", form, **NARROW)
        assert (done.returncode, done.stdout) == (74, "")
        assert "stdout: the locale C writes ascii, which has no U+00E9" in done.stderr
        assert "set LC_ALL to one of UTF-8, or use --output json" in done.stderr
    done = shell(command, *signed_in.aws, "--output", "json", **NARROW)
    assert done.returncode == 0
    assert json.loads(done.stdout)["Devices"][0]["DeviceName"] == "André"


def test_a_name_that_the_locale_cannot_read(signed_in: SignedIn) -> None:
    arguments = (*signed_in.new_device, "--save", "dev.json", *signed_in.aws)
    done = shell(f'{PROGRAM} confirm "$@" --device-name André', *arguments, **NARROW)
    assert done.returncode == 2
    assert "--device-name: has bytes that the locale C cannot read; set LC_ALL" in done.stderr
    assert not Path("dev.json").exists()
    assert not is_confirmed(signed_in)
