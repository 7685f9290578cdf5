"""A rate that many workers share: never above it together, and all of it used."""

from __future__ import annotations

import heapq
import multiprocessing
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from moto import mock_aws
from support.lean_cognito import busiest
from support.moto_tables import TABLE, client, create_table

from cognito_srp import InvalidInputError
from cognito_srp.distributed import SharedRate, equal_share


@pytest.mark.parametrize("rate", [25.0, 250.0])
@pytest.mark.parametrize("workers", [1, 2, 3, 8, 100])
def test_equal_shares(rate: float, workers: int) -> None:
    share = equal_share(rate, workers)
    assert share <= rate / workers
    # The most that each may send in 10 s, all at once.
    assert workers * (10 * share + 1) <= 10 * rate * 1.02 + 1e-6
    if workers <= 0.02 * 10 * rate:
        assert share == rate / workers


def test_shares_that_cannot_be() -> None:
    with pytest.raises(InvalidInputError, match="300 are too many for 25"):
        equal_share(25, 300)
    with pytest.raises(InvalidInputError, match="workers: must be at least 1"):
        equal_share(25, 0)
    with pytest.raises(InvalidInputError, match="rate: must be above zero"):
        equal_share(0, 1)
    wrongs: list[dict[str, Any]] = [{"rate": 0.0}, {"rate": float("inf")}, {"lease": 0.0}]
    for wrong in wrongs:
        with pytest.raises(InvalidInputError):
            SharedRate(None, table=TABLE, **wrong)


class Simulation:
    """Workers whose time passes as fast as it can be computed; DynamoDB is moto's."""

    def __init__(self, skews: list[float], rate: float, trip: float = 0.01) -> None:
        self.now, self.trip = 1000.0, trip
        self.sent: list[list[float]] = [[] for _ in skews]
        dynamodb = client("dynamodb")
        create_table(dynamodb)
        self.paces = [
            SharedRate(
                self._slow(dynamodb),
                table=TABLE,
                rate=rate,
                clock=partial(self._clock, skew),
                monotonic=lambda: self.now,
            )
            for skew in skews
        ]
        self.updates = 0

    def _clock(self, skew: float) -> float:
        return 1.7e9 + self.now + skew

    def _slow(self, dynamodb: Any) -> Any:
        simulation = self

        class Slow:
            exceptions = dynamodb.exceptions

            def update_item(self, **parameters: Any) -> Any:
                simulation.now += simulation.trip
                simulation.updates += 1
                return dynamodb.update_item(**parameters)

        return Slow()

    def run(self, seconds: float, begins: Callable[[int], float] = lambda worker: 0.0) -> None:
        """All workers send whenever they may, from when they begin."""
        end = self.now + seconds
        ready = [(self.now + begins(worker), worker) for worker in range(len(self.paces))]
        heapq.heapify(ready)
        while ready:
            at, worker = heapq.heappop(ready)
            if at >= end:
                continue
            self.now = max(self.now, at)
            due = self.paces[worker].reserve()
            sent = max(self.now, due)
            self.sent[worker].append(sent)
            heapq.heappush(ready, (sent + 0.001, worker))

    @property
    def all_sent(self) -> list[float]:
        return [at for worker in self.sent for at in worker]


@pytest.fixture
def in_process() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize(("workers", "rate"), [(4, 25), (5, 250)])
def test_workers_together_keep_the_rate_and_use_it(workers: int, rate: float) -> None:
    simulation = Simulation([0.0] * workers, rate)
    simulation.run(13)
    sent = simulation.all_sent
    assert busiest(sent, 10) <= 10 * rate * 1.02
    assert len([at for at in sent if 1001 <= at < 1012]) >= 0.97 * rate * 11
    assert min(map(len, simulation.sent)) > 0.5 * len(sent) / workers
    # One write a lease, and few tries that found another's update.
    assert simulation.updates <= 1.3 * len(sent) / max(1, round(rate * 0.2)) + workers


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("skews", [[0.0, 0.08, -0.02], [0.0, 3.0, -2.0], [0.0, 86400.0]])
def test_clocks_that_differ(skews: list[float]) -> None:
    simulation = Simulation(skews, 50)
    simulation.run(18, begins=lambda worker: worker * 2.0)
    # From when the clocks have met; before, each other worker may spend one lease more.
    settled = [at for at in simulation.all_sent if at > 1006]
    assert busiest(settled, 10) <= 510
    assert busiest(simulation.all_sent, 10) <= 510 + 10 * (len(skews) - 1)
    assert len([at for at in settled if 1007 <= at < 1017]) >= 0.97 * 50 * 10


@pytest.mark.usefixtures("in_process")
def test_a_pause_saves_nothing_up_and_a_slot_given_back_is_used() -> None:
    simulation = Simulation([0.0], 10)
    (pace,) = simulation.paces
    first = pace.reserve()
    pace.cancel(first)
    assert pace.reserve() == first
    simulation.now += 60
    begin = simulation.now
    dues = [pace.reserve() for _ in range(20)]
    assert dues[0] >= begin - 1e-6
    assert busiest(dues, 1) <= 11
    pace.cancel(dues[0])
    simulation.now += 5
    assert pace.reserve() > dues[0]


@pytest.mark.usefixtures("in_process")
def test_a_table_that_is_not_there() -> None:
    dynamodb = client("dynamodb")
    pace = SharedRate(dynamodb, table="other", rate=10)
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        pace.reserve()


@pytest.mark.usefixtures("in_process")
def test_a_table_too_slow_for_its_slots() -> None:
    simulation = Simulation([0.0], 10, trip=1.0)
    with pytest.raises(TimeoutError, match="answers so late"):
        simulation.paces[0].reserve()


def worker(endpoint: str, rate: float, seconds: float, results: Any) -> None:
    """A process: sends when it may, and tells when it did."""
    pace, sent = SharedRate(client("dynamodb", endpoint), table=TABLE, rate=rate), []
    pace.reserve()
    end = time.monotonic() + seconds
    while (due := pace.reserve()) < end:
        time.sleep(max(0.0, due - time.monotonic()))
        sent.append(time.monotonic())
    results.put(sent)


@pytest.mark.paced
def test_processes(aws_endpoint: str, long_run: bool) -> None:
    rate, workers = 40.0, 3
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    seconds = 25 if long_run else 4
    given = (aws_endpoint, rate, seconds, results)
    processes = [context.Process(target=worker, args=given) for _ in range(workers)]
    for process in processes:
        process.start()
    sent = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(10)
    together = sorted(at for times in sent for at in times)
    window = 10.0 if long_run else 2.0
    # 10 s: 2 %. For shorter ones the 0.2 s that slots may be late and clocks apart weigh more.
    assert busiest(together, window) <= rate * (window + 0.2)
    full = [at for at in together if max(map(min, sent)) <= at <= min(map(max, sent))]
    used = (len(full) - 1) / (full[-1] - full[0]) / rate
    print(f"{workers} processes: {used:.1%} of {rate:g} calls/s used")
    assert used > 0.9
