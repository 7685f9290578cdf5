"""pycognito as it comes from PyPI, and with the drop-in under it, against our endpoint.

The life of a device with both is in test_foreign_clients.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pycognito.aws_srp
import pytest
import requests
from support.local_people import MakePerson, Person, Refused

from cognito_srp import aws_srp as ours
from cognito_srp.local import LocalCognito, totp

PERMANENT = "Permanent-horse-3"


@pytest.fixture(params=["alone", "on ours"])
def aws_srp(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, server: LocalCognito
) -> Iterator[ModuleType]:
    """pycognito's module. Alone, it posts the device calls to AWS's address; they arrive here."""
    module: ModuleType = pycognito.aws_srp
    if request.param == "on ours":
        ours.install("pycognito")
        assert issubclass(module.AWSSRP, ours.AWSSRP)
    else:
        assert module.AWSSRP.__module__ == module.__name__

    def post(url: str, **options: Any) -> requests.Response:
        assert not issubclass(module.AWSSRP, ours.AWSSRP), "ours goes through the client"
        assert url == f"https://cognito-idp.{server.region}.amazonaws.com/"
        return real(server.endpoint_url, **options)

    real = requests.post
    monkeypatch.setattr(requests, "post", post)
    yield module
    ours.uninstall()


def is_ours(aws_srp: ModuleType) -> Any:
    return issubclass(aws_srp.AWSSRP, ours.AWSSRP)


def awssrp(aws_srp: ModuleType, person: Person, **device: Any) -> Any:
    return aws_srp.AWSSRP(
        username=person.username,
        password=person.password,
        pool_id=person.pool.pool_id,
        client_id=person.pool.client_id,
        client=person.client,
        client_secret=person.pool.client_secret,
        **device,
    )


def sign_in(aws_srp: ModuleType, person: Person, secret: Any = None, **device: Any) -> Any:
    """The AuthenticationResult, through the authenticator where it is asked for; whether it was."""
    helper = awssrp(aws_srp, person, **device)
    try:
        return helper.authenticate_user()["AuthenticationResult"], False
    except pycognito.exceptions.SoftwareTokenMFAChallengeException as challenge:
        tokens = challenge.get_tokens()
    clock = person.pool.cognito.clock
    clock.advance(30)  # a code counts once
    names = {"USERNAME": person.username, "SOFTWARE_TOKEN_MFA_CODE": totp(secret, clock.time())}
    answer = person.client.respond_to_auth_challenge(
        ClientId=person.pool.client_id,
        ChallengeName=tokens["ChallengeName"],
        Session=tokens["Session"],
        ChallengeResponses=names | helper.get_auth_params(),
    )
    return answer["AuthenticationResult"], True


def enrolled(
    aws_srp: ModuleType, person: Person, secret: Any = None, name: str = "a device"
) -> Any:
    """A confirmed device, as the arguments that AWSSRP takes, and an access token."""
    result, _ = sign_in(aws_srp, person, secret)
    helper = awssrp(aws_srp, person)
    answer, password = helper.confirm_device({"AuthenticationResult": result}, name)
    assert (answer.status_code, answer.ok) == (200, True)
    assert helper.device_key == result["NewDeviceMetadata"]["DeviceKey"]
    device = {
        "device_group_key": helper.device_group_key,
        "device_key": helper.device_key,
        "device_password": password,
    }
    return device, result["AccessToken"], answer.json()["UserConfirmationNecessary"]


def test_a_device_that_is_not_remembered_any_more(
    aws_srp: ModuleType, make_person: MakePerson
) -> None:
    person = make_person(mfa="OPTIONAL", remember_devices="opt-in")
    secret = person.pool.use_authenticator(person.username)
    device, token, _ = enrolled(aws_srp, person, secret)
    helper = awssrp(aws_srp, person)
    for remembered in (True, False):
        helper.update_device_status(remembered, token, device["device_key"])
        assert sign_in(aws_srp, person, secret, **device)[1] is not remembered


@pytest.mark.parametrize("name", ["Zoë's laptop", None])
def test_a_devices_name(
    aws_srp: ModuleType, person: Person, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: "this machine")
    device, token, _ = enrolled(aws_srp, person, name=name)
    found = person.client.get_device(AccessToken=token, DeviceKey=device["device_key"])["Device"]
    attributes = {pair["Name"]: pair["Value"] for pair in found["DeviceAttributes"]}
    assert attributes["device_name"] == (name or "this machine")


def test_refusals_are_answers(aws_srp: ModuleType, person: Person) -> None:
    """Neither raises: the service's refusal is what is returned."""
    result, _ = sign_in(aws_srp, person)
    helper = awssrp(aws_srp, person)
    unknown = {"DeviceKey": "eu-west-2_00000000", "DeviceGroupKey": "-group"}
    answer, _ = helper.confirm_device(
        {"AuthenticationResult": {**result, "NewDeviceMetadata": unknown}}
    )
    assert (answer.status_code, answer.ok, bool(answer)) == (400, False, False)
    assert answer.json()["__type"] == "InvalidParameterException"
    assert json.loads(answer.text) == answer.json()
    assert "json" in answer.headers["Content-Type"].lower()
    with pytest.raises(requests.HTTPError, match="400"):
        answer.raise_for_status()
    token = result["AccessToken"]
    assert helper.forget_device(token, "eu-west-2_00000000").startswith("<Response [400]> : ")
    said = helper.update_device_status(True, token, "eu-west-2_00000000")
    assert said.startswith("<Response [400]> : ")
    assert token not in said


