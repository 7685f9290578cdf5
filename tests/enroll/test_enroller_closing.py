"""How an enroller ends, and how many requests it holds until then."""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import CancelledError, Future, wait

import pytest
from support.enrollment_requests import device_key, request
from support.lean_cognito import LeanCognito, LeanFaults
from support.memory_journal import Ledger

from cognito_srp import (
    DeviceKeyExistsError,
    EnrollerClosedError,
    EnrollerFullError,
    InvalidInputError,
    UnreachableError,
)
from cognito_srp.enroll import (
    Enroller,
    EnrollmentResult,
    RetryPolicy,
)


class TestClosing:
    def test_draining_finishes_all(self, lean_cognito: LeanCognito) -> None:
        enroller = Enroller(lean_cognito.client(), rate=100)
        futures = [enroller.submit(request(number)) for number in range(30)]
        enroller.close()
        assert all(future.done() for future in futures)
        assert len(lean_cognito.confirmed()) == 30
        with pytest.raises(EnrollerClosedError):
            enroller.submit(request(99))
        enroller.close()

    def test_not_draining_cancels_what_was_never_sent(self, lean_cognito: LeanCognito) -> None:
        lean_cognito.use_faults(LeanFaults(delay=0.3))
        enroller = Enroller(lean_cognito.client(), rate=20)
        futures = [enroller.submit(request(number)) for number in range(100)]
        time.sleep(0.2)
        begin = time.monotonic()
        enroller.close(drain=False)
        assert time.monotonic() - begin < 2
        kept = [future for future in futures if not future.cancelled()]
        assert 0 < len(kept) < 20
        assert len(lean_cognito.confirmed()) == len(kept)
        assert all(future.result().attempts == 1 for future in kept)
        stats = enroller.stats()
        assert (stats.confirmed, stats.cancelled) == (len(kept), 100 - len(kept))
        with pytest.raises(CancelledError):
            futures[-1].result()

    def test_not_draining_gives_up_between_two_tries(self, lean_cognito: LeanCognito) -> None:
        lean_cognito.use_faults(LeanFaults(lose_after=1))
        retry = RetryPolicy(first_delay=3600, longest_delay=3600, deadline=1e6)
        enroller = Enroller(lean_cognito.client(), retry=retry)
        future = enroller.submit(request(1))
        while not enroller.stats().retried:
            time.sleep(0.01)
        enroller.close(drain=False)
        with pytest.raises(UnreachableError):
            future.result()
        assert enroller.stats().unknown == 1

    def test_an_exception_in_the_block_cancels(self, lean_cognito: LeanCognito) -> None:
        futures: list[Future[EnrollmentResult]] = []

        def interrupted() -> None:
            with Enroller(lean_cognito.client(), rate=2) as enroller:
                futures.extend(enroller.submit(request(number)) for number in range(50))
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert all(future.done() for future in futures)
        assert sum(future.cancelled() for future in futures) > 40

    def test_one_request_can_be_cancelled(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client(), rate=4) as enroller:
            futures = [enroller.submit(request(number)) for number in range(4)]
            assert futures[3].cancel()
            wait(futures)
        assert device_key(3) not in lean_cognito.confirmed()
        assert enroller.stats().cancelled == 1

    def test_nothing_is_left_running(self, lean_cognito: LeanCognito) -> None:
        before = threading.active_count()
        with Enroller(lean_cognito.client(), rate=math.inf, journal=Ledger()) as enroller:
            wait([enroller.submit(request(number)) for number in range(100)])
            assert threading.active_count() > before
        assert threading.active_count() == before


class TestRoom:
    def test_submit_waits_for_room(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client(), rate=20, limit=4) as enroller:
            for number in range(12):
                enroller.submit(request(number))
                stats = enroller.stats()
                assert stats.waiting + stats.in_flight <= 4

    def test_or_does_not(self, lean_cognito: LeanCognito) -> None:
        lean_cognito.use_faults(LeanFaults(delay=1))
        enroller = Enroller(lean_cognito.client(), limit=2)
        for number in range(2):
            enroller.submit(request(number))
        with pytest.raises(EnrollerFullError, match="2 requests are held"):
            enroller.submit(request(3), block=False)
        with pytest.raises(EnrollerFullError):
            enroller.submit(request(3), timeout=0.05)
        enroller.close(drain=False)

    def test_closing_wakes_who_waits(self, lean_cognito: LeanCognito) -> None:
        enroller = Enroller(lean_cognito.client(), rate=0.01, limit=1)
        caught: list[BaseException] = []

        def call() -> None:
            for number in range(5):
                try:
                    enroller.submit(request(number))
                except EnrollerClosedError as error:
                    caught.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        time.sleep(0.1)
        enroller.close(drain=False)
        thread.join(5)
        assert len(caught) >= 3

    def test_a_device_that_is_on_its_way_already(self, lean_cognito: LeanCognito) -> None:
        lean_cognito.use_faults(LeanFaults(delay=0.2))
        with Enroller(lean_cognito.client()) as enroller:
            first = enroller.submit(request(1))
            with pytest.raises(InvalidInputError, match="device_key: is being enrolled already"):
                enroller.submit(request(1))
            first.result()
            with pytest.raises(DeviceKeyExistsError):
                enroller.enroll(request(1))

    @pytest.mark.parametrize("name", ["workers", "limit"])
    def test_numbers_that_make_no_sense(self, lean_cognito: LeanCognito, name: str) -> None:
        with pytest.raises(InvalidInputError, match=f"{name}: must be at least 1"):
            Enroller(lean_cognito.client(), **{name: 0})  # type: ignore[arg-type]
