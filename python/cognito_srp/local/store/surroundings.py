"""What a pool needs of the server that it belongs to."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from moto.cognitoidp.models import CognitoIdpBackend

from ..clock import Clock
from .messages import Message
from .verifiers import UserVerifiers

__all__ = ["Surroundings"]


class Surroundings(Protocol):
    """`state.State`, as its pools and backends see it."""

    clock: Clock
    verifiers: UserVerifiers
    messages: deque[Message]

    def backend(self, region: str) -> CognitoIdpBackend:
        """The backend of a region."""

    def new_code(self, digits: int) -> str:
        """A code to send."""
