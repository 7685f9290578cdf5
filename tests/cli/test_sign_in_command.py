"""``cognito-srp sign-in``, at a terminal and without one."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.command_line import PASSWORD, Run
from support.own_keyring import OwnKeyring
from support.terminal import Typed, at_terminal

from cognito_srp import RememberedDevice
from cognito_srp.local import CustomAuth, LocalCognito, LocalPool, totp

#: What every sign-in says; the tokens come on request.
ALWAYS = {"Username", "DeviceKey", "DeviceForgotten", "ExpiresIn"}
TOKENS = {"AccessToken", "IdToken", "RefreshToken", "TokenType"}


def options(pool: LocalPool, username: str = "ann") -> list[str]:
    """The options that lead to a user."""
    cognito = pool.cognito
    where = ["--endpoint-url", cognito.endpoint_url, "--region", cognito.region]
    who = ["--user-pool-id", pool.pool_id, "--client-id", pool.client_id, "--username", username]
    return ["sign-in", *where, *who]


@pytest.fixture
def make_pool(cognito: LocalCognito) -> Callable[..., LocalPool]:
    def make(**settings: Any) -> LocalPool:
        pool = cognito.create_pool(**settings)
        pool.create_user("ann", PASSWORD)
        return pool

    return make


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password is in the environment."""
    monkeypatch.setenv("COGNITO_PASSWORD", PASSWORD)


def now(cognito: LocalCognito) -> float:
    return cognito.clock.time()


def test_a_password_is_asked_for_and_not_shown(make_pool: Callable[..., LocalPool]) -> None:
    screen = at_terminal(*options(make_pool()), answers=[("Password:", PASSWORD)])
    assert screen.code == 0, screen.shown
    document = json.loads(screen.out)
    assert set(document) == ALWAYS
    assert (document["Username"], document["DeviceKey"]) == ("ann", None)
    assert PASSWORD not in screen.shown


def test_a_wrong_password(make_pool: Callable[..., LocalPool]) -> None:
    screen = at_terminal(*options(make_pool()), answers=[("Password:", "Wrong-horse-1")])
    assert (screen.code, screen.out) == (1, "")
    assert "NotAuthorizedException" in screen.shown
    assert "Wrong-horse-1" not in screen.shown


@pytest.mark.usefixtures("given")
def test_tokens_only_on_request(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito, run: Run
) -> None:
    document = json.loads(run(*options(make_pool()), "--show-tokens").out)
    assert set(document) == ALWAYS | TOKENS | {"NewDeviceMetadata"}
    assert cognito.client().get_user(AccessToken=document["AccessToken"])["Username"] == "ann"


@pytest.mark.usefixtures("given")
def test_a_device_is_remembered_and_used(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito, run: Run
) -> None:
    pool = make_pool(mfa="OPTIONAL")
    saving = ("--save-device", "ann.json", "--device-name", "till 7")
    document = json.loads(run(*options(pool), *saving).out)
    device = RememberedDevice.from_json(Path("ann.json").read_text())
    assert document["DeviceKey"] == device.device_key
    assert stat.S_IMODE(Path("ann.json").stat().st_mode) == 0o600
    # From now on a code is asked for, but not of this device.
    pool.use_authenticator("ann")
    code, out, err = run(*options(pool), "--device", "ann.json")
    assert (code, err) == (0, "")
    assert json.loads(out)["DeviceKey"] == device.device_key
    # The file is not written over.
    code, out, err = run(*options(pool), "--device", "ann.json", "--save-device", "ann.json")
    assert (code, out) == (2, "")
    assert "ann.json: is there already" in err
    described = {"UserPoolId": pool.pool_id, "Username": "ann", "DeviceKey": device.device_key}
    attributes = cognito.call("AdminGetDevice", described)["Device"]["DeviceAttributes"]
    assert {"Name": "device_name", "Value": "till 7"} in attributes


