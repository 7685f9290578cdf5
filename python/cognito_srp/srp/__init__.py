"""Cognito's SRP, both sides, without any network; and the encoding of its numbers and texts."""

from .protocol import (
    ClientExchange,
    ServerExchange,
    claim_signature,
    compute_verifier,
    device_identity,
    hkdf,
    pool_name,
    private_key,
    secret_hash,
    user_identity,
)

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
