"""The queue by itself: it tells when it gets short, however it does, and who is next."""

from __future__ import annotations

import math
import threading
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
