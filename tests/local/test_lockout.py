"""Failed passwords lock a user out, each twice as long as the last."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.accounts import of, signs_in
from support.local_people import PASSWORD, MakePerson, Refused

from cognito_srp.local import Clock, LocalCognito, LocalPool

LOCKED, WRONG = "Password attempts exceeded", "Incorrect username or password."


class StillClock(Clock):
    """A clock that stands still, so that a second's lock can be measured on a slow machine."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.time()

    def time(self) -> float:
        return self._began + self.offset


@pytest.fixture
def cognito() -> Any:
    with LocalCognito(region="eu-west-2", clock=StillClock()) as cognito:
        yield cognito


@pytest.fixture
def client(cognito: LocalCognito) -> Any:
    return cognito.client()


@pytest.fixture
def pool(cognito: LocalCognito) -> Any:
    pool = cognito.create_pool(mfa="OPTIONAL")
    pool.create_user("ann", PASSWORD)
    return pool


def attempt(client: Any, pool: LocalPool, password: str = "wrong") -> Any:
    """What the service says to a password, "" if it is right."""
    try:
        signs_in(client, pool, "ann", PASSWORD=password)
    except ClientError as error:
        return error.response["Error"]["Message"]
    return ""


def fail(client: Any, pool: LocalPool, times: int) -> None:
    assert {attempt(client, pool) for _ in range(times)} == {WRONG}


def test_the_fifth_failure_locks_for_a_second(
    cognito: LocalCognito, client: Any, pool: LocalPool
) -> None:
    fail(client, pool, 4)
    assert attempt(client, pool, PASSWORD) == ""
    fail(client, pool, 5)  # the count had begun anew
    assert attempt(client, pool, PASSWORD) == LOCKED
    cognito.clock.advance(1)
    assert attempt(client, pool, PASSWORD) == ""


def test_every_failure_doubles_the_lock_up_to_a_quarter_of_an_hour(
    cognito: LocalCognito, client: Any, pool: LocalPool
) -> None:
    fail(client, pool, 4)
    for seconds in [*(2**n for n in range(10)), 900, 900]:
        fail(client, pool, 1)
        lock = min(seconds, 900)
        cognito.clock.advance(lock - 0.5)
        assert attempt(client, pool, PASSWORD) == LOCKED
        if lock == 900:
            return
        cognito.clock.advance(0.5)


def test_attempts_during_a_lock_do_not_count(
    cognito: LocalCognito, client: Any, pool: LocalPool
) -> None:
    fail(client, pool, 5)
    assert {attempt(client, pool) for _ in range(20)} == {LOCKED}
    cognito.clock.advance(1)
    fail(client, pool, 1)
    cognito.clock.advance(2)
    assert attempt(client, pool, PASSWORD) == ""


def test_a_quiet_quarter_of_an_hour_begins_anew(
    cognito: LocalCognito, client: Any, pool: LocalPool
) -> None:
    fail(client, pool, 4)
    cognito.clock.advance(899)
    fail(client, pool, 1)
    cognito.clock.advance(900)
    fail(client, pool, 4)
    assert attempt(client, pool, PASSWORD) == ""


def test_srp_proofs_count_and_wrong_clocks_do_not(
    cognito: LocalCognito, client: Any, pool: LocalPool, make_person: MakePerson, refused: Refused
) -> None:
    person = make_person(pool)
    person.client, person.username = client, "ann"
    for _ in range(6):
        sign_in = person.sign_in()
        sign_in.begin()
        with refused("NotAuthorizedException", WRONG):
            sign_in.respond("PASSWORD_VERIFIER", sign_in.proof("Sat Sep 5 07:03:09 UTC 2020"))
    assert attempt(client, pool, PASSWORD) == ""
    now = datetime.fromtimestamp(cognito.clock.time(), timezone.utc)
    stamp = f"{now:%a %b} {now.day} {now:%H:%M:%S} UTC {now.year}"
    for words in [WRONG] * 5 + [LOCKED]:
        sign_in = person.sign_in()
        sign_in.password = "wrong"
        sign_in.begin()
        with refused("NotAuthorizedException", words):
            sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(stamp))


def test_codes_do_not_count(
    cognito: LocalCognito, client: Any, pool: LocalPool, refused: Refused
) -> None:
    pool.use_authenticator("ann")
    challenge = signs_in(client, pool, "ann")
    for _ in range(8):
        with refused("CodeMismatchException"):
            client.respond_to_auth_challenge(
                ClientId=pool.client_id,
                ChallengeName="SOFTWARE_TOKEN_MFA",
                Session=challenge["Session"],
                ChallengeResponses={"USERNAME": "ann", "SOFTWARE_TOKEN_MFA_CODE": "0"},
            )
    assert attempt(client, pool, PASSWORD) == ""


def test_a_new_password_ends_the_lock(client: Any, pool: LocalPool) -> None:
    fail(client, pool, 5)
    client.admin_set_user_password(**of(pool, "ann"), Password=PASSWORD, Permanent=True)
    assert attempt(client, pool, PASSWORD) == ""


def test_the_lockout_can_be_switched_off() -> None:
    with LocalCognito(lockout=False) as cognito:
        pool, client = cognito.create_pool(), cognito.client()
        pool.create_user("ann", PASSWORD)
        fail(client, pool, 8)
        assert attempt(client, pool, PASSWORD) == ""


@pytest.mark.parametrize("counts", [False, True])
def test_wrong_previous_passwords_count_where_the_switch_says_so(counts: bool) -> None:
    with LocalCognito(lockout_in_change_password=counts) as cognito:
        pool, client = cognito.create_pool(), cognito.client()
        pool.create_user("ann", PASSWORD)
        token = pool.sign_in("ann", PASSWORD)["AccessToken"]
        for _ in range(5):
            with pytest.raises(ClientError, match="Incorrect"):
                client.change_password(
                    AccessToken=token, PreviousPassword="wrong-one", ProposedPassword=PASSWORD
                )
        assert attempt(client, pool, PASSWORD) == (LOCKED if counts else "")
