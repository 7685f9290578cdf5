"""What a session can do once it is there: renew its tokens, end, end everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.people import PASSWORD, Someone, enter

from cognito_srp import (
    InvalidInputError,
    NotAuthorizedError,
    RememberedDevice,
    ServiceError,
    SignInError,
    TokenExpiredError,
    get_device,
    sign_in,
)
from cognito_srp.local import LocalCognito, LocalPool

Newcomer = Callable[[LocalPool], Someone]
REFRESH = "GetTokensFromRefreshToken"


@pytest.mark.parametrize("auth_flow", [None, REFRESH, "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
@pytest.mark.parametrize("secret", [False, True])
def test_a_session_renews_its_tokens_with_the_device_it_enrolled(
    client: Any, cognito: LocalCognito, auth_flow: str | None, secret: bool
) -> None:
    pool = cognito.create_pool(client_secret=secret)
    session = enter(client, pool, pool.create_user("zoë", PASSWORD))
    with pytest.raises(NotAuthorizedError, match="enroll the device first"):
        session.refresh(auth_flow=auth_flow)
    session.enroll_device()
    before = session.tokens
    cognito.clock.advance(1)
    tokens = session.refresh(auth_flow=auth_flow)
    assert session.tokens is tokens
    assert tokens.access_token != before.access_token
    assert tokens.refresh_token == before.refresh_token


def test_a_refresh_token_that_rotates(client: Any, cognito: LocalCognito) -> None:
    rotating = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    pool = cognito.create_pool().create_client(
        RefreshTokenRotation=rotating, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]
    )
    session = enter(client, pool, pool.create_user("ann", PASSWORD))
    device = session.enroll_device()
    tokens = [session.tokens, session.refresh(), session.refresh()]
    assert len({each.refresh_token for each in tokens}) == 3
    again = renew(client, pool, tokens[-1].refresh_token, device)
    assert again.username == "ann"
    with pytest.raises(ServiceError, match="rotation") as caught:
        renew(client, pool, tokens[0].refresh_token, device)
    assert str(tokens[0].refresh_token) not in str(caught.value)


def renew(
    client: Any, pool: LocalPool, token: str | None, device: RememberedDevice, **how: Any
) -> Any:
    return sign_in(
        client,
        pool_id=pool.pool_id,
        client_id=pool.client_id,
        client_secret=pool.client_secret,
        refresh_token=token,
        device=device,
        **how,
    )


@pytest.mark.parametrize("secret", [False, True])
def test_a_session_from_a_refresh_token_that_was_kept(
    client: Any, cognito: LocalCognito, secret: bool
) -> None:
    pool = cognito.create_pool(client_secret=secret)
    session = enter(client, pool, pool.create_user("zoë", PASSWORD))
    device, token = session.enroll_device(), session.tokens.refresh_token
    again = renew(client, pool, token, device)
    assert again.tokens.refresh_token == token
    assert again.username == "zoë"
    again.refresh()
    if secret:
        with pytest.raises(InvalidInputError, match="username"):
            renew(client, pool, token, device, auth_flow="REFRESH_TOKEN_AUTH")
    renew(client, pool, token, device, auth_flow="REFRESH_TOKEN_AUTH", username="zoë")


@pytest.mark.parametrize("secret", [False, True])
def test_a_revoked_session(client: Any, cognito: LocalCognito, secret: bool) -> None:
    pool = cognito.create_pool(client_secret=secret)
    session = enter(client, pool, pool.create_user("ann", PASSWORD))
    device = session.enroll_device()
    session.revoke()
    with pytest.raises(TokenExpiredError, match="revoked"):
        session.refresh()
    with pytest.raises(TokenExpiredError, match="revoked"):
        get_device(client, access_token=session.tokens.access_token, device_key=device.device_key)


def test_signing_out_everywhere_ends_other_sessions_too(
    client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    username = newcomer(pool).username
    one, other = enter(client, pool, username), enter(client, pool, username)
    device = other.enroll_device()
    one.sign_out_everywhere()
    with pytest.raises(NotAuthorizedError):
        other.refresh()
    with pytest.raises(TokenExpiredError, match="revoked"):
        get_device(client, access_token=other.tokens.access_token, device_key=device.device_key)


def test_a_session_without_a_refresh_token(
    client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    session = enter(client, pool, newcomer(pool).username)
    object.__setattr__(session.tokens, "refresh_token", None)
    for use in (session.refresh, session.revoke):
        with pytest.raises(SignInError, match="no refresh token: sign in again"):
            use()
