"""How late an event loop is for its other work while 100 sign-ins with a device run on it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from support.loop_callbacks import callbacks

from cognito_srp import RememberedDevice, aio
from srp_native import N

GROUP = "sign-in"
SIGN_INS = 100
HEARTBEAT = 0.001
ARRIVAL = 0.002
DEVICE = RememberedDevice(
    device_key="eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc",
    device_group_key="-AbCdEf12",
    device_password="a device's password",
)
#: As long as AWS's: 128 bits of salt, B of 3,072 bits, a secret block of about 1.4 KB.
SHOWN = {
    "USERNAME": "ann",
    "USER_ID_FOR_SRP": "ann",
    "SALT": "5eed" * 8,
    "SRP_B": format(pow(3, 7**90, N), "x"),
    "SECRET_BLOCK": "c2VjcmV0IGJsb2Nr" * 90,
}
TOKENS = {"AccessToken": "a", "IdToken": "i", "ExpiresIn": 1, "TokenType": "Bearer"}
NEXT = {"PASSWORD_VERIFIER": "DEVICE_SRP_AUTH", "DEVICE_SRP_AUTH": "DEVICE_PASSWORD_VERIFIER"}


class Answers:
    """A client whose service answers at once, so that our work is all there is."""

    async def _make_api_call(self) -> None:
        """As aiobotocore's clients have: it makes the methods awaitable."""

    async def initiate_auth(self, **_: Any) -> dict[str, Any]:
        return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": SHOWN}

    async def respond_to_auth_challenge(self, **request: Any) -> dict[str, Any]:
        name = NEXT.get(request["ChallengeName"])
        if name is None:
            return {"AuthenticationResult": TOKENS}
        return {"ChallengeName": name, "ChallengeParameters": SHOWN}


async def latest() -> float:
    """The most that a heartbeat was late until it was cancelled."""
    late = 0.0
    try:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(HEARTBEAT)
            late = max(late, time.perf_counter() - began - HEARTBEAT)
    except asyncio.CancelledError:
        return late


async def heartbeats(*, busy: bool) -> float:
    """How late the latest was while sign-ins arrived one after the other, or none did."""
    watch = asyncio.create_task(latest())
    how: dict[str, Any] = {
        "pool_id": "eu-west-1_Pool",
        "client_id": "c",
        "username": "ann",
        "password": "pw",
    }
    tasks: list[asyncio.Task[Any]] = []
    for _ in range(SIGN_INS):
        await asyncio.sleep(ARRIVAL)
        if busy:
            coroutine = aio.sign_in(Answers(), device=DEVICE, **how)
            tasks.append(asyncio.create_task(coroutine))
    await asyncio.gather(*tasks)
    watch.cancel()
    return await watch


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_event_loop(benchmark: Any, on_engine: str, busy: bool) -> None:
    """The least of several rounds' worst: what other processes take is none of ours.

    A heartbeat is late for many reasons, so the CPU of the longest callback is measured as well:
    for so long our code kept the loop at a time.
    """
    if on_engine == "python":
        pytest.skip("it has no constant-time routines, without which nobody signs in")
    late, longest = [], []

    def run() -> None:
        with callbacks() as taken:
            late.append(asyncio.run(heartbeats(busy=busy)))
        longest.append(max(taken))

    benchmark.group = GROUP
    benchmark.pedantic(run, rounds=8, warmup_rounds=1)
    name = f"event loop with {SIGN_INS if busy else 'no'} sign-ins, {on_engine}"
    benchmark.extra_info["name"] = name
    benchmark.extra_info["figures"] = {
        f"{name}: latest heartbeat, ms": 1e3 * min(late),
        f"{name}: longest callback, ms of CPU": 1e3 * min(longest),
    }
