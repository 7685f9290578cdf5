"""What ``cognito-srp local`` shows of its work, and the files that it begins with."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from support.command_line import PASSWORD, Run
from support.local_command import ask_for_a_code, can_sign_in, client_of, local, stop


def lines_of(*options: str, **environment: str) -> list[str]:
    """What a server says on stderr about a code that it sends and a wrong answer to it."""
    user = ("--create-user", "ann", "--mfa-configuration", "ON", "--code", "123456")
    with local(*user, *options, COGNITO_PASSWORD=PASSWORD, **environment) as (process, ready):
        asked = ask_for_a_code(ready, "ann", PASSWORD)
        with pytest.raises(ClientError):
            client_of(ready).respond_to_auth_challenge(
                ClientId=ready["ClientId"],
                ChallengeName="SMS_MFA",
                Session=asked["Session"],
                ChallengeResponses={"USERNAME": "ann", "SMS_MFA_CODE": "000000"},
            )
        process.terminate()
        err = process.communicate(timeout=20)[1]
    assert PASSWORD not in err
    return err.replace(ready["ClientId"], "CLIENT").splitlines()


def test_every_call_is_a_line() -> None:
    lines = lines_of()
    calls = [re.sub(r"\d\d:\d\d:\d\d", "TIME", line) for line in lines if " -> " in line]
    assert calls == [
        "cognito-srp: TIME AdminUpdateUserAttributes user ann -> done",
        "cognito-srp: TIME InitiateAuth USER_PASSWORD_AUTH user ann client CLIENT -> SMS_MFA",
        "cognito-srp: TIME RespondToAuthChallenge SMS_MFA user ann client CLIENT -> "
        "CodeMismatchException: Invalid code received for user",
    ]
    assert "cognito-srp: SMS for ann: 123456 is your authentication code" in lines


def test_lines_of_json() -> None:
    events = [json.loads(line) for line in lines_of("--log-format", "json") if line[:1] == "{"]
    [message] = [event for event in events if "Medium" in event]
    assert (message["Username"], message["Code"]) == ("ann", "123456")
    refused = events[-1]
    assert (refused["Step"], refused["Outcome"]) == ("SMS_MFA", "CodeMismatchException")


@pytest.mark.parametrize("form", ["text", "json", "text --debug"])
def test_codes_are_hidden_on_request(form: str) -> None:
    lines = lines_of("--hide-codes", "--log-format", *form.split())
    assert not [line for line in lines if "123456" in line]
    assert [line for line in lines if "SMS" in line and "authentication" in line]


def test_a_quiet_server_shows_neither_calls_nor_codes() -> None:
    assert not [line for line in lines_of("--quiet") if " -> " in line or "123456" in line]


@pytest.mark.skipif(os.name == "nt", reason="a full pipe is not told on Windows")
def test_a_log_that_nobody_reads_stops_no_call() -> None:
    """A pipe takes 64 KiB, which is some 700 lines."""
    with local("--create-pool") as (process, ready):
        client = client_of(ready)
        for _ in range(1500):
            client.list_user_pools(MaxResults=1)
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_several_users() -> None:
    with local("--create-user", "ann", "--create-user", "bob") as (_, ready):
        assert [user["Username"] for user in ready["Users"]] == ["ann", "bob"]
        for user in ready["Users"]:
            assert can_sign_in(ready | user, user["Password"])


def test_a_seed_file(tmp_path: Path) -> None:
    file, state = tmp_path / "users.csv", tmp_path / "state.json"
    file.write_text(f"username,password\nann,{PASSWORD}\nbob,{PASSWORD}\n")
    for _ in range(2):
        with local("--seed", str(file), "--state", str(state)) as (process, ready):
            for name in ("ann", "bob"):
                assert can_sign_in(ready | {"Username": name}, PASSWORD)
            stop(process)


def test_a_seed_file_with_an_error(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text("username,password\nann,short\n")
    code, out, err = run("local", "--port", "0", "--seed", str(file))
    assert (code, out) == (2, "")
    assert err.startswith(f"cognito-srp: --seed: {file}, line 2: ")
    assert "short" not in err
    assert run("local", "--port", "0", "--seed", str(tmp_path / "none.csv")).code == 2


def test_the_default_port_is_nobody_elses(run: Run) -> None:
    """5000 and 7000 are AirPlay's on a Mac, 9229 and 9222 debuggers'; browsers open no page on
    6000 or 6665 to 6669, and systems give their own sockets ports from 32768 on."""
    [port] = re.findall(r"default (\d+); 0 takes a free one", run("local", "--help").out)
    taken = {5000, 5037, 5678, 6000, 7000, 8000, 8080, 9222, 9229, *range(6665, 6670)}
    assert 1024 < int(port) < 32768
    assert int(port) not in taken
