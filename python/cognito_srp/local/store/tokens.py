"""Access tokens as they come back: whose they are, and whether they still count."""

from __future__ import annotations

from dataclasses import dataclass

from joserfc.errors import JoseError
from moto.cognitoidp.models import CognitoIdpUserPoolClient

from ...srp.encoding import token_claims
from ..refusals import not_authorized, user_does_not_exist
from .pool import Pool
from .signing import verified_claims
from .state import State
from .user import User

__all__ = ["Caller", "authenticate", "refresh_token_owner"]

#: The scope that the user pools API asks of every access token.
SCOPE = "aws.cognito.signin.user.admin"


@dataclass(frozen=True)
class Caller:
    """The user behind a valid access token."""

    pool: Pool
    user: User
    client_id: str
    device_key: str | None


def authenticate(state: State, token: str | None) -> Caller:
    """Whose token this is. NotAuthorizedException for a foreign, forged, expired or revoked one.

    A token that stands in its pool's table was signed by us; only for others, revoked ones and
    those dropped from there, is the signature worth checking, to say in AWS's words what is wrong.
    """
    claims = token_claims(token or "")
    if token is None or claims.get("token_use") != "access":
        raise not_authorized("Invalid Access Token")
    pool = state.pool(str(claims.get("iss", "")).rpartition("/")[2])
    if pool is None or token not in pool.access_tokens:
        raise not_authorized(_why_unknown(pool, token, state.clock.time()))
    if claims["exp"] <= state.clock.time():
        raise not_authorized("Access Token has expired")
    if SCOPE not in claims["scope"].split():
        raise not_authorized("Access Token does not have required scopes")
    user = pool.users.get(claims["username"])
    if user is None or user.id != claims["sub"]:
        raise user_does_not_exist()
    if not user.enabled:
        raise not_authorized("User is disabled.")
    return Caller(pool, user, claims["client_id"], claims.get("device_key"))


def refresh_token_owner(
    state: State,
    pool: Pool,
    client: CognitoIdpUserPoolClient,
    token: str,
    device_key: str | None,
) -> User:
    """Whose refresh token it is; NotAuthorizedException if it may not be used so.

    In a pool that tracks devices a refresh token works only together with the DEVICE_KEY of its
    own sign-in, and only once that device is confirmed (aws-amplify/amplify-android#2506,
    aws/aws-sdk-java#2841).
    """
    invalid = not_authorized("Invalid Refresh Token.")
    if token not in pool.refresh_tokens:
        raise invalid
    record = pool.refresh_tokens[token]
    if record is None:
        raise not_authorized("Refresh Token has been revoked")
    client_id, username, origin_jti = record
    sign_in = pool.sign_ins[origin_jti]
    user = pool.users.get(username)
    if client_id != client.id or user is None or user.id != sign_in.user_id:
        raise invalid
    if pool.refresh_ends[token] <= state.clock.time():
        raise not_authorized("Refresh Token has expired")
    if not user.enabled:
        raise not_authorized("User is disabled.")
    if pool.device_configuration is not None and sign_in.device_key is not None:
        own = device_key == sign_in.device_key
        if not own or pool.devices.confirmed(user.id, sign_in.device_key) is None:
            raise invalid
    return user


def _why_unknown(pool: Pool | None, token: str, now: float) -> str:
    if pool is None:
        return "Could not verify signature for Access Token"
    try:
        claims = verified_claims(token)
    except (JoseError, ValueError):
        return "Could not verify signature for Access Token"
    return "Access Token has expired" if claims["exp"] <= now else "Access Token has been revoked"
