"""No window holds more calls than the rate allows, and none fewer while somebody waits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognito_srp import InvalidInputError
from cognito_srp.enroll import GCRA, UserRates


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


RATES = st.sampled_from([0.5, 3.0, 10.0, 25.0, 120.0, 250.0])
# How many calls' worth of time passes until the next caller comes, and whether it gives its slot
# back unused.
ARRIVALS = st.lists(st.tuples(st.floats(0, 3), st.booleans()), min_size=1, max_size=300)


def busiest(moments: list[float], window: float) -> int:
    """The most calls in any half-open window of that length."""
    moments = sorted(moments)
    most, last = 0, 0
    for first, start in enumerate(moments):
        while last < len(moments) and moments[last] < start + window:
            last += 1
        most = max(most, last - first)
    return most


@given(RATES, ARRIVALS, st.sampled_from([None, 1.0, 7.0]))
def test_any_window_stays_within_its_bound(
    rate: float, arrivals: list[tuple[float, bool]], burst: float | None
) -> None:
    clock = FakeClock()
    bucket = GCRA(rate, burst=burst, clock=clock)
    sent: list[float] = []
    for pause, gives_back in arrivals:
        clock.now += pause / rate
        due = bucket.reserve()
        if gives_back:
            bucket.cancel(due)
        else:
            sent.append(max(due, clock.now))
    for window in (1.0, 10.0):
        assert busiest(sent, window) <= math.ceil(rate * window + bucket.burst + 1e-6)


@given(RATES, st.lists(st.floats(0, 0.09), min_size=1, max_size=200))
def test_the_whole_rate_is_used_while_somebody_waits(rate: float, late: list[float]) -> None:
    """Though every caller comes a little late, no slot is lost."""
    clock = FakeClock()
    bucket = GCRA(rate, burst=1 + rate * 0.1, clock=clock)
    start = clock.now
    for lateness in late:
        clock.now = max(clock.now, bucket.reserve() + lateness)
    assert clock.now <= start + len(late) / rate + 0.1


@pytest.mark.parametrize("rate", [25.0, 250.0])
def test_ten_seconds_stay_within_one_percent(rate: float) -> None:
    assert GCRA(rate).burst <= 0.01 * rate * 10


def test_callers_go_in_their_order() -> None:
    clock = FakeClock()
    bucket = GCRA(10, burst=1, clock=clock)
    dues = [bucket.reserve() for _ in range(4)]
    assert dues == pytest.approx([1000.0, 1000.1, 1000.2, 1000.3])
    bucket.cancel(dues[1])
    bucket.cancel(dues[2])
    assert [bucket.reserve() for _ in range(3)] == pytest.approx([1000.1, 1000.2, 1000.4])


def test_a_slot_that_is_past_is_lost() -> None:
    clock = FakeClock()
    bucket = GCRA(10, burst=1, clock=clock)
    bucket.cancel(bucket.reserve())
    clock.now += 5
    assert bucket.reserve() == 1005.0


def test_no_limit() -> None:
    bucket = GCRA(math.inf, clock=FakeClock())
    assert {bucket.reserve() for _ in range(1000)} == {1000.0}


def test_each_user_has_a_limit_of_their_own() -> None:
    clock = FakeClock()
    users = UserRates(10, clock=clock)
    assert [users.reserve("ann") for _ in range(2)] == pytest.approx([1000.0, 1000.1])
    assert users.reserve("bob") == 1000.0
    assert {users.reserve(None) for _ in range(5)} == {1000.0}
    users.cancel("ann", 1000.1)
    assert users.reserve("ann") == pytest.approx(1000.1)


def test_users_who_pause_are_forgotten() -> None:
    clock = FakeClock()
    users = UserRates(10, clock=clock)
    for number in range(10_000):
        users.reserve(f"user-{number}")
        clock.now += 0.01
        assert len(users) <= 12
    # Once every 0.1 s each, so that nobody's bucket is ever full: nobody is forgotten.
    kept = UserRates(10, clock=clock)
    for _ in range(3):
        for number in range(100):
            kept.reserve(f"user-{number}")
    assert len(kept) == 100


@pytest.mark.parametrize("rate", [0, -1, math.nan])
def test_a_rate_that_is_none(rate: float) -> None:
    with pytest.raises(InvalidInputError, match="rate: must be above zero"):
        GCRA(rate)
    with pytest.raises(InvalidInputError, match="per_user_rate: must be above zero"):
        UserRates(rate)


def test_a_burst_that_is_none() -> None:
    with pytest.raises(InvalidInputError, match="burst: must be at least 1"):
        GCRA(5, burst=0.5)
