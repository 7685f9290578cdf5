"""InitiateAuth and RespondToAuthChallenge, which in moto accept any proof, and
GetTokensFromRefreshToken and RevokeToken, which it lacks."""

from __future__ import annotations

from ..flows.answers import Answer
from ..flows.app_clients import check_client_secret, rotates_refresh_tokens
from ..flows.first_factor import Start
from ..flows.initiate import initiate
from ..flows.respond import respond
from ..refusals import Refusal, invalid_parameter
from ..store.expiry import claims_of
from ..store.tokens import refresh_token_owner
from .base import Operations, Result

__all__ = ["SignInOperations"]

_PUBLIC_FLOWS = (
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "USER_AUTH",
    "CUSTOM_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
)


class SignInOperations(Operations):
    """The sign-in operations of the public API. InitiateAuth and RespondToAuthChallenge take the
    lock themselves: SRP's exponentiations, during which engines release the GIL, run outside it."""

    def initiate_auth(self) -> Result:
        pool, client = self.state.client(self.params["ClientId"])
        flow = self.params["AuthFlow"]
        if flow not in _PUBLIC_FLOWS:
            raise invalid_parameter("Initiate Auth method not supported.")
        parameters = self.params.get("AuthParameters") or {}
        metadata = self.params.get("ClientMetadata") or {}
        session = self.params.get("Session")
        start = Start(self.state, pool, client, flow, parameters, self.ip, metadata, session)
        return Result(initiate(start))

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
        if claims_of(token) is not None:
            message = "Only refresh tokens can be revoked."
            raise Refusal("UnsupportedTokenTypeException", message)
        pool.revoke(token, client.id)
        return Result({})

    def respond_to_auth_challenge(self) -> Result:
        pool, client = self.state.client(self.params["ClientId"])
        answer = Answer(
            state=self.state,
            pool=pool,
            client=client,
            challenge=self.params["ChallengeName"],
            session=self.params.get("Session"),
            responses=self.params.get("ChallengeResponses") or {},
            ip=self.ip,
            metadata=self.params.get("ClientMetadata") or {},
        )
        return Result(respond(answer))