@pytest.mark.usefixtures("given")
def test_a_device_in_the_keyring(
    make_pool: Callable[..., LocalPool], run: Run, own_keyring: OwnKeyring
) -> None:
    pool = make_pool()
    code, out, err = run(*options(pool), "--device", "keyring:ann")
    assert (code, out) == (2, "")
    assert "keyring:ann: is not in the keyring" in err
    saved = json.loads(run(*options(pool), "--save-device", "keyring:ann").out)
    assert list(own_keyring.entries) == [("cognito-srp", "ann")]
    used = json.loads(run(*options(pool), "--device", "keyring:ann").out)
    assert used["DeviceKey"] == saved["DeviceKey"]
    assert run(*options(pool), "--save-device", "keyring:ann").code == 2


@pytest.mark.usefixtures("given")
def test_a_forgotten_device(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito, run: Run
) -> None:
    pool = make_pool()
    key = json.loads(run(*options(pool), "--save-device", "old.json").out)["DeviceKey"]
    user = {"UserPoolId": pool.pool_id, "Username": "ann"}
    cognito.call("AdminForgetDevice", {**user, "DeviceKey": key})
    code, out, err = run(*options(pool), "--device", "old.json", "--save-device", "new.json")
    assert code == 0
    assert "has forgotten the device" in err
    document = json.loads(out)
    assert document["DeviceForgotten"] is True
    assert document["DeviceKey"] not in (None, key)


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("remember", [None, "--remember", "--no-remember"])
def test_a_pool_that_asks(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito, run: Run, remember: str | None
) -> None:
    pool = make_pool(remember_devices="opt-in")
    said = (remember,) if remember else ()
    code, out, err = run(*options(pool), "--save-device", "ann.json", *said)
    assert code == 0
    assert ("add --remember or --no-remember" in err) is (remember is None)
    user = {"UserPoolId": pool.pool_id, "Username": "ann"}
    device = cognito.call("AdminGetDevice", {**user, "DeviceKey": json.loads(out)["DeviceKey"]})
    status = {a["Name"]: a["Value"] for a in device["Device"]["DeviceAttributes"]}
    expected = "remembered" if remember == "--remember" else "not_remembered"
    assert status["dev:device_remembered_status"] == expected


@pytest.mark.usefixtures("given")
def test_a_confirmation_without_an_answer(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito, run: Run
) -> None:
    """The secret is kept before it is sent; whether it arrived, a sign-in tells."""
    pool = make_pool()
    for what in ("request", "response"):
        file = f"{what}.json"
        # botocore repeats lost calls by itself; a repeat that finds the device confirmed is lost.
        cognito.lose_next("ConfirmDevice", what, times=10)
        code, out, err = run(*options(pool), "--save-device", file)
        cognito.faults.clear()
        assert (code, out) == (1, "")
        assert f"kept in {file}" in err
        key = RememberedDevice.from_json(Path(file).read_text()).device_key
        found = json.loads(run(*options(pool), "--device", file).out)
        assert found["DeviceForgotten"] is (what == "request")
        assert found["DeviceKey"] == (None if what == "request" else key)


@pytest.mark.usefixtures("given")
def test_a_pool_without_devices(make_pool: Callable[..., LocalPool], run: Run) -> None:
    code, out, err = run(*options(make_pool(remember_devices="no")), "--save-device", "ann.json")
    assert code == 0
    assert "no device was enrolled" in err
    assert json.loads(out)["DeviceKey"] is None
    assert not Path("ann.json").exists()


@pytest.mark.usefixtures("given")
def test_an_authenticator_whose_code_is_mistyped(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito
) -> None:
    pool = make_pool(mfa="OPTIONAL")
    secret = pool.use_authenticator("ann")
    right = lambda: totp(secret, now(cognito))  # noqa: E731 - what is typed, later
    typed: list[tuple[str, Typed]] = [("Code:", "12345"), ("Code:", "1234567"), ("Code:", right)]
    screen = at_terminal(*options(pool), answers=typed)
    assert screen.code == 0, screen.shown
    assert "six digits or more: try again" in screen.shown
    assert "not right: try again" in screen.shown
    assert "12345" not in screen.shown


