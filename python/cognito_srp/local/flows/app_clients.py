"""What an app client allows: its authentication flows, and its SECRET_HASH."""

from __future__ import annotations

import hmac

from moto.cognitoidp.models import CognitoIdpUserPoolClient

from ...srp.protocol import secret_hash
from ..refusals import invalid_parameter, not_authorized

__all__ = [
    "allows_flow",
    "check_client_secret",
    "check_flow",
    "check_secret_hash",
    "hides_users",
    "rotates_refresh_tokens",
    "session_seconds",
]

#: The values of ExplicitAuthFlows that allow a flow: the ALLOW_ names and the older ones.
_ALLOWED_BY = {
    "USER_SRP_AUTH": {"ALLOW_USER_SRP_AUTH"},
    "USER_PASSWORD_AUTH": {"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"},
    "ADMIN_NO_SRP_AUTH": {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"},
    "ADMIN_USER_PASSWORD_AUTH": {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"},
    "CUSTOM_AUTH": {"ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"},
    "USER_AUTH": {"ALLOW_USER_AUTH"},
    "REFRESH_TOKEN_AUTH": {"ALLOW_REFRESH_TOKEN_AUTH"},
    "REFRESH_TOKEN": {"ALLOW_REFRESH_TOKEN_AUTH"},
}

#: CreateUserPoolClient: what a client without ExplicitAuthFlows gets.
_DEFAULT_FLOWS = {"ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"}


def allows_flow(client: CognitoIdpUserPoolClient, flow: str) -> bool:
    """True if ExplicitAuthFlows names a flow. moto allows every flow."""
    explicit = set(client.extended_config.get("ExplicitAuthFlows") or ())
    if not any(name.startswith("ALLOW_") for name in explicit):
        # The older names only ever added flows, except for CUSTOM_AUTH_FLOW_ONLY.
        only_custom = "CUSTOM_AUTH_FLOW_ONLY" in explicit
        explicit |= {"ALLOW_REFRESH_TOKEN_AUTH"} if only_custom else _DEFAULT_FLOWS
    return bool(explicit & _ALLOWED_BY.get(flow, set()))


def check_flow(client: CognitoIdpUserPoolClient, flow: str) -> None:
    """Refuses a flow that the app client does not allow."""
    if not allows_flow(client, flow):
        if flow.startswith("ADMIN_"):
            raise invalid_parameter("Auth flow not enabled for this client")
        raise invalid_parameter(f"{flow} flow not enabled for this client")


def check_secret_hash(
    client: CognitoIdpUserPoolClient,
    username: str,
    received: str | None,
    *,
    refresh: bool = False,
) -> None:
    """Refuses a SECRET_HASH that is missing, wrong, or sent for a client without a secret.

    AWS has other words for a wrong one at a `refresh` (NabuCasa/pycognito#196).
    """
    if client.generate_secret and not received:
        raise not_authorized(
            f"Client {client.id} is configured with secret but SECRET_HASH was not received"
        )
    if not client.generate_secret and not received:
        return
    expected = secret_hash(username, client.id, client.secret) if client.generate_secret else ""
    if not hmac.compare_digest(expected.encode(), str(received).encode()):
        if refresh:
            raise not_authorized(f"SecretHash does not match for the client: {client.id}")
        raise not_authorized(f"Unable to verify secret hash for client {client.id}")


def check_client_secret(client: CognitoIdpUserPoolClient, received: str | None) -> None:
    """GetTokensFromRefreshToken takes the secret itself in place of a SECRET_HASH."""
    expected = client.secret if client.generate_secret else ""
    if not hmac.compare_digest(expected.encode(), (received or "").encode()):
        raise not_authorized(f"Unable to verify the secret of client {client.id}")


def rotates_refresh_tokens(client: CognitoIdpUserPoolClient) -> bool:
    """True if each refresh token is replaced when it is used (RefreshTokenRotation)."""
    rotation = client.extended_config.get("RefreshTokenRotation") or {}
    return bool(rotation.get("Feature") == "ENABLED")


def hides_users(client: CognitoIdpUserPoolClient) -> bool:
    """True if the client must not tell which users exist."""
    return bool(client.extended_config.get("PreventUserExistenceErrors") == "ENABLED")


def session_seconds(client: CognitoIdpUserPoolClient) -> float:
    """How long a challenge may stay unanswered: AuthSessionValidity, 3 to 15 minutes."""
    return 60.0 * int(client.extended_config.get("AuthSessionValidity") or 3)
