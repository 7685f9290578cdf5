"""``cognito-srp devices``: by access token and by the Admin forms."""

from __future__ import annotations

import json

import pytest
from support.command_line import Run
from support.people import PASSWORD, enter

from cognito_srp import RememberedDevice
from cognito_srp.local import LocalCognito, LocalPool


@pytest.fixture
def pool(cognito: LocalCognito) -> LocalPool:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    return pool


@pytest.fixture
def devices(pool: LocalPool, monkeypatch: pytest.MonkeyPatch) -> list[RememberedDevice]:
    """Three devices of Ann's; a token of hers is in the environment."""
    enrolled = []
    for number in range(3):
        session = enter(pool.cognito.client(), pool, "ann")
        enrolled.append(session.enroll_device(device_name=f"till {number}"))
        monkeypatch.setenv("COGNITO_ACCESS_TOKEN", session.tokens.access_token)
    return enrolled


@pytest.fixture(params=["token", "admin"])
def whose(
    request: pytest.FixtureRequest,
    pool: LocalPool,
    devices: list[RememberedDevice],
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """The options that say whose devices are meant, both ways."""
    where = ["--endpoint-url", pool.cognito.endpoint_url, "--region", pool.cognito.region]
    if request.param == "token":
        return where
    monkeypatch.delenv("COGNITO_ACCESS_TOKEN")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    return [*where, "--user-pool-id", pool.pool_id, "--username", "ann"]


def test_listing(run: Run, devices: list[RememberedDevice], whose: list[str]) -> None:
    code, out, err = run("devices", "list", *whose)
    assert (code, err) == (0, "")
    listed = json.loads(out)["Devices"]
    assert [device["DeviceKey"] for device in listed] == [d.device_key for d in devices]
    assert [device["DeviceName"] for device in listed] == ["till 0", "till 1", "till 2"]
    assert {device["Remembered"] for device in listed} == {True if "--username" in whose else None}
    assert listed[0]["Created"].endswith("+00:00") or "T" in listed[0]["Created"]
    out = run("devices", "list", *whose, "--output", "table").out
    assert devices[0].device_key in out
    assert out.startswith("Device key")
    named = ("--query", "Devices[].DeviceName", "--output", "text")
    assert run("devices", "list", *whose, *named).out == "till 0\ttill 1\ttill 2\n"


def test_getting(run: Run, devices: list[RememberedDevice], whose: list[str]) -> None:
    key = devices[1].device_key
    document = json.loads(run("devices", "get", "--device-key", key, *whose).out)
    assert (document["DeviceKey"], document["DeviceName"]) == (key, "till 1")
    assert document["LastIp"] == "127.0.0.1"


def test_remembering(
    run: Run, pool: LocalPool, devices: list[RememberedDevice], whose: list[str]
) -> None:
    key = devices[0].device_key
    described = {"UserPoolId": pool.pool_id, "Username": "ann", "DeviceKey": key}
    for status in ("not_remembered", "remembered"):
        said = ("--device-remembered-status", status)
        out = run("devices", "remember", "--device-key", key, *said, *whose).out
        assert json.loads(out) == {"DeviceKey": key, "Remembered": status == "remembered"}
        device = pool.cognito.call("AdminGetDevice", described)["Device"]
        attributes = {a["Name"]: a["Value"] for a in device["DeviceAttributes"]}
        assert attributes["dev:device_remembered_status"] == status


def test_forgetting(run: Run, devices: list[RememberedDevice], whose: list[str]) -> None:
    key = devices[0].device_key
    out = run("devices", "forget", "--device-key", key, *whose).out
    assert json.loads(out) == {"DeviceKey": key, "Forgotten": True}
    for action in ("get", "forget", "remember"):
        code, out, err = run("devices", action, "--device-key", key, *whose)
        assert (code, out) == (1, "")
        assert "ResourceNotFoundException" in err


@pytest.mark.usefixtures("devices")
@pytest.mark.parametrize(
    "more",
    [
        (), ("list", "--username", "ann"), ("list", "--user-pool-id", "us-east-1_x"),
        ("list", "--access-token", "secret"), ("get",), ("get", "--device-key", "none"),
        ("list", "--user-pool-id", "us-east-1_x", "--username", "a", "--access-token-file", "x"),
    ],
)  # fmt: skip
def test_wrong_usage(run: Run, more: tuple[str, ...]) -> None:
    code, out, err = run("devices", *more, "--region", "us-east-1")
    assert (code, out) == (2, "")
    assert "secret" not in err
    assert len(err.splitlines()) == 1


def test_nobody_to_ask(run: Run) -> None:
    code, out, err = run("devices", "list", "--region", "us-east-1")
    assert (code, out) == (2, "")
    assert "access token: is missing" in err
