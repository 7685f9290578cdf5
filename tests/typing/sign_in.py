"""What type checkers make of the idioms that README.md and docs/sign-in.md teach."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cognito_srp import (
    AppClientIds,
    ConfirmedDevice,
    KnownDevice,
    RememberedDevice,
    Session,
    SignIn,
    Tokens,
    aio,
    answer_challenge,
    begin_sign_in,
    confirm_device,
    list_devices,
    sign_in,
)

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from typing_extensions import assert_type


def idioms(client: CognitoIdentityProviderClient) -> None:
    ids = AppClientIds(pool_id="eu-west-1_AbCdEfGhI", client_id="1h57", client_secret=None)
    session = sign_in(client, **ids, username="ann", password="secret")
    assert_type(session, Session)
    assert_type(session.refresh(), Tokens)
    device = session.enroll_device(device_name="Ann's laptop")
    assert_type(device, RememberedDevice)
    sign_in(client, **ids, username="ann", password="secret", device=device)
    sign_in(client, **ids, refresh_token="token", device_key=device.device_key)
    waiting = begin_sign_in(client, **ids, username="ann", password="secret")
    if isinstance(waiting, SignIn):
        assert_type(answer_challenge(client, waiting, {"ANSWER": "1"}), SignIn | Session)
    token = session.tokens.access_token
    confirmed = confirm_device(client, access_token=token, device_key=device.device_key)
    assert_type(confirmed, ConfirmedDevice)
    assert_type(list(list_devices(client, access_token=token)), list[KnownDevice])


def what_is_wrong(client: CognitoIdentityProviderClient) -> None:
    ids = AppClientIds(pool_id="eu-west-1_AbCdEfGhI", client_id="1h57")
    sign_in(client, **ids, username=1)  # type: ignore[arg-type] # pyright: ignore
    sign_in(client, **ids, user="ann")  # type: ignore[call-arg] # pyright: ignore
    AppClientIds(pool_id="eu-west-1_AbCdEfGhI")  # type: ignore[typeddict-item] # pyright: ignore


async def awaited(client: CognitoIdentityProviderClient) -> Tokens:
    ids = AppClientIds(pool_id="eu-west-1_AbCdEfGhI", client_id="1h57")
    session = await aio.sign_in(client, **ids, username="ann", password="secret")
    assert_type(session, aio.Session)
    return await session.refresh()


def run(client: CognitoIdentityProviderClient) -> None:
    ids = AppClientIds(pool_id="eu-west-1_AbCdEfGhI", client_id="1h57")
    session = asyncio.run(aio.sign_in(client, **ids, username="ann", password="secret"))
    assert_type(session, aio.Session)
