"""One verifier's 2^x mod N, 256-bit x: what a user could pick, in one run."""

from __future__ import annotations

from typing import Any

import gmpy2
from conftest import EXPONENT
from pycognito.aws_srp import generate_hash_device

from cognito_srp import create_device_verifier
from srp_native import N, pow_g

GROUP = "one verifier"
_N, _X = gmpy2.mpz(N), gmpy2.mpz(EXPONENT)
KEYS = {
    "device_group_key": "-AbCdEf12",
    "device_key": "eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc",
}


def named(benchmark: Any, name: str) -> Any:
    benchmark.group = GROUP
    benchmark.extra_info["name"] = name
    return benchmark


def test_cpython_pow(benchmark: Any) -> None:
    named(benchmark, "CPython pow")(pow, 2, EXPONENT, N)


def test_gmpy2_powmod(benchmark: Any) -> None:
    named(benchmark, "gmpy2.powmod")(gmpy2.powmod, 2, _X, _N)


def test_gmpy2_powmod_sec(benchmark: Any) -> None:
    named(benchmark, "gmpy2.powmod_sec")(gmpy2.powmod_sec, 2, _X, _N)


def test_pycognito_generate_hash_device(benchmark: Any) -> None:
    named(benchmark, "pycognito generate_hash_device")(generate_hash_device, *KEYS.values())


def test_engine(benchmark: Any, on_engine: str) -> None:
    exponent = EXPONENT.to_bytes(32, "big")
    for _ in range(100):
        pow_g(exponent)  # past the point where gmpy2 builds its table
    result = named(benchmark, f"srp_native {on_engine}")(pow_g, exponent)
    assert result == pow(2, EXPONENT, N)


def test_create_device_verifier(benchmark: Any, on_engine: str) -> None:
    """The whole of it: random password and salt, hashes, the power, base64."""
    for _ in range(100):
        create_device_verifier(**KEYS)
    named(benchmark, f"create_device_verifier, {on_engine}")(create_device_verifier, **KEYS)