@pytest.mark.usefixtures("given")
def test_mistyping_ends(make_pool: Callable[..., LocalPool]) -> None:
    pool = make_pool(mfa="OPTIONAL")
    pool.use_authenticator("ann")
    screen = at_terminal(*options(pool), answers=[("Code:", "1234567")] * 3)
    assert (screen.code, screen.out) == (1, "")
    assert "CodeMismatchException" in screen.shown


@pytest.mark.usefixtures("given")
def test_a_code_from_a_pipe(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito, run: Run, tmp_path: Path
) -> None:
    pool = make_pool(mfa="OPTIONAL")
    secret = pool.use_authenticator("ann")
    code, out, err = run(*options(pool))
    assert (code, out) == (2, "")
    assert "code: is missing; use --mfa-code-file PATH" in err
    file = tmp_path / "code"
    file.write_text(totp(secret, now(cognito)) + "\n")
    assert run(*options(pool), "--mfa-code-file", str(file)).code == 0
    file.write_text("12345\n")
    assert run(*options(pool), "--mfa-code-file", str(file)).code == 1


@pytest.mark.usefixtures("given")
def test_choosing_between_factors(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito
) -> None:
    pool = make_pool(mfa="OPTIONAL")
    pool.use_authenticator("ann")
    pool.use_text_messages("ann")
    off = {"Enabled": True, "PreferredMfa": False}
    user = {"UserPoolId": pool.pool_id, "Username": "ann"}
    cognito.call("AdminSetUserMFAPreference", {**user, "SMSMfaSettings": off})
    cognito.call("AdminSetUserMFAPreference", {**user, "SoftwareTokenMfaSettings": off})
    typed: list[tuple[str, Typed]] = [
        (r"\(1 to 2\):", "seven"),
        (r"\(1 to 2\):", "1"),
        ("Code:", lambda: cognito.text_messages("ann")[-1].code),
    ]
    screen = at_terminal(*options(pool), answers=typed)
    assert screen.code == 0, screen.shown
    assert re.search(r"1  SMS_MFA\s+2  SOFTWARE_TOKEN_MFA", screen.shown)
    assert "a code was sent to +*******0100" in screen.shown


@pytest.mark.usefixtures("given")
def test_setting_up_an_authenticator(
    make_pool: Callable[..., LocalPool], cognito: LocalCognito
) -> None:
    pool = make_pool(mfa="ON")
    shown = cognito._app.state.pool(pool.pool_id)
    assert shown is not None

    def code() -> str:
        [token] = shown.software_tokens.values()
        return totp(token.unverified or "", now(cognito))

    screen = at_terminal(*options(pool), answers=[("Code:", "000000"), ("Code:", code)])
    assert screen.code == 0, screen.shown
    assert "set up an authenticator with this secret: " in screen.shown


def test_a_temporary_password(cognito: LocalCognito) -> None:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD, temporary=True)
    typed = [
        ("Password:", PASSWORD),
        ("New password:", "Other-horse-2"),
        ("once more: New password:", "Other-hrose-2"),
        ("New password:", "Other-horse-2"),
        ("once more: New password:", "Other-horse-2"),
    ]
    screen = at_terminal(*options(pool), answers=typed)
    assert screen.code == 0, screen.shown
    assert "Other-horse-2" not in screen.shown
    assert pool.sign_in("ann", "Other-horse-2")


@pytest.mark.usefixtures("given")
def test_a_temporary_password_in_a_script(cognito: LocalCognito, run: Run) -> None:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD, temporary=True)
    code, out, err = run(*options(pool))
    assert (code, out) == (2, "")
    assert "new password: is missing; use --new-password-file PATH" in err
    Path("new").write_text("Other-horse-2\n")
    assert run(*options(pool), "--new-password-file", "new").code == 0
    assert pool.sign_in("ann", "Other-horse-2")


