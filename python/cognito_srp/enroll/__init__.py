"""Many devices: paced, retried, and with every secret durable before it is sent."""

from .pacing import Pace, TokenBucket, UserBuckets
from .requests import (
    Credentials,
    EnrollmentRequest,
    EnrollmentResult,
    Grant,
    Outcome,
    PreparedDevice,
    RefreshToken,
    Supplier,
    TokenSource,
)

__all__ = [
    "Credentials",
    "EnrollmentRequest",
    "EnrollmentResult",
    "Grant",
    "Outcome",
    "Pace",
    "PreparedDevice",
    "RefreshToken",
    "Supplier",
    "TokenBucket",
    "TokenSource",
    "UserBuckets",
]
