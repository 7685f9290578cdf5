"""CUSTOM_AUTH: rounds of challenges that the pool's own functions define, make and judge.

Every round asks `define` what comes next: PASSWORD_VERIFIER once, where the client has begun with
CHALLENGE_NAME=SRP_A, then CUSTOM_CHALLENGE any number of times, in the end tokens or failure. A
remembered device that the client names is asked for last. The functions run without the lock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..custom_auth import CustomAuth, Trigger
from ..refusals import Refusal, incorrect
from ..store.challenges import CustomRounds, Pending
from ..store.pool import Pool
from ..store.user import User
from .answers import ChallengeAnswer
from .attempt import require_usable
from .first_factor import Start, begin_srp
from .proofs import client_public_value

__all__ = ["CUSTOM_HANDLERS", "begin_custom", "custom_auth_of", "password_proven"]


def custom_auth_of(pool: Pool) -> CustomAuth:
    """The pool's functions; InvalidUserPoolConfigurationException where it has none."""
    if pool.custom_auth is None:
        message = "Custom auth lambda trigger is not configured for the user pool."
        raise Refusal("InvalidUserPoolConfigurationException", message)
    return pool.custom_auth


@dataclass(frozen=True)
class _Round:
    """A user's sign-in between two challenges; `past` are the results so far."""

    start: Start
    username: str
    user: User | None
    past: tuple[dict[str, Any], ...]

    def next(self) -> dict[str, Any]:
        """What `define` wants: a challenge, tokens, or failure."""
        triggers = custom_auth_of(self.start.pool)
        decision = self.call("DefineAuthChallenge", triggers.define, {"session": [*self.past]})
        if decision.get("failAuthentication"):
            raise incorrect("DefineAuthChallenge said failAuthentication")
        if decision.get("issueTokens"):
            return self._finish()
        name = decision.get("challengeName")
        if name == "PASSWORD_VERIFIER" and self.past and self.past[-1]["challengeName"] == "SRP_A":
            return begin_srp(self.start, self.username, self.user, CustomRounds(self.past))
        if name == "CUSTOM_CHALLENGE":
            return self._challenge(triggers.create)
        raise _invalid(f"DefineAuthChallenge may not ask for {name} here")

    def _challenge(self, create: Trigger) -> dict[str, Any]:
        request = {"challengeName": "CUSTOM_CHALLENGE", "session": [*self.past]}
        made = self.call("CreateAuthChallenge", create, request)
        private = made.get("privateChallengeParameters") or {}
        rounds = CustomRounds(self.past, private, made.get("challengeMetadata"))
        pending = self.start.pending("CUSTOM_CHALLENGE", self.username, self.user)
        shown = made.get("publicChallengeParameters") or {}
        if not all(isinstance(value, str) for value in shown.values()):
            raise _invalid("CreateAuthChallenge has to make public parameters of strings")
        return self.start.offer(replace(pending, custom=rounds), shown)

    def _finish(self) -> dict[str, Any]:
        if self.user is None:
            raise incorrect("the user does not exist")
        with self.start.state.lock:
            require_usable(self.user)
            settings = self.start.state.settings
            gives = settings.custom_auth_devices
            attempt = replace(self.start.attempt(self.user), gives_device=gives)
            if settings.custom_auth_asks_second_factor:
                return attempt.after_new_password()
            return attempt.after_second_factor()

    def call(self, name: str, trigger: Trigger, request: dict[str, Any]) -> dict[str, Any]:
        """The `response` of one of the functions."""
        start = self.start
        attributes = dict(self.user.attribute_lookup) if self.user is not None else {}
        request = {"userAttributes": attributes, **request, "userNotFound": self.user is None}
        if start.metadata:
            request["clientMetadata"] = dict(start.metadata)
        event = {
            "version": "1",
            "region": start.pool.region,
            "userPoolId": start.pool.id,
            "userName": self.username,
            "callerContext": {"awsSdkVersion": "local", "clientId": start.client.id},
            "triggerSource": f"{name}_Authentication",
            "request": request,
            "response": {},
        }
        try:
            returned = trigger(event, None)
        except Exception as error:
            message = f"{name} failed with error {error}."
            raise Refusal("UserLambdaValidationException", message) from error
        response = returned.get("response") if isinstance(returned, dict) else None
        if not isinstance(response, dict):
            raise _invalid(f"{name} has to return its event with a response")
        return response


def begin_custom(start: Start, username: str, user: User | None) -> dict[str, Any]:
    """The first round.

    CHALLENGE_NAME=SRP_A has the password proven before anything else. The service hands
    ClientMetadata of InitiateAuth to none of these functions.
    """
    past: tuple[dict[str, Any], ...] = ()
    if start.parameters.get("CHALLENGE_NAME") == "SRP_A":
        client_public_value(start.parameters)
        past = (_result("SRP_A", correct=True),)
    username = user.username if user is not None else username
    return _Round(replace(start, metadata={}), username, user, past).next()


def password_proven(
    answer: ChallengeAnswer, pending: Pending, rounds: CustomRounds
) -> dict[str, Any]:
    """PASSWORD_VERIFIER is answered; a wrong password fails before any function hears of it."""
    with answer.state.lock:
        attempt = answer.attempt(pending)
        require_usable(attempt.user)
    passed = (*rounds.past, _result("PASSWORD_VERIFIER", correct=True))
    return _resumed(answer, pending, passed).next()


def _custom_challenge(answer: ChallengeAnswer) -> dict[str, Any]:
    given = answer.parameter("ANSWER")
    with answer.state.lock:
        pending = answer.by_session()
        answer.take(pending)
    rounds = pending.custom or CustomRounds(())
    now = _resumed(answer, pending, rounds.past)
    request = {
        "privateChallengeParameters": dict(rounds.private),
        "challengeAnswer": given,
    }
    verify = custom_auth_of(answer.pool).verify
    judged = now.call("VerifyAuthChallengeResponse", verify, request)
    correct = judged.get("answerCorrect") is True
    result = _result("CUSTOM_CHALLENGE", correct=correct, metadata=rounds.metadata)
    return replace(now, past=(*rounds.past, result)).next()


def _resumed(answer: ChallengeAnswer, pending: Pending, past: tuple[dict[str, Any], ...]) -> _Round:
    user = answer.pool.users.get(pending.username)
    if (user.id if user is not None else None) != pending.user_id:
        raise incorrect("the user has gone since the challenge was made, or has come")
    parameters = {"DEVICE_KEY": pending.device_key, **answer.responses}
    return _Round(answer.as_start("CUSTOM_AUTH", parameters), pending.username, user, past)


def _result(name: str, *, correct: bool, metadata: str | None = None) -> dict[str, Any]:
    """A ChallengeResult of the event's session."""
    return {"challengeName": name, "challengeResult": correct, "challengeMetadata": metadata}


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidLambdaResponseException", message)


CUSTOM_HANDLERS = {"CUSTOM_CHALLENGE": _custom_challenge}
