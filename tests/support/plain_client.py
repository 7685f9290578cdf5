"""A client written from docs/protocol.md with pow and hashlib alone, to judge the server by.

It shares no code with the package. Every step returns what would be sent next, so that a test can
spoil any part of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timezone
from typing import Any

N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)


def pad(i: int) -> bytes:
    return i.to_bytes(i.bit_length() // 8 + 1, "big")


def sha(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


K = sha(pad(N), pad(2))


def private_key(salt: int, identity: str) -> int:
    return sha(pad(salt), hashlib.sha256(identity.encode()).digest())


def device_config(group_key: str, device_key: str, password: str, salt: int) -> dict[str, str]:
    """DeviceSecretVerifierConfig."""
    x = private_key(salt, f"{group_key}{device_key}:{password}")
    return {
        "PasswordVerifier": base64.b64encode(pad(pow(2, x, N))).decode(),
        "Salt": base64.b64encode(pad(salt)).decode(),
    }


def stamp(when: datetime | None = None) -> str:
    when = when or datetime.now(timezone.utc)
    return f"{when:%a %b} {when.day} {when:%H:%M:%S} UTC {when.year}"


class Exchange:
    """One SRP exchange, the client's half."""

    def __init__(self, a: int | None = None) -> None:
        self.a = a if a is not None else secrets.randbits(256)
        self.A = pow(2, self.a, N)

    def key(self, B: int, salt: int, identity: str) -> bytes:
        """The session key."""
        u, x = sha(pad(self.A), pad(B)), private_key(salt, identity)
        S = pow((B - K * pow(2, x, N)) % N, self.a + u * x, N)
        prk = hmac.digest(pad(u), pad(S), "sha256")
        return hmac.digest(prk, b"Caldera Derived Key\x01", "sha256")[:16]

    def claim(
        self, parameters: dict[str, str], identity: str, prefix: str, timestamp: str | None = None
    ) -> dict[str, str]:
        """The ChallengeResponses that prove the secret of `identity`, without USERNAME."""
        key = self.key(int(parameters["SRP_B"], 16), int(parameters["SALT"], 16), identity)
        timestamp = timestamp or stamp()
        block = base64.b64decode(parameters["SECRET_BLOCK"])
        message = prefix.encode() + block + timestamp.encode()
        return {
            "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(
                hmac.digest(key, message, "sha256")
            ).decode(),
            "TIMESTAMP": timestamp,
        }


class SignIn:
    """One sign-in through a boto3 client, step by step."""

    def __init__(self, client: Any, pool: Any, username: str, password: str) -> None:
        self.client, self.pool = client, pool
        self.username, self.password = username, password
        self.exchange = Exchange()

    def secret_hash(self, username: str) -> dict[str, str]:
        secret = self.pool.client_secret
        if secret is None:
            return {}
        digest = hmac.digest(secret.encode(), (username + self.pool.client_id).encode(), "sha256")
        return {"SECRET_HASH": base64.b64encode(digest).decode()}

    def begin(self, **parameters: str) -> dict[str, Any]:
        """USER_SRP_AUTH, up to PASSWORD_VERIFIER."""
        sent = {"USERNAME": self.username, "SRP_A": f"{self.exchange.A:x}"}
        sent |= self.secret_hash(self.username) | parameters
        challenge: dict[str, Any] = self.client.initiate_auth(
            AuthFlow="USER_SRP_AUTH", ClientId=self.pool.client_id, AuthParameters=sent
        )
        self.challenge = challenge
        return challenge

    def proof(self, timestamp: str | None = None) -> dict[str, str]:
        """What answers PASSWORD_VERIFIER."""
        shown = self.challenge["ChallengeParameters"]
        prefix = self.pool.pool_id.split("_")[1] + shown["USER_ID_FOR_SRP"]
        claim = self.exchange.claim(shown, f"{prefix}:{self.password}", prefix, timestamp)
        return {**claim, "USERNAME": shown["USERNAME"], **self.secret_hash(shown["USERNAME"])}

    def respond(
        self, name: str, responses: dict[str, str], session: str | None = None
    ) -> dict[str, Any]:
        more = {"Session": session} if session is not None else {}
        answer: dict[str, Any] = self.client.respond_to_auth_challenge(
            ChallengeName=name,
            ClientId=self.pool.client_id,
            ChallengeResponses=responses,
            **more,
        )
        return answer

    def finish(self, **responses: str) -> dict[str, Any]:
        """USER_SRP_AUTH to whatever follows PASSWORD_VERIFIER."""
        self.begin()
        return self.respond("PASSWORD_VERIFIER", self.proof() | responses)


class DeviceSignIn(SignIn):
    """A sign-in with a device: (key, group key, password)."""

    def __init__(
        self, client: Any, pool: Any, username: str, password: str, device: tuple[str, str, str]
    ) -> None:
        super().__init__(client, pool, username, password)
        self.device_key, self.group_key, self.device_password = device
        self.device_exchange = Exchange()

    def begin_device(self) -> dict[str, Any]:
        """As far as DEVICE_SRP_AUTH."""
        self.device_challenge = self.finish(DEVICE_KEY=self.device_key)
        return self.device_challenge

    def named(self) -> dict[str, str]:
        internal = self.challenge["ChallengeParameters"]["USERNAME"]
        return {
            "USERNAME": internal,
            "DEVICE_KEY": self.device_key,
            **self.secret_hash(internal),
        }

    def device_srp(self, **more: str) -> dict[str, Any]:
        """Answers DEVICE_SRP_AUTH; DEVICE_PASSWORD_VERIFIER comes back."""
        responses = {**self.named(), "SRP_A": f"{self.device_exchange.A:x}", **more}
        self.verifier_challenge = self.respond(
            "DEVICE_SRP_AUTH", responses, self.device_challenge.get("Session")
        )
        return self.verifier_challenge

    def device_proof(self, timestamp: str | None = None) -> dict[str, str]:
        """What answers DEVICE_PASSWORD_VERIFIER."""
        prefix = self.group_key + self.device_key
        claim = self.device_exchange.claim(
            self.verifier_challenge["ChallengeParameters"],
            f"{prefix}:{self.device_password}",
            prefix,
            timestamp,
        )
        return {**claim, **self.named()}

    def run(self) -> dict[str, Any]:
        """All of it."""
        self.begin_device()
        self.device_srp()
        return self.respond(
            "DEVICE_PASSWORD_VERIFIER",
            self.device_proof(),
            self.verifier_challenge.get("Session"),
        )
