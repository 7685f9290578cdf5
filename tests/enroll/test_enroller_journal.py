"""What the enroller tells a journal, and what it does when that fails."""

from __future__ import annotations

import math
from typing import Any

import pytest
from support.enrollment_requests import QUICK, device_key, request, verifier_of
from support.lean_cognito import LeanCognito, LeanFaults
from support.memory_journal import Ledger

from cognito_srp import (
    DeviceKeyExistsError,
    NotSentError,
)
from cognito_srp.enroll import (
    Enroller,
    Event,
    PreparedDevice,
)


class TestJournal:
    def test_prepared_then_sent_then_finished(self, lean_cognito: LeanCognito) -> None:
        lean_cognito.use_faults(LeanFaults(throttle=0.2, lose_after=0.1))
        ledger = Ledger()
        seen: list[str] = []

        def check(event: Event) -> None:
            if event.kind == "sent" and event.device_key not in ledger.sent:
                seen.append(event.device_key)

        with Enroller(
            lean_cognito.client(), rate=math.inf, journal=ledger, retry=QUICK, on_event=check
        ) as enroller:
            results = [
                future.result()
                for future in [enroller.submit(request(number)) for number in range(300)]
            ]
        assert not seen
        for result in results:
            key = result.verifier.device_key
            assert ledger.prepared[key].verifier is result.verifier
            outcome = ledger.outcomes[key]
            assert (outcome.status, outcome.attempts) == ("confirmed", result.attempts)
            assert 0 < outcome.latency < 30
        # In groups, not one by one.
        assert ledger.rounds["prepare"] < 100
        assert ledger.rounds["mark_sent"] < 200

    @pytest.mark.parametrize("method", ["prepare", "mark_sent"])
    def test_nothing_is_sent_that_it_could_not_write(
        self, lean_cognito: LeanCognito, method: str
    ) -> None:
        with Enroller(lean_cognito.client(), journal=Ledger(fail=method)) as enroller:
            futures = [enroller.submit(request(number)) for number in range(20)]
            errors = [future.exception() for future in futures]
        assert len({id(error) for error in errors}) == 20
        for error in errors:
            assert isinstance(error, NotSentError)
            assert "disk full" in str(error)
            assert isinstance(error.__cause__, OSError)
            assert error.verifier is not None
        assert lean_cognito.calls() == []

    def test_one_that_loses_devices(self, lean_cognito: LeanCognito) -> None:
        class Forgetful(Ledger):
            def prepare(self, devices: Any) -> Any:
                return super().prepare(devices)[:-1]

        with (
            Enroller(lean_cognito.client(), journal=Forgetful()) as enroller,
            pytest.raises(NotSentError, match="took 1 devices and returned 0"),
        ):
            enroller.enroll(request(1))

    def test_an_outcome_that_it_could_not_write(self, lean_cognito: LeanCognito) -> None:
        """The device is confirmed: its caller is told, and so is whoever counts."""
        with Enroller(lean_cognito.client(), journal=Ledger(fail="finish")) as enroller:
            assert enroller.enroll(request(1)).device is not None
            assert enroller.stats().journal_failed == 1

    def test_the_secret_that_it_has_is_the_one_that_is_sent(
        self, lean_cognito: LeanCognito
    ) -> None:
        ledger = Ledger()
        with Enroller(lean_cognito.client(), journal=ledger) as enroller:
            first = enroller.enroll(request(1)).verifier
            before = ledger.prepared[device_key(1)]
            ledger.prepared[device_key(1)] = PreparedDevice(
                request=before.request,
                verifier=before.verifier,
                grant=before.grant,
                sent_before=True,
            )
            assert enroller.enroll(request(1)).verifier is first
        assert len({call.verifier for call in lean_cognito.calls()}) == 1

    @pytest.mark.parametrize("ended", ["confirmed", "conflict"])
    def test_what_has_ended_is_not_sent_again(self, lean_cognito: LeanCognito, ended: Any) -> None:
        ledger, asked = Ledger(), request(1)
        grant = asked.grant()
        assert grant is not None
        verifier = verifier_of(asked)
        ledger.prepared[device_key(1)] = PreparedDevice(
            request=asked, verifier=verifier, grant=grant, ended=ended
        )
        with Enroller(lean_cognito.client(), journal=ledger) as enroller:
            if ended == "confirmed":
                assert enroller.enroll(request(1)).verifier is verifier
            else:
                with pytest.raises(DeviceKeyExistsError):
                    enroller.enroll(request(1))
        assert lean_cognito.calls() == []
