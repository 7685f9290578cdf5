"""A server that runs for months holds what is alive, not all there ever was."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from moto.cognitoidp import models
from support.local_people import Person, Refused

from cognito_srp.local import LocalCognito, LocalPool
from cognito_srp.local.store import expiry

PASSWORD = "Correct-horse-1"
HOUR, DAY = 3600, 86400


def sizes(pool: Any) -> dict[str, int]:
    tables = ("access_tokens", "id_tokens", "refresh_tokens", "refresh_ends", "sign_ins", "retired")
    devices = sum(map(len, pool.devices._by_user.values()))
    return {**{name: len(getattr(pool, name)) for name in tables}, "devices": devices}


@pytest.fixture
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens without a signature, which would be nearly all of the time that a sign-in takes."""

    def encode(header: Any, payload: Any, key: Any) -> Any:
        text = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
        return f"e30.{text}.AAAA"

    monkeypatch.setattr("joserfc.jwt.encode", encode)


def most_of_5000_sign_ins(cognito: LocalCognito, pool: LocalPool, each: Any) -> Any:
    """The largest size of every table, over 5,000 sign-ins six hours apart: three years."""
    stored, most = cognito._app.state.pool(pool.pool_id), dict[str, int]()
    for _ in range(5000):
        cognito.clock.advance(6 * HOUR)
        each(pool.sign_in("ann", PASSWORD))
        most = {name: max(size, most.get(name, 0)) for name, size in sizes(stored).items()}
    return most


def test_devices_that_nobody_confirms_and_challenges_that_nobody_answers(unsigned: Any) -> None:
    cognito = LocalCognito()
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    first = pool.sign_in("ann", PASSWORD)
    key, challenges = first["NewDeviceMetadata"]["DeviceKey"], cognito._app.state.challenges
    cognito.call("ConfirmDevice", {"AccessToken": first["AccessToken"], "DeviceKey": key})
    begin = {"AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": "ann"}}

    def each(result: Any) -> None:
        cognito.call("InitiateAuth", {**begin, "ClientId": pool.client_id})
        assert len(challenges._by_session) == len(challenges._by_block) <= 2

    most = most_of_5000_sign_ins(cognito, pool, each)
    # An hour, 30 days and one of grace, a day: four sign-ins a day, and _LEAST dead ones at most.
    assert most["access_tokens"] <= expiry._LEAST + 1
    assert most["id_tokens"] == 0  # nobody looks at them
    assert most["sign_ins"] == most["refresh_ends"] == most["refresh_tokens"]
    assert most["refresh_tokens"] <= 31 * 4 + expiry._LEAST + 1
    assert most["devices"] <= 1 + 4 + expiry._LEAST + 1
    # What is alive is still there.
    token = pool.sign_in("ann", PASSWORD)["AccessToken"]
    [device] = cognito.call("ListDevices", {"AccessToken": token})["Devices"]
    assert device["DeviceKey"] == key


def test_refresh_tokens_that_are_rotated_away(unsigned: Any) -> None:
    cognito = LocalCognito()
    pool = cognito.create_pool(remember_devices="no").create_client(
        RefreshTokenRotation={"Feature": "ENABLED"}
    )
    pool.create_user("ann", PASSWORD)

    def each(result: Any) -> None:
        arguments = {"ClientId": pool.client_id, "RefreshToken": result["RefreshToken"]}
        cognito.call("GetTokensFromRefreshToken", arguments)

    most = most_of_5000_sign_ins(cognito, pool, each)
    assert most["access_tokens"] <= expiry._LEAST + 2
    assert most["refresh_tokens"] == most["refresh_ends"] <= 2 * 31 * 4 + expiry._LEAST + 2
    assert most["retired"] <= most["refresh_tokens"] / 2 + 1


@pytest.fixture
def swept(cognito: LocalCognito, person: Person, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A user whose pool forgets what it can at every sign-in."""
    monkeypatch.setattr(expiry, "_LEAST", 0)
    return person


def test_what_is_forgotten_is_refused_in_the_same_words(
    swept: Any, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    tokens = swept.tokens()
    swept.confirm(tokens)
    key = tokens["NewDeviceMetadata"]["DeviceKey"]
    refresh = {
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": swept.pool.client_id,
        "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"], "DEVICE_KEY": key},
    }
    cognito.clock.advance(HOUR + 1)
    swept.pool.sign_in(swept.username, swept.password)
    with refused("NotAuthorizedException", "Access Token has expired"):
        client.get_user(AccessToken=tokens["AccessToken"])
    client.initiate_auth(**refresh)
    cognito.clock.advance(30 * DAY)
    swept.pool.sign_in(swept.username, swept.password)
    with refused("NotAuthorizedException", "Refresh Token has expired"):
        client.initiate_auth(**refresh)
    cognito.clock.advance(DAY)
    swept.pool.sign_in(swept.username, swept.password)
    with refused("NotAuthorizedException", "Invalid Refresh Token"):
        client.initiate_auth(**refresh)


def test_a_device_may_be_confirmed_as_long_as_its_token_lives(
    swept: Any, cognito: LocalCognito, client: Any
) -> None:
    swept.pool = swept.pool.create_client(AccessTokenValidity=24)
    tokens = swept.tokens()
    cognito.clock.advance(DAY - 60)
    other = swept.pool.sign_in(swept.username, swept.password)
    swept.confirm(tokens)
    assert len(client.list_devices(AccessToken=other["AccessToken"])["Devices"]) == 1


def test_users_and_pools_that_are_deleted_leave_nothing() -> None:
    cognito = LocalCognito()
    before = {cls: len(cls.instances_tracked) for cls in tracked()}
    pool = cognito.create_pool()
    verifiers = cognito._app.state.verifiers._known
    for name in ("ann", "bob"):
        pool.create_user(name, PASSWORD)
    cognito.call("SignUp", {"ClientId": pool.client_id, "Username": "eve", "Password": PASSWORD})
    for name in ("ann", "bob"):
        begin = {"AuthFlow": "USER_SRP_AUTH", "ClientId": pool.client_id}
        parameters = {"USERNAME": name, "SRP_A": "2"}
        cognito.call("InitiateAuth", {**begin, "AuthParameters": parameters})
    assert len(verifiers) == 2
    cognito.call("AdminDeleteUser", {"UserPoolId": pool.pool_id, "Username": "ann"})
    assert len(verifiers) == 1
    cognito.call("DeleteUserPool", {"UserPoolId": pool.pool_id})
    assert len(verifiers) == 0
    assert before == {cls: len(cls.instances_tracked) for cls in tracked()}


def tracked() -> Any:
    return (
        models.CognitoIdpUser,
        models.CognitoIdpUserPool,
        models.CognitoIdpUserPoolAttribute,
        models.CognitoIdpUserPoolClient,
    )


def test_codes_that_nobody_uses() -> None:
    cognito = LocalCognito()
    pool = cognito.create_pool(AutoVerifiedAttributes=["email"])
    stored, most = cognito._app.state.pool(pool.pool_id), 0
    app = {"ClientId": pool.create_client(PreventUserExistenceErrors="ENABLED").client_id}
    assert stored is not None
    for number in range(5000):
        cognito.clock.advance(HOUR)
        cognito.call("ForgotPassword", {**app, "Username": f"nobody{number}"})
        most = max(most, len(stored.codes))
    assert most <= 1001
