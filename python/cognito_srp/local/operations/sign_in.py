"""Signing in, and what becomes of refresh tokens.

In moto, InitiateAuth and RespondToAuthChallenge accept any proof. GetTokensFromRefreshToken and
RevokeToken it lacks.
"""

from __future__ import annotations

from collections.abc import Collection

from moto.cognitoidp.models import CognitoIdpUserPoolClient

from ...srp.encoding import token_claims
from ..flows.answers import ChallengeAnswer
from ..flows.app_clients import check_client_secret, rotates_refresh_tokens
from ..flows.first_factor import Start
from ..flows.initiate import initiate
from ..flows.respond import respond
from ..refusals import Refusal, invalid_parameter
from ..store.pool import Pool
from ..store.tokens import refresh_token_owner
from .base import Operations, Result

__all__ = ["SignInOperations", "answer_challenge", "begin"]

_PUBLIC_FLOWS = (
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "USER_AUTH",
    "CUSTOM_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
)


def begin(
    request: Operations, owner: tuple[Pool, CognitoIdpUserPoolClient], flows: Collection[str]
) -> Result:
    """InitiateAuth and AdminInitiateAuth, with one of the `flows` of that API.

    `owner` is the request's pool and app client.
    """
    flow = request.params["AuthFlow"]
    if flow not in flows:
        raise invalid_parameter("Initiate Auth method not supported.")
    parameters = request.params.get("AuthParameters") or {}
    metadata = request.params.get("ClientMetadata") or {}
    session = request.params.get("Session")
    start = Start(request.state, *owner, flow, parameters, request.ip, metadata, session)
    return Result(initiate(start))


def answer_challenge(request: Operations, owner: tuple[Pool, CognitoIdpUserPoolClient]) -> Result:
    """RespondToAuthChallenge and AdminRespondToAuthChallenge."""
    pool, client = owner
    answer = ChallengeAnswer(
        state=request.state,
        pool=pool,
        client=client,
        challenge=request.params["ChallengeName"],
        session=request.params.get("Session"),
        responses=request.params.get("ChallengeResponses") or {},
        ip=request.ip,
        metadata=request.params.get("ClientMetadata") or {},
    )
    return Result(respond(answer))


class SignInOperations(Operations):
    """The sign-in operations of the public API.

    InitiateAuth and RespondToAuthChallenge take the lock themselves: SRP's exponentiations, during
    which engines release the GIL, run outside it.
    """

    def initiate_auth(self) -> Result:
        return begin(self, self.state.client(self.params["ClientId"]), _PUBLIC_FLOWS)

    def respond_to_auth_challenge(self) -> Result:
        return answer_challenge(self, self.state.client(self.params["ClientId"]))

    def get_tokens_from_refresh_token(self) -> Result:
        pool, client = self.state.client(self.params["ClientId"])
        check_client_secret(client, self.params.get("ClientSecret"))
        token, device_key = self.params["RefreshToken"], self.params.get("DeviceKey")
        if pool.is_retired(token):
            message = "Refresh token has been invalidated by rotation."
            raise Refusal("RefreshTokenReuseException", message)
        refresh_token_owner(self.state, pool, client, token, device_key)
        result = pool.refreshed(token)
        if rotates_refresh_tokens(client):
            result["RefreshToken"] = pool.rotate(token, client)
        return Result({"AuthenticationResult": result})

    def revoke_token(self) -> Result:
        token, pool = self.params["Token"], self.state.pool_of_client(self.params["ClientId"])
        if pool is None:
            raise Refusal("UnauthorizedException", "Unknown client.")
        client = pool.clients[self.params["ClientId"]]
        try:
            check_client_secret(client, self.params.get("ClientSecret"))
        except Refusal as refusal:
            raise Refusal("UnauthorizedException", refusal.message) from None
        if client.extended_config.get("EnableTokenRevocation") is False:
            message = "Token revocation is not enabled for this client."
            raise Refusal("UnsupportedOperationException", message)
        if token_claims(token):
            message = "Only refresh tokens can be revoked."
            raise Refusal("UnsupportedTokenTypeException", message)
        pool.revoke(token, client.id)
        return Result({})
