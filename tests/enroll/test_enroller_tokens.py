"""Access tokens: in which order they are used, when they have run out, and who supplies them."""

from __future__ import annotations

import math
import time
import traceback
from concurrent.futures import wait

import pytest
from support.enrollment_requests import QUICK, request
from support.lean_cognito import LeanCognito, LeanFaults
from support.tokens import unsigned_token

from cognito_srp import (
    TokenExpiredError,
)
from cognito_srp.enroll import (
    Enroller,
)


class TestOrder:
    def test_the_token_that_runs_out_first_goes_first(self, lean_cognito: LeanCognito) -> None:
        now = time.time()
        tokens = [
            unsigned_token(exp=now + 100 + (number * 37) % 100, n=number) for number in range(60)
        ]
        blocked = request(1000, user="x", access_token=unsigned_token(exp=now + 90))
        with Enroller(lean_cognito.client(), rate=100, per_user_rate=1e6, workers=1) as enroller:
            # While the first one is on its way and its successors wait, all others arrive.
            futures = [enroller.submit(blocked)]
            futures += [
                enroller.submit(request(number, access_token=text))
                for number, text in enumerate(tokens)
            ]
            wait(futures)
        order = [tokens.index(call.token) for call in lean_cognito.calls() if call.token in tokens]
        expiries = [(number * 37) % 100 for number in order]
        # All but those that were sent while the others were still being prepared.
        assert expiries[-40:] == sorted(expiries[-40:])
        assert len(order) == 60

    def test_what_is_sent_again_goes_first(self, lean_cognito: LeanCognito) -> None:
        """However many wait that were never sent, and though their tokens run out sooner."""
        lean_cognito.use_faults(LeanFaults(throttle=1))
        late = request(0, access_token=unsigned_token(exp=time.time() + 1000))
        with Enroller(lean_cognito.client(), rate=40, retry=QUICK) as enroller:
            first = enroller.submit(late)
            while not enroller.stats().retried:
                time.sleep(0.001)
            lean_cognito.use_faults(LeanFaults())
            soon = unsigned_token(exp=time.time() + 100)
            others = [
                enroller.submit(request(number, access_token=soon)) for number in range(1, 81)
            ]
            first.result()
            assert sum(other.done() for other in others) < 20
            enroller.close(drain=False)

    def test_one_user_does_not_hold_up_others(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client(), rate=200, per_user_rate=10) as enroller:
            ann = [enroller.submit(request(number, user="ann")) for number in range(15)]
            others = [
                enroller.submit(request(number, user=f"user-{number}"))
                for number in range(100, 200)
            ]
            wait(others)
            assert sum(future.done() for future in ann) < 12
            wait(ann)
        times = [
            call.at for call in lean_cognito.calls()
            if int(call.device_key[10:18], 16) < 15
        ]  # fmt: skip
        assert times[-1] - times[0] == pytest.approx(1.4, abs=0.2)

    def test_the_user_is_the_tokens_owner(self) -> None:
        job = request(1, access_token=unsigned_token(sub="ann", username="someone"))
        grant = job.grant()
        assert grant is not None
        assert grant.user == "ann"
        named = request(1, access_token=unsigned_token(username="bob")).grant()
        assert named is not None
        assert named.user == "bob"


class TestTokens:
    def test_one_that_has_run_out_is_not_sent(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client()) as enroller:
            for expires in (time.time() - 1, time.time() + 1):  # the latter would be on arrival
                text = unsigned_token(exp=expires)
                with pytest.raises(TokenExpiredError) as caught:
                    enroller.enroll(request(1, access_token=text))
                assert text not in "".join(traceback.format_exception(caught.value))
            assert enroller.stats().refused == 2
        assert lean_cognito.calls() == []

    def test_one_that_runs_out_while_it_waits(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client(), rate=2) as enroller:
            wait([enroller.submit(request(number)) for number in range(2)])
            late = enroller.submit(request(9, access_token=unsigned_token(exp=time.time() + 5.1)))
            with pytest.raises(TokenExpiredError):
                late.result()
        assert len(lean_cognito.calls()) == 2

    def test_a_supplier_is_asked_again(self, lean_cognito: LeanCognito) -> None:
        asked = []

        def supply() -> str:
            asked.append(1)
            return unsigned_token(exp=time.time() + 3600)

        with Enroller(lean_cognito.client()) as enroller:
            expired = unsigned_token(exp=time.time() - 1)
            enroller.enroll(request(1, access_token=expired, access=supply))
            enroller.enroll(request(2, access_token=None, access=supply))
            assert enroller.stats().signed_in == len(asked) == 2
        assert expired not in {call.token for call in lean_cognito.calls()}

    def test_suppliers_are_paced(self, lean_cognito: LeanCognito) -> None:
        asked: list[float] = []

        def supply() -> str:
            asked.append(time.monotonic())
            return "token"

        with Enroller(lean_cognito.client(), rate=math.inf, sign_in_rate=20) as enroller:
            wait(
                [
                    enroller.submit(request(number, access_token=None, access=supply))
                    for number in range(15)
                ]
            )
        assert asked[-1] - asked[0] > 0.5

    def test_what_a_supplier_raises_is_the_callers(self, lean_cognito: LeanCognito) -> None:
        def supply() -> str:
            raise LookupError("nobody of that name")

        with Enroller(lean_cognito.client()) as enroller:
            with pytest.raises(LookupError, match="nobody of that name"):
                enroller.enroll(request(1, access_token=None, access=supply))
            assert enroller.stats().refused == 1

    def test_no_more_tokens_than_are_about_to_be_used(self, lean_cognito: LeanCognito) -> None:
        """At 2 a second and 20 seconds ahead: 40, and those that threads are fetching."""
        asked = []

        def supply() -> str:
            asked.append(1)
            return "token"

        enroller = Enroller(lean_cognito.client(), rate=2, sign_in_rate=math.inf)
        for number in range(200):
            enroller.submit(request(number, access_token=None, access=supply))
        time.sleep(0.5)
        assert 40 <= len(asked) <= 42
        enroller.close(drain=False)
