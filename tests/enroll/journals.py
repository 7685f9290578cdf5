"""What tests of the journal share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from cognito_srp import DeviceVerifier, SealingKey
from cognito_srp.enroll.journal import Journal, JournalEntry, JournalOutcome

KEY = SealingKey(bytes(range(32)))
GROUP_KEY = "-group"


def secret(number: int, *, again: int = 0) -> DeviceVerifier:
    """A verifier as far as a journal can tell: always the same for the same numbers."""
    key = f"us-east-1_{uuid.UUID(int=number)}"
    return DeviceVerifier(
        device_key=key,
        device_group_key=GROUP_KEY,
        device_password=f"password\0{number}-{again}",
        password_verifier=f"verifier{number}{again}",
        salt=f"salt{number}{again}",
    )


def key_of(number: int) -> str:
    return secret(number).device_key


def opened(path: Path, source: str | None = "input") -> Journal:
    return Journal.open(path, key=KEY, source=source)


def enroll(journal: Journal, numbers: range, done: Callable[[str], None] = lambda _: None) -> None:
    """Take rows through their life in groups of three; `done` is told of each durable step."""
    for first in range(numbers.start, numbers.stop, 3):
        group = range(first, min(first + 3, numbers.stop))
        keys = [key_of(number) for number in group]
        journal.prepare([JournalEntry(secret(number), position=number) for number in group])
        done(f"prepared {first}")
        journal.mark_sent(keys)
        done(f"sent {first}")
        journal.finish([JournalOutcome(key, "confirmed", at=1.0, latency=0.25) for key in keys])
        done(f"confirmed {first}")
