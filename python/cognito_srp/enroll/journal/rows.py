"""A row of the journal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ...devices.verifiers import DeviceVerifier
from ..requests import AccessGrant

__all__ = ["Failure", "JournalRow", "JournalState", "OpenedRow"]

JournalState = Literal["prepared", "sent", "confirmed", "refused", "unknown", "conflict"]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row as it is."""

    id: int
    device_key: str
    device_group_key: str | None
    state: JournalState
    position: int | None
    device_name: str | None
    remember: bool | None
    attempts: int
    error: str
    prepared_at: float
    sent_at: float | None
    finished_at: float | None
    latency: float | None
    message: str
    proven: bool | None
    sealed: bytes = field(repr=False)
    sealed_grant: bytes | None = field(repr=False)

    @property
    def sent_before(self) -> bool:
        """Whether Cognito may have confirmed it; what was refused certainly had no effect."""
        return self.sent_at is not None and self.state != "refused"

    @classmethod
    def read(cls, *values: Any) -> JournalRow:
        """From the columns in the order of the fields; SQLite has no booleans."""
        row = cls(*values)
        remember, proven = (None if v is None else bool(v) for v in (row.remember, row.proven))
        return replace(row, remember=remember, proven=proven)


@dataclass(frozen=True, slots=True)
class Failure:
    """A row of the input that is not confirmed.

    It was ``refused``, or ``rejected`` because it cannot be used. `error` is a code, `message` what
    it says; neither holds a secret.
    """

    position: int | None
    device_key: str | None
    state: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A row with its secrets opened."""

    row: JournalRow
    verifier: DeviceVerifier
    grant: AccessGrant | None
