"""What tests of the journal share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cognito_srp import DeviceVerifier, SealingKey
from cognito_srp.enroll import EnrollmentRequest, Grant, Outcome, PreparedDevice
from cognito_srp.enroll.journal import Journal
from cognito_srp.enroll.requests import Status
from cognito_srp.srp.encoding import encode_base64

KEY = SealingKey(bytes(range(32)))
GROUP_KEY = "-group"


def secret(number: int, *, again: int = 0) -> DeviceVerifier:
    """A verifier as far as a journal can tell: always the same for the same numbers."""
    key = f"us-east-1_{uuid.UUID(int=number)}"
    return DeviceVerifier(
        device_key=key,
        device_group_key=GROUP_KEY,
        device_password=f"password\0{number}-{again}",
        password_verifier=encode_base64(f"verifier{number}{again}".encode()),
        salt=encode_base64(f"salt{number}{again}".encode()),
    )


def key_of(number: int) -> str:
    return secret(number).device_key


def prepared(number: int, *, again: int = 0, **fields: Any) -> PreparedDevice:
    """What an enroller would have kept; `fields` are the request's."""
    given = {
        "device_key": key_of(number),
        "device_group_key": GROUP_KEY,
        "access_token": "token",
        "reference": number,
        **fields,
    }
    return PreparedDevice(
        request=EnrollmentRequest(**given),
        verifier=secret(number, again=again),
        grant=Grant(access_token="token", refresh_token="refresh"),
    )


def outcome(number: int, status: Status = "confirmed", error: str = "", **fields: Any) -> Outcome:
    given: dict[str, Any] = {"at": 1.0, "attempts": 1, "latency": 0.25, **fields}
    return Outcome(device_key=key_of(number), status=status, error_code=error, **given)


def opened(path: Path, source: str | None = "input") -> Journal:
    return Journal.open(path, key=KEY, source=source)


def enroll(journal: Journal, numbers: range, done: Callable[[str], None] = lambda _: None) -> None:
    """Take rows through their life in groups of three; `done` is told of each durable step."""
    for first in range(numbers.start, numbers.stop, 3):
        group = range(first, min(first + 3, numbers.stop))
        keys = [key_of(number) for number in group]
        journal.prepare([prepared(number) for number in group])
        done(f"prepared {first}")
        journal.mark_sent(keys)
        done(f"sent {first}")
        journal.finish([outcome(number) for number in group])
        done(f"confirmed {first}")
