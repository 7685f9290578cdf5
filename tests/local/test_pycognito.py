"""pycognito's AWSSRP as it comes from PyPI, with a boto3 client on our endpoint."""

from __future__ import annotations

import pytest

aws_srp = pytest.importorskip("pycognito.aws_srp")


def awssrp(person, **device):
    return aws_srp.AWSSRP(
        username=person.username,
        password=person.password,
        pool_id=person.pool.pool_id,
        client_id=person.pool.client_id,
        client=person.client,
        client_secret=person.pool.client_secret,
        **device,
    )


def enrolled(person):
    """A device of pycognito's own making. Its confirm_device posts to AWS, so boto3 confirms it."""
    tokens = awssrp(person).authenticate_user()["AuthenticationResult"]
    metadata = tokens["NewDeviceMetadata"]
    keys = (metadata["DeviceGroupKey"], metadata["DeviceKey"])
    password, config = aws_srp.generate_hash_device(*keys)
    person.client.confirm_device(
        AccessToken=tokens["AccessToken"],
        DeviceKey=metadata["DeviceKey"],
        DeviceSecretVerifierConfig=config,
    )
    return {
        "device_group_key": metadata["DeviceGroupKey"],
        "device_key": metadata["DeviceKey"],
        "device_password": password,
    }


def test_enrolls_and_signs_in_again(person):
    device = enrolled(person)
    for _ in range(3):
        answer = awssrp(person, **device).authenticate_user()
        assert "NewDeviceMetadata" not in answer["AuthenticationResult"]


def test_with_a_client_secret(make_person):
    assert awssrp(make_person(client_secret=True)).authenticate_user()["AuthenticationResult"]


def test_a_wrong_device_password(person, refused):
    device = enrolled(person) | {"device_password": "wrong"}
    with refused("NotAuthorizedException", "Incorrect username or password."):
        awssrp(person, **device).authenticate_user()


def test_a_wrong_password(person, refused):
    person.password = "Wrong-horse-1"
    with refused("NotAuthorizedException", "Incorrect username or password."):
        awssrp(person).authenticate_user()


def test_a_temporary_password(person):
    person.username = person.pool.create_user("temp", person.password, temporary=True)
    answer = awssrp(person).set_new_password_challenge("Permanent-horse-3")
    assert answer["AuthenticationResult"]
