"""What the tests of the drop-in share: both modules' helpers, and challenges for them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from srp_native import N

DEVICE: dict[str, Any] = {
    "device_key": "eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc",
    "device_group_key": "-AbCdEf12",
    "device_password": "BAUl",
}
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def make(module: ModuleType, a: int | None = None, **changes: Any) -> Any:
    """An AWSSRP of either module."""
    given = {"username": "ann", "password": "pw", "pool_id": "eu-west-1_Pool", "client_id": "id"}
    made = module.AWSSRP(**{**given, "client": object(), **changes})
    if a is not None:
        made.small_a_value = a
        made.large_a_value = pow(2, a, N)
    return made


def challenge(**changes: Any) -> dict[str, str]:
    """As Cognito words it; changed as wanted, None leaves a field out."""
    given = {
        "USERNAME": "internal",
        "USER_ID_FOR_SRP": "user-id",
        "SALT": "8abc",
        "SRP_B": f"{pow(2, 777, N):x}",
        "SECRET_BLOCK": "c2VjcmV0IGJsb2Nr",
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}
