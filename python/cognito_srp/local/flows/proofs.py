"""Whether a PASSWORD_CLAIM_SIGNATURE and its TIMESTAMP are right (docs/protocol.md, 3 and 4)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from srp_native import N

from ...errors import SrpError
from ...srp.encoding import decode_base64, from_hex, parse_timestamp
from ...srp.protocol import claim_signature
from ..refusals import incorrect, invalid_parameter, missing_parameter
from ..store.challenges import Pending

__all__ = ["WRONG_PROOF", "check_proof", "client_public_value", "is_proof", "parameter"]

#: AWS lets a client's clock be this wrong.
_TOLERANCE = timedelta(minutes=5)

#: What is wrong with a signature that does not match, as far as a server can tell.
WRONG_PROOF = (
    "PASSWORD_CLAIM_SIGNATURE does not match: the password, the names it is hashed with, "
    "SECRET_BLOCK or TIMESTAMP differ"
)

_LOOKS_LIKE_A_TIMESTAMP = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{1,2} \d{2}:\d{2}:\d{2} UTC \d{4}"
)


def parameter(parameters: Mapping[str, str | None], name: str) -> str:
    """A required entry of AuthParameters or ChallengeResponses."""
    value = parameters.get(name)
    if not value:
        raise missing_parameter(name)
    return value


def client_public_value(parameters: Mapping[str, str | None]) -> int:
    """SRP_A as an integer of 1 … N−1; RFC 5054, section 2.5.4, forbids A ≡ 0 (mod N)."""
    try:
        value = from_hex(parameter(parameters, "SRP_A"))
    except ValueError:
        raise invalid_parameter("SRP_A is not a hexadecimal number") from None
    if not 0 < value < N:
        raise invalid_parameter("SRP_A is not between 1 and N - 1")
    return value


def check_proof(
    pending: Pending, prefix: str, responses: Mapping[str, str | None], now: datetime
) -> None:
    """`is_proof`, or NotAuthorizedException."""
    if not is_proof(pending, prefix, responses, now):
        raise incorrect(WRONG_PROOF)


def is_proof(
    pending: Pending, prefix: str, responses: Mapping[str, str | None], now: datetime
) -> bool:
    """True if the signature proves the secret.

    `prefix` is pool name ‖ USER_ID_FOR_SRP for a user, group key ‖ device key for a device. This
    does the server's exponentiations: call it without holding the lock. NotAuthorizedException if
    the signature's time is not now, or if it is no signature at all.
    """
    timestamp = parameter(responses, "TIMESTAMP")
    signature = parameter(responses, "PASSWORD_CLAIM_SIGNATURE")
    _check_timestamp(timestamp, now)
    if pending.exchange is None:
        raise incorrect("the challenge has no SRP exchange")
    try:
        key = pending.exchange.session_key(pending.A)
        received = decode_base64(signature)
    except (SrpError, ValueError):
        reason = "PASSWORD_CLAIM_SIGNATURE is not base64, or SRP_A gives no key"
        raise incorrect(reason) from None
    expected = claim_signature(key, prefix, decode_base64(pending.secret_block), timestamp)
    return hmac.compare_digest(expected, received)


def _check_timestamp(timestamp: str, now: datetime) -> None:
    """NotAuthorizedException for a padded day, a wrong weekday and a wrong clock.

    InvalidParameterException for text that is no timestamp at all.
    """
    if not _LOOKS_LIKE_A_TIMESTAMP.fullmatch(timestamp):
        raise invalid_parameter("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
    try:
        when = parse_timestamp(timestamp)
    except ValueError:
        raise incorrect(f"TIMESTAMP is no date as AWS writes it: {timestamp}") from None
    if abs(when - now) > _TOLERANCE:
        off = round((when - now).total_seconds())
        raise incorrect(f"TIMESTAMP is {off:+} s off the server's clock; AWS allows 300")
