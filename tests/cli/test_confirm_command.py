"""``cognito-srp confirm`` against a Cognito that checks what it stores; nothing may be lost."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Outcome, Run, SignedIn, device_signs_in

from cognito_srp import RememberedDevice, confirm_device, update_device_status
from cognito_srp.cli import confirm as command

NOWHERE = ("--endpoint-url", "http://127.0.0.1:9", "--region", "us-east-1")


def status(user: SignedIn) -> str:
    """The remembered status that the pool keeps for the device."""
    client = user.pool.cognito.client()
    described = client.admin_get_device(
        UserPoolId=user.pool.pool_id, Username="ann", DeviceKey=user.device_key
    )
    attributes = {a["Name"]: a["Value"] for a in described["Device"]["DeviceAttributes"]}
    return attributes["dev:device_remembered_status"]


def secret_in(path: str) -> str:
    return RememberedDevice.from_json(Path(path).read_text()).device_password


def assert_tells_no_secret(outcome: Outcome, *secrets: str) -> None:
    for secret in secrets:
        assert secret not in outcome.out + outcome.err


def test_a_new_device(run: Run, signed_in: SignedIn) -> None:
    name = ("--device-name", "Ann's phone")
    outcome = run("confirm", *signed_in.new_device, "--save", "dev.json", *name, *signed_in.aws)
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out) == {
        "DeviceKey": signed_in.device_key,
        "ConfirmedBefore": False,
        "UserConfirmationNecessary": False,
        "Remembered": True,
    }
    assert stat.S_IMODE(Path("dev.json").stat().st_mode) == 0o600
    assert_tells_no_secret(outcome, secret_in("dev.json"), signed_in.token)
    assert device_signs_in(signed_in)


@pytest.mark.parametrize(
    ("option", "expected", "remembered"),
    [
        ([], "not_remembered", False),
        (["--remember"], "remembered", True),
        (["--no-remember"], "not_remembered", False),
    ],
)
def test_a_pool_that_asks_the_user(
    run: Run, signed_in_opt_in: SignedIn, option: list[str], expected: str, remembered: bool
) -> None:
    user = signed_in_opt_in
    code, out, _ = run("confirm", *user.new_device, "--save", "dev.json", *option, *user.aws)
    assert code == 0
    document = json.loads(out)
    assert document["UserConfirmationNecessary"] is True
    assert document["Remembered"] is remembered
    assert status(user) == expected


def test_the_secret_is_kept_before_it_is_sent(
    run: Run, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []

    def spy(client: Any, **parameters: Any) -> Any:
        kept.append(secret_in("dev.json"))
        assert parameters["verifier"].device_password == kept[0]
        return confirm_device(client, **parameters)

    monkeypatch.setattr(command, "confirm_device", spy)
    code, _, _ = run("confirm", *signed_in.new_device, "--save", "dev.json", *signed_in.aws)
    assert code == 0
    assert len(kept) == 1


def test_an_unreachable_service_then_resume(run: Run, signed_in: SignedIn) -> None:
    outcome = run("confirm", *signed_in.new_device, "--save", "dev.json", *NOWHERE)
    assert (outcome.code, outcome.out) == (1, "")
    assert "--resume dev.json" in outcome.err
    secret = secret_in("dev.json")
    assert_tells_no_secret(outcome, secret, signed_in.token)
    code, _, _ = run("confirm", "--resume", "dev.json", *signed_in.aws)
    assert code == 0
    assert secret_in("dev.json") == secret
    assert device_signs_in(signed_in)


def test_a_lost_answer_then_resume(
    run: Run, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_answer(client: Any, **parameters: Any) -> Any:
        confirm_device(client, **parameters)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "confirm_device", lose_the_answer)
        code, out, err = run("confirm", *signed_in.new_device, "--save", "dev.json", *signed_in.aws)
    assert (code, out) == (130, "")
    assert "--resume dev.json" in err
    code, out, err = run("confirm", "--resume", "dev.json", *signed_in.aws)
    assert code == 4
    assert json.loads(out)["ConfirmedBefore"] is True
    assert "DeviceKeyExistsException" in err
    assert device_signs_in(signed_in)


def test_resume_gives_the_users_answer_that_did_not_get_through(
    run: Run, signed_in_opt_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = signed_in_opt_in

    def fail_after_confirming(client: Any, **parameters: Any) -> Any:
        parameters["remember"] = None
        confirm_device(client, **parameters)
        update_device_status(
            user.pool.cognito.client(endpoint_url="http://127.0.0.1:9"),
            access_token=user.token,
            device_key=user.device_key,
            remembered=True,
        )

    with monkeypatch.context() as patch:
        patch.setattr(command, "confirm_device", fail_after_confirming)
        options = ("--save", "dev.json", "--remember")
        code, _, err = run("confirm", *user.new_device, *options, *user.aws)
    assert code == 1
    assert "the device is confirmed" in err
    code, out, _ = run("confirm", "--resume", "dev.json", "--remember", *user.aws)
    assert code == 4
    assert json.loads(out)["Remembered"] is True
    assert status(user) == "remembered"


@pytest.mark.parametrize("save", [True, False])
@pytest.mark.parametrize("stdin", [True, False])
def test_what_verifier_printed(
    run: Run, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, save: bool, stdin: bool
) -> None:
    option = ["--save", "dev.json"] if save else []
    printed = run("verifier", *signed_in.new_device, *option).out
    Path("verifier.json").write_text(printed)
    if not save:
        Path("dev.json").write_text(json.dumps(json.loads(printed)["RememberedDevice"]))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(printed.encode())))
    source = "-" if stdin else "verifier.json"
    assert run("confirm", "--verifier", source, *signed_in.aws).code == 0
    assert device_signs_in(signed_in)


def test_the_token_from_a_file_and_from_stdin(
    run: Run, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COGNITO_ACCESS_TOKEN")
    Path("token").write_text(signed_in.token + "\n")
    file = ("--access-token-file", "token")
    command = ("confirm", *signed_in.new_device, "--save", "dev.json", *file)
    assert run(*command, *signed_in.aws).code == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(signed_in.token))
    again = ("confirm", "--resume", "dev.json", "--access-token-file", "-")
    assert run(*again, *signed_in.aws).code == 4


def test_the_token_from_a_prompt(
    run: Run, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COGNITO_ACCESS_TOKEN")
    monkeypatch.setattr("getpass.getpass", lambda _: signed_in.token)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    command = ("confirm", *signed_in.new_device, "--save", "dev.json", *signed_in.aws)
    code, out, err = run(*command)
    assert (code, out) == (2, "")
    assert "access token: is missing" in err
    assert not Path("dev.json").exists()
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert run(*command).code == 0


def test_a_device_key_that_nobody_was_given(run: Run, signed_in: SignedIn) -> None:
    other = signed_in.new_device[:]
    other[1] = "us-east-1_00000000-0000-4000-8000-000000000000"
    outcome = run("confirm", *other, "--save", "dev.json", *signed_in.aws)
    assert (outcome.code, outcome.out) == (1, "")
    assert "Invalid device key given." in outcome.err
    assert "the device key was given to another user" in outcome.err
    assert_tells_no_secret(outcome, signed_in.token, secret_in("dev.json"))


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--device-key", "k_1", "--save", "dev.json"], "group key"),
        (["--device-key", "k_1", "--device-group-key", "g"], "--save"),
        (["--resume", "dev.json", "--save", "other.json"], "--save"),
        (["--verifier", "v.json", "--device-group-key", "g"], "--device-group-key"),
        (["--verifier", "-", "--access-token-file", "-"], "stdin"),
        (["--resume", "absent.json"], "absent.json"),
        (["--resume", "wrong.json"], "wrong.json: is not the secret of a device"),
        (["--verifier", "wrong.json"], "cognito-srp verifier"),
        (["--verifier", "other.json"], "cognito-srp verifier"),
        ([], "one of them is missing"),
    ],
)
def test_wrong_usage_sends_and_writes_nothing(run: Run, options: list[str], what: str) -> None:
    Path("wrong.json").write_text('{"secret": "do not repeat"}')
    Path("other.json").write_text('"do not repeat"')
    code, out, err = run("confirm", *options, "--region", "us-east-1")
    assert (code, out) == (2, "")
    assert what in err
    assert "do not repeat" not in err
    assert not Path("dev.json").exists()


NEW = ("--device-key", "us-east-1_1", "--device-group-key", "g", "--save", "dev.json")


@pytest.mark.parametrize(
    ("options", "token", "what"),
    [
        (NOWHERE, "not a token", "--access-token-file"),
        ((*NOWHERE, "--device-name", ""), "token", "--device-name"),
        ((*NOWHERE, "--device-name", "n" * 1025), "token", "--device-name"),
        (("--device-key", "nowhere_1"), "token", "region"),
        (("--region", "us-east-1", "--profile", "absent"), "token", "absent"),
        (("--region", "us-east-1", "--endpoint-url", "nonsense"), "token", "--endpoint-url"),
        (("--region", "not a region"), "token", "not a region"),
    ],
)
def test_bad_input_writes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], token: str, what: str
) -> None:
    monkeypatch.setenv("COGNITO_ACCESS_TOKEN", token)
    code, out, err = run("confirm", *NEW, *options)
    assert (code, out) == (2, "")
    assert what in err
    assert token == "token" or token not in err
    assert len(err.splitlines()) == 1
    assert not Path("dev.json").exists()


def test_save_refuses_a_file_before_anything_is_sent(run: Run, signed_in: SignedIn) -> None:
    Path("dev.json").write_text("the only secret")
    code, out, _ = run("confirm", *signed_in.new_device, "--save", "dev.json", *signed_in.aws)
    assert (code, out) == (2, "")
    assert Path("dev.json").read_text() == "the only secret"
    assert not signed_in.pool.cognito.client().list_devices(AccessToken=signed_in.token)["Devices"]
