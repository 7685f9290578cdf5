"""What the classes that hold our operations share."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .state import State

__all__ = ["Operations", "Result"]

#: moto's serializer turns it into the response that the service model describes.
Result = ActionResult


class Operations:
    """One request: its parameters, where it came from, and the state it acts on.

    moto's dispatch finds an operation by its method name, ConfirmDevice as `confirm_device`.
    """

    state: State
    params: dict[str, Any]
    ip: str
