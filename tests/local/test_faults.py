"""Failures on demand."""

from __future__ import annotations

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError


@pytest.fixture
def once(cognito):
    """A client that does not retry."""
    yield cognito.client(config=Config(retries={"total_max_attempts": 1}))
    cognito.clear_faults()


def test_the_next_call_fails_and_the_one_after_does_not(cognito, once, refused):
    cognito.fail_next("ListUserPools")
    once.describe_user_pool(UserPoolId=cognito.create_pool().pool_id)  # another operation
    with refused("TooManyRequestsException", "Rate exceeded"):
        once.list_user_pools(MaxResults=1)
    once.list_user_pools(MaxResults=1)


def test_any_operation_a_number_of_times(cognito, once, refused):
    cognito.fail_next(error="InternalErrorException", message="no", times=2)
    for _ in range(2):
        with refused("InternalErrorException", "no"):
            once.list_user_pools(MaxResults=1)
    once.list_user_pools(MaxResults=1)


def test_botocore_retries_what_may_be_retried(cognito, client):
    cognito.fail_next("ListUserPools", times=2)
    answer = client.list_user_pools(MaxResults=1)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize("what", ["request", "response"])
def test_a_lost_confirmation(cognito, once, person, refused, what):
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


def test_taking_it_back(cognito, once):
    cognito.fail_next(times=100)
    cognito.clear_faults()
    once.list_user_pools(MaxResults=1)
