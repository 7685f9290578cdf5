"""Rules about devices that several clients' users have met at AWS (docs/fidelity.md)."""

from __future__ import annotations

from typing import Any

import pytest
from support.accounts import of
from support.local_people import PASSWORD, MakePerson, Person, Refused
from support.plain_client import stamp

from cognito_srp import InvalidDeviceKeyError, enroll_device, sign_in
from cognito_srp.local import CustomAuth, LocalCognito, totp

BAD_KEY = ("InvalidParameterException", "Invalid device key given.")
EMAIL = "ann@example.com"


def answer_code(person: Person, cognito: LocalCognito, key: Any, username: Any, **more: Any) -> Any:
    """Signs in with the password and a code, answered under a name of choice."""
    cognito.clock.advance(31)  # the next code
    pool, client = person.pool, person.client
    challenge = client.initiate_auth(
        ClientId=pool.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.username, "PASSWORD": PASSWORD},
    )
    internal = challenge["ChallengeParameters"]["USER_ID_FOR_SRP"]
    code = totp(key, cognito.clock.time())
    return client.respond_to_auth_challenge(
        ClientId=pool.client_id,
        ChallengeName="SOFTWARE_TOKEN_MFA",
        Session=challenge["Session"],
        ChallengeResponses={
            "USERNAME": username or internal,
            "SOFTWARE_TOKEN_MFA_CODE": code,
            **more,
        },
    )


@pytest.fixture
def by_email(cognito: LocalCognito, client: Any) -> Any:
    """A user with an authenticator who signs in by e-mail address."""
    pool = cognito.create_pool(mfa="OPTIONAL", UsernameAttributes=["email"])
    pool.create_user(EMAIL, PASSWORD)
    return Person(client, pool, EMAIL), pool.use_authenticator(EMAIL)


def test_a_device_key_of_a_code_answered_under_an_alias_is_refused(
    by_email: Any, cognito: LocalCognito, refused: Refused
) -> None:
    person, key = by_email
    tokens = answer_code(person, cognito, key, EMAIL)["AuthenticationResult"]
    with refused(*BAD_KEY):
        person.confirm(tokens)
    with refused("NotAuthorizedException", "Invalid Refresh Token."):
        person.client.initiate_auth(
            ClientId=person.pool.client_id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={
                "REFRESH_TOKEN": tokens["RefreshToken"],
                "DEVICE_KEY": tokens["NewDeviceMetadata"]["DeviceKey"],
            },
        )
    metadata = tokens["NewDeviceMetadata"]
    with pytest.raises(InvalidDeviceKeyError, match=r"answered under an alias.*USER_ID_FOR_SRP"):
        enroll_device(
            person.client,
            access_token=tokens["AccessToken"],
            device_key=metadata["DeviceKey"],
            device_group_key=metadata["DeviceGroupKey"],
        )


def test_one_answered_under_the_internal_name_is_taken(
    by_email: Any, cognito: LocalCognito
) -> None:
    person, key = by_email
    assert person.confirm(answer_code(person, cognito, key, None)["AuthenticationResult"])


def test_letter_case_is_no_alias(cognito: LocalCognito, client: Any) -> None:
    settings: dict[str, Any] = {"UsernameConfiguration": {"CaseSensitive": False}}
    pool = cognito.create_pool(mfa="OPTIONAL", **settings)
    pool.create_user("Ann", PASSWORD)
    person, key = Person(client, pool, "ANN"), pool.use_authenticator("Ann")
    assert person.confirm(answer_code(person, cognito, key, "ann")["AuthenticationResult"])


