"""The keys that sign tokens: one for ID tokens, one for access tokens, the same for every pool.

They are published with this package, so that a start takes no time and a state file needs no key. A
token of a local Cognito proves nothing, except to a service that was told to trust these keys.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
from joserfc import jwk, jwt
from moto.utilities.utils import load_resource

__all__ = ["public_keys", "sign", "verified_claims"]

_KEYS = Path(__file__).with_name("signing_keys.json")
_PRIVATE = ("p", "q", "d", "dp", "dq", "qi")


@lru_cache(maxsize=1)
def _keys() -> dict[str, jwk.RSAKey]:
    """By token_use. Built from their numbers: joserfc would test the primes for 0.1 s each."""
    keys = {}
    for entry in json.loads(_KEYS.read_text()):
        public = RSAPublicNumbers(_number(entry["e"]), _number(entry["n"]))
        p, q, d, dp, dq, qi = (_number(entry[name]) for name in _PRIVATE)
        numbers = RSAPrivateNumbers(p, q, d, dp, dq, qi, public)
        # Checked when they were made; a test checks the file.
        key = numbers.private_key(unsafe_skip_rsa_key_validation=True)
        about: Any = {name: entry[name] for name in ("kid", "alg", "use")}
        keys[entry["signs"]] = jwk.RSAKey(key, key, about)
    return keys


def _number(text: str) -> int:
    padded = text + "=" * (-len(text) % 4)
    return int.from_bytes(base64.urlsafe_b64decode(padded), "big")


def sign(token_use: str, claims: dict[str, Any]) -> str:
    """A JWT, ``id`` or ``access``, with the key id in its header."""
    key = _keys()[token_use]
    token: str = jwt.encode({"kid": key.kid, "alg": "RS256"}, claims, key)
    return token


@lru_cache(maxsize=1)
def public_keys() -> dict[str, Any]:
    """The JSON Web Key Set.

    moto's published key stands in it, too: state files of earlier versions hold tokens that it has
    signed.
    """
    own: list[Any] = [key.as_dict(private=False) for key in _keys().values()]
    return {"keys": own + load_resource("cognitoidp/resources/jwks-public.json")["keys"]}


def verified_claims(token: str) -> dict[str, Any]:
    """The claims of a token that one of these keys has signed.

    Raises joserfc's `JoseError` or `ValueError` for another.
    """
    keys: Any = public_keys()
    claims: dict[str, Any] = jwt.decode(token, jwk.KeySet.import_key_set(keys)).claims
    return claims
