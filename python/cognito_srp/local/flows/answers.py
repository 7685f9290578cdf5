"""Answers to challenges, and the challenge that each one belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from moto.cognitoidp.models import CognitoIdpUserPoolClient

from ..refusals import expired_session, incorrect, invalid_session, missing_parameter
from ..store.challenges import Pending
from ..store.names import is_name_of
from ..store.pool import Pool
from ..store.state import State
from ..store.user import User
from .attempt import Attempt
from .first_factor import Start
from .proofs import parameter

__all__ = ["ChallengeAnswer"]


@dataclass(frozen=True)
class ChallengeAnswer:
    """One RespondToAuthChallenge request. All methods but `take_by_secret_block` need the lock."""

    state: State
    pool: Pool
    client: CognitoIdpUserPoolClient
    challenge: str
    session: str | None
    responses: Mapping[str, str | None]
    ip: str
    metadata: Mapping[str, str] = field(default_factory=dict)

    def parameter(self, name: str) -> str:
        """A required entry of ChallengeResponses."""
        return parameter(self.responses, name)

    def attempt(self, pending: Pending) -> Attempt:
        """The sign-in a challenge belongs to; refused if its user has gone since.

        A DEVICE_KEY in the answer replaces what came before, an explicit null included.
        """
        user = self.user_of(pending)
        return Attempt(
            state=self.state,
            pool=self.pool,
            client=self.client,
            user=user,
            ip=self.ip,
            auth_time=pending.auth_time,
            device_key=self.responses.get("DEVICE_KEY", pending.device_key),
        )

    def attempt_by_code(self, pending: Pending) -> Attempt:
        """The sign-in of a right code.

        A device key that does not exist is refused before the code is used up, and an alias in the
        place of the username leaves its mark.
        """
        attempt = self.attempt(pending)
        attempt.device()
        alias = not is_name_of(self.pool, attempt.user, self.parameter("USERNAME"), alias=False)
        return replace(attempt, by_alias=alias)

    def user_of(self, pending: Pending) -> User:
        """The user of a challenge, if there still is one."""
        user = self.pool.users.get(pending.username)
        if user is None or user.id != pending.user_id:
            raise incorrect("the user has gone since the challenge was made")
        return user

    def as_start(self, flow: str, parameters: Mapping[str, str | None]) -> Start:
        """The answer as a request that begins what comes next."""
        return Start(self.state, self.pool, self.client, flow, parameters, self.ip, self.metadata)

    def take_by_secret_block(self) -> Pending:
        """Finds and uses up the challenge that the answer's SECRET_BLOCK belongs to."""
        block = self.parameter("PASSWORD_CLAIM_SECRET_BLOCK")
        with self.state.lock:
            pending = self.state.challenges.by_secret_block(block)
            if pending is None or not self._fits(pending):
                reason = "SECRET_BLOCK is of no open challenge of this user, app client and kind"
                raise incorrect(reason)
            if self.session is not None and self.session != pending.session:
                raise invalid_session("Session is not that of the SECRET_BLOCK")
            self.take(pending)
            return pending

    def by_session(self) -> Pending:
        """The challenge of the answer's Session, still open; `take` uses it up."""
        if self.session is None:
            raise missing_parameter("Session")
        pending = self.state.challenges.by_session(self.session)
        if pending is None or not self._fits(pending):
            reason = "Session is of no open challenge of this user, app client and kind"
            raise invalid_session(reason)
        self._check_age(pending)
        return pending

    def by_session_or_device(self, device_key: str) -> Pending:
        """The DEVICE_SRP_AUTH challenge. pycognito sends no Session there, and AWS takes that."""
        if self.session is not None:
            pending = self.by_session()
            if pending.device_key != device_key:
                raise invalid_session("DEVICE_KEY is not that of the challenge")
            return pending
        user = self.pool.user(self.parameter("USERNAME"))
        found = user and self.state.challenges.latest_for_device(
            self.challenge, self.client.id, user.id, device_key
        )
        if not found:
            raise invalid_session("no open challenge has this DEVICE_KEY")
        return found

    def take(self, pending: Pending) -> None:
        """Uses a challenge up: each is answered once."""
        self.state.challenges.take(pending)
        self._check_age(pending)

    def _check_age(self, pending: Pending) -> None:
        if pending.expires <= self.state.clock.time():
            raise expired_session()

    def _fits(self, pending: Pending) -> bool:
        """True if the challenge was made for this client, this user and this answer."""
        username = self.parameter("USERNAME")
        user = self.pool.user(username)
        if user is not None:
            same_user = user.id == pending.user_id
        else:  # under the name that was typed, or the one that was made up for it
            made_up = self.state.verifiers.name_of_nobody(self.pool.id, username)
            same_user = pending.username in (username, made_up)
        return (
            pending.challenge == self.challenge
            and pending.client_id == self.client.id
            and pending.pool_id == self.pool.id
            and same_user
        )
