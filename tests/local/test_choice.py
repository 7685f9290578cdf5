"""USER_AUTH beyond passwords: codes by SMS and e-mail as a first factor; e-mail as a second."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.local_people import PASSWORD, MakePerson, Person, Refused, begin_choice, respond

from cognito_srp.local import LocalCognito

WRONG_CODE = ("CodeMismatchException", "Invalid code received for user")
ALL = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
REACHABLE = {
    "email": "ann@example.com",
    "email_verified": "true",
    "phone_number": "+15555550123",
    "phone_number_verified": "true",
}
SHOWN = {"EMAIL_OTP": ("EMAIL", "a***@e***"), "SMS_OTP": ("SMS", "+*******0123")}


@pytest.fixture
def reachable(cognito: LocalCognito, client: Any) -> Any:
    """A user with a verified address and number, in a pool that allows codes."""
    pool = cognito.create_pool(Policies=ALL)
    return Person(client, pool, pool.create_user("ann", PASSWORD, attributes=REACHABLE))


def sent(cognito: LocalCognito, challenge: Any) -> Any:
    messages = cognito.emails("ann") if challenge == "EMAIL_OTP" else cognito.text_messages("ann")
    return messages[-1].code


def other(code: Any) -> Any:
    return f"{(int(code) + 1) % 10**8:08}"


@pytest.mark.parametrize("challenge", ["EMAIL_OTP", "SMS_OTP"])
@pytest.mark.parametrize("how", ["preferred", "selected"])
def test_a_code(
    reachable: Any, cognito: LocalCognito, refused: Refused, challenge: Any, how: Any
) -> None:
    if how == "preferred":
        asked = begin_choice(reachable, PREFERRED_CHALLENGE=challenge)
    else:
        offered = begin_choice(reachable)
        assert offered["ChallengeName"] == "SELECT_CHALLENGE"
        assert offered["AvailableChallenges"] == [
            "PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"
        ]  # fmt: skip
        asked = respond(reachable, offered, ANSWER=challenge)
    assert asked["ChallengeName"] == challenge
    medium, destination = SHOWN[challenge]
    assert asked["ChallengeParameters"] == {
        "USERNAME": "ann",
        "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
        "CODE_DELIVERY_DESTINATION": destination,
    }
    code = sent(cognito, challenge)
    assert len(code) == 8
    with refused(*WRONG_CODE):  # and the challenge stays open
        respond(reachable, asked, **{f"{challenge}_CODE": other(code)})
    with refused("InvalidParameterException", f"{challenge}_CODE"):
        respond(reachable, asked)
    result = respond(reachable, asked, **{f"{challenge}_CODE": code})["AuthenticationResult"]
    assert "NewDeviceMetadata" in result
    with refused("NotAuthorizedException", "Invalid session"):
        respond(reachable, asked, **{f"{challenge}_CODE": code})


def test_a_code_and_a_remembered_device(reachable: Any, cognito: LocalCognito) -> None:
    device = reachable.confirm()
    asked = begin_choice(reachable, PREFERRED_CHALLENGE="EMAIL_OTP", DEVICE_KEY=device[0])
    sign_in = reachable.with_device(device)
    sign_in.challenge = asked
    sign_in.device_challenge = respond(reachable, asked, EMAIL_OTP_CODE=sent(cognito, "EMAIL_OTP"))
    assert sign_in.device_challenge["ChallengeName"] == "DEVICE_SRP_AUTH"
    session = sign_in.device_srp()["Session"]
    answer = sign_in.respond("DEVICE_PASSWORD_VERIFIER", sign_in.device_proof(), session)
    assert answer["AuthenticationResult"]


@pytest.mark.parametrize("preferred", ["EMAIL_OTP", "WEB_AUTHN"])
def test_what_is_not_available_is_offered_a_choice(person: Person, preferred: Any) -> None:
    offered = begin_choice(person, PREFERRED_CHALLENGE=preferred)
    assert offered["ChallengeName"] == "SELECT_CHALLENGE"
    assert offered["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


@pytest.mark.parametrize("choice", ["EMAIL_OTP", "WEB_AUTHN", "nonsense"])
def test_what_is_not_available_cannot_be_chosen(
    person: Person, refused: Refused, choice: Any
) -> None:
    offered = begin_choice(person)
    with refused("InvalidParameterException", f"{choice} is not one of the available"):
        respond(person, offered, ANSWER=choice)
    respond(person, offered, ANSWER="PASSWORD", PASSWORD=person.password)


def test_a_pool_without_passwords(cognito: LocalCognito, client: Any, refused: Refused) -> None:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}}
    pool = cognito.create_pool(Policies=policies)
    person = Person(client, pool, pool.create_user("ann", PASSWORD, attributes=REACHABLE))
    assert begin_choice(person)["AvailableChallenges"] == ["EMAIL_OTP"]
    with refused("InvalidParameterException", "not one of the available"):
        respond(person, begin_choice(person), ANSWER="PASSWORD", PASSWORD=PASSWORD)


def test_codes_are_not_for_users_with_a_second_factor(cognito: LocalCognito, client: Any) -> None:
    pool = cognito.create_pool(mfa="OPTIONAL", Policies=ALL)
    person = Person(client, pool, pool.create_user("ann", PASSWORD, attributes=REACHABLE))
    assert "EMAIL_OTP" in begin_choice(person)["AvailableChallenges"]
    pool.use_authenticator("ann")
    assert begin_choice(person)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


def test_preferring_srp_without_a_first_value(person: Person) -> None:
    asked = begin_choice(person, PREFERRED_CHALLENGE="PASSWORD_SRP")
    assert asked["ChallengeName"] == "PASSWORD_SRP"
    sign_in = person.sign_in()
    sign_in.challenge = respond(person, asked, SRP_A=f"{sign_in.exchange.A:x}")
    session = sign_in.challenge["Session"]
    assert sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(), session)["AuthenticationResult"]


def test_a_code_expires(reachable: Any, cognito: LocalCognito, refused: Refused) -> None:
    asked = begin_choice(reachable, PREFERRED_CHALLENGE="SMS_OTP")
    code = sent(cognito, "SMS_OTP")
    cognito.clock.advance(181)
    with refused("NotAuthorizedException", "session is expired"):
        respond(reachable, asked, SMS_OTP_CODE=code)


class TestEmailAsASecondFactor:
    @pytest.fixture
    def person(self, make_person: MakePerson) -> Any:
        person = make_person(mfa="OPTIONAL")
        person.pool.use_emails(person.username, "ann@example.com")
        return person

    def test_a_sign_in(self, person: Person, cognito: LocalCognito, refused: Refused) -> None:
        asked = person.sign_in().finish()
        assert asked["ChallengeName"] == "EMAIL_OTP"
        assert asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"] == "EMAIL"
        assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "a***@e***"
        code = cognito.emails(person.username)[-1].code
        assert len(code) == 6
        with refused(*WRONG_CODE):
            respond(person, asked, EMAIL_OTP_CODE="0" * 7)
        assert respond(person, asked, EMAIL_OTP_CODE=code)["AuthenticationResult"]

    def test_it_is_one_of_several(self, person: Person, cognito: LocalCognito, client: Any) -> None:
        person.pool.use_authenticator(person.username)
        user = {"UserPoolId": person.pool.pool_id, "Username": person.username}
        settings = {"Enabled": True, "PreferredMfa": False}
        client.admin_set_user_mfa_preference(**user, SoftwareTokenMfaSettings=settings)
        client.admin_set_user_mfa_preference(**user, EmailMfaSettings=settings)
        asked = person.sign_in().finish()
        assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
        choices = json.loads(asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
        assert choices == ["EMAIL_OTP", "SOFTWARE_TOKEN_MFA"]
        asked = respond(person, asked, ANSWER="EMAIL_OTP")
        code = cognito.emails(person.username)[-1].code
        assert respond(person, asked, EMAIL_OTP_CODE=code)["AuthenticationResult"]

    def test_a_preference_stands_until_it_is_taken_back(self, person: Person, client: Any) -> None:
        user = {"UserPoolId": person.pool.pool_id, "Username": person.username}
        off = {"Enabled": False, "PreferredMfa": False}
        client.admin_set_user_mfa_preference(**user, SMSMfaSettings=off)
        assert person.sign_in().finish()["ChallengeName"] == "EMAIL_OTP"
        client.admin_set_user_mfa_preference(**user, EmailMfaSettings=off)
        assert "AuthenticationResult" in person.sign_in().finish()

    def test_it_needs_an_address(
        self, make_person: MakePerson, person: Person, client: Any, refused: Refused
    ) -> None:
        another = make_person(person.pool)
        user = {"UserPoolId": person.pool.pool_id, "Username": another.username}
        with refused("InvalidParameterException", "delivery config"):
            client.admin_set_user_mfa_preference(**user, EmailMfaSettings={"Enabled": True})

    def test_the_user_may_switch_it_on(self, make_person: MakePerson, client: Any) -> None:
        pool = make_person(mfa="OPTIONAL").pool
        name = pool.create_user("eve", PASSWORD, attributes={"email": "eve@example.com"})
        token = pool.sign_in(name, PASSWORD)["AccessToken"]
        settings = {"Enabled": True, "PreferredMfa": True}
        client.set_user_mfa_preference(AccessToken=token, EmailMfaSettings=settings)
        assert Person(client, pool, name).sign_in().finish()["ChallengeName"] == "EMAIL_OTP"

    def test_the_configuration_of_a_pool(self, client: Any, cognito: LocalCognito) -> None:
        pool = {"UserPoolId": cognito.create_pool().pool_id}
        email = {"Subject": "code", "Message": "{####}"}
        client.set_user_pool_mfa_config(
            **pool, EmailMfaConfiguration=email, MfaConfiguration="OPTIONAL"
        )
        config = client.get_user_pool_mfa_config(**pool)
        assert config["EmailMfaConfiguration"] == email
        assert config["MfaConfiguration"] == "OPTIONAL"


def test_required_attributes_are_named(cognito: LocalCognito, client: Any) -> None:
    schema = [{"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": True}]
    pool = cognito.create_pool(Schema=schema)
    pool.create_user("ann", PASSWORD, temporary=True)
    person = Person(client, pool, "ann")
    asked = person.sign_in().finish()
    required = json.loads(asked["ChallengeParameters"]["requiredAttributes"])
    assert required == ["userAttributes.email"]
    answer = {"NEW_PASSWORD": "Other-horse-2", required[0]: "ann@example.com"}
    result = respond(person, asked, **answer)["AuthenticationResult"]
    user = client.get_user(AccessToken=result["AccessToken"])
    assert {"Name": "email", "Value": "ann@example.com"} in user["UserAttributes"]
