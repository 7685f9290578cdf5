"""What ID and access tokens say (Developer Guide, "Understanding user pool JSON web tokens")."""

from __future__ import annotations

import uuid
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPoolClient

from .records import PoolRecords, SignInRecord
from .user import User

__all__ = ["access_claims", "id_claims", "shared_claims"]

_SCOPE = "aws.cognito.signin.user.admin"
_FLAGS = ("email_verified", "phone_number_verified")


def shared_claims(
    pool: PoolRecords, user: User, sign_in: SignInRecord, origin_jti: str
) -> dict[str, Any]:
    """Of both tokens, but for the times; a sign-in of an older state file has no event_id."""
    claims: dict[str, Any] = {
        "sub": user.id,
        "iss": pool.issuer,
        "origin_jti": origin_jti,
        "event_id": vars(sign_in).get("event_id") or str(uuid.uuid4()),
        "auth_time": int(sign_in.auth_time),
    }
    if user.groups:
        claims["cognito:groups"] = [group.group_name for group in _groups(user)]
    return claims


def access_claims(
    common: dict[str, Any], client: CognitoIdpUserPoolClient, user: User, sign_in: SignInRecord
) -> dict[str, Any]:
    """Of an access token; `common` are the shared claims and the times."""
    claims = common | {
        "jti": str(uuid.uuid4()),
        "token_use": "access",
        "scope": _SCOPE,
        "client_id": client.id,
        "username": user.username,
    }
    return claims if sign_in.device_key is None else claims | {"device_key": sign_in.device_key}


def id_claims(
    common: dict[str, Any], client: CognitoIdpUserPoolClient, user: User
) -> dict[str, Any]:
    """Of an ID token: with the attributes that the client may read, and the roles of groups."""
    claims = _attributes(client, user) | common
    claims |= {
        "jti": str(uuid.uuid4()),
        "token_use": "id",
        "aud": client.id,
        "cognito:username": user.username,
    }
    roles = [group.role_arn for group in _groups(user) if group.role_arn]
    if roles:
        claims |= {"cognito:roles": roles, "cognito:preferred_role": roles[0]}
    return claims


def _groups(user: User) -> list[Any]:
    """By precedence: the lower number comes first, and none comes last."""

    def rank(group: Any) -> tuple[bool, int, str]:
        return (group.precedence is None, group.precedence or 0, group.group_name)

    return sorted(user.groups, key=rank)


def _attributes(client: CognitoIdpUserPoolClient, user: User) -> dict[str, Any]:
    """In their types; all of them where the client names no ReadAttributes."""
    readable = client.get_readable_fields()
    known = {n: v for n, v in user.attribute_lookup.items() if not readable or n in readable}
    claims: dict[str, Any] = {}
    for name, value in known.items():
        if name in _FLAGS:
            claims[name] = value == "true"
        elif name == "updated_at" and value.isdecimal():
            claims[name] = int(value)
        elif name == "address":
            claims[name] = {"formatted": value}
        else:
            claims[name] = value
    return claims
