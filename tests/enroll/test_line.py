"""The line by itself: whoever waits for it to get short is told, however it does."""

from __future__ import annotations

import math

from support.enrollment_requests import request

from cognito_srp.enroll import TokenBucket, UserBuckets
from cognito_srp.enroll.answers import Answers
from cognito_srp.enroll.pipeline.job import Job
from cognito_srp.enroll.pipeline.line import Line


def test_it_tells_when_users_limits_make_it_short() -> None:
    """The journal marks two of 22, the rest turns out to be one user's: nothing is left to send."""
    to_mark: list[Job] = []
    short: list[int] = []
    line = Line(
        TokenBucket(10),
        UserBuckets(0.01),
        Answers(),
        mark=to_mark.extend,
        on_short=lambda: short.append(len(line)),
        failed=lambda job, error: None,
    )
    line.add([Job(request(number, user=f"user-{number}")) for number in range(2)])
    line.add([Job(request(number, user="ann")) for number in range(100, 120)])
    assert (len(to_mark), len(line), line.is_long()) == (2, 22, True)
    marked = to_mark.copy()
    line.not_marked(marked)  # they have left: ann's first one is next, and all others stand aside
    assert short == [1]
    assert not line.is_long()


def test_the_least_patient_first() -> None:
    line = Line(
        TokenBucket(math.inf),
        UserBuckets(math.inf),
        Answers(),
        mark=None,
        on_short=lambda: None,
        failed=lambda job, error: None,
    )
    jobs = [Job(request(number)) for number in range(4)]
    jobs[2].attempts = 1
    line.add(jobs)
    order = [line.take(lambda job: job is not jobs[1]) for _ in range(3)]
    assert order == [jobs[2], jobs[0], jobs[3]]
