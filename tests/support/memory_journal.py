"""A journal that tests look into, and can break."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cognito_srp.enroll import Outcome, PreparedDevice

__all__ = ["Ledger"]


class Ledger:
    """A journal in memory that says what was asked of it, and fails when told to."""

    def __init__(self, fail: str = "") -> None:
        self.fail = fail
        self.prepared: dict[str, PreparedDevice] = {}
        self.sent: set[str] = set()
        self.outcomes: dict[str, Outcome] = {}
        self.rounds: Counter[str] = Counter()

    def _begin(self, what: str) -> None:
        self.rounds[what] += 1
        if what == self.fail:
            raise OSError("disk full")

    def prepare(self, devices: Any) -> Any:
        self._begin("prepare")
        return [self.prepared.setdefault(d.verifier.device_key, d) for d in devices]

    def mark_sent(self, device_keys: Any) -> None:
        self._begin("mark_sent")
        assert self.prepared.keys() >= set(device_keys)
        self.sent |= set(device_keys)

    def finish(self, outcomes: Any) -> None:
        self._begin("finish")
        self.outcomes |= {outcome.device_key: outcome for outcome in outcomes}
