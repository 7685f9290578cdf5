"""The queue by itself: it tells when it gets short, however it does, and who is next."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support.enrollment_requests import request

from cognito_srp.enroll import GCRA, UserRates
from cognito_srp.enroll.breaker import CircuitBreaker
from cognito_srp.enroll.pipeline.job import Job, Stage, Way, advance, use_slot
from cognito_srp.enroll.pipeline.send_queue import SendQueue
from cognito_srp.enroll.pipeline.verifier_batcher import VerifierBatcher


class Batcher(VerifierBatcher):
    """One that notes what it is told."""

    def __init__(self) -> None:
        super().__init__(threading.Event())
        self.told: list[bool] = []

    def may_fill_up(self, is_long: bool) -> None:
        self.told.append(is_long)
        super().may_fill_up(is_long)


@pytest.fixture
def batcher() -> Iterator[Batcher]:
    batcher = Batcher()
    yield batcher
    batcher.close()


def put(queue: SendQueue, jobs: list[Job], *, mark: Stage, unwanted: Job | None = None) -> None:
    """Let jobs go the way of the queue: a place, a mark, a slot, which one of them does not use."""

    def way(job: Job) -> Way[None]:
        yield queue.add
        yield mark
        yield queue.await_slot
        if job is not unwanted:
            yield use_slot

    for job in jobs:
        job.way = way(job)
    advance(jobs)


def test_it_tells_when_users_limits_make_it_short(batcher: Batcher) -> None:
    """The journal marks two of 22, the rest turns out to be one user's: nothing is left to send."""
    to_mark: list[Job] = []
    queue = SendQueue(GCRA(10), UserRates(0.01), CircuitBreaker(), threading.Event(), batcher)
    users = [Job(request(number, user=f"user-{number}")) for number in range(2)]
    put(queue, users, mark=to_mark.extend)
    ann = [Job(request(number, user="ann")) for number in range(100, 120)]
    put(queue, ann, mark=to_mark.extend)
    assert (len(to_mark), len(queue), queue.is_long()) == (2, 22, True)
    for _ in to_mark.copy():
        queue.leave()  # ann's first one is next, and all others stand aside
    assert batcher.told == [True, False]
    assert (len(queue), queue.is_long()) == (1, False)


def test_the_least_patient_first(batcher: Batcher) -> None:
    queue = SendQueue(
        GCRA(math.inf), UserRates(math.inf), CircuitBreaker(), threading.Event(), batcher
    )
    jobs = [Job(request(number)) for number in range(4)]
    jobs[2].attempts = 1
    put(queue, jobs, mark=queue_mark, unwanted=jobs[1])
    order: list[Any] = [queue.take() for _ in range(3)]
    assert order == [jobs[2], jobs[0], jobs[3]]


def queue_mark(jobs: list[Job]) -> None:
    """A journal that is quick."""
    advance(jobs)


class Slots(GCRA):
    """Far slots; notes how many are taken."""

    def __init__(self) -> None:
        super().__init__(0.01, burst=1)
        self.taken = 0

    def reserve(self) -> float:
        self.taken += 1
        return time.monotonic() + 60


@pytest.mark.parametrize(("jobs", "slots"), [(1, 1), (5, 2)])
def test_two_threads_wait_for_slots_each_for_a_job_of_its_own(
    batcher: Batcher, jobs: int, slots: int
) -> None:
    """So that one that has sent need not wake the next, and no slot is taken for nobody."""
    pace, closing = Slots(), threading.Event()
    queue = SendQueue(pace, UserRates(math.inf), CircuitBreaker(), closing, batcher)
    queue._depth = jobs
    put(queue, [Job(request(number)) for number in range(jobs)], mark=queue_mark)
    taken: list[Job | None] = []
    threads = [
        threading.Thread(target=lambda: taken.append(queue.take()), daemon=True) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert pace.taken == slots
    closing.set()
    queue.wake()
    queue.close()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert sum(job is not None for job in taken) == jobs


def test_a_thread_that_waits_for_no_slot_sees_to_those_aside(batcher: Batcher) -> None:
    """The last slot goes, and its thread with it, as a job is put aside until its user may."""
    queue = SendQueue(
        GCRA(math.inf), UserRates(5, burst=1), CircuitBreaker(), threading.Event(), batcher
    )
    jobs = [Job(request(number, user="ann")) for number in range(3)]
    put(queue, jobs, mark=queue_mark)
    taken: list[Job | None] = []
    threads = [
        threading.Thread(target=lambda: taken.append(queue.take()), daemon=True) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert taken == jobs
