"""What the enroller sends again, and until when."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.enrollment_requests import request
from support.lean_cognito import LeanCognito, LeanFaults

from cognito_srp import (
    DeviceKeyExistsError,
    InvalidInputError,
    ServiceFaultError,
    ThrottledError,
    UnreachableError,
)
from cognito_srp.enroll import (
    Enroller,
    RetryPolicy,
)


class TestRetries:
    def test_what_can_never_work_is_sent_once(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client()) as enroller:
            first = request(1)
            enroller.enroll(first)
            with pytest.raises(DeviceKeyExistsError) as caught:
                enroller.enroll(request(1))
        assert [call.outcome for call in lean_cognito.calls()] == ["confirmed", "exists"]
        assert caught.value.verifier is not None
        assert enroller.stats().conflict == 1

    def test_exists_means_confirmed_only_after_a_send_that_may_have_arrived(
        self, lean_cognito: LeanCognito, fast: Enroller
    ) -> None:
        fast.enroll(request(1))
        # Throttled first, so certainly not confirmed by that send.
        lean_cognito.use_faults(LeanFaults(throttle=0.7, seed=4))
        with pytest.raises(DeviceKeyExistsError):
            fast.enroll(request(1))
        outcomes = [call.outcome for call in lean_cognito.calls()]
        assert outcomes[1:-1] == ["throttled"] * (len(outcomes) - 2)
        assert len(outcomes) > 2

    def test_a_verifier_that_was_sent_before(
        self, lean_cognito: LeanCognito, fast: Enroller
    ) -> None:
        first = fast.enroll(request(1))
        again = fast.enroll(request(1, verifier=first.verifier, sent_before=True))
        assert again.verifier == first.verifier
        assert again.user_confirmation_necessary is None
        assert again.remembered is None

    @pytest.mark.parametrize(
        ("faults", "kind", "status"),
        [
            (LeanFaults(throttle=1), ThrottledError, "refused"),
            (LeanFaults(fail=1), ServiceFaultError, "unknown"),
            (LeanFaults(lose_before=1), UnreachableError, "unknown"),
        ],
    )
    def test_until_the_deadline(
        self, lean_cognito: LeanCognito, faults: LeanFaults, kind: type[Exception], status: str
    ) -> None:
        lean_cognito.use_faults(faults)
        retry = RetryPolicy(deadline=0.5, first_delay=0.02, longest_delay=0.1)
        begin = time.monotonic()
        with Enroller(lean_cognito.client(), retry=retry) as enroller:
            with pytest.raises(kind) as caught:
                enroller.enroll(request(1))
            took = time.monotonic() - begin
            assert getattr(enroller.stats(), status) == 1
        last = lean_cognito.calls()[-1].at - lean_cognito.calls()[0].at
        assert last <= 0.75  # a call takes its time to arrive
        assert took < 5
        # The very same secret, every time, and the caller has it.
        (sent,) = {call.verifier for call in lean_cognito.calls()}
        assert sent == caught.value.verifier.password_verifier  # type: ignore[attr-defined]
        assert len(lean_cognito.calls()) > 2

    def test_the_deadline_holds_for_its_turn_as_well(self, lean_cognito: LeanCognito) -> None:
        """Sent again, it would have to wait for the user's next slot, which is too late."""
        lean_cognito.use_faults(LeanFaults(throttle=1))
        retry = RetryPolicy(deadline=1, first_delay=0.01, longest_delay=0.01)
        with Enroller(lean_cognito.client(), per_user_rate=0.5, retry=retry) as enroller:
            with pytest.raises(ThrottledError):
                enroller.enroll(request(1, user="ann"))
            assert enroller.stats().sent == 1

    def test_delays_grow_and_stay_within_their_bounds(self) -> None:
        policy = RetryPolicy(first_delay=0.1, longest_delay=1.0)
        for failures, longest in [(1, 0.1), (2, 0.2), (4, 0.8), (5, 1.0), (5000, 1.0)]:
            delays = [policy.delay(failures) for _ in range(500)]
            assert 0 <= min(delays) < 0.1 * longest
            assert 0.9 * longest < max(delays) <= longest

    def test_a_policy_that_is_none(self) -> None:
        with pytest.raises(InvalidInputError, match="deadline: must not be negative"):
            RetryPolicy(deadline=-1)

    def test_an_answer_that_makes_no_sense(self) -> None:
        """It ends, and as unknown: nobody is left waiting."""

        class Senseless:
            def confirm_device(self, **_: Any) -> Any:
                return None

        with Enroller(Senseless()) as enroller:  # type: ignore[arg-type]
            with pytest.raises(AttributeError):
                enroller.enroll(request(1))
            assert enroller.stats().unknown == 1
