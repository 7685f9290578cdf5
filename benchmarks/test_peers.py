"""One verifier's 2^x mod N, 256-bit x: what a user could pick, in one run."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import gmpy2
import pytest
from pycognito.aws_srp import generate_hash_device

from cognito_srp import create_device_verifier
from cognito_srp.cli.peers import EXPONENT, openssl_power
from srp_native import N, pow_g, pow_g_many, powmod, powmod_many

GROUP = "one verifier"
LOGIN = "one login"
ROWS = 128  # so few that a round is often not disturbed
#: Of a login: a random base, and 513 bits as the premaster secret's exponent has.
LOGIN_BASE, LOGIN_EXPONENT = 3**1900, 1 << 512 | EXPONENT
_BASE, _LONG = gmpy2.mpz(LOGIN_BASE), gmpy2.mpz(LOGIN_EXPONENT)
_N, _X = gmpy2.mpz(N), gmpy2.mpz(EXPONENT)
GMP = f"gmpy2 {gmpy2.version()}, {gmpy2.mp_version()}"
KEYS: dict[str, Any] = {
    "device_group_key": "-AbCdEf12",
    "device_key": "eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc",
}


def named(benchmark: Any, name: str, peer: str = "") -> Any:
    """The benchmark in its group; `peer` is another package with its version."""
    benchmark.group = GROUP
    benchmark.extra_info["name"] = name
    if peer:
        benchmark.extra_info["version"] = peer
    return benchmark


def test_cpython_pow(benchmark: Any) -> None:
    named(benchmark, "CPython pow", f"Python {platform.python_version()}")(pow, 2, EXPONENT, N)


def test_gmpy2_powmod(benchmark: Any) -> None:
    named(benchmark, "gmpy2.powmod", GMP)(gmpy2.powmod, 2, _X, _N)


def test_gmpy2_powmod_sec(benchmark: Any) -> None:
    named(benchmark, "gmpy2.powmod_sec", GMP)(gmpy2.powmod_sec, 2, _X, _N)


def openssl(base: int, exponent: int) -> Callable[[], bytes]:
    try:
        return openssl_power(base, exponent)
    except ImportError as error:
        pytest.skip(str(error))


def cryptography_version() -> str:
    from cryptography.hazmat.backends.openssl.backend import backend

    return f"cryptography {version('cryptography')}, {backend.openssl_version_text()}"


def test_openssl(benchmark: Any) -> None:
    exchange = openssl(2, EXPONENT)
    power = named(benchmark, "OpenSSL, DH exchange (cryptography)", cryptography_version())(
        exchange
    )
    assert int.from_bytes(power, "big") == pow(2, EXPONENT, N)


def test_openssl_of_a_login(benchmark: Any) -> None:
    benchmark.group = LOGIN
    benchmark.extra_info["name"] = "OpenSSL, DH exchange (cryptography)"
    power = benchmark(openssl(int(_BASE), int(_LONG)))
    assert int.from_bytes(power, "big") == pow(int(_BASE), int(_LONG), N)


def test_pycognito_generate_hash_device(benchmark: Any) -> None:
    made = named(benchmark, "pycognito generate_hash_device", f"pycognito {version('pycognito')}")
    made(generate_hash_device, *KEYS.values())


def test_engine(benchmark: Any, on_engine: str) -> None:
    exponent = EXPONENT.to_bytes(32, "big")
    for _ in range(100):
        pow_g(exponent)  # past the point where gmpy2 builds its table
    result = named(benchmark, f"srp_native {on_engine}")(pow_g, exponent)
    assert result == pow(2, EXPONENT, N)


def test_many(benchmark: Any, on_engine: str) -> None:
    """A batch on one thread; figures are per power."""
    if on_engine == "python":
        pytest.skip("the reference computes a batch one by one")
    exponents = [EXPONENT.to_bytes(32, "big")] * ROWS
    named(benchmark, f"srp_native {on_engine}, batch")(pow_g_many, exponents, threads=1)
    benchmark.extra_info["rows"] = ROWS


def test_cpython_pow_of_a_login(benchmark: Any) -> None:
    benchmark.group = LOGIN
    benchmark.extra_info["name"] = "CPython pow"
    benchmark.pedantic(pow, (int(_BASE), int(_LONG), N), rounds=20)


@pytest.mark.parametrize("power", [gmpy2.powmod, gmpy2.powmod_sec])
def test_gmpy2_of_a_login(benchmark: Any, power: Any) -> None:
    benchmark.group = LOGIN
    benchmark.extra_info["name"] = f"gmpy2.{power.__name__}"
    benchmark(power, _BASE, _LONG, _N)


def test_powmod_of_a_login(benchmark: Any, on_engine: str) -> None:
    """A random base and 513 bits of exponent, as the premaster secret has."""
    benchmark.group = LOGIN
    benchmark.extra_info["name"] = f"srp_native {on_engine}"
    exponent = int(_LONG).to_bytes(65, "big")
    assert benchmark(powmod, int(_BASE), exponent) == pow(int(_BASE), int(_LONG), N)


def test_powmod_many_of_a_login(benchmark: Any, on_engine: str) -> None:
    if on_engine == "python":
        pytest.skip("the reference computes a batch one by one")
    exponents, bases = [int(_LONG).to_bytes(65, "big")] * 64, [int(_BASE)] * 64
    benchmark.group = LOGIN
    benchmark.extra_info.update(name=f"srp_native {on_engine}, batch", rows=64)
    benchmark(powmod_many, bases, exponents, threads=1)


def test_create_device_verifier(benchmark: Any, on_engine: str) -> None:
    """The whole of it: random password and salt, hashes, the power, base64."""
    for _ in range(100):
        create_device_verifier(**KEYS)
    named(benchmark, f"create_device_verifier, {on_engine}")(create_device_verifier, **KEYS)
