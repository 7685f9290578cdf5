"""Which paddings the numbers of an exchange need, and how to force each of them to occur.

A number of full length is `high` when its top bit is set, so that a 00 leads it, and otherwise
`low`; it is `short` when it has fewer bytes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import count

import srp_native

from .plain_client import K, N, pad, sha

FULL = {"A": 384, "B": 384, "S": 384, "u": 32, "salt": 16}


def kind(name: str, value: int) -> str:
    bits = 8 * FULL[name] - value.bit_length()
    return "high" if bits == 0 else "low" if bits < 8 else "short"


def counts(seen: Counter[tuple[str, str]]) -> str:
    """The counts as one line, for the report of a long run."""
    return ", ".join(f"{name} {form}: {n}" for (name, form), n in sorted(seen.items()))


def salts(name: str, form: str, rng: random.Random) -> Iterator[int]:
    """Endless salts, of the wanted form if it is the salt's that is wanted."""
    while True:
        salt = rng.getrandbits(128) or 1
        if (name, form) == ("salt", "short"):
            salt >>= rng.randrange(8, 120)
        if salt and (name != "salt" or kind("salt", salt) == form):
            yield salt


def exponents(name: str, form: str, rng: random.Random) -> Iterator[tuple[int, int]]:
    """Endless (a, b), cheap to make, in which the wanted form comes up soon."""
    for number in count():
        a, b = rng.getrandbits(256), rng.getrandbits(256)
        if (name, form) == ("A", "short"):
            a = rng.randrange(1, 3060)  # 2^a itself
        if name == "S":
            b = 1 + number % 3  # S = (A v^u)^b at little cost
        yield a, b


def numbers_of(a: int, b: int, salt: int, v: int) -> dict[str, int]:
    """The numbers of an exchange, by the server's formula."""
    A, B = srp_native.pow_g(a), (K * v + srp_native.pow_g(b)) % N
    u = sha(pad(A), pad(B))
    S = srp_native.powmod(A * srp_native.powmod(v, u) % N, b)
    return {"A": A, "B": B, "S": S, "u": u, "salt": salt}
