"""A device's sign-in through the drop-in and through pycognito: CPU time, and stretches of GIL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pycognito.aws_srp
import pytest

import cognito_srp.aws_srp
from srp_native import N, use_engine
from srp_native.engines._registry import current_engine

GROUP = "sign-in"
THREADS = 100
DEVICE = {
    "device_key": "eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc",
    "device_group_key": "-AbCdEf12",
    "device_password": "a device's password",
}
#: As long as AWS's: 128 bits of salt, B of 3,072 bits, a secret block of about 1.4 KB.
CHALLENGE = {
    "USERNAME": "ann",
    "SALT": "5eed" * 8,
    "SRP_B": format(pow(3, 7**90, N), "x"),
    "SECRET_BLOCK": "c2VjcmV0IGJsb2Nr" * 90,
}


def arithmetic(module: ModuleType) -> None:
    """A, x, g^x, S, K and the signature for one device challenge, with a fresh a."""
    made = module.AWSSRP("ann", "pw", "eu-west-1_Pool", "client", client=object(), **DEVICE)
    assert made.get_auth_params()["SRP_A"]
    made.process_device_challenge(CHALLENGE)


def cpu_seconds(work: Callable[[], None], rounds: int) -> float:
    """The least CPU time of several rounds: other load does not count, but disturbs caches."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


@pytest.mark.benchmark(timer=time.process_time)
def test_pycognito(benchmark: Any) -> None:
    benchmark.group = GROUP
    benchmark.extra_info["name"] = "device sign-in, pycognito"
    benchmark.pedantic(arithmetic, (pycognito.aws_srp,), rounds=15, warmup_rounds=2)


@pytest.mark.benchmark(timer=time.process_time)
def test_ours(benchmark: Any, on_engine: str) -> None:
    """And how many times pycognito's rate that is, the two measured in turns."""
    if on_engine == "python":
        pytest.skip("it has no constant-time routines, without which the drop-in does not run")
    benchmark.group = GROUP
    name = benchmark.extra_info["name"] = f"device sign-in, {on_engine}"
    benchmark.pedantic(arithmetic, (cognito_srp.aws_srp,), rounds=300, warmup_rounds=20)
    ours, theirs = [], []
    for _ in range(3):
        theirs.append(cpu_seconds(lambda: arithmetic(pycognito.aws_srp), 3))
        ours.append(cpu_seconds(lambda: arithmetic(cognito_srp.aws_srp), 60))
    benchmark.extra_info["figures"] = {
        f"{name}, ms of CPU": 1e3 * min(ours),
        f"{name}, times pycognito's rate": min(theirs) / min(ours),
    }


class Stretches:
    """CPU time of the sign-ins' threads outside of the engine's calls, which release the GIL.

    Time on the clock would tell of the load of the machine; each thread's own CPU time does not.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.longest = 0.0
        self._own = threading.local()
        engine = current_engine()
        if engine.releases_gil:
            for name in ("pow_g", "premaster_secret"):
                monkeypatch.setattr(engine, name, self._released(getattr(engine, name)))

    def _released(self, call: Callable[..., bytes]) -> Callable[..., bytes]:
        def run(*args: Any, **options: Any) -> bytes:
            self.end()
            result = call(*args, **options)
            self.begin()
            return result

        return run

    def begin(self) -> None:
        self._own.began = time.thread_time()

    def end(self) -> None:
        self.longest = max(self.longest, time.thread_time() - self._own.began)

    def sign_in(self) -> None:
        self.begin()
        arithmetic(cognito_srp.aws_srp)
        self.end()


@pytest.fixture(params=["c", "gmpy2"])
def stretches(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with use_engine(request.param):
        arithmetic(cognito_srp.aws_srp)
        yield Stretches(monkeypatch), request.param


def test_gil(benchmark: Any, stretches: Any) -> None:
    """The longest stretch for which one of 100 threads, each a sign-in, kept the GIL."""
    measured, engine = stretches
    longest = []

    def run() -> None:
        measured.longest = 0.0
        threads = [threading.Thread(target=measured.sign_in) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        longest.append(measured.longest)

    benchmark.group = GROUP
    benchmark.pedantic(run, rounds=10, warmup_rounds=1)
    name = f"longest stretch of GIL in {THREADS} threads, {engine}"
    benchmark.extra_info["name"] = name
    benchmark.extra_info["figures"] = {f"{name}, ms": 1e3 * min(longest)}
