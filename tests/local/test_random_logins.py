"""Many sign-ins of the plain client, and every padding of every number forced to occur.

A number of full length is `high` when its top bit is set, so that a 00 leads it, and otherwise
`low`; it is `short` when it has fewer bytes.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import count

import pytest
from local_people import PASSWORD, Person
from plain_client import Exchange, K, N, pad, private_key, sha

import srp_native
from cognito_srp.local import LocalCognito
from cognito_srp.srp import ServerExchange

FULL = {"A": 384, "B": 384, "S": 384, "u": 32, "salt": 16}
IDENTITY = "-abcdefgheu-west-2_0:password"


class InProcess:
    """A LocalCognito's operations under boto3's names, without HTTP."""

    def __init__(self, cognito):
        self.cognito = cognito

    def __getattr__(self, method):
        operation = "".join(word.capitalize() for word in method.split("_"))
        return lambda **arguments: self.cognito.call(operation, arguments)


def kind(name, value):
    bits = 8 * FULL[name] - value.bit_length()
    return "high" if bits == 0 else "low" if bits < 8 else "short"


def test_random_logins(long_run):
    cognito = LocalCognito()
    pool = cognito.create_pool()
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    seen = Counter()
    for number in range(2000 if long_run else 40):
        password = f"{PASSWORD}{rng.randrange(1 << 64)}"
        person = Person(InProcess(cognito), pool, f"user{number}", password)
        pool.create_user(person.username, password)
        device = person.confirm(salt=rng.getrandbits(128) or 1)
        sign_in = person.with_device(device)
        assert "AccessToken" in sign_in.run()["AuthenticationResult"], seed
        shown = sign_in.verifier_challenge["ChallengeParameters"]
        numbers = {"A": sign_in.device_exchange.A, "B": int(shown["SRP_B"], 16)}
        seen.update((name, kind(name, value)) for name, value in numbers.items())
    assert all(seen[name, form] for name in "AB" for form in ("high", "low"))


def candidates(name, form, rng):
    """Endless (a, b, salt), cheap to make, in which the wanted form comes up soon."""
    for number in count():
        salt = rng.getrandbits(128) or 1
        if (name, form) == ("salt", "short"):
            salt >>= rng.randrange(8, 120)
        a, b = rng.getrandbits(256), rng.getrandbits(256)
        if (name, form) == ("A", "short"):
            a = rng.randrange(1, 3060)  # 2^a itself
        if name == "S":
            b = 1 + number % 3  # S = (A v^u)^b at little cost
        yield a, b, salt


def numbers_of(a, b, salt):
    """A, B, u, S of an exchange, by the server's formula."""
    v = srp_native.pow_g(private_key(salt, IDENTITY))
    A, B = srp_native.pow_g(a), (K * v + srp_native.pow_g(b)) % N
    u = sha(pad(A), pad(B))
    return {"A": A, "B": B, "u": u, "salt": salt}, v, u


@pytest.mark.parametrize("form", ["high", "low", "short"])
@pytest.mark.parametrize("name", FULL)
def test_every_padding(long_run, name, form):
    rng = random.Random(f"{name} {form}")
    wanted = 20 if long_run else 3
    for a, b, salt in candidates(name, form, rng):
        numbers, v, u = numbers_of(a, b, salt)
        if name == "S":
            numbers["S"] = srp_native.powmod(numbers["A"] * srp_native.powmod(v, u) % N, b)
        if kind(name, numbers[name]) != form:
            continue
        server = ServerExchange(v, b.to_bytes(32, "big"))
        assert server.B == numbers["B"]
        key = Exchange(a).key(numbers["B"], salt, IDENTITY)
        assert server.session_key(numbers["A"]) == key, (a, b, salt)
        wanted -= 1
        if wanted == 0:
            break
