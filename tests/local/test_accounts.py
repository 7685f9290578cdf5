"""Forgotten passwords, attributes and their verification, temporary passwords, deletion."""

from __future__ import annotations

from typing import Any

import pytest
from support.accounts import EXPIRED, HOUR, WRONG, attributes_of, listed, of, other_than, signs_in
from support.local_people import PASSWORD, MakePerson, Refused

from cognito_srp.local import LocalCognito, LocalPool

NEW = "New-horse-9"
ANN = {"email": "ann@example.com", "email_verified": "true"}
PHONE = {"phone_number": "+15550001111", "phone_number_verified": "true"}
ADVICE = "there is no registered/verified email or phone_number"


@pytest.fixture
def pool(cognito: LocalCognito) -> Any:
    pool = cognito.create_pool(remember_devices="no", AutoVerifiedAttributes=["email"])
    pool.create_user("ann", PASSWORD, attributes=ANN)
    return pool


def forgot(client: Any, pool: LocalPool, name: str = "ann") -> Any:
    return client.forgot_password(ClientId=pool.client_id, Username=name)["CodeDeliveryDetails"]


def reset(client: Any, pool: LocalPool, code: str, name: str = "ann", password: str = NEW) -> Any:
    named = {"ClientId": pool.client_id, "Username": name, "Password": password}
    return client.confirm_forgot_password(**named, ConfirmationCode=code)


def token(client: Any, pool: LocalPool, name: str = "ann") -> Any:
    return signs_in(client, pool, name)["AuthenticationResult"]["AccessToken"]


