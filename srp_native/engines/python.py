"""Engine ``python``: ``pow`` and hashlib, the reference and the last resort."""

from __future__ import annotations

from ..group import ELEMENT_SIZE, G, N
from ._engine import Engine

__all__ = ["create_engine"]


class PythonEngine(Engine):
    """CPython's own arithmetic: slow, variable-time, and obviously right."""

    name = "python"

    def powmod(self, base: bytes, exponent: bytes, *, constant_time: bool = False) -> bytes:
        power = pow(int.from_bytes(base, "big"), int.from_bytes(exponent, "big"), N)
        return power.to_bytes(ELEMENT_SIZE, "big")

    def pow_g(self, exponent: bytes, *, constant_time: bool = False) -> bytes:
        return pow(G, int.from_bytes(exponent, "big"), N).to_bytes(ELEMENT_SIZE, "big")


def create_engine() -> Engine:
    """The engine; it always exists."""
    return PythonEngine()
