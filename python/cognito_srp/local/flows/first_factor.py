"""How a sign-in begins: who wants in, and the ways to prove a password."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPoolClient

from ...srp.encoding import to_hex
from ...srp.protocol import ServerExchange
from ..refusals import incorrect
from ..store.challenges import CustomRounds, Pending
from ..store.pool import Pool
from ..store.state import State
from ..store.user import User
from .app_clients import session_seconds
from .attempt import Attempt
from .proofs import client_public_value, parameter

__all__ = ["Start", "begin_srp", "check_password", "judge_password"]


@dataclass(frozen=True)
class Start:
    """One InitiateAuth request, or an answer that goes on as one.

    `metadata` is ClientMetadata, `session` is that of a sign-up just confirmed.
    """

    state: State
    pool: Pool
    client: CognitoIdpUserPoolClient
    flow: str
    parameters: Mapping[str, str | None]
    ip: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    session: str | None = None

    def attempt(self, user: User) -> Attempt:
        """The sign-in of a user who is about to prove a first factor."""
        return Attempt(
            state=self.state,
            pool=self.pool,
            client=self.client,
            user=user,
            ip=self.ip,
            auth_time=self.state.clock.time(),
            device_key=self.parameters.get("DEVICE_KEY"),
        )

    def pending(self, challenge: str, username: str, user: User | None) -> Pending:
        """A challenge at the beginning of a sign-in, not yet stored."""
        now = self.state.clock.time()
        return Pending(
            challenge=challenge,
            pool_id=self.pool.id,
            client_id=self.client.id,
            username=user.username if user is not None else username,
            user_id=user.id if user is not None else None,
            expires=now + session_seconds(self.client),
            auth_time=now,
            device_key=self.parameters.get("DEVICE_KEY"),
        )

    def offer(self, pending: Pending, shown: Mapping[str, str]) -> dict[str, Any]:
        """Stores a challenge and describes it to the client."""
        with self.state.lock:
            self.state.challenges.put(pending, self.state.clock.time())
        return {
            "ChallengeName": pending.challenge,
            "ChallengeParameters": {"USERNAME": pending.username, **shown},
            "Session": pending.session,
        }


def begin_srp(
    start: Start, username: str, user: User | None, custom: CustomRounds | None = None
) -> dict[str, Any]:
    """PASSWORD_VERIFIER.

    DEVICE_KEY is kept for later: clients expect an unknown one to be refused only once the password
    is proven (amazon-cognito-identity-js retries there).
    """
    A = client_public_value(start.parameters)
    verifiers, pool = start.state.verifiers, start.pool
    if user is not None:
        username = user.username
    if user is not None and user.password:
        verifier = verifiers.of_user(pool.id, user.id, username, user.password)
    else:
        verifier = verifiers.of_nobody(pool.id, username)
    exchange = ServerExchange(verifier.value)
    pending = start.pending("PASSWORD_VERIFIER", username, user)
    pending = replace(pending, exchange=exchange, A=A, custom=custom)
    shown = {
        "SALT": to_hex(verifier.salt),
        "SRP_B": to_hex(exchange.B),
        "SECRET_BLOCK": pending.secret_block,
        "USER_ID_FOR_SRP": pending.username,
    }
    answer = start.offer(pending, shown)
    if start.flow == "USER_SRP_AUTH":  # AWS sends no Session there (docs/protocol.md, section 4)
        del answer["Session"]
    return answer


def check_password(start: Start, user: User | None) -> dict[str, Any]:
    """USER_PASSWORD_AUTH and its Admin forms."""
    password = parameter(start.parameters, "PASSWORD")
    if user is None:
        raise incorrect("the user does not exist")
    with start.state.lock:
        right = hmac.compare_digest((user.password or "").encode(), password.encode())
        judge_password(start.state, user, right=right, reason="PASSWORD is wrong")
        return start.attempt(user).after_first_factor()


def judge_password(state: State, user: User, *, right: bool, reason: str) -> None:
    """Counts a password that was right or wrong. The caller holds the lock.

    NotAuthorizedException for a wrong one, which the log gives the `reason` of, and for any while a
    lock lasts.
    """
    now = state.clock.time()
    if state.settings.lockout:
        user.check_not_locked(now)
    if not right:
        user.password_failed(now)
        raise incorrect(reason)
    user.password_proven()
