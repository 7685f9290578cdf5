"""InitiateAuth: the flows by which a sign-in begins, and the one that refreshes its tokens."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.cognitoidp.models import CognitoIdpUser, CognitoIdpUserPoolClient

from ...encoding import to_hex
from ...srp import ServerExchange
from ..refusals import Refusal, incorrect, user_does_not_exist
from ..store.challenges import Pending
from ..store.pool import Pool
from ..store.state import State
from ..store.tokens import refresh_token_owner
from .app_clients import (
    check_flow,
    check_secret_hash,
    hides_users,
    rotates_refresh_tokens,
    session_seconds,
)
from .attempt import Attempt, require_enabled
from .proofs import client_public_value, parameter

__all__ = ["Start", "begin_srp", "check_password", "initiate"]


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
    with start.state.lock:  # a lookup by alias goes through all users
        user = start.pool.user(username)
    if user is None and not hides_users(start.client):
        raise user_does_not_exist()
    if user is not None:
        require_enabled(user)
    if start.flow == "USER_SRP_AUTH":
        return begin_srp(start, username, user)
    if start.flow == "USER_AUTH":
        return _by_choice(start, username, user)
    return check_password(start, user)


def _by_choice(start: Start, username: str, user: CognitoIdpUser | None) -> dict[str, Any]:
    """USER_AUTH: the client names the challenge it prefers, or is offered what there is."""
    preferred = start.parameters.get("PREFERRED_CHALLENGE")
    if preferred == "PASSWORD_SRP":
        return begin_srp(start, username, user)
    if preferred == "PASSWORD" and start.parameters.get("PASSWORD"):
        return check_password(start, user)
    name = "PASSWORD" if preferred == "PASSWORD" else "SELECT_CHALLENGE"
    pending = _pending(start, name, username, user)
    with start.state.lock:
        start.state.challenges.put(pending, start.state.clock.time())
    answer = {
        "ChallengeName": name,
        "ChallengeParameters": {"USERNAME": pending.username},
        "Session": pending.session,
    }
    return answer | {"AvailableChallenges": ["PASSWORD", "PASSWORD_SRP"]}


def _pending(start: Start, challenge: str, username: str, user: CognitoIdpUser | None) -> Pending:
    """A challenge at the beginning of a sign-in, not yet stored."""
    now = start.state.clock.time()
    return Pending(
        challenge=challenge,
        pool_id=start.pool.id,
        client_id=start.client.id,
        username=user.username if user is not None else username,
        user_id=user.id if user is not None else None,
        expires=now + session_seconds(start.client),
        auth_time=now,
        device_key=start.parameters.get("DEVICE_KEY"),
    )


def begin_srp(start: Start, username: str, user: CognitoIdpUser | None) -> dict[str, Any]:
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
    pending = replace(_pending(start, "PASSWORD_VERIFIER", username, user), exchange=exchange, A=A)
    with start.state.lock:
        start.state.challenges.put(pending, start.state.clock.time())
    answer: dict[str, Any] = {
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": to_hex(verifier.salt),
            "SRP_B": to_hex(exchange.B),
            "SECRET_BLOCK": pending.secret_block,
            "USERNAME": pending.username,
            "USER_ID_FOR_SRP": pending.username,
        },
    }
    # In USER_SRP_AUTH AWS sends no Session here (PROTOCOL.md section 4).
    return answer | ({"Session": pending.session} if start.flow == "USER_AUTH" else {})


def check_password(start: Start, user: CognitoIdpUser | None) -> dict[str, Any]:
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
    if rotates_refresh_tokens(start.client):
        message = "Refresh token rotation is enabled: use GetTokensFromRefreshToken."
        raise Refusal("UnsupportedOperationException", message)
    pool, device_key = start.pool, start.parameters.get("DEVICE_KEY")
    with start.state.lock:
        user = refresh_token_owner(start.state, pool, start.client, token, device_key)
        check_secret_hash(start.client, user.username, start.parameters.get("SECRET_HASH"))
        return {"ChallengeParameters": {}, "AuthenticationResult": pool.refreshed(token)}
