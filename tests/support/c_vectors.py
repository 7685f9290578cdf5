"""Commands for native/vectors.c, and what pow and hashlib answer to them."""

from __future__ import annotations

import hashlib
import random

from srp_native.group import N

__all__ = ["element", "number", "protocol_cases"]


def element(value: int) -> str:
    return f"{value:0768x}"


def number(value: int, size: int) -> str:
    return value.to_bytes(size, "big").hex() or "-"


def protocol_cases(rounds: int) -> list[tuple[str, str]]:
    """Commands for vectors.c and what pow and hashlib answer."""
    rng = random.Random(7)
    cases = []
    for length in range(201):
        data = rng.randbytes(length)
        cases.append((f"sha256 {data.hex() or '-'}", hashlib.sha256(data).hexdigest()))

    short, long = (0, 1, 2047, 2048, 2**256 - 1), (2**256, N - 1, N, 2**3072 - 1)
    for e in (*short, *(1 << i for i in range(0, 256, 17)), *long):
        size = 32 if e < 2**256 else 384
        cases.append((f"pow_g {number(e, size)}", element(pow(2, e, N))))
    cases.append(("pow_g -", element(1)))

    limbs = [int(f"{a:016x}{b:016x}" * 24, 16) for a, b in ((0, 2**64 - 1), (2**64 - 1, 0))]
    for base in (0, 1, 2, N - 1, N, N + 1, 2**3072 - 1, *limbs):
        for e in (*short, *(long if base == limbs[0] else ())):
            size = 32 if e < 2**256 else 384
            expected = element(pow(base, e, N))
            cases.append((f"powmod {element(base)} {number(e, size)}", expected))
        cases.append((f"powmod {element(base)} -", element(1)))

    for _ in range(rounds):
        size = rng.choice([1, 5, 31, 32, 32, 32, 33, 65])
        e, base = rng.getrandbits(8 * size), rng.getrandbits(3072)
        cases.append((f"pow_g {number(e, size)}", element(pow(2, e, N))))
        cases.append((f"powmod {element(base)} {number(e, size)}", element(pow(base, e, N))))
        salt, identity = rng.randbytes(rng.randrange(40)), rng.randbytes(rng.randrange(200))
        x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
        verifier = element(pow(2, int.from_bytes(x, "big"), N))
        cases.append((f"verifier {salt.hex() or '-'} {identity.hex() or '-'}", verifier))
        cases.append(premaster_case(rng))
    too_long = f"premaster {element(1)} {'00' * 385} 00 00 00"
    return [*cases, (too_long, "error -1")]


def premaster_case(rng: random.Random) -> tuple[str, str]:
    sizes = [rng.choice([0, 1, 32, 32, 128]), *(rng.choice([1, 16, 32]) for _ in "uxk")]
    a, u, x, k = (rng.choice([rng.getrandbits(8 * n), 2 ** (8 * n) - 1, 0]) for n in sizes)
    B = rng.choice([rng.getrandbits(3072), k * pow(2, x, N) % N, 2**3072 - 1])
    values = " ".join(number(v, n) for v, n in zip((a, u, x, k), sizes, strict=True))
    expected = pow(B - k * pow(2, x, N), a + u * x, N)
    return f"premaster {element(B)} {values}", element(expected)
