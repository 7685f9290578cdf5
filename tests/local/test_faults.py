"""Failures on demand, over HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from support.local_people import MakePerson, Person, Refused

from cognito_srp.local import Fault, LocalCognito


@pytest.fixture
def once(cognito: LocalCognito) -> Iterator[Any]:
    """A client that does not retry."""
    yield cognito.client(config=Config(retries={"total_max_attempts": 1}))
    cognito.faults.clear()


@pytest.fixture
def struck(cognito: LocalCognito, once: Any) -> Any:
    """Adds rules and makes calls; the numbers of those that were throttled."""

    def struck(calls: Any, *faults: Any, seed: Any = None) -> Any:
        cognito.faults.clear()
        for fault in faults:
            cognito.faults.add(fault, seed=seed)
        return [number for number in range(1, calls + 1) if not succeeds(once)]

    return struck


def succeeds(client: Any) -> Any:
    try:
        client.list_user_pools(MaxResults=1)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "TooManyRequestsException"  # noqa: PT017
        return False
    return True


def throttle(**when: Any) -> Any:
    return Fault("throttle", "ListUserPools", **when)


def test_the_next_call_fails_and_the_one_after_does_not(
    cognito: LocalCognito, once: Any, refused: Refused
) -> None:
    cognito.fail_next("ListUserPools")
    once.describe_user_pool(UserPoolId=cognito.create_pool().pool_id)  # another operation
    with refused("TooManyRequestsException", "Rate exceeded"):
        once.list_user_pools(MaxResults=1)
    once.list_user_pools(MaxResults=1)


def test_any_operation_a_number_of_times(
    cognito: LocalCognito, once: Any, refused: Refused
) -> None:
    cognito.fail_next(error="InternalErrorException", message="no", times=2)
    for _ in range(2):
        with refused("InternalErrorException", "no"):
            once.list_user_pools(MaxResults=1)
    once.list_user_pools(MaxResults=1)


def test_botocore_retries_what_may_be_retried(cognito: LocalCognito, client: Any) -> None:
    cognito.fail_next("ListUserPools", times=2)
    answer = client.list_user_pools(MaxResults=1)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize("what", ["request", "response"])
def test_a_lost_confirmation(
    cognito: LocalCognito, once: Any, person: Person, refused: Refused, what: Any
) -> None:
    tokens = person.tokens()
    person.client = once
    cognito.lose_next("ConfirmDevice", what)
    with pytest.raises(ConnectionClosedError):
        person.confirm(tokens)
    if what == "request":
        person.confirm(tokens)
    else:
        with refused("DeviceKeyExistsException"):
            person.confirm(tokens)


def test_taking_it_back(cognito: LocalCognito, once: Any) -> None:
    cognito.fail_next(times=100)
    cognito.faults.clear()
    once.list_user_pools(MaxResults=1)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"every": 3}, [3, 6, 9]),
        ({"first": 4, "last": 6}, [4, 5, 6]),
        ({"first": 8}, [8, 9, 10]),
        ({"first": 2, "last": 2}, [2]),
        ({"every": 2, "times": 2}, [2, 4]),
        ({"first": 3, "times": 2}, [3, 4]),
    ],
)
def test_positions(struck: Any, when: Any, expected: Any) -> None:
    assert struck(10, throttle(**when)) == expected


def test_chances_are_repeated_by_their_seed(struck: Any) -> None:
    rule = throttle(probability=0.3)
    first = struck(200, rule, seed=7)
    assert 30 < len(first) < 90
    assert struck(200, rule, seed=7) == first
    assert struck(200, rule, seed=8) != first
    # A window cuts out of the same chances, and a second rule of that seed has others.
    assert struck(60, throttle(probability=0.3, first=21, last=40), seed=7) == [
        number for number in first if 21 <= number <= 40
    ]
    assert set(struck(200, rule, rule, seed=7)) > set(first)


def test_rules_count_by_themselves_and_the_first_one_wins(
    struck: Any, cognito: LocalCognito
) -> None:
    assert struck(9, throttle(every=4), throttle(first=3, times=2)) == [3, 4, 5, 8]
    assert cognito.faults.injected == {("ListUserPools", "throttle"): 4}
    cognito.faults.clear()
    assert not cognito.faults.injected


def test_reproducible_from_many_threads(struck: Any, cognito: LocalCognito, once: Any) -> None:
    """Which thread is struck is chance; how many calls are, is not."""
    expected = len(struck(120, throttle(probability=0.25), seed=1))
    cognito.faults.clear()
    cognito.faults.add(throttle(probability=0.25), seed=1)
    threads = [
        threading.Thread(target=lambda: [succeeds(once) for _ in range(20)]) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cognito.faults.injected["ListUserPools", "throttle"] == expected


def test_internal_errors(cognito: LocalCognito, once: Any) -> None:
    cognito.faults.add(Fault("internal-error", times=1))
    with pytest.raises(ClientError) as caught:
        once.list_user_pools(MaxResults=1)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert caught.value.response["Error"]["Code"] == "InternalErrorException"


def test_an_answer_cut_in_half_comes_after_the_effect(
    cognito: LocalCognito, once: Any, person: Person, refused: Refused
) -> None:
    tokens = person.tokens()
    person.client = once
    cognito.faults.add(Fault("malformed", "ConfirmDevice", times=1))
    bodies = []
    once.meta.events.register(
        "before-parse.cognito-identity-provider.*",
        lambda response_dict, **_: bodies.append(response_dict["body"]),
    )
    person.confirm(tokens)
    with refused("DeviceKeyExistsException"):
        person.confirm(tokens)
    assert bodies[0] == b'{"UserConfirmationN'[: len('{"UserConfirmationNecessary": false}') // 2]


def test_delays_add_up_and_do_no_harm(cognito: LocalCognito, once: Any) -> None:
    for _ in range(2):
        cognito.faults.add(Fault("delay", "ListUserPools", seconds=0.15, times=1))
    cognito.fail_next("ListUserPools")
    before = time.monotonic()
    assert not succeeds(once)
    assert time.monotonic() - before >= 0.3
    assert succeeds(once)
    assert cognito.faults.injected["ListUserPools", "delay"] == 2


def test_a_token_that_has_expired_stays_so(
    cognito: LocalCognito, once: Any, person: Person, refused: Refused
) -> None:
    tokens, others = person.tokens(), person.tokens()
    cognito.faults.add(Fault("expired-token", first=2, last=2))
    once.list_user_pools(MaxResults=1)  # carries no token, and does not count
    once.get_user(AccessToken=tokens["AccessToken"])
    for _ in range(2):
        with refused("NotAuthorizedException", "Access Token has expired"):
            once.get_user(AccessToken=tokens["AccessToken"])
    once.get_user(AccessToken=others["AccessToken"])
    cognito.faults.clear()
    once.get_user(AccessToken=tokens["AccessToken"])


def test_refresh_tokens_expire_too(
    cognito: LocalCognito, once: Any, make_person: MakePerson, refused: Refused
) -> None:
    person = make_person(remember_devices="no")
    refresh = {"REFRESH_TOKEN": person.tokens()["RefreshToken"]}
    cognito.faults.add(Fault("expired-token", "InitiateAuth", times=1))
    for _ in range(2):
        with refused("NotAuthorizedException", "Refresh Token has expired"):
            once.initiate_auth(
                ClientId=person.pool.client_id,
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters=refresh,
            )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "explode"}, "throttle"),
        ({"kind": "throttle", "probability": 0}, "probability"),
        ({"kind": "throttle", "probability": 1.1}, "probability"),
        ({"kind": "throttle", "every": 0}, "count from 1"),
        ({"kind": "throttle", "times": 0}, "count from 1"),
        ({"kind": "throttle", "first": 3, "last": 2}, "before the first"),
        ({"kind": "throttle", "seconds": 1.0}, "delay"),
        ({"kind": "delay"}, "delay"),
        ({"kind": "throttle", "error": "LimitExceededException"}, "of its own"),
    ],
)
def test_rules_that_could_never_happen(fault: Any, words: Any) -> None:
    with pytest.raises(ValueError, match=words):
        Fault(**fault)


def test_an_operation_that_does_not_exist(cognito: LocalCognito) -> None:
    with pytest.raises(ValueError, match="ConfirmDevise"):
        cognito.fail_next("ConfirmDevise")


def test_the_date_of_every_answer_is_the_servers(
    cognito: LocalCognito, once: Any, refused: Refused
) -> None:
    for offset in (3600.0, -7200.0):
        cognito.clock.reset()
        cognito.clock.advance(offset)
        answer = once.list_user_pools(MaxResults=1)
        cognito.fail_next("ListUserPools")
        with pytest.raises(ClientError) as caught:
            once.list_user_pools(MaxResults=1)
        for metadata in (answer["ResponseMetadata"], caught.value.response["ResponseMetadata"]):
            date = parsedate_to_datetime(metadata["HTTPHeaders"]["date"])
            assert abs(date.timestamp() - cognito.clock.time()) < 5
