"""A passkey in software: what a browser and a security key do when WEB_AUTHN asks for one.

WebAuthn Level 2, sections 5.8.1, 6.1 and 6.3.3, with ES256, the algorithm that every authenticator
knows.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..srp.encoding import read_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

__all__ = ["Passkey", "from_base64url", "to_base64url"]

#: The user was present, and was verified (a fingerprint, a PIN).
_FLAGS = 0b101


def to_base64url(data: bytes) -> str:
    """Base64 of RFC 4648, section 5, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises `ValueError` for other text."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


@dataclass
class Passkey:
    """A user's passkey for a user pool; `LocalPool.use_passkey` makes one."""

    credential_id: str
    user_handle: str
    private_key: EllipticCurvePrivateKey = field(repr=False)
    uses: int = 0

    def answer(self, options: str) -> str:
        """CREDENTIAL, the answer to WEB_AUTHN, for its CREDENTIAL_REQUEST_OPTIONS."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        asked = read_json(options)
        client_data = json.dumps(
            {
                "type": "webauthn.get",
                "challenge": asked["challenge"],
                "origin": f"https://{asked['rpId']}",
            }
        ).encode()
        self.uses += 1
        relying_party = hashlib.sha256(asked["rpId"].encode()).digest()
        authenticator_data = relying_party + struct.pack(">BI", _FLAGS, self.uses)
        signed = authenticator_data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": to_base64url(client_data),
            "authenticatorData": to_base64url(authenticator_data),
            "signature": to_base64url(self.private_key.sign(signed, ECDSA(SHA256()))),
            "userHandle": self.user_handle,
        }
        named = {"id": self.credential_id, "rawId": self.credential_id, "type": "public-key"}
        return json.dumps({**named, "response": response, "clientExtensionResults": {}})
