"""The local Cognito: confirmations over HTTP, the server's share of a sign-in, and its start."""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

import pytest

from benchmarks.measuring import run_child
from cognito_srp.srp import ServerExchange
from srp_native import EngineError, pow_g

# boto3 and the server share one core, and, being one process, the interpreter's lock. Tokens and
# verifiers are made beforehand.
CONFIRM = """
import os, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from cognito_srp import NewDevice, create_device_verifiers
from cognito_srp.local import LocalCognito
with LocalCognito() as cognito:
    pool = cognito.create_pool()
    pool.create_user("ann", "Correct-horse-1")
    results = [pool.sign_in("ann", "Correct-horse-1") for _ in range(300)]
    new = [NewDevice.from_metadata(result["NewDeviceMetadata"]) for result in results]
    sent = [
        {
            "AccessToken": result["AccessToken"],
            "DeviceKey": verifier.device_key,
            "DeviceSecretVerifierConfig": verifier.as_config(),
        }
        for result, verifier in zip(results, create_device_verifiers(new))
    ]
    client = cognito.client()
    for request in sent[:20]:
        client.confirm_device(**request)
    start = time.perf_counter()
    for request in sent[20:]:
        client.confirm_device(**request)
    print(len(sent[20:]) / (time.perf_counter() - start))
"""

# As a test meets it: the imports count, and so does the wait for the port.
START = """
import statistics, time
def start():
    before = time.perf_counter()
    from cognito_srp.local import LocalCognito
    cognito = LocalCognito().start()
    taken = time.perf_counter() - before
    cognito.stop()
    return taken
print(start())
print(statistics.median(start() for _ in range(20)))
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cannot pin to a core")
def test_confirm_device(benchmark: Any) -> None:
    rates = []
    benchmark.group = "local Cognito"
    benchmark.pedantic(lambda: rates.extend(run_child(CONFIRM)), rounds=3)
    benchmark.extra_info.update(
        name="local Cognito: ConfirmDevice", figures={"ConfirmDevice/s, one core": max(rates)}
    )


@pytest.mark.parametrize("exchanges", [["the device's"], ["the user's", "the device's"]])
@pytest.mark.benchmark(timer=time.process_time)
def test_server_side(benchmark: Any, on_engine: str, exchanges: list[str]) -> None:
    """CPU time of the server's SRP: a device sign-in proves the user's password first."""
    verifiers, A = [pow_g(1 << 255 | 5), pow_g(1 << 255 | 7)], pow_g(1 << 255 | 3)

    def answer() -> None:
        for verifier in verifiers[: len(exchanges)]:
            ServerExchange(verifier).session_key(A)

    try:
        answer()
    except EngineError as error:  # the server asks for constant time
        pytest.skip(str(error))
    benchmark.group = "local Cognito"
    benchmark(answer)
    name = f"CPU ms of {' and '.join(exchanges)} exchange, {on_engine}"
    benchmark.extra_info.update(name=name, figures={name: 1e3 * benchmark.stats.stats.min})


def test_start(benchmark: Any) -> None:
    runs = []
    benchmark.group = "local Cognito"
    benchmark.pedantic(lambda: runs.append(run_child(START)), rounds=5)
    first, later = (statistics.median(times) for times in zip(*runs, strict=True))
    benchmark.extra_info.update(
        name="local Cognito: start",
        figures={"start, ms, first in a process": 1e3 * first, "start, ms, later": 1e3 * later},
    )
