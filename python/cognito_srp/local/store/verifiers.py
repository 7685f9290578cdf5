"""SRP verifiers of users, computed from the passwords that moto keeps.

Cognito stores a verifier per user; moto stores the password. Ours is computed on first use and
again when the password has changed since, whichever of moto's many operations changed it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass

from ...srp.protocol import compute_verifier, pool_name, user_identity

__all__ = ["UserVerifiers", "Verifier"]


@dataclass(frozen=True)
class Verifier:
    """A salt and g^x mod N for it."""

    salt: int
    value: int


class UserVerifiers:
    """One verifier per user.

    Safe without a lock: at worst two threads compute the same user's, and then the answer that was
    sent out travels in the challenge, not in this table.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, Verifier]] = {}
        self._secret = secrets.token_bytes(32)

    def of_user(self, pool_id: str, user_id: str, srp_name: str, password: str) -> Verifier:
        """The verifier of the user with that `sub`; a new salt whenever the password is new."""
        known = self._known.get(user_id)
        if known is not None and hmac.compare_digest(known[0].encode(), password.encode()):
            return known[1]
        salt = secrets.randbits(128) or 1
        # constant_time: unlike a device's password, a user's may be guessable.
        identity = user_identity(pool_name(pool_id), srp_name, password)
        verifier = Verifier(salt, compute_verifier(salt, identity, constant_time=True))
        self._known[user_id] = (password, verifier)
        return verifier

    def forget(self, user_id: str) -> None:
        """The user has gone."""
        self._known.pop(user_id, None)

    def name_of_nobody(self, pool_id: str, name: str) -> str:
        """The internal name of a user who does not exist: a UUID, the same at every attempt.

        So the Developer Guide says under "Managing error responses".
        """
        seed = hmac.new(self._secret, f"{pool_id} name {name}".encode(), hashlib.sha256).digest()
        return str(uuid.UUID(bytes=seed[:16], version=4))

    def of_nobody(self, pool_id: str, name: str) -> Verifier:
        """A decoy for a name that does not exist: the same salt at every attempt, as a user has."""
        seed = hmac.new(self._secret, f"{pool_id} {name}".encode(), hashlib.sha256).digest()
        identity = user_identity(pool_name(pool_id), name, seed[16:].hex())
        salt = int.from_bytes(seed[:16], "big") or 1
        return Verifier(salt, compute_verifier(salt, identity, constant_time=True))