def test_a_code_by_email_instead_of_a_password(cognito: LocalCognito) -> None:
    factors = {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}
    pool = cognito.create_pool(Policies={"SignInPolicy": factors})
    attributes = {"email": "ann@example.com", "email_verified": "true"}
    pool.create_user("ann", PASSWORD, attributes=attributes)
    flow = ("--auth-flow", "USER_AUTH")
    typed: list[tuple[str, Typed]] = [("Code:", lambda: cognito.emails("ann")[-1].code)]
    preferred = ("--preferred-challenge", "EMAIL_OTP")
    screen = at_terminal(*options(pool), *flow, *preferred, answers=typed)
    assert screen.code == 0, screen.shown
    typed = [(r"\(1 to 3\):", "PASSWORD_SRP"), ("Password:", PASSWORD)]
    screen = at_terminal(*options(pool), *flow, answers=typed)
    assert screen.code == 0, screen.shown


def test_a_riddle(make_pool: Callable[..., LocalPool]) -> None:
    pool = make_pool()

    def define(event: Any, context: None) -> Any:
        past = event["request"]["session"]
        passed = bool(past) and past[-1]["challengeResult"]
        return {"response": {"issueTokens": passed, "challengeName": "CUSTOM_CHALLENGE"}}

    def create(event: Any, context: None) -> Any:
        return {"response": {"publicChallengeParameters": {"riddle": "what is 6 times 7"}}}

    def verify(event: Any, context: None) -> Any:
        return {"response": {"answerCorrect": event["request"]["challengeAnswer"] == "42"}}

    pool.use_custom_auth(CustomAuth(define, create, verify))
    typed = [("Answer:", "41"), ("Answer:", "42")]
    screen = at_terminal(*options(pool), "--auth-flow", "CUSTOM_AUTH", answers=typed)
    assert screen.code == 0, screen.shown
    assert "riddle: what is 6 times 7" in screen.shown


@pytest.mark.usefixtures("given")
def test_a_client_secret_and_the_admin_forms(
    cognito: LocalCognito, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = cognito.create_pool(client_secret=True)
    pool.create_user("ann", PASSWORD)
    assert pool.client_secret is not None
    Path("secret").write_text(pool.client_secret)
    named = ("--client-secret-file", "secret", "--admin")
    code, out, err = run(*options(pool), *named)
    assert (code, out) == (2, "")  # no credentials to sign with
    assert "redentials" in err
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    for flow in ("USER_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH"):
        outcome = run(*options(pool), *named, "--auth-flow", flow)
        assert outcome.code == 0, outcome.err
        assert pool.client_secret not in outcome.out + outcome.err


@pytest.mark.parametrize(
    "more",
    [
        ("--password", "secret"), ("--client-secret", "secret"), ("--mfa-code", "secret"),
        ("--new-password", "secret"), ("--answer", "secret"),
        ("--device-name", "x"), ("--remember",), ("--device", "keyring:"),
        ("--device", "none.json"), ("--password-file", "-", "--mfa-code-file", "-"),
    ],
)  # fmt: skip
def test_wrong_usage(make_pool: Callable[..., LocalPool], run: Run, more: tuple[str, ...]) -> None:
    code, out, err = run(*options(make_pool()), *more)
    assert (code, out) == (2, "")
    assert "secret" not in re.sub(r"client.secret", "", err)
    assert len(err.splitlines()) == 1


@pytest.mark.usefixtures("given")
def test_into_the_next_command(make_pool: Callable[..., LocalPool]) -> None:
    """As the help shows it."""
    pool = make_pool()
    command = [sys.executable, "-m", "cognito_srp.cli"]
    shown = ["--save-device", "ann.json", "--show-tokens", "--query", "AccessToken"]
    first = subprocess.run(
        [*command, *options(pool), *shown, "--output", "text"], capture_output=True, check=True
    )
    second = subprocess.run(
        [*command, "devices", "list", "--access-token-file", "-", *options(pool)[1:5]],
        input=first.stdout,
        capture_output=True,
        check=True,
    )
    [device] = json.loads(second.stdout)["Devices"]
    assert (
        device["DeviceKey"] == RememberedDevice.from_json(Path("ann.json").read_text()).device_key
    )
