"""A Cognito written from docs/protocol.md with pow and hashlib alone, to judge our client by.

It shares no code with the package, and has boto3's methods, so that it stands in for a client. It
answers USER_SRP_AUTH, and DEVICE_SRP_AUTH where DEVICE_KEY is sent, and keeps the numbers of each
exchange for a test to look at.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.plain_client import K, N, pad, private_key, sha

__all__ = ["PlainServer", "RefusedError"]

POOL, USER_ID, GROUP_KEY, DEVICE_KEY = "Pool", "a1b2-zoë", "-AbCd123", "eu-west-2_1a2b"


class RefusedError(Exception):
    """A proof that is wrong."""


@dataclass
class Secret:
    """What the server keeps of a user's or a device's secret, and what the proof names."""

    prefix: str
    password: str
    salt: int

    @property
    def verifier(self) -> int:
        return pow(2, private_key(self.salt, f"{self.prefix}:{self.password}"), N)


@dataclass
class PlainServer:
    """One user and one device; `draw` gives the next b for the secret at hand."""

    user: Secret
    device: Secret
    draw: Callable[[Secret], int] = lambda _: secrets.randbits(256)
    numbers: list[dict[str, int]] = field(default_factory=list)

    @classmethod
    def with_salts(cls, user: int, device: int, password: str) -> PlainServer:
        return cls(
            Secret(POOL + USER_ID, password, user),
            Secret(GROUP_KEY + DEVICE_KEY, password, device),
        )

    def initiate_auth(self, **request: Any) -> dict[str, Any]:
        sent = request["AuthParameters"]
        self.device_key = sent.get("DEVICE_KEY")
        return self._challenge("PASSWORD_VERIFIER", self.user, sent["SRP_A"])

    def respond_to_auth_challenge(self, **request: Any) -> dict[str, Any]:
        name, sent = request["ChallengeName"], request["ChallengeResponses"]
        assert request.get("Session") == (None if name == "PASSWORD_VERIFIER" else self.session)
        if name == "DEVICE_SRP_AUTH":
            return self._challenge("DEVICE_PASSWORD_VERIFIER", self.device, sent["SRP_A"])
        self._check(sent)
        if name == "PASSWORD_VERIFIER" and self.device_key:
            shown = {"ChallengeName": "DEVICE_SRP_AUTH", "ChallengeParameters": {}}
            return shown | {"Session": self._new_session()}
        tokens = {"AccessToken": "a", "IdToken": "i", "ExpiresIn": 1, "TokenType": "Bearer"}
        return {"AuthenticationResult": tokens}

    def _new_session(self) -> str:
        self.session = secrets.token_urlsafe(20)
        return self.session

    def _challenge(self, name: str, secret: Secret, srp_a: str) -> dict[str, Any]:
        A, v = int(srp_a, 16), secret.verifier
        self.b = self.draw(secret)
        self.B = (K * v + pow(2, self.b, N)) % N
        self.A, self.secret, self.block = A, secret, secrets.token_bytes(200)
        shown = {
            "SALT": f"{secret.salt:x}",
            "SRP_B": f"{self.B:x}",
            "SECRET_BLOCK": base64.b64encode(self.block).decode(),
            "USERNAME": USER_ID,
            "USER_ID_FOR_SRP": USER_ID,
        }
        challenge = {"ChallengeName": name, "ChallengeParameters": shown}
        first = name == "PASSWORD_VERIFIER"
        return challenge if first else challenge | {"Session": self._new_session()}

    def _check(self, sent: dict[str, str]) -> None:
        u = sha(pad(self.A), pad(self.B))
        S = pow(self.A * pow(self.secret.verifier, u, N), self.b, N)
        self.numbers.append({"A": self.A, "B": self.B, "S": S, "u": u, "salt": self.secret.salt})
        prk = hmac.digest(pad(u), pad(S), "sha256")
        key = hmac.digest(prk, b"Caldera Derived Key\x01", "sha256")[:16]
        message = self.secret.prefix.encode() + self.block + sent["TIMESTAMP"].encode()
        expected = base64.b64encode(hmac.digest(key, message, "sha256")).decode()
        if sent["PASSWORD_CLAIM_SIGNATURE"] != expected:
            raise RefusedError(self.secret.prefix, self.A, self.b, self.secret.salt)


assert hashlib.sha256(pad(N) + b"\x02").digest() == K.to_bytes(32, "big")
