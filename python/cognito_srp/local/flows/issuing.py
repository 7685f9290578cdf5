"""The challenges of one sign-in: stored with what their answers have to prove, and described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPoolClient

from ..store.challenges import Pending
from ..store.pool import Pool
from ..store.state import State
from ..store.user import User
from .app_clients import session_seconds

__all__ = ["ChallengeIssuer"]


@dataclass(frozen=True)
class ChallengeIssuer:
    """Who is signing in, where, and with which DEVICE_KEY if any.

    `by_alias`: a code was answered under an alias, which spoils the new device key;
    `gives_device`: a sign-in of this kind gives one.
    """

    state: State
    pool: Pool
    client: CognitoIdpUserPoolClient
    user: User
    ip: str
    auth_time: float
    device_key: str | None = None
    by_alias: bool = False
    gives_device: bool = True

    def challenge(self, name: str, shown: dict[str, str]) -> dict[str, Any]:
        """A challenge that is answered with the Session it comes with."""
        return self.offer(self.pending(name), shown)

    def offer(self, pending: Pending, shown: dict[str, str]) -> dict[str, Any]:
        """Stores a challenge and describes it to the client."""
        self.state.challenges.put(pending, self.state.clock.time())
        return {
            "ChallengeName": pending.challenge,
            "ChallengeParameters": shown,
            "Session": pending.session,
        }

    def pending(self, name: str) -> Pending:
        """A challenge for this attempt, not yet stored."""
        return Pending(
            challenge=name,
            pool_id=self.pool.id,
            client_id=self.client.id,
            username=self.user.username,
            user_id=self.user.id,
            expires=self.state.clock.time() + session_seconds(self.client),
            auth_time=self.auth_time,
            device_key=self.device_key,
        )
