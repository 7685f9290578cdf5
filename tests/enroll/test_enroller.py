"""The enroller against servers that throttle, fail and lose answers."""

from __future__ import annotations

import math

from devices import request
from lean_cognito import LeanCognito, LeanFaults

from cognito_srp.enroll import Enroller


def test_every_device_ends_with_the_secret_that_the_server_holds(lean_cognito: LeanCognito) -> None:
    lean_cognito.use_faults(LeanFaults(throttle=0.1, fail=0.05, lose_before=0.05, lose_after=0.2))
    with Enroller(lean_cognito.client(), rate=math.inf) as enroller:
        futures = [enroller.submit(request(number, reference=number)) for number in range(500)]
        results = [future.result() for future in futures]
        stats = enroller.stats()
    confirmed = lean_cognito.confirmed()
    assert len(confirmed) == 500
    for number, result in enumerate(results):
        assert result.reference == number
        config = result.verifier.as_config()
        assert confirmed[result.verifier.device_key] == (config["PasswordVerifier"], config["Salt"])
        assert result.device is not None
    calls = lean_cognito.calls()
    assert stats.confirmed == stats.prepared == stats.submitted == 500
    assert stats.sent == len(calls) == sum(result.attempts for result in results)
    assert stats.throttled == sum(call.outcome == "throttled" for call in calls)
    assert stats.retried == stats.sent - 500
