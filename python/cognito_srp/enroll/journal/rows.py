"""A row of the journal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ...devices.verifiers import DeviceVerifier
from ..requests import Grant

__all__ = ["JournalRow", "State", "Whole"]

State = Literal["prepared", "sent", "confirmed", "refused", "unknown", "conflict"]


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row as it is."""

    id: int
    device_key: str
    device_group_key: str | None
    state: State
    position: int | None
    device_name: str | None
    remember: bool | None
    attempts: int
    error: str
    prepared_at: float
    sent_at: float | None
    finished_at: float | None
    latency: float | None
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
        return row if row.remember is None else replace(row, remember=bool(row.remember))


@dataclass(frozen=True, slots=True)
class Whole:
    """A row with its secrets opened."""

    row: JournalRow
    verifier: DeviceVerifier
    grant: Grant | None
