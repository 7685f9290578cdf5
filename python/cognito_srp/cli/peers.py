"""What else could compute a verifier's power 2^x mod N from Python, for `bench` to compare with.

The one module beside srp_native's engine that imports gmpy2: here it is a peer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from srp_native import G, N

__all__ = ["EXPONENT", "openssl_power", "peers"]

#: 256 bits, the topmost set: the same work for everyone.
EXPONENT: Final = int.from_bytes(bytes(range(0x80, 0xA0)), "big")

Power = Callable[[], object]


def peers() -> Iterable[tuple[str, Power | None]]:
    """Each peer by name, and its power; None where it is not installed."""
    yield "CPython pow", partial(pow, G, EXPONENT, N)
    makers: dict[str, Callable[[], Power]] = {
        "gmpy2.powmod": partial(_gmpy2, "powmod"),
        "gmpy2.powmod_sec": partial(_gmpy2, "powmod_sec"),
        "OpenSSL (cryptography)": partial(openssl_power, G, EXPONENT),
        "pycognito": _pycognito,
    }
    for name, maker in makers.items():
        try:
            yield name, maker()
        except ImportError:
            yield name, None


def _gmpy2(name: str) -> Power:
    import gmpy2

    return partial(getattr(gmpy2, name), gmpy2.mpz(G), gmpy2.mpz(EXPONENT), gmpy2.mpz(N))


def openssl_power(base: int, exponent: int) -> Callable[[], bytes]:
    """OpenSSL's base^exponent mod N, through the public binding that offers it.

    A Diffie-Hellman exchange in our group is just that, in constant time. Its keys are made
    beforehand, which takes some 10 µs more; OpenSSL looks at the peer's key in every exchange.
    Raises ``ImportError`` where there is no OpenSSL.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dh

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on its way out of the library, as finite fields are
        group = dh.DHParameterNumbers(N, G)
        own = dh.DHPrivateNumbers(exponent, dh.DHPublicNumbers(pow(G, exponent, N), group))
        peer = dh.DHPublicNumbers(base % N, group)
        try:
            return partial(own.private_key().exchange, peer.public_key())
        except UnsupportedAlgorithm as error:
            raise ImportError("this OpenSSL has no exchange in such a group") from error


def _pycognito() -> Power:
    from pycognito.aws_srp import generate_hash_device

    return partial(generate_hash_device, "-AbCdEf12", "eu-west-1_0c1e5a3c-0000-4000-8000-123456789")
