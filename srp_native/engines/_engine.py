"""What an engine is: the arithmetic, and the protocol formulas on top of it.

An engine turns bytes into bytes: exponents are big-endian of any length, elements of the group
are 384 bytes big-endian. It trusts its caller (`_api.py` checks arguments) and keeps no secret
longer than a call. `_registry.py` decides which one runs.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from ..group import ELEMENT_SIZE, N
from ._row_formulas import RowFormulas

__all__ = ["Engine", "EngineInfo"]


@dataclass(frozen=True)
class EngineInfo:
    """One engine as it is on this machine.

    ``constant_time``, ``releases_gil`` and ``wipes_secrets`` describe the routines that run by
    default; ``reason`` says why an engine is missing and is empty otherwise. ``kernels`` are those
    that it could run on here, the fastest first; ``disabled_kernels`` those that the CPU can run
    and that computed wrongly in this process, each with its reason.
    """

    name: str
    kernel: str
    available: bool
    constant_time: bool
    releases_gil: bool
    wipes_secrets: bool
    reason: str = ""
    kernels: tuple[str, ...] = ()
    disabled_kernels: tuple[tuple[str, str], ...] = ()


class Engine(RowFormulas, ABC):
    """The arithmetic that a subclass provides, and the protocol formulas on top of it.

    A subclass defines `powmod` (and usually a faster `pow_g`); one that has a faster way for a
    formula or a batch overrides that too. Every method may be called from any thread.
    """

    name: str
    kernel: str = ""
    #: the kernels that this CPU can run, the fastest first
    kernels: tuple[str, ...] = ()
    #: the default routines take time that does not depend on the exponent
    constant_time: bool = False
    #: a call lets other Python threads run
    releases_gil: bool = False
    #: memory the engine owns is wiped before it is given back
    wipes_secrets: bool = False
    #: has routines for callers that ask for constant time
    offers_constant_time: bool = False

    @abstractmethod
    def powmod(self, base: bytes, exponent: bytes, *, constant_time: bool = False) -> bytes:
        """base^exponent mod N. base: 384 bytes, any value; returns 384 bytes."""

    @abstractmethod
    def pow_g(self, exponent: bytes, *, constant_time: bool = False) -> bytes:
        """2^exponent mod N, 384 bytes."""

    def powmod_any(
        self, base: int, exponent: int, modulus: int, *, constant_time: bool = False
    ) -> int:
        """base^exponent modulo any other modulus.

        In constant time where the engine offers it, and then for odd moduli only.
        """
        return pow(base, exponent, modulus)

    def pow_g_many(self, exponents: bytes, width: int) -> bytes:
        """2^e mod N for each `width`-byte exponent of a contiguous buffer; 384 bytes each."""
        return b"".join(
            self.pow_g(exponents[i : i + width]) for i in range(0, len(exponents), width)
        )

    def powmod_many(self, bases: bytes, exponents: bytes, width: int) -> bytes:
        """bases[i]^exponents[i] mod N over contiguous buffers of 384 and `width` bytes a row."""
        return b"".join(
            self.powmod(
                bases[i * ELEMENT_SIZE : (i + 1) * ELEMENT_SIZE],
                exponents[i * width : (i + 1) * width],
            )
            for i in range(len(exponents) // width)
        )

    def verifier(self, salt: bytes, identity: bytes, *, constant_time: bool = False) -> bytes:
        """2^x mod N with x = SHA-256(salt ‖ SHA-256(identity)); 384 bytes."""
        x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
        return self.pow_g(x, constant_time=constant_time)

    def verifiers(
        self,
        salts: bytes,
        salt_offsets: Sequence[int],
        identities: bytes,
        identity_offsets: Sequence[int],
    ) -> bytes:
        """One verifier a row; row i is buffer[offsets[i]:offsets[i+1]]. 384 bytes each."""
        return b"".join(
            self.verifier(
                salts[salt_offsets[i] : salt_offsets[i + 1]],
                identities[identity_offsets[i] : identity_offsets[i + 1]],
            )
            for i in range(len(salt_offsets) - 1)
        )

    def premaster_secret(self, B: bytes, a: bytes, u: bytes, x: bytes, k: bytes) -> bytes:
        """S = (B − k·2^x)^(a + u·x) mod N, all big-endian, B reduced mod N; 384 bytes.

        Here the powers are constant time where the engine offers it, and what lies between them is
        not: it is done with Python's integers. Engine ``c`` has a routine of its own.
        """
        constant_time = self.offers_constant_time
        g_x = int.from_bytes(self.pow_g(x, constant_time=constant_time), "big")
        base = (int.from_bytes(B, "big") - int.from_bytes(k, "big") * g_x) % N
        exponent = int.from_bytes(a, "big") + int.from_bytes(u, "big") * int.from_bytes(x, "big")
        # Its length depends on the lengths of its parts, not on its value.
        width = max(len(a), len(u) + len(x)) + 1
        return self.powmod(
            base.to_bytes(ELEMENT_SIZE, "big"),
            exponent.to_bytes(width, "big"),
            constant_time=constant_time,
        )

    @property
    def info(self) -> EngineInfo:
        """This engine's line in the report."""
        return EngineInfo(
            self.name,
            self.kernel,
            True,
            self.constant_time,
            self.releases_gil,
            self.wipes_secrets,
            kernels=self.kernels,
        )
