"""The enroller against a lean server that throttles, fails, loses answers and keeps count."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from concurrent.futures import wait
from typing import Any

import pytest
from support.enrollment_requests import QUICK, device_key, request, verifier_of
from support.lean_cognito import LeanCognito, LeanFaults
from support.tokens import unsigned_token

from cognito_srp import (
    InvalidInputError,
    VerifierFaultError,
    create_device_verifier,
)
from cognito_srp.enroll import (
    Enroller,
    EnrollmentResult,
    Event,
)


def test_every_device_ends_with_the_secret_that_the_server_holds(
    lean_cognito: LeanCognito, fast: Enroller, long_run: bool
) -> None:
    lean_cognito.use_faults(LeanFaults(throttle=0.1, fail=0.05, lose_before=0.05, lose_after=0.2))
    count = 5000 if long_run else 500
    futures = [fast.submit(request(number, reference=number)) for number in range(count)]
    results = [future.result() for future in futures]
    stats = fast.stats()
    confirmed = lean_cognito.confirmed()
    assert len(confirmed) == count
    for number, result in enumerate(results):
        assert result.reference == number
        config = result.verifier.as_config()
        assert confirmed[result.verifier.device_key] == (config["PasswordVerifier"], config["Salt"])
        assert result.device is not None
    calls = lean_cognito.calls()
    assert stats.confirmed == stats.prepared == stats.submitted == count
    assert stats.sent == len(calls) == sum(result.attempts for result in results)
    assert stats.throttled == sum(call.outcome == "throttled" for call in calls)
    assert stats.retried == stats.sent - count


def test_five_hundred_callers_at_once(lean_cognito: LeanCognito, fast: Enroller) -> None:
    results: dict[int, EnrollmentResult] = {}

    def call(number: int) -> None:
        results[number] = fast.enroll(request(number, reference=number))

    threads = [threading.Thread(target=call, args=(number,)) for number in range(500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: result.reference for number, result in results.items()} == {
        number: number for number in range(500)
    }
    assert len(lean_cognito.confirmed()) == 500


def test_a_client_that_retries_by_itself_is_not_used(lean_cognito: LeanCognito) -> None:
    """Every call that arrives is one that the enroller sent and counted."""
    lean_cognito.use_faults(LeanFaults(throttle=0.5))
    client = lean_cognito.client(retries={"mode": "standard", "total_max_attempts": 5})
    with Enroller(client, rate=math.inf, retry=QUICK) as enroller:
        wait([enroller.submit(request(number)) for number in range(50)])
        assert enroller.stats().sent == len(lean_cognito.calls())


class TestVerifiers:
    def test_a_wrong_one_never_leaves(self, lean_cognito: LeanCognito, fast: Enroller) -> None:
        good, bad, other = request(1), request(2), request(3)
        wrong = verifier_of(other).as_config()
        right = verifier_of(bad)
        spoilt = type(right)(
            device_key=right.device_key,
            device_group_key=right.device_group_key,
            device_password=right.device_password,
            password_verifier=wrong["PasswordVerifier"],
            salt=right.salt,
        )
        verifiers = [verifier_of(good), spoilt]
        futures = [
            fast.submit(request(number, verifier=verifier))
            for number, verifier in enumerate(verifiers, 1)
        ]
        assert futures[0].result().verifier is verifiers[0]
        with pytest.raises(VerifierFaultError):
            futures[1].result()
        assert {call.device_key for call in lean_cognito.calls()} == {device_key(1)}

    def test_one_made_elsewhere_is_sent_as_it_is(
        self, lean_cognito: LeanCognito, fast: Enroller
    ) -> None:
        made = verifier_of(request(1))
        bare = type(made).from_config(device_key=made.device_key, config=made.as_config())
        result = fast.enroll(request(1, verifier=bare))
        assert result.device is None
        assert lean_cognito.confirmed()[device_key(1)] == (made.password_verifier, made.salt)


class TestRemember:
    @pytest.mark.parametrize("remember", [None, True, False])
    def test_the_users_word(self, remember: bool | None) -> None:
        with LeanCognito(confirmation_necessary=True) as server:
            server.use_faults(LeanFaults(throttle=0.3))
            with Enroller(server.client(), rate=math.inf, retry=QUICK) as enroller:
                result = enroller.enroll(request(1, remember=remember))
            operations = Counter(call.operation for call in server.calls())
        assert result.user_confirmation_necessary is True
        assert result.remembered is bool(remember)
        assert result.attempts == operations.total()
        assert ("UpdateDeviceStatus" in operations) is (remember is not None)

    def test_it_is_paced_as_well(self) -> None:
        with LeanCognito(confirmation_necessary=True) as server:
            with Enroller(server.client(), rate=20) as enroller:
                wait([enroller.submit(request(number, remember=True)) for number in range(10)])
            times = [call.at for call in server.calls()]
        assert len(times) == 20
        assert times[-1] - times[0] > 0.8


class TestEvents:
    def test_each_step_is_told(self, lean_cognito: LeanCognito) -> None:
        events: list[Event] = []
        lean_cognito.use_faults(LeanFaults(throttle=0.6, seed=1))
        with Enroller(lean_cognito.client(), retry=QUICK, on_event=events.append) as enroller:
            enroller.enroll(request(1, reference="row 1"))
        kinds = [event.kind for event in events]
        assert kinds[:3] == ["submitted", "prepared", "sent"]
        assert kinds[-2:] == ["sent", "confirmed"]
        again = kinds[2:-2]
        assert again == ["sent", "throttled", "retried"] * (len(again) // 3)
        assert again
        assert {event.reference for event in events} == {"row 1"}
        throttled = events[kinds.index("throttled")]
        assert throttled.error_code == "TooManyRequestsException"
        assert (throttled.operation, throttled.attempt) == ("ConfirmDevice", 1)

    def test_a_callback_that_fails_changes_nothing(
        self, lean_cognito: LeanCognito, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(event: Event) -> None:
            raise RuntimeError(event.kind)

        with Enroller(lean_cognito.client(), rate=math.inf, on_event=fail) as enroller:
            results = [enroller.submit(request(number)) for number in range(20)]
            assert all(result.result().device for result in results)
        assert "on_event failed" in caplog.text


class TestRequests:
    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"access_token": None}, "access_token"),
            ({"access_token": "Bearer x"}, "access_token"),
            ({"device_key": None}, "device_key"),
            ({"device_key": "no-underscore"}, "device_key"),
            ({"device_group_key": None}, "device_group_key"),
            ({"device_group_key": "eu_x"}, "device_group_key"),
            ({"device_key": None, "device_group_key": None}, "device_key"),
            (
                {"device_key": None, "device_group_key": None, "access": lambda: "x"},
                "device_key",
            ),
            ({"device_name": ""}, "device_name"),
            ({"verifier": create_device_verifier(device_group_key="-g", device_key="eu_k")},
             "verifier"),
        ],
    )  # fmt: skip
    def test_what_is_certainly_wrong(self, fields: dict[str, Any], name: str) -> None:
        with pytest.raises(InvalidInputError) as caught:
            request(1, **fields)
        assert caught.value.field == name

    def test_no_secret_shows(self, lean_cognito: LeanCognito) -> None:
        secret = unsigned_token(sub="ann", exp=time.time() + 3600)
        with Enroller(lean_cognito.client()) as enroller:
            result = enroller.enroll(request(1, access_token=secret))
        shown = repr([result, result.request, result.request.grant(), result.verifier])
        assert result.device is not None
        for text in (secret, result.device.device_password, result.verifier.password_verifier):
            assert text not in shown
