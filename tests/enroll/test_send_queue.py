"""The queue by itself: whoever waits for it to get short is told, however it does."""

from __future__ import annotations

import math

from devices import request

from cognito_srp.enroll import GCRA, UserRates
from cognito_srp.enroll.breaker import CircuitBreaker
from cognito_srp.enroll.pipeline.job import Job
from cognito_srp.enroll.pipeline.send_queue import SendQueue


def test_it_tells_when_users_limits_make_it_short() -> None:
    """The journal marks two of 22, the rest turns out to be one user's: nothing is left to send."""
    to_mark: list[Job] = []
    short: list[int] = []
    queue = SendQueue(
        GCRA(10),
        UserRates(0.01),
        CircuitBreaker(),
        mark=to_mark.extend,
        on_short=lambda: short.append(len(queue)),
        failed=lambda job, error: None,
    )
    queue.add([Job(request(number, user=f"user-{number}")) for number in range(2)])
    queue.add([Job(request(number, user="ann")) for number in range(100, 120)])
    assert (len(to_mark), len(queue), queue.is_long()) == (2, 22, True)
    marked = to_mark.copy()
    queue.not_marked(marked)  # they have left: ann's first one is next, and all others stand aside
    assert short == [1]
    assert not queue.is_long()


def test_the_least_patient_first() -> None:
    queue = SendQueue(
        GCRA(math.inf),
        UserRates(math.inf),
        CircuitBreaker(),
        mark=None,
        on_short=lambda: None,
        failed=lambda job, error: None,
    )
    jobs = [Job(request(number)) for number in range(4)]
    jobs[2].attempts = 1
    queue.add(jobs)
    order = [queue.take(lambda job: job is not jobs[1]) for _ in range(3)]
    assert order == [jobs[2], jobs[0], jobs[3]]
