"""``cognito-srp sign-in --refresh``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.command_line import PASSWORD, Run

from cognito_srp import Session, sign_in
from cognito_srp.local import LocalCognito, LocalPool


def options(pool: LocalPool) -> list[str]:
    where = ["--endpoint-url", pool.cognito.endpoint_url, "--region", pool.cognito.region]
    return ["sign-in", *where, "--user-pool-id", pool.pool_id, "--client-id", pool.client_id]


def entered(pool: LocalPool) -> Session:
    pool.create_user("ann", PASSWORD)
    return sign_in(
        pool.cognito.client(),
        pool_id=pool.pool_id,
        client_id=pool.client_id,
        client_secret=pool.client_secret,
        username="ann",
        password=PASSWORD,
    )


@pytest.fixture
def pool(cognito: LocalCognito) -> LocalPool:
    return cognito.create_pool()


@pytest.fixture
def session(pool: LocalPool, monkeypatch: pytest.MonkeyPatch) -> Session:
    session = entered(pool)
    monkeypatch.setenv("COGNITO_REFRESH_TOKEN", str(session.tokens.refresh_token))
    return session


@pytest.mark.parametrize("flow", [(), ("--auth-flow", "REFRESH_TOKEN_AUTH")])
def test_new_tokens_with_the_device_and_with_its_bare_key(
    pool: LocalPool, session: Session, run: Run, flow: tuple[str, ...]
) -> None:
    device = session.enroll_device()
    Path("ann.json").write_text(device.to_json())
    Path("ann.json").chmod(0o600)
    for how in (["--device", "ann.json"], ["--device-key", device.device_key]):
        code, out, err = run(*options(pool), "--refresh", *how, *flow)
        assert (code, err) == (0, "")
        document = json.loads(out)
        assert document["DeviceKey"] == device.device_key
        assert document["Username"] == "ann"
        assert document["RefreshToken"] == session.tokens.refresh_token
        token = document["AccessToken"]
        assert pool.cognito.client().get_user(AccessToken=token)["Username"] == "ann"


def test_the_token_comes_from_a_file_and_a_rotated_one_is_printed(
    cognito: LocalCognito, run: Run
) -> None:
    rotating = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    pool = cognito.create_pool().create_client(
        RefreshTokenRotation=rotating, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )
    session = entered(pool)
    key = session.enroll_device().device_key
    Path("token").write_text(f"{session.tokens.refresh_token}\n")
    command = (*options(pool), "--refresh", "--device-key", key, "--refresh-token-file", "token")
    first = json.loads(run(*command).out)["RefreshToken"]
    assert first not in {session.tokens.refresh_token, None}
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert "rotation has replaced the refresh token" in err
    assert str(session.tokens.refresh_token) not in err


def test_without_the_key_it_says_what_is_missing(
    pool: LocalPool, session: Session, run: Run
) -> None:
    session.enroll_device()
    code, out, err = run(*options(pool), "--refresh")
    assert (code, out) == (1, "")
    assert "a device whose key was not sent" in err


WRONG: list[tuple[list[str], str]] = [
    ([], "--username: is missing"),
    (["--username", "ann", "--device-key", "eu_1"], "--device-key: goes with --refresh only"),
    (["--username", "ann", "--refresh-token-file", "t"], "--refresh-token-file: goes with --ref"),
    (["--username", "ann", "--auth-flow", "REFRESH_TOKEN_AUTH"], "add --refresh"),
    (["--refresh", "--auth-flow", "USER_AUTH"], "--auth-flow: has no place in --refresh"),
    (["--refresh", "--password-file", "p"], "--password-file: has no place in --refresh"),
    (["--refresh", "--save-device", "d"], "--save-device: has no place in --refresh"),
    (["--refresh", "--remember"], "--remember: has no place in --refresh"),
    (["--refresh", "--device-key", "none"], "--device-key: has no '_'"),
    (["--refresh", "--refresh-token", "t"], "--refresh-token is not an option"),
    (["--refresh", "--refresh-token-file", "none"], "none: No such file"),
]


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_what_does_not_go_together(
    pool: LocalPool, run: Run, given: list[str], words: str, capsys: Any
) -> None:
    code, out, err = run(*options(pool), *given)
    assert (code, out) == (2, "")
    assert words in err


def test_a_token_that_nobody_gave(pool: LocalPool, run: Run) -> None:
    code, out, err = run(*options(pool), "--refresh")
    assert (code, out) == (2, "")
    assert "refresh token: is missing" in err
    assert "COGNITO_REFRESH_TOKEN" in err
