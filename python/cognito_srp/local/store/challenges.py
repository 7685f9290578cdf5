"""Challenges handed out and not answered yet.

A real Session or SECRET_BLOCK is a sealed ticket that only the service can read. Ours is a random
string that names an entry of this table. For a client that is the same, and a server need not
believe anything that comes back: it only looks up what it wrote down itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...srp.encoding import encode_base64
from ...srp.protocol import ServerExchange

__all__ = ["SIGN_UP", "ChallengeStore", "CustomRounds", "Pending", "new_session"]

#: Stands for a challenge in the Session of SignUp; `done` once ConfirmSignUp has had it.
SIGN_UP = "SIGN_UP"

#: How long past its end a challenge is kept, so that a late answer hears "expired".
_GRACE = 15 * 60.0


def _new_secret_block() -> str:
    return encode_base64(secrets.token_bytes(96))


def new_session() -> str:
    """A new Session of 132 characters; AWS's SessionType allows 20 to 4,096."""
    return "AYAB" + secrets.token_urlsafe(96)


@dataclass(frozen=True)
class CustomRounds:
    """The results of a CUSTOM_AUTH so far, and what was made up for its open challenge."""

    past: tuple[dict[str, Any], ...]
    private: Mapping[str, Any] = field(default_factory=dict)
    metadata: str | None = None


@dataclass(frozen=True)
class Pending:
    """One challenge, bound to the client, pool and user that it was made for.

    `user_id` is None for a user that does not exist, in a client that hides which users do.
    `device_key` is the DEVICE_KEY the client has named so far; `exchange` and `A` are the SRP
    exchange of the two verifier challenges; `code` is what was sent to the user, as a first factor
    or a second; `custom` is how far a CUSTOM_AUTH is; `done` marks an MFA_SETUP whose authenticator
    has been verified.
    """

    challenge: str
    pool_id: str
    client_id: str
    username: str
    user_id: str | None
    expires: float
    auth_time: float
    device_key: str | None = None
    exchange: ServerExchange | None = None
    A: int = 0
    code: str | None = None
    first_factor: bool = False
    custom: CustomRounds | None = None
    done: bool = False
    secret_block: str = field(default_factory=_new_secret_block)
    session: str = field(default_factory=new_session)


class ChallengeStore:
    """Finds pending challenges, and gives each one out once. The caller holds the lock."""

    def __init__(self) -> None:
        self._by_session: dict[str, Pending] = {}
        self._by_block: dict[str, Pending] = {}

    def put(self, pending: Pending, now: float) -> None:
        """Remembers a challenge; also forgets those long past their end."""
        self._sweep(now)
        self._by_session[pending.session] = pending
        self._by_block[pending.secret_block] = pending

    def take(self, pending: Pending) -> bool:
        """Removes the challenge; False if another request was first (single use)."""
        self._by_block.pop(pending.secret_block, None)
        return self._by_session.pop(pending.session, None) is not None

    def by_session(self, session: str) -> Pending | None:
        """The open challenge of a Session, None if there is none."""
        return self._by_session.get(session)

    def by_secret_block(self, secret_block: str) -> Pending | None:
        """The open challenge of a SECRET_BLOCK, None if there is none."""
        return self._by_block.get(secret_block)

    def latest_for_device(
        self, challenge: str, client_id: str, user_id: str, device_key: str
    ) -> Pending | None:
        """The newest such challenge, for clients that send no Session.

        docs/protocol.md, section 4, has such clients.
        """
        wanted = (challenge, client_id, user_id, device_key)
        for pending in reversed(self._by_session.values()):
            found = (pending.challenge, pending.client_id, pending.user_id, pending.device_key)
            if found == wanted:
                return pending
        return None

    def _sweep(self, now: float) -> None:
        """Drops what expired long ago. Entries stand in order of creation: the oldest first."""
        while self._by_session:
            oldest = next(iter(self._by_session.values()))
            if oldest.expires + _GRACE > now:
                break
            self.take(oldest)