def test_a_wrong_device_password(aws_srp: ModuleType, person: Person, refused: Refused) -> None:
    device = enrolled(aws_srp, person)[0] | {"device_password": "wrong"}
    with refused("NotAuthorizedException", "Incorrect username or password."):
        awssrp(aws_srp, person, **device).authenticate_user()


def test_a_wrong_password(aws_srp: ModuleType, person: Person, refused: Refused) -> None:
    person.password = "Wrong-horse-1"
    with refused("NotAuthorizedException", "Incorrect username or password."):
        awssrp(aws_srp, person).authenticate_user()


@pytest.mark.parametrize("client_secret", [False, True], ids=["public", "secret"])
def test_a_temporary_password(
    aws_srp: ModuleType, make_person: MakePerson, client_secret: bool
) -> None:
    person = make_person(client_secret=client_secret)
    person.username = person.pool.create_user("temp", person.password, temporary=True)
    with pytest.raises(pycognito.exceptions.ForceChangePasswordException):
        awssrp(aws_srp, person).authenticate_user()
    answer = awssrp(aws_srp, person).set_new_password_challenge(PERMANENT)
    assert answer["AuthenticationResult"]
    person.password = PERMANENT
    assert sign_in(aws_srp, person)[0]
    if is_ours(aws_srp):  # theirs raises KeyError
        assert awssrp(aws_srp, person).set_new_password_challenge("No-horse-4")[
            "AuthenticationResult"
        ]


def test_a_text_message(aws_srp: ModuleType, make_person: MakePerson) -> None:
    person = make_person(mfa="OPTIONAL")
    person.pool.use_text_messages(person.username)
    with pytest.raises(pycognito.exceptions.SMSMFAChallengeException) as caught:
        awssrp(aws_srp, person).authenticate_user()
    assert caught.value.get_tokens()["Session"]


@pytest.mark.parametrize("client_secret", [False, True], ids=["public", "secret"])
def test_the_class_cognito(
    aws_srp: ModuleType, make_person: MakePerson, server: LocalCognito, client_secret: bool
) -> None:
    """pycognito's own client class, which verifies the tokens that it is given."""
    person = make_person(mfa="OPTIONAL", client_secret=client_secret)
    secret = person.pool.use_authenticator(person.username)
    pool = person.pool
    user = pycognito.Cognito(
        pool.pool_id,
        pool.client_id,
        username=person.username,
        client_secret=pool.client_secret,
        access_key="local",
        secret_key="local",
        boto3_client_kwargs={"endpoint_url": server.endpoint_url},
    )
    user.pool_jwk = user.get_keys()
    user.pool_domain_url = None  # tokens name AWS's address as their issuer
    with pytest.raises(pycognito.exceptions.SoftwareTokenMFAChallengeException):
        user.authenticate(person.password, client_metadata={"reason": "a test"})
    server.clock.advance(30)
    user.respond_to_software_token_mfa_challenge(totp(secret, server.clock.time()))
    assert user.access_claims["username"] == person.username
