"""Integers, bytes and times in the forms that Cognito puts on the wire."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Final

from srp_native.engines._row_formulas import minimal

__all__ = [
    "MONTHS",
    "WEEKDAYS",
    "decode_base64",
    "encode_base64",
    "encode_text",
    "from_hex",
    "is_text",
    "jwt_claims",
    "pad",
    "parse_timestamp",
    "read_json",
    "timestamp",
    "to_hex",
    "token_claims",
    "unpad",
]


def pad(value: int | bytes) -> bytes:
    """The minimal big-endian two's complement of a non-negative integer.

    A ``00`` leads exactly when the top bit would be set; zero is one byte. Bytes are read as an
    unsigned big-endian integer. This is how Java's ``BigInteger.toByteArray`` writes numbers
    and what Cognito hashes; it is *not* RFC 5054's fixed width. Raises ``ValueError`` for a
    negative integer.
    """
    if isinstance(value, bytes):
        return minimal(value)
    if value < 0:
        raise ValueError("only non-negative integers are padded")
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def unpad(data: bytes) -> int:
    """The signed big-endian integer that Cognito reads from `data`; the inverse of `pad`."""
    return int.from_bytes(data, "big", signed=True)


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes of standard base64; raises ``ValueError`` for anything else."""
    # The text may be a secret. UnicodeEncodeError would carry it along; binascii.Error does not.
    if not text.isascii():
        raise ValueError("not standard base64")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not standard base64") from None


def to_hex(value: int) -> str:
    """Minimal lower-case hex, with an odd number of digits where that is the shortest."""
    return format(value, "x")


def from_hex(text: str) -> int:
    """The integer of a hex string of any length and case; raises ``ValueError`` for others."""
    if not re.fullmatch(r"[0-9A-Fa-f]+", text):
        raise ValueError("not a hexadecimal number")
    return int(text, 16)


def is_text(value: object) -> bool:
    """Whether it is a string that UTF-8 can encode: one without lone surrogates."""
    # Not by catching UnicodeEncodeError: it holds the whole text, even as a hidden context.
    return isinstance(value, str) and (
        value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)
    )


def encode_text(text: str) -> bytes:
    """UTF-8. The ``ValueError`` for a lone surrogate does not hold the text: it may be secret."""
    if not is_text(text):
        raise ValueError("not text that UTF-8 can encode")
    return text.encode()


def read_json(text: str | bytes, *, deepest: int | None = 64) -> Any:
    """What a JSON text (RFC 8259) stands for.

    The ``ValueError`` for anything else holds nothing of the text, and has no context that does.
    So it ends with NaN and with halves of surrogate pairs, which Python's own reader takes, and
    with nesting of more than `deepest` levels; None leaves that to the reader's own limit.
    """
    try:
        if not isinstance(text, str):
            text = text.decode(json.detect_encoding(text))
        value = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text or not text.isascii():
            json.dumps(value, ensure_ascii=False).encode()
        if deepest is None or not _is_deeper(value, deepest):
            return value
    except (AttributeError, TypeError, ValueError, RecursionError):
        pass
    raise ValueError("not JSON")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether objects and lists lie more than that many levels in each other; without recursion."""
    level = [value]
    for _ in range(levels + 1):
        nested = [one.values() if isinstance(one, dict) else one for one in level if _nests(one)]
        if not nested:
            return False
        level = [item for items in nested for item in items]
    return True


def _nests(value: object) -> bool:
    return isinstance(value, (dict, list))


def token_claims(token: str) -> Mapping[str, Any]:
    """What a token (JWT) says of itself, unverified; empty for what is none."""
    return jwt_claims(token) or {}


def jwt_claims(token: str) -> Mapping[str, Any] | None:
    """As `token_claims`, but None for what is no JWT: one may be empty."""
    try:
        _, payload, _ = token.split(".")
        claims = read_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:  # it holds the token: nothing of it may be raised
        claims = None
    return claims if isinstance(claims, dict) else None


# English whatever the locale, so not strftime's.
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_TIMESTAMP: Final = re.compile(
    rf"({'|'.join(WEEKDAYS)}) ({'|'.join(MONTHS)}) ([1-9]|[12]\d|3[01]) "
    r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d) UTC (\d{4})",
    re.ASCII,
)


def timestamp(when: datetime | None = None) -> str:
    """The TIMESTAMP of a challenge response for `when` (aware; now if omitted).

    ``EEE MMM d HH:mm:ss UTC yyyy``: the day is not zero-padded, as in
    ``Sat Sep 5 07:03:09 UTC 2026``.
    """
    when = datetime.now(timezone.utc) if when is None else when.astimezone(timezone.utc)
    weekday, month = WEEKDAYS[when.weekday()], MONTHS[when.month - 1]
    return f"{weekday} {month} {when.day} {when:%H:%M:%S} UTC {when.year:04d}"


def parse_timestamp(text: str) -> datetime:
    """The aware UTC time of a TIMESTAMP; raises ``ValueError`` unless `timestamp` writes it so."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError("not of the form EEE MMM d HH:mm:ss UTC yyyy")
    month, year = MONTHS.index(match[2]) + 1, int(match[7])
    day, hour, minute, second = (int(match[group]) for group in (3, 4, 5, 6))
    when = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    if WEEKDAYS[when.weekday()] != match[1]:
        raise ValueError("the weekday is not that of the date")
    return when
