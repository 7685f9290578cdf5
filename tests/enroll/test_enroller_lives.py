"""Random lives of enrollers: however they go, each request ends, once, and no thread is left."""

from __future__ import annotations

import math
import random
import threading
import time
from concurrent.futures import Future

import pytest
from support.enrollment_requests import request
from support.lean_cognito import LeanCognito, LeanFaults
from support.memory_journal import Ledger

from cognito_srp import EnrollerClosedError
from cognito_srp.enroll import Enroller, EnrollmentResult, RetryPolicy

FAULTS = LeanFaults(throttle=0.1, fail=0.05, lose_before=0.05, lose_after=0.1, jitter=0.01)


def one_life(server: LeanCognito, seed: int) -> None:
    """An enroller with random settings, several callers, cancelled requests, and an early end."""
    chance = random.Random(seed)
    before = threading.active_count()
    enroller = Enroller(
        server.client(),
        rate=chance.choice([30, 200, math.inf]),
        per_user_rate=chance.choice([5, 50, math.inf]),
        limit=chance.choice([1, 5, 50, 1000]),
        workers=chance.choice([None, 1, 3]),
        journal=chance.choice(
            [
                None,
                Ledger(),
                Ledger(fail="prepare"),
                Ledger(fail="mark_sent"),
                Ledger(fail="finish"),
            ]
        ),
        retry=RetryPolicy(deadline=chance.choice([0.1, 1]), first_delay=0.01, longest_delay=0.1),
    )
    futures: list[Future[EnrollmentResult]] = []

    def call(first: int) -> None:
        own = random.Random(first)
        for number in range(first, first + own.choice([3, 30, 100])):
            fields = {"access": lambda: "token", "access_token": None} if own.random() < 0.3 else {}
            try:
                future = enroller.submit(
                    request(
                        number, user=own.choice([None, "ann"]), remember=own.choice([None, True]),
                        **fields,
                    )
                )  # fmt: skip
            except EnrollerClosedError:
                return
            futures.append(future)
            if own.random() < 0.1:
                future.cancel()

    callers = [
        threading.Thread(target=call, args=(1000 * (100 * seed + caller),))
        for caller in range(chance.choice([1, 4, 16]))
    ]
    for caller in callers:
        caller.start()
    time.sleep(0.5 * chance.random())
    enroller.close(drain=chance.random() < 0.3)
    for caller in callers:
        caller.join()
    assert all(future.done() for future in futures)
    stats = enroller.stats()
    ended = stats.confirmed + stats.refused + stats.conflict + stats.unknown + stats.cancelled
    assert stats.submitted == ended == len(futures)
    assert threading.active_count() == before


@pytest.mark.parametrize("seeds", [range(8), pytest.param(range(8, 80), marks=pytest.mark.long)])
def test_random_lives(seeds: range) -> None:
    with LeanCognito(FAULTS, confirmation_necessary=True) as server:
        for seed in seeds:
            one_life(server, seed)