@pytest.mark.parametrize("flow", ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"])
def test_our_own_sign_in_never_gets_into_it(
    by_email: Any, cognito: LocalCognito, flow: str
) -> None:
    person, key = by_email
    ids = {"pool_id": person.pool.pool_id, "client_id": person.pool.client_id}
    session = sign_in(
        person.client,
        **ids,
        username=EMAIL,
        password=PASSWORD,
        auth_flow=flow,
        on_challenge=lambda challenge: {"SOFTWARE_TOKEN_MFA_CODE": totp(key, cognito.clock.time())},
    )
    assert session.enroll_device()


def test_a_remembered_device_is_asked_for_when_its_key_comes_with_the_code(
    make_person: MakePerson, cognito: LocalCognito
) -> None:
    person = make_person(mfa="OPTIONAL", challenge_on_new_device=False)
    device = person.confirm()
    key = person.pool.use_authenticator(person.username)
    answer = answer_code(person, cognito, key, None, DEVICE_KEY=device[0])
    assert answer["ChallengeName"] == "DEVICE_SRP_AUTH"
    device_half = person.with_device(device)
    device_half.begin()
    device_half.device_challenge = answer
    session = device_half.device_srp()["Session"]
    proof = device_half.device_proof(stamp(cognito.clock.now()))
    result = device_half.respond("DEVICE_PASSWORD_VERIFIER", proof, session)
    assert "NewDeviceMetadata" not in result["AuthenticationResult"]


def test_a_device_key_nobody_has_does_not_use_the_code_up(
    make_person: MakePerson, cognito: LocalCognito, refused: Refused
) -> None:
    person = make_person(mfa="OPTIONAL")
    key = person.pool.use_authenticator(person.username)
    with refused("ResourceNotFoundException", "Device does not exist."):
        answer_code(person, cognito, key, None, DEVICE_KEY="eu-west-2_0")
    assert answer_code(person, cognito, key, None)["AuthenticationResult"]


def test_the_device_key_may_come_with_a_new_password(make_person: MakePerson, client: Any) -> None:
    person = make_person(challenge_on_new_device=False)
    device = person.confirm()
    client.admin_set_user_password(
        **of(person.pool, person.username), Password=PASSWORD, Permanent=False
    )
    challenge = person.sign_in().finish()
    responses = {"USERNAME": person.username, "NEW_PASSWORD": "Other-horse-2"}
    answer = person.sign_in().respond(
        "NEW_PASSWORD_REQUIRED", responses | {"DEVICE_KEY": device[0]}, challenge["Session"]
    )
    assert answer["ChallengeName"] == "DEVICE_SRP_AUTH"


@pytest.mark.parametrize("only_remembered", [True, False])
def test_an_opt_in_pool_lists_remembered_devices_only(only_remembered: bool) -> None:
    with LocalCognito(admin_lists_remembered_only=only_remembered) as cognito:
        pool, client = cognito.create_pool(remember_devices="opt-in"), cognito.client()
        person = Person(client, pool, pool.create_user("ann", PASSWORD))
        tokens = person.tokens()
        key = person.confirm(tokens)[0]
        token, user = {"AccessToken": tokens["AccessToken"]}, of(pool, "ann")
        assert client.list_devices(**token)["Devices"] == []
        assert len(client.admin_list_devices(**user)["Devices"]) == (not only_remembered)
        assert client.get_device(**token, DeviceKey=key)["Device"]
        client.update_device_status(**token, DeviceKey=key, DeviceRememberedStatus="remembered")
        assert len(client.list_devices(**token)["Devices"]) == 1
        assert len(client.admin_list_devices(**user)["Devices"]) == 1


@pytest.mark.parametrize("gives", [True, False])
def test_whether_custom_auth_gives_a_device_key_is_a_switch(gives: bool) -> None:
    with LocalCognito(custom_auth_devices=gives) as cognito:
        pool, client = cognito.create_pool(), cognito.client()
        pool.create_user("ann", PASSWORD)
        issue = lambda event, context: {"response": {"issueTokens": True}}  # noqa: E731
        pool.use_custom_auth(CustomAuth(issue, issue, issue))
        answer = client.initiate_auth(
            ClientId=pool.client_id, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": "ann"}
        )
        assert ("NewDeviceMetadata" in answer["AuthenticationResult"]) == gives


def test_a_switch_that_does_not_exist() -> None:
    with pytest.raises(TypeError, match="lock_out"):
        LocalCognito(lock_out=True)
