"""InitiateAuth and RespondToAuthChallenge, which in moto accept any proof."""

from __future__ import annotations

from .initiate import Start, initiate
from .operations import Operations, Result
from .refusals import invalid_parameter
from .respond import Answer, respond

__all__ = ["SignInOperations"]

_PUBLIC_FLOWS = (
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "CUSTOM_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
)


class SignInOperations(Operations):
    """The sign-in operations of the public API. They take the lock themselves: SRP's
    exponentiations, during which the engines release the GIL, run outside it."""

    def initiate_auth(self) -> Result:
        pool, client = self.state.client(self.params["ClientId"])
        flow = self.params["AuthFlow"]
        if flow not in _PUBLIC_FLOWS:
            raise invalid_parameter("Initiate Auth method not supported.")
        parameters = self.params.get("AuthParameters") or {}
        return Result(initiate(Start(self.state, pool, client, flow, parameters, self.ip)))

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
        )
        return Result(respond(answer))
