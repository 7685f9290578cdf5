"""The enroller by itself: how soon it has a verifier, and what a device costs beside its calls.

The client answers at once and costs nothing, so that what is measured is the enroller: making and
checking verifiers, the line, the threads, the journal. CPU time is that of all threads.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cognito_srp.enroll import Enroller, EnrollmentRequest, Event
from cognito_srp.enroll.journal import Journal
from cognito_srp.storage.sealing import SealingKey

CALLERS = 500
DEVICES = 5000
#: A file system that keeps nothing: what the journal costs without its disk.
MEMORY = Path("/dev/shm")


class Free:
    """A client whose calls cost nothing."""

    def confirm_device(self, **_: object) -> dict[str, Any]:
        return {"UserConfirmationNecessary": False}


class Throttling(Free):
    """A client that throttles every tenth call, and notes when they come."""

    def __init__(self) -> None:
        self.calls: list[float] = []

    def confirm_device(self, **_: object) -> dict[str, Any]:
        self.calls.append(time.perf_counter())
        if len(self.calls) % 10 == 0:
            error: Any = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}
            raise ClientError(error, "ConfirmDevice")
        return super().confirm_device()


def requests(count: int) -> list[EnrollmentRequest]:
    return [
        EnrollmentRequest(
            device_key=f"eu-west-1_{number:08x}-3631-4248-bed9-d2e934100372",
            device_group_key="-FDRunwQv",
            access_token="token",
            reference=number,
        )
        for number in range(count)
    ]


@contextmanager
def journal(place: Path | None) -> Iterator[Journal]:
    with (
        tempfile.TemporaryDirectory(dir=place) as folder,
        Journal.open(Path(folder) / "journal", key=SealingKey.generate()) as opened,
    ):
        yield opened


def burst() -> list[float]:
    """Seconds from each caller's submit to their verifier, in order of size."""
    called, done = [0.0] * CALLERS, [0.0] * CALLERS
    together = threading.Barrier(CALLERS)

    def note(event: Event) -> None:
        if event.kind == "prepared":
            done[int(str(event.reference))] = time.perf_counter()

    def call(request: EnrollmentRequest) -> None:
        together.wait()
        called[int(str(request.reference))] = time.perf_counter()
        enroller.enroll(request)

    with Enroller(Free(), rate=math.inf, on_event=note) as enroller:  # type: ignore[arg-type]
        threads = [threading.Thread(target=call, args=(it,)) for it in requests(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sorted(end - start for start, end in zip(called, done, strict=True))


def test_burst(benchmark: Any) -> None:
    """500 callers in threads of their own, all at once."""
    rounds: list[list[float]] = []
    benchmark.group = "enroller"
    benchmark.pedantic(lambda: rounds.append(burst()), rounds=40, warmup_rounds=1)
    best = min(rounds, key=lambda times: times[int(0.99 * CALLERS)])
    benchmark.extra_info.update(
        name="enroller: burst of 500 callers",
        figures={
            "verifier within, ms, median": 1e3 * best[CALLERS // 2],
            "verifier within, ms, 99th percentile": 1e3 * best[int(0.99 * CALLERS)],
        },
    )


@pytest.mark.parametrize("place", ["no journal", "journal in memory", "journal on disk"])
@pytest.mark.parametrize("rate", [math.inf, 250.0], ids=["as fast as it can", "250/s"])
def test_cpu(benchmark: Any, place: str, rate: float) -> None:
    """CPU time for each device."""
    if place == "journal in memory" and not MEMORY.is_dir():
        pytest.skip(f"there is no {MEMORY}")
    count = DEVICES if rate == math.inf else 1000
    todo, costs = requests(count), []

    def run() -> None:
        folder = MEMORY if place == "journal in memory" else None
        with nullcontext() if place == "no journal" else journal(folder) as kept:
            start = time.process_time()
            with Enroller(Free(), rate=rate, journal=kept) as enroller:  # type: ignore[arg-type]
                for request in todo:
                    enroller.submit(request)
            costs.append((time.process_time() - start) / count)

    benchmark.group = "enroller"
    benchmark.pedantic(run, rounds=5 if rate == math.inf else 2, warmup_rounds=1)
    pace = "as fast as it can" if rate == math.inf else f"{rate:g}/s"
    name = f"CPU µs a device, {pace}, {place}"
    benchmark.extra_info.update(name=f"enroller: {name}", figures={name: 1e6 * min(costs)})


@pytest.mark.parametrize("rate", [25, 250])
def test_rate(benchmark: Any, rate: int) -> None:
    """How many calls go out in any 10 s while more wait than can be sent."""
    client, seconds, window = Throttling(), 15, 10.0
    todo = requests(rate * (seconds + 2))

    def run() -> None:
        enroller = Enroller(client, rate=rate, limit=len(todo))  # type: ignore[arg-type]
        for request in todo:
            enroller.submit(request)
        time.sleep(seconds)
        enroller.close(drain=False)

    benchmark.group = "enroller"
    benchmark.pedantic(run, rounds=1)
    starts = [first for first in client.calls if first + window < client.calls[-1]]
    counts = [sum(first <= at < first + window for at in client.calls) for first in starts]
    name = f"of {rate}/s, in any 10 s"
    benchmark.extra_info.update(
        name=f"enroller: {name}",
        figures={
            f"least {name}, %": 100 * min(counts) / (rate * window),
            f"most {name}, %": 100 * max(counts) / (rate * window),
        },
    )
