"""SRP's formulas in pow and hashlib, to hold engines against."""

from __future__ import annotations

import hashlib

from srp_native.group import ELEMENT_SIZE, N


def verifier(salt: bytes, identity: bytes) -> bytes:
    x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
    return pow(2, int.from_bytes(x, "big"), N).to_bytes(ELEMENT_SIZE, "big")
