"""Time-based one-time passwords (RFC 6238): HMAC-SHA1, 30 seconds, six digits.

That is what authenticator apps compute for the secret of AssociateSoftwareToken.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass

__all__ = ["SoftwareToken", "totp"]

_STEP = 30
_DIGITS = 6


def totp(secret: str, now: float) -> str:
    """The six digits that an authenticator shows (RFC 6238).

    Args:
        secret: The authenticator's secret in base32.
        now: The time in seconds since 1970.

    Returns:
        The digits.
    """
    return _hotp(secret, int(now) // _STEP)


def _hotp(secret: str, counter: int) -> str:
    """RFC 4226, section 5.3."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    digest = hmac.digest(key, counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


@dataclass
class SoftwareToken:
    """A user's authenticator: the secret in use, and one that waits to be verified."""

    secret: str | None = None
    unverified: str | None = None
    last_step: int = -1

    def associate(self) -> str:
        """A new secret, 160 bits in base32. The old one counts until the new one is verified."""
        self.unverified = base64.b32encode(secrets.token_bytes(20)).decode()
        return self.unverified

    def verify(self, code: str, now: float) -> bool:
        """Takes the new secret into use if the code is its own."""
        if self.unverified is None or self._step(self.unverified, code, now) is None:
            return False
        # This code may be used once more, to sign in with: the setup is no sign-in.
        self.secret, self.unverified, self.last_step = self.unverified, None, -1
        return True

    def matches(self, code: str, now: float) -> bool:
        """True if the code is right."""
        return self.secret is not None and self._step(self.secret, code, now) is not None

    def use(self, code: str, now: float) -> bool:
        """Uses a right code up; False if it or a later one was used (RFC 6238, section 5.2)."""
        step = self._step(self.secret or "", code, now)
        if step is None or step <= self.last_step:
            return False
        self.last_step = step
        return True

    @staticmethod
    def _step(secret: str, code: str, now: float) -> int | None:
        """The time step a code belongs to: this one, the last or the next (RFC 6238, section 6)."""
        current = int(now) // _STEP
        for step in (current, current - 1, current + 1):
            if hmac.compare_digest(_hotp(secret, step).encode(), code.encode()):
                return step
        return None
