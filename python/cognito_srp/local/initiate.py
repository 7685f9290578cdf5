"""InitiateAuth: the flows by which a sign-in begins, and the one that refreshes its tokens."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPoolClient

from ..encoding import to_hex
from ..srp import ServerExchange
from .app_clients import check_flow, check_secret_hash, hides_users, session_seconds
from .attempt import Attempt, require_enabled
from .challenges import Pending
from .pool import Pool
from .proofs import client_public_value, parameter
from .refusals import Refusal, incorrect, user_does_not_exist
from .state import State
from .tokens import refresh_token_owner

__all__ = ["Start", "initiate"]


@dataclass(frozen=True)
class Start:
    """One InitiateAuth request."""

    state: State
    pool: Pool
    client: CognitoIdpUserPoolClient
    flow: str
    parameters: Mapping[str, str | None]
    ip: str


def initiate(start: Start) -> dict[str, Any]:
    """The first challenge, or tokens."""
    check_flow(start.client, start.flow)
    if start.flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        return _refresh(start)
    if start.flow == "CUSTOM_AUTH":
        message = "Custom auth lambda trigger is not configured for the user pool."
        raise Refusal("InvalidUserPoolConfigurationException", message)
    username = parameter(start.parameters, "USERNAME")
    check_secret_hash(start.client, username, start.parameters.get("SECRET_HASH"))
    user = start.pool.user(username)
    if user is None and not hides_users(start.client):
        raise user_does_not_exist()
    if user is not None:
        require_enabled(user)
    if start.flow == "USER_SRP_AUTH":
        return _begin_srp(start, username, user)
    return _check_password(start, user)


def _begin_srp(start: Start, username: str, user: CognitoIdpUser | None) -> dict[str, Any]:
    """PASSWORD_VERIFIER. DEVICE_KEY is kept for later: clients expect an unknown one to be
    refused only once the password is proven (amazon-cognito-identity-js retries there)."""
    A = client_public_value(start.parameters)
    verifiers, pool = start.state.verifiers, start.pool
    if user is not None:
        username = user.username
        verifier = verifiers.of_user(pool.id, user.id, username, user.password or "")
    else:
        verifier = verifiers.of_nobody(pool.id, username)
    exchange = ServerExchange(verifier.value)
    now = start.state.clock.time()
    pending = Pending(
        challenge="PASSWORD_VERIFIER",
        pool_id=pool.id,
        client_id=start.client.id,
        username=username,
        user_id=user.id if user is not None else None,
        expires=now + session_seconds(start.client),
        auth_time=now,
        device_key=start.parameters.get("DEVICE_KEY"),
        exchange=exchange,
        A=A,
    )
    with start.state.lock:
        start.state.challenges.put(pending, now)
    # No Session here: AWS sends none with PASSWORD_VERIFIER (PROTOCOL.md section 4).
    return {
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": to_hex(verifier.salt),
            "SRP_B": to_hex(exchange.B),
            "SECRET_BLOCK": pending.secret_block,
            "USERNAME": username,
            "USER_ID_FOR_SRP": username,
        },
    }


def _check_password(start: Start, user: CognitoIdpUser | None) -> dict[str, Any]:
    """USER_PASSWORD_AUTH and its Admin forms."""
    password = parameter(start.parameters, "PASSWORD")
    if user is None or not hmac.compare_digest((user.password or "").encode(), password.encode()):
        raise incorrect()
    with start.state.lock:
        return Attempt(
            state=start.state,
            pool=start.pool,
            client=start.client,
            user=user,
            ip=start.ip,
            auth_time=start.state.clock.time(),
            device_key=start.parameters.get("DEVICE_KEY"),
        ).after_password()


def _refresh(start: Start) -> dict[str, Any]:
    """REFRESH_TOKEN_AUTH: new access and id tokens of the same sign-in."""
    token = parameter(start.parameters, "REFRESH_TOKEN")
    pool, device_key = start.pool, start.parameters.get("DEVICE_KEY")
    with start.state.lock:
        user = refresh_token_owner(start.state, pool, start.client, token, device_key)
        check_secret_hash(start.client, user.username, start.parameters.get("SECRET_HASH"))
        return {"ChallengeParameters": {}, "AuthenticationResult": pool.refreshed(token)}
