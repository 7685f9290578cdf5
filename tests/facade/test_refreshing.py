"""Refreshing as people need it: with a bare device key, and with the reason where it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.people import PASSWORD, enter

from cognito_srp import (
    Cause,
    Diagnosis,
    InvalidInputError,
    RememberedDevice,
    ServiceError,
    Session,
    aio,
    confirm_device,
    create_device_verifier,
    enroll_device,
    forget_device,
    sign_in,
)
from cognito_srp.local import LocalCognito, LocalPool

OLDER = "REFRESH_TOKEN_AUTH"
OTHER_KEY = "us-east-1_627477ae-3631-4248-bed9-d2e934100372"


@pytest.fixture
def own_pool(cognito: LocalCognito) -> LocalPool:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    return pool


@pytest.fixture
def email_pool(cognito: LocalCognito) -> LocalPool:
    pool = cognito.create_pool(client_secret=True, UsernameAttributes=["email"])
    pool.create_user("ann@example.com", PASSWORD, attributes={"email": "ann@example.com"})
    return pool


def renew(client: Any, pool: LocalPool, before: Session, **how: Any) -> Session:
    ids: dict[str, Any] = {"pool_id": pool.pool_id, "client_id": pool.client_id}
    ids |= {"client_secret": pool.client_secret, "refresh_token": before.tokens.refresh_token}
    return sign_in(client, **{**ids, **how})


def why(call: Callable[[], Any]) -> Diagnosis:
    with pytest.raises(ServiceError) as caught:
        call()
    found = caught.value.diagnosis
    assert found is not None
    assert "clock" not in str(caught.value)
    assert "group key" not in str(caught.value)
    return found


@pytest.mark.parametrize("auth_flow", [None, OLDER])
def test_the_bare_key_of_the_device_suffices(
    client: Any, own_pool: LocalPool, auth_flow: str | None
) -> None:
    session = enter(client, own_pool, "ann")
    key = session.enroll_device().device_key
    again = renew(client, own_pool, session, device_key=key, auth_flow=auth_flow)
    assert (again.username, again.device) == ("ann", None)
    again.refresh(auth_flow=auth_flow)
    again = renew(
        client, own_pool, session, auth_parameters={"DEVICE_KEY": key}, auth_flow=auth_flow
    )
    again.refresh(auth_flow=auth_flow)


def test_a_device_key_is_of_no_use_where_nothing_is_refreshed(
    client: Any, own_pool: LocalPool
) -> None:
    with pytest.raises(InvalidInputError, match=r"device_key: is of use for a refresh_token only"):
        enter(client, own_pool, "ann", device_key=OTHER_KEY)
    device = RememberedDevice(device_key="eu_1", device_group_key="-g", device_password="p")
    session = enter(client, own_pool, "ann")
    for wrong in ({"device": device, "device_key": "eu_2"}, {"device_key": "none"}):
        with pytest.raises(InvalidInputError, match="device_key"):
            renew(client, own_pool, session, **wrong)


@pytest.mark.parametrize("flow", [None, "REFRESH_TOKEN_AUTH"])
def test_a_password_beside_a_refresh_token_is_refused(
    client: Any, own_pool: LocalPool, flow: str | None
) -> None:
    session = enter(client, own_pool, "ann")
    with pytest.raises(InvalidInputError, match=r"^password: has no place.*; pass one of them"):
        renew(client, own_pool, session, password=PASSWORD, auth_flow=flow)


@pytest.mark.parametrize(
    "given",
    [
        {"auth_parameters": {"TARGET_ACR_VALUES": "mfa"}},
        {"user_context_data": {"IpAddress": "192.0.2.1"}},
        {"analytics_metadata": {"AnalyticsEndpointId": "1"}},
        {"session": "x" * 20},
    ],
)
def test_what_a_refresh_cannot_send_is_refused_and_never_dropped(
    client: Any, own_pool: LocalPool, given: dict[str, Any]
) -> None:
    session = enter(client, own_pool, "ann")
    key = session.enroll_device().device_key
    [name] = given
    with pytest.raises(InvalidInputError, match=f"{name}: has no place in GetTokensFromRefresh"):
        renew(client, own_pool, session, device_key=key, **given)
    sent: dict[str, Any] = {}
    client.meta.events.register_first(
        "before-parameter-build.cognito-idp.InitiateAuth",
        lambda params, **_: sent.update(params),
        unique_id="refreshing",
    )
    try:
        renew(client, own_pool, session, device_key=key, auth_flow=OLDER, **given)
    finally:
        client.meta.events.unregister(
            "before-parameter-build.cognito-idp.InitiateAuth", unique_id="refreshing"
        )
    [value] = given.values()
    assert value in sent.values() or value.items() <= sent["AuthParameters"].items()


def test_a_session_refreshes_although_its_sign_in_had_data_of_its_own(
    client: Any, own_pool: LocalPool
) -> None:
    context = {"IpAddress": "192.0.2.1"}
    session = enter(client, own_pool, "ann", user_context_data=context)
    session.enroll_device()
    session.refresh()
    session.refresh(auth_flow=OLDER)


@pytest.mark.parametrize("way", ["confirm_device", "enroll_device"])
def test_a_session_knows_the_key_whoever_confirmed_its_device(
    client: Any, own_pool: LocalPool, way: str
) -> None:
    session = enter(client, own_pool, "ann")
    assert session.new_device is not None
    keys: dict[str, Any] = vars(session.new_device)
    token = session.tokens.access_token
    if way == "confirm_device":
        confirm_device(client, access_token=token, verifier=create_device_verifier(**keys))
    else:
        enroll_device(client, access_token=token, **keys)
    session.refresh()
    assert session.device is None


def test_without_the_key_of_a_tracked_device(client: Any, own_pool: LocalPool) -> None:
    session = enter(client, own_pool, "ann")
    session.enroll_device()
    found = why(lambda: renew(client, own_pool, session))
    assert (found.cause, found.certain) == (Cause.DEVICE_KEY_MISSING, False)
    assert "device_key=" in found.advice
    assert "where it never was, sign in again and enroll the device" in found.advice


def test_with_the_key_of_another_device(client: Any, own_pool: LocalPool) -> None:
    session, other = enter(client, own_pool, "ann"), enter(client, own_pool, "ann")
    device, second = session.enroll_device(), other.enroll_device()
    found = why(lambda: renew(client, own_pool, session, device=second))
    assert (found.cause, found.certain) == (Cause.DEVICE_KEY_OTHER, False)
    session.device = second
    found = why(session.refresh)
    assert (found.cause, found.certain) == (Cause.DEVICE_KEY_OTHER, True)
    assert device.device_key in found.advice


@pytest.mark.parametrize("auth_flow", [None, OLDER])
def test_a_device_that_was_forgotten(
    client: Any, own_pool: LocalPool, auth_flow: str | None
) -> None:
    session = enter(client, own_pool, "ann")
    token, key = session.tokens.access_token, session.enroll_device().device_key
    forget_device(client, access_token=token, device_key=key)
    found = why(lambda: session.refresh(auth_flow=auth_flow))
    assert (found.cause, found.certain) == (Cause.DEVICE_FORGOTTEN, True)
    assert "no longer" in found.advice


def test_an_access_token_that_cannot_ask_leaves_it_open(
    client: Any, cognito: LocalCognito, own_pool: LocalPool
) -> None:
    session = enter(client, own_pool, "ann")
    token, key = session.tokens.access_token, session.enroll_device().device_key
    forget_device(client, access_token=token, device_key=key)
    cognito.fail_next("GetDevice", "NotAuthorizedException", "Access Token has expired")
    found = why(session.refresh)
    assert (found.cause, found.certain) == (Cause.DEVICE_KEY_OTHER, False)


def test_a_token_that_was_revoked_or_has_expired_or_rotated(
    client: Any, cognito: LocalCognito, own_pool: LocalPool
) -> None:
    session = enter(client, own_pool, "ann")
    session.enroll_device()
    session.revoke()
    found = why(session.refresh)
    assert (found.cause, found.certain) == (Cause.REFRESH_TOKEN_REVOKED, True)
    words = "Refresh Token has expired"
    cognito.fail_next("GetTokensFromRefreshToken", "NotAuthorizedException", words)
    assert why(session.refresh).cause is Cause.REFRESH_TOKEN_EXPIRED
    rotating = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    pool = own_pool.create_client(
        RefreshTokenRotation=rotating, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )
    session = enter(client, pool, "ann")
    session.enroll_device()
    kept = session.tokens
    session.refresh()
    session.tokens = kept
    assert why(session.refresh).cause is Cause.REFRESH_TOKEN_ROTATED


AWS_WORDS = (
    None,  # the local Cognito's
    "SecretHash does not match for the client: 1h57kf5cpq17m0eml12EXAMPLE",
    "Secret Hash does not match for the client: 1h57kf5cpq17m0eml12EXAMPLE",
)


@pytest.mark.parametrize("words", AWS_WORDS)
def test_an_alias_in_the_hash(
    client: Any, cognito: LocalCognito, email_pool: LocalPool, words: str | None
) -> None:
    session = enter(client, email_pool, "ann@example.com")
    how: dict[str, Any] = {"device": session.enroll_device(), "auth_flow": OLDER}
    if words is not None:
        cognito.fail_next("InitiateAuth", "NotAuthorizedException", words)
    found = why(lambda: renew(client, email_pool, session, username="ann@example.com", **how))
    assert (found.cause, found.certain) == (Cause.SECRET_HASH_NAME, False)
    assert "session.username" in found.advice
    renew(client, email_pool, session, username=session.username, **how)


@pytest.mark.parametrize("words", AWS_WORDS[1:])
def test_a_wrong_secret_is_certain_only_where_no_name_went_into_it(
    client: Any, cognito: LocalCognito, email_pool: LocalPool, words: str
) -> None:
    session = enter(client, email_pool, "ann@example.com")
    device = session.enroll_device()
    wrong = {"client_secret": "another" * 5, "device": device}
    found = why(lambda: renew(client, email_pool, session, **wrong))
    assert (found.cause, found.certain) == (Cause.SECRET_HASH_WRONG, True)
    cognito.fail_next("InitiateAuth", "NotAuthorizedException", words)
    found = why(lambda: session.refresh(auth_flow=OLDER))
    assert (found.cause, found.certain) == (Cause.SECRET_HASH_WRONG, False)
    cognito.fail_next("InitiateAuth", "NotAuthorizedException", words)
    found = why(lambda: enter(client, email_pool, "ann@example.com"))
    assert (found.cause, found.certain) == (Cause.SECRET_HASH_WRONG, False)


def test_the_reason_is_found_awaited_too(client: Any, own_pool: LocalPool) -> None:
    import asyncio

    async def refuse() -> None:
        session = await aio.sign_in(
            client,
            pool_id=own_pool.pool_id,
            client_id=own_pool.client_id,
            username="ann",
            password=PASSWORD,
        )
        await session.refresh()

    assert why(lambda: asyncio.run(refuse())).cause is Cause.DEVICE_NOT_CONFIRMED
