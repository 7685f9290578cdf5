"""The lean server answers as AWS does, fails as told, and records all of it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from support.lean_cognito import LeanCognito, LeanFaults, busiest

from cognito_srp import ThrottledError, UnreachableError, confirm_device


def confirm(client: Any, key: str, verifier: str = "AQ==") -> Any:
    return client.confirm_device(
        AccessToken="token",
        DeviceKey=key,
        DeviceSecretVerifierConfig={"PasswordVerifier": verifier, "Salt": "Ag=="},
    )


def test_a_key_is_confirmed_once(lean_cognito: LeanCognito) -> None:
    client = lean_cognito.client()
    before = time.monotonic()
    assert confirm(client, "eu-west-1_1")["UserConfirmationNecessary"] is False
    with pytest.raises(ClientError, match="DeviceKeyExistsException"):
        confirm(client, "eu-west-1_1", "Aw==")
    status = {"AccessToken": "token", "DeviceRememberedStatus": "remembered"}
    client.update_device_status(DeviceKey="eu-west-1_1", **status)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.update_device_status(DeviceKey="eu-west-1_2", **status)
    calls = lean_cognito.calls()
    assert [call.outcome for call in calls] == ["confirmed", "exists", "updated", "unknown"]
    assert calls[0][1:6] == ("ConfirmDevice", "eu-west-1_1", "token", "AQ==", "Ag==")
    assert before < calls[0].at < calls[1].at < time.monotonic()
    assert lean_cognito.confirmed() == {"eu-west-1_1": ("AQ==", "Ag==")}


def test_faults(lean_cognito: LeanCognito) -> None:
    client = lean_cognito.client()
    lean_cognito.use_faults(LeanFaults(throttle=1))
    with pytest.raises(ThrottledError):
        confirm_device(client, access_token="token", device_key="eu-west-1_1")
    lean_cognito.use_faults(LeanFaults(fail=1))
    with pytest.raises(ClientError, match="InternalErrorException"):
        confirm(client, "eu-west-1_1")
    lean_cognito.use_faults(LeanFaults(lose_before=1))
    with pytest.raises(UnreachableError) as caught:
        confirm_device(client, access_token="token", device_key="eu-west-1_1")
    assert caught.value.may_have_had_effect
    assert lean_cognito.confirmed() == {}
    lean_cognito.use_faults(LeanFaults(lose_after=1))
    with pytest.raises(ConnectionClosedError):
        confirm(client, "eu-west-1_1")
    assert list(lean_cognito.confirmed()) == ["eu-west-1_1"]
    outcomes = [call.outcome for call in lean_cognito.calls()]
    assert outcomes == ["throttled", "failed", "lost-before", "lost-after"]
    with pytest.raises(ValueError, match="add up to over 1"):
        LeanFaults(throttle=0.6, fail=0.6)


def test_a_seed_decides_and_an_answer_can_take_its_time() -> None:
    drawn = []
    for _ in range(2):
        with LeanCognito(LeanFaults(throttle=0.5, seed=7)) as server:
            client = server.client()
            for i in range(20):
                try:
                    confirm(client, f"eu-west-1_{i}")
                except ClientError:
                    continue
            drawn.append([call.outcome for call in server.calls()])
            server.use_faults(LeanFaults(delay=0.05))
            start = time.monotonic()
            confirm(client, "eu-west-1_late")
            assert time.monotonic() - start >= 0.05
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == {"confirmed", "throttled"}


def test_the_busiest_window() -> None:
    assert busiest([], 10) == 0
    assert busiest([0, 1, 9.9, 10, 10.5], 10) == 4
    assert busiest([0, 10], 10) == 1
