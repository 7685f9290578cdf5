"""``cognito-srp local`` in a process of its own."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from support.command_line import PASSWORD, Run
from support.local_command import ask_for_a_code, can_sign_in, client_of, local, new_session, stop

from cognito_srp.cli.fault_rules import parse_fault
from cognito_srp.local import Fault, LocalCognito


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_runs_until_it_is_told_to_stop(number: signal.Signals) -> None:
    with local("--region", "eu-west-1", "--create-user", "ann") as (process, ready):
        assert set(ready) == {
            "EndpointUrl", "Region", "UserPoolId", "ClientId", "Username", "Password",
        }  # fmt: skip
        assert ready["UserPoolId"].startswith("eu-west-1_")
        assert can_sign_in(ready, ready["Password"])
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (0, "")
    assert (
        f"aws cognito-idp list-user-pools --max-results 10 --endpoint-url {ready['EndpointUrl']}"
        in err
    )
    assert "Traceback" not in err


def test_a_password_of_ones_own_is_not_printed() -> None:
    with local("--create-user", "ann", COGNITO_PASSWORD=PASSWORD) as (_, ready):
        assert "Password" not in ready
        assert can_sign_in(ready, PASSWORD)


def test_a_pool_alone_and_nothing_at_all() -> None:
    with local("--create-pool", "--remember-devices", "no") as (_, ready):
        assert set(ready) == {"EndpointUrl", "Region", "UserPoolId", "ClientId"}
    with local() as (_, ready):
        assert set(ready) == {"EndpointUrl", "Region"}


def failures(client: Any, ready: Any, times: int) -> set[str]:
    """What the service says to wrong passwords."""
    words = set()
    for _ in range(times):
        with pytest.raises(ClientError) as caught:
            client.initiate_auth(
                ClientId=ready["ClientId"],
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": "ann", "PASSWORD": "wrong"},
            )
        words.add(caught.value.response["Error"]["Message"])
    return words


def test_one_code_for_all_and_no_lockout() -> None:
    options = ("--create-user", "ann", "--code", "123456", "--no-lockout")
    with local(*options) as (process, ready):
        client = client_of(ready)
        assert failures(client, ready, 12) == {"Incorrect username or password."}
        named = {"ClientId": ready["ClientId"], "Username": "sue"}
        email = [{"Name": "email", "Value": "sue@example.com"}]
        client.sign_up(**named, Password=PASSWORD, UserAttributes=email)
        client.confirm_sign_up(**named, ConfirmationCode="123456")
        process.terminate()
        assert "EMAIL for sue: 123456 is your confirmation code" in process.communicate()[1]


def test_a_code_that_is_none(run: Run) -> None:
    code, out, err = run("local", "--port", "0", "--code", "abc")
    assert (code, out) == (2, "")
    assert "--code" in err
    assert "4 to 12 digits" in err


def test_everything_is_kept_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    options = ("--create-user", "ann", "--state", str(file))
    with local(*options) as (process, made):
        device = new_session(made, made["Password"]).enroll_device()
        stop(process)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    with local(*options) as (process, ready):
        same = {name: made[name] for name in ("UserPoolId", "ClientId", "Username")}
        assert ready == same | {"EndpointUrl": ready["EndpointUrl"], "Region": made["Region"]}
        session = new_session(ready, made["Password"], device=device)
        assert session.new_device is None
        stop(process)
    # A password of one's own takes the place of the old one; and a test can go on from there.
    with local(*options, COGNITO_PASSWORD=PASSWORD) as (process, ready):
        assert can_sign_in(ready, PASSWORD)
        stop(process)
    cognito = LocalCognito()
    cognito.load(file)
    pool = cognito.find_pool()
    assert pool is not None
    assert (pool.pool_id, pool.client_id) == (made["UserPoolId"], made["ClientId"])
    assert pool.sign_in("ann", PASSWORD)
    assert cognito.find_pool("another") is None


def test_a_server_that_is_killed_leaves_what_it_began_with(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with local("--create-pool", "--state", str(file)) as (process, made):
        process.kill()
        process.communicate(timeout=10)
    with local("--create-pool", "--state", str(file)) as (_, ready):
        assert ready["UserPoolId"] == made["UserPoolId"]


def test_a_state_that_is_none(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("[]")
    code, out, err = run("local", "--port", "0", "--state", str(file))
    assert (code, out) == (2, "")
    assert f"{file} is not a state of the local Cognito" in err
    assert file.read_text() == "[]"


def test_a_state_that_cannot_be_written_is_known_at_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "none" / "state.json"
    code, out, err = run("local", "--port", "0", "--state", str(file))
    assert (code, out) == (2, "")
    assert err == f"cognito-srp: {file}: No such file or directory\n"


def test_other_machines_only_where_that_is_said(run: Run) -> None:
    code, out, err = run("local", "--port", "0", "--host", "0.0.0.0")
    assert (code, out) == (2, "")
    assert "--allow-remote" in err
    with local("--host", "0.0.0.0", "--allow-remote") as (process, _):
        process.terminate()
        assert "WARNING" in process.communicate(timeout=10)[1]


def test_a_port_in_use(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, out, err = run("local", "--port", str(port))
    assert (code, out) == (3, "")
    assert str(port) in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_no_port(run: Run, port: str) -> None:
    code, out, err = run("local", "--port", port)
    assert (code, out) == (2, "")
    assert "--port" in err


def test_a_password_for_nobody(run: Run) -> None:
    assert run("local", "--port", "0", "--password-file", "password").code == 2


def test_without_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moto", None)
    monkeypatch.setitem(sys.modules, "moto.cognitoidp", None)
    code, out, err = run("local", "--port", "0")
    assert (code, out) == (3, "")
    assert "srp-native[local]" in err


def suffered(client: Any, calls: int) -> list[str]:
    """What became of so many calls, in a word each."""
    words = []
    for _ in range(calls):
        try:
            client.list_user_pools(MaxResults=1)
            words.append("done")
        except ClientError as error:
            words.append(error.response["Error"]["Code"])
        except ConnectionClosedError:
            words.append("lost")
    return words


def test_codes_are_shown_to_whoever_runs_it() -> None:
    options = ("--create-user", "ann", "--mfa-configuration", "ON")
    with local(*options, COGNITO_PASSWORD=PASSWORD) as (process, ready):
        ask_for_a_code(ready, "ann", PASSWORD)
        process.terminate()
        err = process.communicate(timeout=10)[1]
    assert re.search(r"^cognito-srp: SMS for ann: \d{6} is your authentication code$", err, re.M)


def test_faults_by_position() -> None:
    rules = ("ListUserPools:error=LimitExceededException:every=3,1-6", "any:drop-response:2")
    with local(*(f"--fault={rule}" for rule in rules)) as (process, ready):
        expected = ["done", "lost", "LimitExceededException", "done", "done"]
        assert suffered(client_of(ready), 7) == [*expected, "LimitExceededException", "done"]
        process.terminate()
        err = process.communicate(timeout=10)[1]
    assert "ListUserPools suffered drop-response 1 times" in err
    assert "ListUserPools suffered error 2 times" in err


def test_faults_by_chance_are_the_same_for_a_seed() -> None:
    seen = []
    for _ in range(2):
        with local("--fault", "ListUserPools:throttle:40%", "--fault-seed", "7") as (_, ready):
            seen.append(suffered(client_of(ready), 40))
    assert seen[0] == seen[1]
    assert set(seen[0]) == {"done", "TooManyRequestsException"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("any:throttle", Fault("throttle")),
        ("ConfirmDevice:throttle:2.5%", Fault("throttle", "ConfirmDevice", probability=0.025)),
        ("any:delay=0.5:every=2,times=4", Fault("delay", seconds=0.5, every=2, times=4)),
        ("any:malformed:3", Fault("malformed", first=3, last=3)),
        ("any:malformed:3-,10%", Fault("malformed", first=3, probability=0.1)),
        ("any:expired-token:3-7", Fault("expired-token", first=3, last=7)),
    ],
)
def test_the_rules_of_faults(text: str, rule: Fault) -> None:
    assert parse_fault(text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "throttle", "any:", ":throttle", "any:explode", "any:throttle=1", "any:delay",
        "any:delay=soon", "any:delay=0", "any:delay=inf", "any:error",
        "any:throttle:often", "any:throttle:200%",
        "any:throttle:1%,", "any:throttle:1%,2%", "any:throttle:0", "any:throttle:5-3",
        "ConfirmDevise:throttle", "any:throttle:٣", "any:delay=1e12",
        "any:throttle:times=" + "9" * 5_000, "any:throttle:" + "9" * 5_000,
    ],
)  # fmt: skip
def test_no_rule(run: Run, text: str) -> None:
    code, out, err = run("local", "--port", "0", "--fault", text)
    assert (code, out) == (2, "")
    assert err.startswith(f"cognito-srp: --fault: {text}: ")
    assert len(err.splitlines()) == 1
    assert "int_max_str_digits" not in err  # Python's own words about numbers of this length


def test_a_seed_for_nothing(run: Run) -> None:
    assert run("local", "--port", "0", "--fault-seed", "1").code == 2


def test_an_address_that_is_no_loopback_is_named(run: Run) -> None:
    code, _, err = run("local", "--port", "0", "--host", "::")
    assert code == 2
    assert err.startswith("cognito-srp: --host: :: is not a loopback address")
    assert "--allow-remote" in err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--allow-host", "a:1"), ("--allow-origin", "app.example"), ("--public-url", "app.example")],
)
def test_what_cannot_be_allowed(run: Run, option: str, value: str) -> None:
    code, out, err = run("local", "--port", "0", option, value)
    assert (code, out) == (2, "")
    assert err.startswith(f"cognito-srp: {option}: {value!r} is no")


def asked_as(ready: Any, method: str = "POST", **headers: str) -> int:
    """The status of ListUserPools with these headers."""
    connection = http.client.HTTPConnection(ready["EndpointUrl"].removeprefix("http://"))
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools"}
    connection.request(method, "/", b'{"MaxResults": 1}', target | headers)
    return connection.getresponse().status


def test_names_and_origins_from_the_command_line() -> None:
    options = ("--allow-host", "cognito", "--allow-host", "other")
    origins = ("--allow-origin", "https://app.example", "--public-url", "https://public.example")
    with local(*options, *origins) as (process, ready):
        for host in ("cognito:5000", "other", "public.example"):
            assert asked_as(ready, Host=host) == 200
        assert asked_as(ready, Origin="https://app.example") == 200
        assert asked_as(ready, Host="evil.example") == 403
        assert asked_as(ready, "OPTIONS", Origin="http://evil.example") == 403
        process.terminate()
        err = process.communicate(timeout=10)[1]
    assert "preflight -> AccessDeniedException: The Origin header is 'http://evil.example'" in err


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has none")
def test_a_terminal_that_is_closed_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    earlier = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the suite may run under nohup
    try:
        with local("--state", str(file), "--create-pool") as (process, ready):
            client_of(ready).create_user_pool(PoolName="kept")
            assert process.stderr is not None
            process.stderr.close()  # nobody reads it any more
            process.send_signal(signal.SIGHUP)
            assert process.wait(timeout=60) == 0
    finally:
        signal.signal(signal.SIGHUP, earlier)
    assert "kept" in file.read_text()


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has none")
def test_nohup_is_heeded(tmp_path: Path) -> None:
    earlier = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with local("--state", str(tmp_path / "state.json")) as (process, ready):
            process.send_signal(signal.SIGHUP)
            assert client_of(ready).list_user_pools(MaxResults=1)["UserPools"] == []
            stop(process)
    finally:
        signal.signal(signal.SIGHUP, earlier)
