"""Our clients against an independent server: many logins, and every padding of every number.

Kinds of numbers as in support/paddings.py: `high`, `low` and `short`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support import plain_server
from support.paddings import FULL, counts, exponents, kind, numbers_of, salts
from support.plain_client import private_key
from support.plain_server import PlainServer, Secret

import srp_native
from cognito_srp import RememberedDevice, sign_in
from cognito_srp.aws_srp import AWSSRP
from cognito_srp.signin import answers, flow
from cognito_srp.srp import ClientExchange

CLIENTS = ["sign_in", "drop-in"]
DEVICE = {"device_key": plain_server.DEVICE_KEY, "device_group_key": plain_server.GROUP_KEY}


def log_in(server: Any, password: str, *, device: bool, by: str = "sign_in") -> None:
    if by == "drop-in":
        given: dict[str, Any] = {**DEVICE, "device_password": password} if device else {}
        pool_id = f"eu-west-2_{plain_server.POOL}"
        names = ("zoë@example.com", password, pool_id, "client")
        AWSSRP(*names, client=server, **given).authenticate_user()
        return
    known = RememberedDevice(**DEVICE, device_password=password) if device else None
    sign_in(
        server,
        pool_id=f"eu-west-2_{plain_server.POOL}",
        client_id="client",
        username="zoë@example.com",
        password=password,
        device=known,
    )


@pytest.mark.parametrize("by", CLIENTS)
def test_random_sign_ins(
    long_run: bool, record_property: Callable[[str, object], None], by: Any
) -> None:
    """Each proves the user's password and then the device's."""
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    seen: Counter[tuple[str, str]] = Counter()
    for number in range(2000 if long_run else 20):
        password = "".join(chr(rng.choice([0x21, 0xE4, 0x4E2D, 0x1F512]) + i) for i in range(9))
        salt = {"user": rng.getrandbits(128) or 1, "device": rng.getrandbits(128) or 1}
        server = PlainServer.with_salts(**salt, password=password)
        log_in(server, password, device=True, by=by)
        assert len(server.numbers) == 2, (seed, number)
        for numbers in server.numbers:
            seen.update((name, kind(name, value)) for name, value in numbers.items())
        if number % 20 == 0:
            with pytest.raises(plain_server.RefusedError):
                log_in(server, password + "x", device=False, by=by)
    assert all(seen[name, form] for name in FULL for form in ("high", "low"))
    record_property("paddings", counts(seen))


@pytest.mark.parametrize("form", ["high", "low", "short"])
@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("device", [False, True], ids=["user", "device"])
@pytest.mark.parametrize("by", ["sign_in", pytest.param("drop-in", marks=pytest.mark.long)])
def test_every_padding(
    long_run: bool, monkeypatch: pytest.MonkeyPatch, by: Any, device: Any, name: str, form: Any
) -> None:
    """The client's a and the server's b are told to them, so that the number comes out so."""
    rng = random.Random(f"{name} {form} {device}")
    for salt in (next(salts(name, form, rng)) for _ in range(20 if long_run else 2)):
        server = PlainServer.with_salts(user=salt, device=salt, password="geheim-ü")
        forced = server.device if device else server.user
        v = srp_native.pow_g(private_key(salt, f"{forced.prefix}:{forced.password}"))
        for a, b in exponents(name, form, rng):
            if kind(name, numbers_of(a, b, salt, v)[name]) == form:
                break

        def draw(secret: Secret, b: int = b, forced: Secret = forced) -> int:
            return b if secret is forced else rng.getrandbits(256)

        def exchange(a: int = a) -> ClientExchange:
            size = max(32, -(-a.bit_length() // 8))
            return ClientExchange(a.to_bytes(size, "big"))

        server.draw = draw
        monkeypatch.setattr(answers if device else flow, "ClientExchange", exchange)
        monkeypatch.setattr(AWSSRP, "generate_random_small_a", lambda _, a=a: a)
        log_in(server, "geheim-ü", device=device, by=by)
        assert kind(name, server.numbers[-1][name]) == form
