"""The enroller against a lean server that throttles, fails, loses answers and keeps count."""

from __future__ import annotations

import base64
import json
import math
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from typing import Any

import pytest
from support.enrollment_requests import device_key, request
from support.lean_cognito import LeanCognito, LeanFaults
from support.memory_journal import Ledger

from cognito_srp import (
    DeviceKeyExistsError,
    EnrollerClosedError,
    EnrollerFullError,
    InvalidInputError,
    NotSentError,
    ServiceFaultError,
    ThrottledError,
    TokenExpiredError,
    UnreachableError,
    VerifierFaultError,
    create_device_verifier,
)
from cognito_srp.enroll import (
    Enroller,
    EnrollmentRequest,
    EnrollmentResult,
    Event,
    PreparedDevice,
    RetryPolicy,
)

QUICK = RetryPolicy(first_delay=0.01, longest_delay=0.05)
Futures = list[Future[EnrollmentResult]]


def token(**claims: Any) -> str:
    """A JWT that nobody signed: the lean server takes any."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2lnbmF0dXJl"


def verifier_of(request: EnrollmentRequest) -> Any:
    assert request.device_key
    assert request.device_group_key
    return create_device_verifier(
        device_key=request.device_key, device_group_key=request.device_group_key
    )


@pytest.fixture
def fast(lean_cognito: LeanCognito) -> Iterator[Enroller]:
    """Sends as fast as it can."""
    with Enroller(lean_cognito.client(), rate=math.inf, retry=QUICK) as enroller:
        yield enroller


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


class TestOrder:
    def test_the_token_that_runs_out_first_goes_first(self, lean_cognito: LeanCognito) -> None:
        now = time.time()
        tokens = [token(exp=now + 100 + (number * 37) % 100, n=number) for number in range(60)]
        blocked = request(1000, user="x", access_token=token(exp=now + 90))
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
        late = request(0, access_token=token(exp=time.time() + 1000))
        with Enroller(lean_cognito.client(), rate=40, retry=QUICK) as enroller:
            first = enroller.submit(late)
            while not enroller.stats().retried:
                time.sleep(0.001)
            lean_cognito.use_faults(LeanFaults())
            soon = token(exp=time.time() + 100)
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
        job = request(1, access_token=token(sub="ann", username="someone"))
        grant = job.grant()
        assert grant is not None
        assert grant.user == "ann"
        named = request(1, access_token=token(username="bob")).grant()
        assert named is not None
        assert named.user == "bob"


class TestTokens:
    def test_one_that_has_run_out_is_not_sent(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client()) as enroller:
            for expires in (time.time() - 1, time.time() + 1):  # the latter would be on arrival
                text = token(exp=expires)
                with pytest.raises(TokenExpiredError) as caught:
                    enroller.enroll(request(1, access_token=text))
                assert text not in "".join(traceback.format_exception(caught.value))
            assert enroller.stats().refused == 2
        assert lean_cognito.calls() == []

    def test_one_that_runs_out_while_it_waits(self, lean_cognito: LeanCognito) -> None:
        with Enroller(lean_cognito.client(), rate=2) as enroller:
            wait([enroller.submit(request(number)) for number in range(2)])
            late = enroller.submit(request(9, access_token=token(exp=time.time() + 5.1)))
            with pytest.raises(TokenExpiredError):
                late.result()
        assert len(lean_cognito.calls()) == 2

    def test_a_supplier_is_asked_again(self, lean_cognito: LeanCognito) -> None:
        asked = []

        def supply() -> str:
            asked.append(1)
            return token(exp=time.time() + 3600)

        with Enroller(lean_cognito.client()) as enroller:
            expired = token(exp=time.time() - 1)
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
        futures: Futures = []

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
        secret = token(sub="ann", exp=time.time() + 3600)
        with Enroller(lean_cognito.client()) as enroller:
            result = enroller.enroll(request(1, access_token=secret))
        shown = repr([result, result.request, result.request.grant(), result.verifier])
        assert result.device is not None
        for text in (secret, result.device.device_password, result.verifier.password_verifier):
            assert text not in shown
