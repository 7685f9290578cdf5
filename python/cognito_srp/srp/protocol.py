"""Cognito's variant of SRP-6a, both sides, without any network.

It differs from RFC 5054 in the generator (2), in the padding of integers (`encoding.pad`), in
the key derivation and in the proof. A client and a server exchange are each good for one sign-in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

import srp_native
from srp_native import N
from srp_native.group import ELEMENT_SIZE

from ..errors import SrpError
from .encoding import encode_base64, encode_text, pad

__all__ = [
    "ClientExchange",
    "ServerExchange",
    "claim_signature",
    "compute_verifier",
    "device_identity",
    "hkdf",
    "pool_name",
    "private_key",
    "secret_hash",
    "user_identity",
]

#: Bytes of a fresh random a or b: 256 bits, as RFC 5054, sections 2.5.3 and 2.5.4, ask for.
EPHEMERAL_SIZE: Final = 32
#: k = H(pad(N) ‖ pad(g)), 32 bytes.
K_MULTIPLIER: Final = hashlib.sha256(pad(N) + pad(srp_native.G)).digest()
#: HKDF's info.
INFO: Final = b"Caldera Derived Key"
_KEY_SIZE: Final = 16


def pool_name(pool_id: str) -> str:
    """What follows the region in a user pool id: ``abc`` of ``eu-west-1_abc``."""
    return pool_id.partition("_")[2]


def device_identity(device_group_key: str, device_key: str, device_password: str) -> bytes:
    """What a device proves to know: ``group key ‖ device key : password``, UTF-8."""
    return _identity(device_group_key + device_key, device_password)


def user_identity(pool_name: str, user_id_for_srp: str, password: str) -> bytes:
    """What a user proves to know: ``pool name ‖ USER_ID_FOR_SRP : password``, UTF-8."""
    return _identity(pool_name + user_id_for_srp, password)


def _identity(name: str, password: str) -> bytes:
    """``name : password``, each encoded by itself: no error may hold the password."""
    return b"%s:%s" % (encode_text(name), encode_text(password))


def private_key(salt: int, identity: bytes) -> bytes:
    """The private key x = H(pad(salt) ‖ H(identity)), 32 bytes."""
    return hashlib.sha256(pad(salt) + hashlib.sha256(identity).digest()).digest()


def compute_verifier(salt: int, identity: bytes, *, constant_time: bool = False) -> int:
    """The verifier v = g^x mod N. Ask for ``constant_time`` unless the password is random."""
    v = srp_native.verifier(pad(salt), identity, constant_time=constant_time)
    return int.from_bytes(v, "big")


def claim_signature(key: bytes, prefix: str, secret_block: bytes, timestamp: str) -> bytes:
    """The proof of `key`, 32 bytes: HMAC-SHA256 of ``prefix ‖ secret block ‖ TIMESTAMP``.

    The prefix is the pool name and USER_ID_FOR_SRP of a user, or the group key and key of a
    device.
    """
    return hmac.digest(key, encode_text(prefix) + secret_block + timestamp.encode(), "sha256")


def secret_hash(username: str, client_id: str, client_secret: str) -> str:
    """SECRET_HASH for an app client that has a secret, base64."""
    message = encode_text(username + client_id)
    return encode_base64(hmac.digest(encode_text(client_secret), message, "sha256"))


class ClientExchange:
    """The client's side of one exchange.

    `a` is drawn at random (32 bytes) unless given, and `A` computed from it unless known.
    """

    def __init__(self, a: bytes | None = None, A: int | None = None) -> None:
        #: The secret exponent.
        self.a = secrets.token_bytes(EPHEMERAL_SIZE) if a is None else a
        #: The client's public value g^a mod N.
        self.A = srp_native.pow_g(self.a, constant_time=True) if A is None else A

    def session_key(self, *, B: int, salt: int, identity: bytes) -> bytes:
        """K, 16 bytes, from the server's public value and salt; constant time in the secrets.

        Raises `SrpError` when B ≡ 0 mod N or u = 0.
        """
        u = _scrambling(self.A, B)
        reduced = (B % N).to_bytes(ELEMENT_SIZE, "big")
        x = private_key(salt, identity)
        S = srp_native.premaster_secret(reduced, self.a, u, x, K_MULTIPLIER)
        return hkdf(pad(S), pad(u))


class ServerExchange:
    """The server's side of one exchange, for the verifier of one user or device.

    `b` is drawn at random (32 bytes) unless given, which only tests should do.
    """

    def __init__(self, verifier: int, b: bytes | None = None) -> None:
        self._verifier = verifier
        self._b = secrets.token_bytes(EPHEMERAL_SIZE) if b is None else b
        k = int.from_bytes(K_MULTIPLIER, "big")
        #: The server's public value k·v + g^b mod N.
        self.B = (k * verifier + srp_native.pow_g(self._b, constant_time=True)) % N

    def session_key(self, A: int) -> bytes:
        """K, 16 bytes, from the client's public value. Safe to call from several threads.

        Raises `SrpError` when A ≡ 0 mod N or u = 0.
        """
        u = _scrambling(A, self.B)
        base = A * srp_native.powmod(self._verifier, u) % N
        S = srp_native.powmod(base, self._b, constant_time=True)
        return hkdf(pad(S), pad(u))


def _scrambling(A: int, B: int) -> bytes:
    """The scrambling parameter u = H(pad(A) ‖ pad(B)), 32 bytes.

    Both values are checked first (RFC 5054, sections 2.5.3 and 2.5.4).
    """
    for name, value in (("A", A), ("B", B)):
        if value <= 0 or value % N == 0:
            raise SrpError(f"{name} is 0 modulo N, which SRP forbids")
    u = hashlib.sha256(pad(A) + pad(B)).digest()
    if not any(u):
        raise SrpError("u is 0, which SRP forbids")
    return u


def hkdf(key_material: bytes, salt: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) with Cognito's info, cut to K's 16 bytes."""
    pseudorandom_key = hmac.digest(salt, key_material, "sha256")
    return hmac.digest(pseudorandom_key, INFO + b"\x01", "sha256")[:_KEY_SIZE]
