"""How a file of devices is enrolled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["BulkOptions"]


@dataclass(frozen=True, kw_only=True)
class BulkOptions:
    """What ``cognito-srp enroll`` was asked to do. Rates in calls a second, times in seconds.

    `journal` and `save` are paths; `limit` is how many devices are sent at most, `on_error` what is
    done about rows that cannot be used, `give_up_after` for how long nothing may be answered.
    """

    input: str
    journal: str
    save: str | None = None
    resume: bool = False
    dry_run: bool = False
    rate: float = 25.0
    per_user_rate: float = 10.0
    sign_in_rate: float = 120.0
    workers: int | None = None
    limit: int | None = None
    on_error: Literal["stop", "skip", "collect"] = "stop"
    give_up_after: float = 900.0
