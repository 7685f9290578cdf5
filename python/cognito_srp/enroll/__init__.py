"""Many devices: paced, retried, and with every secret durable before it is sent."""

from .enroller import Enroller
from .events import Event, Stats
from .journal import Journal
from .pacing import GCRA, Pace, UserRates
from .requests import (
    AccessGrant,
    Credentials,
    EnrollmentJournal,
    EnrollmentOutcome,
    EnrollmentRequest,
    EnrollmentResult,
    PreparedDevice,
    RefreshToken,
    Supplier,
    TokenSource,
)
from .retry import RetryPolicy

__all__ = [
    "GCRA",
    "AccessGrant",
    "Credentials",
    "Enroller",
    "EnrollmentJournal",
    "EnrollmentOutcome",
    "EnrollmentRequest",
    "EnrollmentResult",
    "Event",
    "Journal",
    "Pace",
    "PreparedDevice",
    "RefreshToken",
    "RetryPolicy",
    "Stats",
    "Supplier",
    "TokenSource",
    "UserRates",
]