def test_a_reset_takes_the_code_that_was_sent_and_takes_it_once(
    pool: LocalPool, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    with refused(*EXPIRED):
        reset(client, pool, "000000")
    assert forgot(client, pool)["Destination"] == "a***@e***"
    code = cognito.emails("ann")[-1].code
    with refused(*WRONG):
        reset(client, pool, other_than(code))
    with refused("InvalidPasswordException"):  # which does not use the code up
        reset(client, pool, code, password="short")
    assert token(client, pool)
    reset(client, pool, code)
    with refused("NotAuthorizedException", "Incorrect username or password."):
        signs_in(client, pool, "ann")
    with refused(*EXPIRED):
        reset(client, pool, code)


def test_a_reset_code_ends_after_an_hour(
    pool: LocalPool, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    forgot(client, pool)
    cognito.clock.advance(HOUR)
    with refused(*EXPIRED):
        reset(client, pool, cognito.emails("ann")[-1].code)


def test_a_reset_needs_a_verified_contact(pool: LocalPool, client: Any, refused: Refused) -> None:
    pool.create_user("nomail", PASSWORD)
    pool.create_user("unverified", PASSWORD, attributes={"email": "u@example.com"})
    for name in ("nomail", "unverified"):
        with refused("InvalidParameterException", ADVICE):
            forgot(client, pool, name)


@pytest.mark.parametrize(
    ("mechanisms", "medium"),
    [
        (None, "SMS"),
        ([("verified_email", 1), ("verified_phone_number", 2)], "EMAIL"),
        ([("verified_phone_number", 1), ("verified_email", 2)], "SMS"),
    ],
)
def test_where_a_reset_code_goes(
    cognito: LocalCognito, client: Any, mechanisms: Any, medium: str
) -> None:
    listing = [{"Name": name, "Priority": rank} for name, rank in mechanisms or ()]
    setting: dict[str, Any] = (
        {"AccountRecoverySetting": {"RecoveryMechanisms": listing}} if listing else {}
    )
    pool = cognito.create_pool(**setting)
    pool.create_user("ann", PASSWORD, attributes={**ANN, **PHONE})
    assert forgot(client, pool)["DeliveryMedium"] == medium


def test_resets_may_be_left_to_administrators(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    only = [{"Name": "admin_only", "Priority": 1}]
    pool = cognito.create_pool(AccountRecoverySetting={"RecoveryMechanisms": only})
    pool.create_user("ann", PASSWORD, attributes=ANN)
    with refused("NotAuthorizedException", "Contact administrator to reset password."):
        forgot(client, pool)


def test_a_reset_by_an_administrator_sends_a_code(
    pool: LocalPool, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    client.admin_reset_user_password(**of(pool, "ann"))
    with refused("PasswordResetRequiredException"):
        signs_in(client, pool, "ann")
    reset(client, pool, cognito.emails("ann")[-1].code)
    assert client.admin_get_user(**of(pool, "ann"))["UserStatus"] == "CONFIRMED"
    pool.create_user("new", PASSWORD, temporary=True)
    with refused("NotAuthorizedException", "cannot be reset in the current state"):
        client.admin_reset_user_password(**of(pool, "new"))


def test_nobody_is_told_who_exists(pool: LocalPool, client: Any, refused: Refused) -> None:
    """The same answers for nobody as for a user with the wrong code."""
    hiding = pool.create_client(PreventUserExistenceErrors="ENABLED")
    assert forgot(client, hiding, "nobody@example.com") == {
        "Destination": "n***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    with refused("CodeMismatchException"):
        reset(client, hiding, "123456", "nobody@example.com")
    for name in ("ann", "stranger"):
        with refused(*EXPIRED):
            reset(client, hiding, "123456", name)
    app = {"ClientId": hiding.client_id, "Username": "stranger"}
    assert client.resend_confirmation_code(**app)["CodeDeliveryDetails"]
    with refused(*EXPIRED):
        client.confirm_sign_up(**app, ConfirmationCode="123456")
    pool.create_user("nomail", PASSWORD)
    assert forgot(client, hiding, "nomail")["DeliveryMedium"] == "EMAIL"


@pytest.mark.parametrize("operation", ["forgot", "reset", "resend", "confirm"])
def test_others_are_told_that_a_user_does_not_exist(
    pool: LocalPool, client: Any, refused: Refused, operation: str
) -> None:
    named = {"ClientId": pool.client_id, "Username": "nobody"}
    with refused("UserNotFoundException"):
        if operation == "forgot":
            forgot(client, pool, "nobody")
        elif operation == "reset":
            reset(client, pool, "123456", "nobody")
        elif operation == "resend":
            client.resend_confirmation_code(**named)
        else:
            client.confirm_sign_up(**named, ConfirmationCode="123456")


def test_a_new_address_is_unverified_until_its_code_comes_back(
    pool: LocalPool, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    access = {"AccessToken": token(client, pool)}
    sent = client.update_user_attributes(**access, UserAttributes=listed(email="new@example.com"))
    assert sent["CodeDeliveryDetailsList"][0]["Destination"] == "n***@e***"
    assert attributes_of(client, pool, "ann")["email_verified"] == "false"
    code = cognito.emails("new@example.com")[-1].code
    with refused(*WRONG):
        client.verify_user_attribute(**access, AttributeName="email", Code=other_than(code))
    client.verify_user_attribute(**access, AttributeName="email", Code=code)
    known = attributes_of(client, pool, "ann")
    assert (known["email"], known["email_verified"]) == ("new@example.com", "true")
    with refused(*EXPIRED):
        client.verify_user_attribute(**access, AttributeName="email", Code=code)


def test_a_code_verifies_the_address_it_went_to_and_no_other(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    pool = cognito.create_pool(remember_devices="no")  # which sends codes only when asked
    pool.create_user("ann", PASSWORD, attributes={"email": "ann@example.com"})
    access = {"AccessToken": token(client, pool)}
    client.get_user_attribute_verification_code(**access, AttributeName="email")
    client.update_user_attributes(**access, UserAttributes=listed(email="boss@example.com"))
    code = cognito.emails("ann")[-1].code
    with refused(*EXPIRED):
        client.verify_user_attribute(**access, AttributeName="email", Code=code)


def test_an_address_that_has_to_be_verified_first(cognito: LocalCognito, client: Any) -> None:
    first: dict[str, Any] = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    automatic: dict[str, Any] = {"AutoVerifiedAttributes": ["email"]}
    pool = cognito.create_pool(UserAttributeUpdateSettings=first, **automatic)
    pool.create_user("ann", PASSWORD, attributes=ANN)
    access = {"AccessToken": token(client, pool)}
    client.update_user_attributes(**access, UserAttributes=listed(email="new@example.com"))
    assert attributes_of(client, pool, "ann")["email"] == "ann@example.com"
    details = client.get_user_attribute_verification_code(**access, AttributeName="email")
    assert details["CodeDeliveryDetails"]["Destination"] == "n***@e***"
    code = cognito.emails("ann")[-1].code
    client.verify_user_attribute(**access, AttributeName="email", Code=code)
    assert attributes_of(client, pool, "ann")["email"] == "new@example.com"
    changed = listed(email="third@example.com", email_verified="true")
    client.admin_update_user_attributes(**of(pool, "ann"), UserAttributes=changed)
    assert attributes_of(client, pool, "ann")["email"] == "third@example.com"


def test_attributes_that_have_no_code(pool: LocalPool, client: Any, refused: Refused) -> None:
    access = {"AccessToken": token(client, pool)}
    for name, words in (("given_name", "can be verified"), ("phone_number", "has no")):
        with refused("InvalidParameterException", words):
            client.get_user_attribute_verification_code(**access, AttributeName=name)


def test_attributes_go_by_name_or_by_a_blank_value(pool: LocalPool, client: Any) -> None:
    given = listed(given_name="Ann", nickname="An")
    client.admin_update_user_attributes(**of(pool, "ann"), UserAttributes=given)
    access = {"AccessToken": token(client, pool)}
    client.delete_user_attributes(**access, UserAttributeNames=["given_name", "email"])
    client.update_user_attributes(**access, UserAttributes=listed(nickname=""))
    assert set(attributes_of(client, pool, "ann")) == {"sub"}


def test_a_user_who_deletes_the_account_is_gone(
    make_person: MakePerson, client: Any, refused: Refused
) -> None:
    person = make_person()
    tokens = person.tokens()
    person.confirm(tokens)
    client.delete_user(AccessToken=tokens["AccessToken"])
    with refused("UserNotFoundException"):
        person.tokens()
    with refused("UserNotFoundException"):
        client.get_user(AccessToken=tokens["AccessToken"])
    assert person.pool.create_user(person.username, PASSWORD)
    assert client.admin_list_devices(**of(person.pool, person.username))["Devices"] == []


def test_set_user_settings_switches_text_messages_on(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    pool = cognito.create_pool(mfa="OPTIONAL", remember_devices="no")
    pool.create_user("ann", PASSWORD, attributes=ANN)
    access = {"AccessToken": token(client, pool)}
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    with refused("InvalidParameterException", "phone_number"):
        client.set_user_settings(**access, MFAOptions=options)
    given = listed(**PHONE)
    client.admin_update_user_attributes(**of(pool, "ann"), UserAttributes=given)
    client.set_user_settings(**access, MFAOptions=options)
    assert signs_in(client, pool, "ann")["ChallengeName"] == "SMS_MFA"
    client.admin_set_user_settings(**of(pool, "ann"), MFAOptions=[])
    assert token(client, pool)


@pytest.mark.parametrize("days", [None, 0, 2])
def test_a_temporary_password_ends(
    cognito: LocalCognito, client: Any, refused: Refused, days: Any
) -> None:
    policy: dict[str, Any] = {} if days is None else {"TemporaryPasswordValidityDays": days}
    pool = cognito.create_pool(Policies={"PasswordPolicy": {"MinimumLength": 8, **policy}})
    pool.create_user("new", PASSWORD, temporary=True)
    cognito.clock.advance((days or 7) * 24 * HOUR - 1)
    assert signs_in(client, pool, "new")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    cognito.clock.advance(1)
    with refused("NotAuthorizedException", "Temporary password has expired"):
        signs_in(client, pool, "new")
    again = {"MessageAction": "RESEND", "TemporaryPassword": PASSWORD}
    client.admin_create_user(**of(pool, "new"), **again)
    assert signs_in(client, pool, "new")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_an_invitation_carries_the_temporary_password(
    cognito: LocalCognito, client: Any, refused: Refused, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cognito_srp.local")
    pool = cognito.create_pool()
    client.admin_create_user(**of(pool, "new"), UserAttributes=listed(email="new@example.com"))
    message = cognito.emails("new")[-1]
    assert message.purpose == "invitation"
    assert message.code not in caplog.text  # it is a password
    app = {"ClientId": pool.client_id, "AuthFlow": "USER_PASSWORD_AUTH"}
    parameters = {"USERNAME": "new", "PASSWORD": message.code}
    answer = client.initiate_auth(**app, AuthParameters=parameters)
    assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    pool.create_user("old", PASSWORD)
    with refused("UnsupportedUserStateException", "Resend not possible"):
        client.admin_create_user(**of(pool, "old"), MessageAction="RESEND")
