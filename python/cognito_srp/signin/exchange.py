"""An SRP exchange that waits for its proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..srp.encoding import decode_base64, encode_base64, from_hex, to_hex
from ..srp.protocol import ClientExchange

__all__ = ["Exchange"]


@dataclass(frozen=True)
class Exchange:
    """An exchange that has begun, and the challenge that has to ask for its proof."""

    client: ClientExchange = field(repr=False)
    proof: str

    @property
    def srp_a(self) -> str:
        """SRP_A."""
        return to_hex(self.client.A)

    def to_fields(self) -> dict[str, Any]:
        """What `from_fields` makes it again from; secret."""
        return {"proof": self.proof, "a": encode_base64(self.client.a), "A": self.srp_a}

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Exchange:
        """The inverse of `to_fields`."""
        return cls(
            ClientExchange(decode_base64(fields["a"]), from_hex(fields["A"])), fields["proof"]
        )
