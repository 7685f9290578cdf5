"""Many sign-ins of the plain client, and every padding of every number forced to occur.

A number of full length is `high` when its top bit is set, so that a 00 leads it, and otherwise
`low`; it is `short` when it has fewer bytes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import Any

import pytest
from support.local_people import PASSWORD, Person
from support.plain_client import Exchange, K, N, pad, private_key, sha

import srp_native
from cognito_srp.local import LocalCognito
from cognito_srp.local.flows import respond
from cognito_srp.srp import ServerExchange

FULL = {"A": 384, "B": 384, "S": 384, "u": 32, "salt": 16}


class InProcess:
    """A LocalCognito's operations under boto3's names, without HTTP."""

    def __init__(self, cognito: LocalCognito) -> None:
        self.cognito = cognito

    def __getattr__(self, method: str) -> Any:
        operation = "".join(word.capitalize() for word in method.split("_"))
        return lambda **arguments: self.cognito.call(operation, arguments)


def kind(name: str, value: Any) -> Any:
    bits = 8 * FULL[name] - value.bit_length()
    return "high" if bits == 0 else "low" if bits < 8 else "short"


def counts(seen: Any) -> Any:
    """The counts as one line, for the report of a long run."""
    return ", ".join(f"{name} {form}: {n}" for (name, form), n in sorted(seen.items()))


def client_numbers(sign_in: Any, device: Any, salt: Any) -> Any:
    """The numbers of a device sign-in, by the client's formula."""
    A, B = sign_in.device_exchange.A, sign_in.verifier_challenge["ChallengeParameters"]["SRP_B"]
    u, x = sha(pad(A), pad(int(B, 16))), private_key(salt, f"{device[1]}{device[0]}:{device[2]}")
    base = (int(B, 16) - K * srp_native.pow_g(x)) % N
    S = srp_native.powmod(base, sign_in.device_exchange.a + u * x)
    return {"A": A, "B": int(B, 16), "S": S, "u": u, "salt": salt}


def test_random_logins(long_run: bool, record_property: Callable[[str, object], None]) -> None:
    cognito = LocalCognito()
    pool = cognito.create_pool()
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    seen = Counter()
    for number in range(2000 if long_run else 40):
        password = f"{PASSWORD}{rng.randrange(1 << 64)}"
        person = Person(InProcess(cognito), pool, f"user{number}", password)
        pool.create_user(person.username, password)
        salt = rng.getrandbits(128) or 1
        device = person.confirm(salt=salt)
        sign_in = person.with_device(device)
        assert "AccessToken" in sign_in.run()["AuthenticationResult"], seed
        numbers = client_numbers(sign_in, device, salt)
        seen.update((name, kind(name, value)) for name, value in numbers.items())
    assert all(seen[name, form] for name in FULL for form in ("high", "low"))
    record_property("paddings", counts(seen))


def salts(name: str, form: Any, rng: random.Random) -> Iterator[Any]:
    """Endless salts, of the wanted form if it is the salt's that is wanted."""
    while True:
        salt = rng.getrandbits(128) or 1
        if (name, form) == ("salt", "short"):
            salt >>= rng.randrange(8, 120)
        if salt and (name != "salt" or kind("salt", salt) == form):
            yield salt


def exponents(name: str, form: Any, rng: random.Random) -> Iterator[Any]:
    """Endless (a, b), cheap to make, in which the wanted form comes up soon."""
    for number in count():
        a, b = rng.getrandbits(256), rng.getrandbits(256)
        if (name, form) == ("A", "short"):
            a = rng.randrange(1, 3060)  # 2^a itself
        if name == "S":
            b = 1 + number % 3  # S = (A v^u)^b at little cost
        yield a, b


def numbers_of(a: Any, b: Any, salt: Any, v: Any) -> Any:
    """The numbers of an exchange, by the server's formula."""
    A, B = srp_native.pow_g(a), (K * v + srp_native.pow_g(b)) % N
    u = sha(pad(A), pad(B))
    S = srp_native.powmod(A * srp_native.powmod(v, u) % N, b)
    return {"A": A, "B": B, "S": S, "u": u, "salt": salt}


@pytest.mark.parametrize("form", ["high", "low", "short"])
@pytest.mark.parametrize("name", FULL)
def test_every_padding(
    long_run: bool,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    name: str,
    form: Any,
) -> None:
    """Whole device sign-ins; the server's b, else random, is told to it."""
    cognito = LocalCognito()
    pool = cognito.create_pool()
    person = Person(InProcess(cognito), pool, pool.create_user("ann", PASSWORD))
    rng = random.Random(f"{name} {form}")
    seen = Counter()
    for salt in islice(salts(name, form, rng), 20 if long_run else 2):
        device = person.confirm(salt=salt)
        v = srp_native.pow_g(private_key(salt, f"{device[1]}{device[0]}:{device[2]}"))
        for a, b in exponents(name, form, rng):
            numbers = numbers_of(a, b, salt, v)
            if kind(name, numbers[name]) == form:
                break
        exchange = ServerExchange(v, b.to_bytes(32, "big"))
        monkeypatch.setattr(respond, "ServerExchange", lambda _, chosen=exchange: chosen)
        sign_in = person.with_device(device)
        sign_in.device_exchange = Exchange(a)
        assert "AccessToken" in sign_in.run()["AuthenticationResult"], (a, b, salt)
        shown = sign_in.verifier_challenge["ChallengeParameters"]
        assert (int(shown["SRP_B"], 16), int(shown["SALT"], 16)) == (numbers["B"], salt)
        seen.update((n, kind(n, value)) for n, value in numbers.items())
    assert seen[name, form] == (20 if long_run else 2)
    record_property("paddings", counts(seen))
