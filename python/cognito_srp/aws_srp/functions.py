"""The functions and constants of pycognito's and warrant's `aws_srp` modules."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final

import srp_native
from srp_native import N
from srp_native._sizes import PASSWORD_RANDOM, SALT_RANDOM
from srp_native.group import EXPONENT_BITS

from ..srp.encoding import MONTHS, WEEKDAYS, encode_base64, from_hex, pad, to_hex
from ..srp.protocol import INFO, compute_verifier, device_identity, hkdf

__all__ = [
    "GENERATOR",
    "G_HEX",
    "INFO_BITS",
    "MONTH_NAMES",
    "N_HEX",
    "WEEKDAY_NAMES",
    "calculate_u",
    "compute_hkdf",
    "generate_hash_device",
    "get_random",
    "hash_sha256",
    "hex_hash",
    "hex_to_long",
    "long_to_hex",
    "pad_hex",
]

N_HEX: Final = format(N, "X")
G_HEX: Final = format(srp_native.G, "X")
INFO_BITS: Final = bytearray(INFO)
WEEKDAY_NAMES: Final = list(WEEKDAYS)
MONTH_NAMES: Final = list(MONTHS)

_Octets = bytes | bytearray | memoryview


def hash_sha256(buf: _Octets) -> str:
    """SHA-256 as 64 hex digits."""
    return hashlib.sha256(buf).hexdigest()


def hex_hash(hex_string: str) -> str:
    """`hash_sha256` of the bytes that an even number of hex digits stands for."""
    return hash_sha256(bytes.fromhex(hex_string))


def hex_to_long(hex_string: str | bytes | bytearray) -> int:
    """The integer of a hex number."""
    return int(hex_string, 16)


def long_to_hex(long_num: int) -> str:
    """Minimal lower-case hex."""
    return to_hex(long_num)


def get_random(nbytes: int) -> int:
    """An integer of `nbytes` random bytes."""
    return hex_to_long(secrets.token_hex(nbytes))


def pad_hex(long_int: int | str) -> str:
    """`encoding.pad` of an integer or hex number, as hex: an even number of digits, minimal.

    Unlike theirs, it drops redundant leading zeros, which Cognito does before it hashes, and
    refuses negative numbers.
    """
    digits = long_int if isinstance(long_int, str) else to_hex(long_int)
    return digits.lstrip("0").zfill(2 * len(pad(from_hex(digits))))


def compute_hkdf(ikm: _Octets, salt: _Octets) -> bytes:
    """HKDF-SHA256 (RFC 5869) with Cognito's info.

    Args:
        ikm: The input keying material; hashed as it is.
        salt: The salt; hashed as it is.

    Returns:
        16 bytes.
    """
    return hkdf(bytes(ikm), bytes(salt))


def calculate_u(big_a: int | str, big_b: int | str) -> int:
    """The scrambling parameter u = H(pad(A) ‖ pad(B)).

    Args:
        big_a: A, as an integer or in hex.
        big_b: B, as an integer or in hex.

    Returns:
        The integer u, below 2^256.
    """
    return hex_to_long(hex_hash(pad_hex(big_a) + pad_hex(big_b)))


def generate_hash_device(device_group_key: str, device_key: str) -> tuple[str, dict[str, str]]:
    """A random password for a device, and the verifier for it.

    Args:
        device_group_key: NewDeviceMetadata's DeviceGroupKey.
        device_key: NewDeviceMetadata's DeviceKey.

    Returns:
        The password, which is the base64 of 40 random bytes, and ConfirmDevice's
            DeviceSecretVerifierConfig.
    """
    device_password = encode_base64(secrets.token_bytes(PASSWORD_RANDOM))
    salt = get_random(SALT_RANDOM)
    v = compute_verifier(salt, device_identity(device_group_key, device_key, device_password))
    config = {"PasswordVerifier": encode_base64(pad(v)), "Salt": encode_base64(pad(salt))}
    return device_password, config


class _Generator(int):
    """The generator 2, whose powers modulo anything run on our engines.

    AWS's example for ConfirmDevice computes its verifier with the built-in
    ``pow(helper.val_g, x, helper.big_n)``, and ``pow`` asks its first argument. Everything else
    is as with any other 2, and what the engines do not take goes to int.
    """

    def __pow__(self, exponent: Any, modulus: Any = None) -> Any:
        if not (isinstance(exponent, int) and isinstance(modulus, int)):
            return super().__pow__(exponent, modulus)
        if exponent < 0 or modulus < 1 or exponent.bit_length() > EXPONENT_BITS:
            return super().__pow__(exponent, modulus)
        return srp_native.powmod(int(self), int(exponent), int(modulus))


#: What `AWSSRP.val_g` is.
GENERATOR: Final = _Generator(srp_native.G)
