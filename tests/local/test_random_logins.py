"""Many sign-ins of the plain client, and every padding (support/paddings.py) forced to occur."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
from support.local_people import PASSWORD, Person
from support.paddings import FULL, counts, exponents, kind, numbers_of, salts
from support.plain_client import Exchange, K, N, pad, private_key, sha

import srp_native
from cognito_srp.local import LocalCognito
from cognito_srp.local.flows import respond
from cognito_srp.srp import ServerExchange


class InProcess:
    """A LocalCognito's operations under boto3's names, without HTTP."""

    def __init__(self, cognito: LocalCognito) -> None:
        self.cognito = cognito

    def __getattr__(self, method: str) -> Any:
        operation = "".join(word.capitalize() for word in method.split("_"))
        return lambda **arguments: self.cognito.call(operation, arguments)


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
    seen: Counter[tuple[str, str]] = Counter()
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
    seen: Counter[tuple[str, str]] = Counter()
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
