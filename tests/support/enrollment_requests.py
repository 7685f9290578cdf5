"""Requests for the lean server, which takes any token, and for tests that send nothing."""

from __future__ import annotations

from typing import Any

from cognito_srp import DeviceVerifier, create_device_verifier
from cognito_srp.enroll import EnrollmentRequest, RetryPolicy

__all__ = ["QUICK", "device_key", "request", "verifier_of"]

#: Sends again after hundredths of a second.
QUICK = RetryPolicy(first_delay=0.01, longest_delay=0.05)


def device_key(number: int) -> str:
    return f"eu-west-1_{number:08x}-3631-4248-bed9-d2e934100372"


def request(number: int, **fields: Any) -> EnrollmentRequest:
    """A request for a device of its own, unless told otherwise."""
    given = {
        "device_key": device_key(number),
        "device_group_key": "-FDRunwQv",
        "access_token": "token",
        **fields,
    }
    return EnrollmentRequest(**given)


def verifier_of(request: EnrollmentRequest) -> DeviceVerifier:
    assert request.device_key
    assert request.device_group_key
    return create_device_verifier(
        device_key=request.device_key, device_group_key=request.device_group_key
    )
