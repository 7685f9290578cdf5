"""What has expired is forgotten, so that a server may run for months."""

from __future__ import annotations

from ...srp.encoding import token_claims
from .records import PoolRecords

__all__ = ["forget_expired"]

#: Tokens that a pool may hold before anything is looked at.
_LEAST = 1000

#: An expired refresh token is known for another day, to hear "expired" and not "invalid".
_GRACE = 86400.0

#: No access token lives longer (CreateUserPoolClient), and without that of its sign-in nobody can
#: confirm a device any more.
_LONGEST_ACCESS = 86400.0


def forget_expired(pool: PoolRecords, now: float) -> None:
    """Drops expired tokens, sign-ins that have none left, and devices nobody can confirm now.

    Looks at everything, but only when there are twice as many access tokens as the last look has
    left: a sign-in pays for a constant number of looks at a token, and at any time the pool holds
    at most `_LEAST` dead ones, or as many as there are others.
    """
    if len(pool.access_tokens) < pool.next_look:
        return
    jwts = pool.access_tokens
    for token in [t for t in jwts if token_claims(t).get("exp", 0) <= now]:
        del jwts[token]
    for token in [t for t, end in pool.refresh_ends.items() if end + _GRACE <= now]:
        for table in (pool.refresh_tokens, pool.refresh_ends, pool.retired):
            table.pop(token, None)
    alive = {record[2] for record in pool.refresh_tokens.values() if record is not None}
    pool.sign_ins = {jti: sign_in for jti, sign_in in pool.sign_ins.items() if jti in alive}
    pool.devices.forget_unconfirmed(now - _LONGEST_ACCESS)
    pool.next_look = max(_LEAST, 2 * len(pool.access_tokens))
