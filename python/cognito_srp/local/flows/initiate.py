"""InitiateAuth: the flows by which a sign-in begins, and the one that refreshes its tokens."""

from __future__ import annotations

from typing import Any

from ..refusals import Refusal, user_does_not_exist
from ..store.tokens import refresh_token_owner
from .app_clients import check_flow, check_secret_hash, hides_users, rotates_refresh_tokens
from .attempt import require_confirmed, require_enabled
from .choice import begin_by_choice
from .custom import begin_custom, custom_auth_of
from .first_factor import Start, begin_srp, check_password
from .proofs import parameter

__all__ = ["initiate"]


def initiate(start: Start) -> dict[str, Any]:
    """The first challenge, or tokens."""
    check_flow(start.client, start.flow)
    if start.flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        return _refresh(start)
    if start.flow == "CUSTOM_AUTH":
        custom_auth_of(start.pool)
    username = parameter(start.parameters, "USERNAME")
    check_secret_hash(start.client, username, start.parameters.get("SECRET_HASH"))
    with start.state.lock:  # a lookup by alias goes through all users
        user = start.pool.user(username)
    if user is None and not hides_users(start.client):
        raise user_does_not_exist()
    if user is None:
        username = start.state.verifiers.name_of_nobody(start.pool.id, username)
    else:
        require_enabled(user)
        if start.flow != "CUSTOM_AUTH":  # there it is looked at when tokens are due
            require_confirmed(user)
    if start.flow == "USER_SRP_AUTH":
        return begin_srp(start, username, user)
    if start.flow == "USER_AUTH":
        return begin_by_choice(start, username, user)
    if start.flow == "CUSTOM_AUTH":
        return begin_custom(start, username, user)
    return check_password(start, user)


def _refresh(start: Start) -> dict[str, Any]:
    """REFRESH_TOKEN_AUTH: new access and id tokens of the same sign-in."""
    token = parameter(start.parameters, "REFRESH_TOKEN")
    if rotates_refresh_tokens(start.client):
        message = "Refresh token rotation is enabled: use GetTokensFromRefreshToken."
        raise Refusal("UnsupportedOperationException", message)
    pool, device_key = start.pool, start.parameters.get("DEVICE_KEY")
    with start.state.lock:
        user = refresh_token_owner(start.state, pool, start.client, token, device_key)
        hashed = start.parameters.get("SECRET_HASH")
        check_secret_hash(start.client, user.username, hashed, refresh=True)
        return {"ChallengeParameters": {}, "AuthenticationResult": pool.refreshed(token)}
