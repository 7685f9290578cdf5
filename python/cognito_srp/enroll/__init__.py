"""Many devices: paced, retried, and with every secret durable before it is sent."""

from .enroller import Enroller
from .events import Event, Stats
from .journal import Journal
from .pacing import Pace, TokenBucket, UserBuckets
from .requests import (
    Credentials,
    EnrollmentJournal,
    EnrollmentRequest,
    EnrollmentResult,
    Grant,
    Outcome,
    PreparedDevice,
    RefreshToken,
    Supplier,
    TokenSource,
)
from .retry import RetryPolicy

__all__ = [
    "Credentials",
    "Enroller",
    "EnrollmentJournal",
    "EnrollmentRequest",
    "EnrollmentResult",
    "Event",
    "Grant",
    "Journal",
    "Outcome",
    "Pace",
    "PreparedDevice",
    "RefreshToken",
    "RetryPolicy",
    "Stats",
    "Supplier",
    "TokenBucket",
    "TokenSource",
    "UserBuckets",
]
