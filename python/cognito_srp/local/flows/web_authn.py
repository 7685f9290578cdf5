"""WEB_AUTHN: what a passkey is asked, and whether its answer is right (WebAuthn Level 2, 7.2)."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from ...srp.encoding import read_json
from ..passkeys import from_base64url, to_base64url
from ..refusals import incorrect
from ..store.pool import Pool
from ..store.records import PasskeyRecord
from ..store.user import User
from .answers import ChallengeAnswer
from .first_factor import Start

__all__ = ["ask_passkey", "passkey_answered", "passkeys_of"]

#: The service uses the pool's domain, which a local pool need not have.
_RELYING_PARTY = "localhost"
_PRESENT = 0b1


def passkeys_of(pool: Pool, user: User) -> list[PasskeyRecord]:
    """The user's passkeys, oldest first."""
    return [record for record in pool.passkeys if record.user_id == user.id]


def ask_passkey(start: Start, user: User) -> dict[str, Any]:
    """The challenge, with PublicKeyCredentialRequestOptionsJSON in CREDENTIAL_REQUEST_OPTIONS."""
    challenge = to_base64url(secrets.token_bytes(32))
    known = [
        {"type": "public-key", "id": record.credential_id, "transports": ["internal"]}
        for record in passkeys_of(start.pool, user)
    ]
    options = {
        "challenge": challenge,
        "timeout": 180_000,
        "rpId": _RELYING_PARTY,
        "allowCredentials": known,
        "userVerification": "preferred",
    }
    pending = replace(start.pending("WEB_AUTHN", user.username, user), code=challenge)
    return start.offer(pending, {"CREDENTIAL_REQUEST_OPTIONS": json.dumps(options)})


def passkey_answered(answer: ChallengeAnswer) -> dict[str, Any]:
    """CREDENTIAL, an AuthenticationResponseJSON, is judged once."""
    credential = answer.parameter("CREDENTIAL")
    with answer.state.lock:
        pending = answer.by_session()
        answer.take(pending)
        attempt = answer.attempt(pending)
        try:
            _check(credential, pending.code or "", passkeys_of(answer.pool, attempt.user))
        except (InvalidSignature, AttributeError, LookupError, TypeError, ValueError, struct.error):
            raise incorrect("CREDENTIAL is not signed by a passkey of the user") from None
        return attempt.after_first_factor()


def _check(credential: str, challenge: str, known: list[PasskeyRecord]) -> None:
    """Raises one of the exceptions above unless one of the user's passkeys has signed this."""
    given = read_json(credential)
    response = given["response"]
    [record] = [record for record in known if record.credential_id == given["id"]]
    data = from_base64url(response["clientDataJSON"])
    client = read_json(data)
    _require(client["type"] == "webauthn.get")
    _require(secrets.compare_digest(client["challenge"].encode(), challenge.encode()))
    _require(urlsplit(client["origin"]).hostname == _RELYING_PARTY)
    authenticator = from_base64url(response["authenticatorData"])
    _require(authenticator[:32] == hashlib.sha256(_RELYING_PARTY.encode()).digest())
    flags, uses = struct.unpack(">BI", authenticator[32:37])
    _require(bool(flags & _PRESENT))
    point = bytes.fromhex(record.public_key)
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    signed = authenticator + hashlib.sha256(data).digest()
    key.verify(from_base64url(response["signature"]), signed, ECDSA(SHA256()))
    _require(uses > record.uses)  # a copy of the passkey would repeat a count (6.1.1)
    record.uses = uses


def _require(holds: bool) -> None:
    if not holds:
        raise ValueError("not the answer to this challenge")
