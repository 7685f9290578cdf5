"""The rate as the server sees it: never exceeded, and used up while work waits.

Calls are counted where they arrive, in another process; a tenth of them is throttled.
"""

from __future__ import annotations

import time
from itertools import count

import pytest
from support.enrollment_requests import request
from support.lean_cognito import LeanCognito, LeanFaults, busiest

from cognito_srp.enroll import Enroller

pytestmark = pytest.mark.paced


def idlest(times: list[float], window: float, until: float) -> int:
    """The fewest calls in any window from the first call to `until`, to a fiftieth of it."""
    starts = [times[0]]
    while starts[-1] + window + window / 50 < until:
        starts.append(starts[-1] + window / 50)
    return min(sum(start <= at < start + window for at in times) for start in starts)


def arrivals(rate: float, seconds: float) -> tuple[list[float], float]:
    """When calls came in while more work waited than there was time for, and until when."""
    with LeanCognito(LeanFaults(throttle=0.1, delay=0.02, jitter=0.05)) as server:
        # Their tokens name no user, so that only the account's rate counts.
        enroller = Enroller(server.client(max_pool_connections=64), rate=rate)
        end = time.monotonic() + seconds
        for number in count():
            if time.monotonic() > end:
                break
            enroller.submit(request(number))
        until = time.monotonic()
        enroller.close(drain=False)
        return [call.at for call in server.calls()], until


@pytest.mark.parametrize("rate", [25, 250])
def test_for_a_moment(rate: float) -> None:
    """Short windows: the burst, and a thread that wakes late, weigh more in them."""
    times, until = arrivals(rate, 4)
    assert busiest(times, 2) <= rate * (2 + 0.1 + 0.1)
    assert idlest(times, 2, until) >= 0.9 * rate * 2


@pytest.mark.long
@pytest.mark.parametrize("rate", [25, 250])
def test_over_any_ten_seconds(rate: float) -> None:
    times, until = arrivals(rate, 40)
    most, fewest = busiest(times, 10), idlest(times, 10, until)
    print(f"{rate}/s: {fewest} to {most} calls in any 10 s")
    assert most <= rate * 10 * 1.02
    assert fewest >= rate * 10 * 0.97
