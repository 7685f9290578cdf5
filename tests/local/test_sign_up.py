"""Sign-up, its code, and what becomes of attributes: nothing is taken for proven that is not."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.accounts import EXPIRED, HOUR, WRONG, attributes_of, listed, of, other_than, signs_in
from support.local_people import PASSWORD, Refused

from cognito_srp import InvalidInputError
from cognito_srp.local import LocalCognito, LocalPool

SUE = {"email": "sue@example.com"}
CODES = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}


@pytest.fixture
def pool(cognito: LocalCognito) -> LocalPool:
    return cognito.create_pool(AutoVerifiedAttributes=["email"], remember_devices="no")


def sign_up(
    client: Any,
    pool: LocalPool,
    name: str = "sue",
    password: str | None = PASSWORD,
    attributes: Any = None,
    **more: Any,
) -> Any:
    given = listed(**(SUE if attributes is None else attributes))
    sent = {"ClientId": pool.client_id, "Username": name, "UserAttributes": given, **more}
    return client.sign_up(**sent, **({"Password": password} if password else {}))


def confirm(client: Any, pool: LocalPool, code: str, name: str = "sue", **more: Any) -> Any:
    named = {"ClientId": pool.client_id, "Username": name}
    return client.confirm_sign_up(**named, ConfirmationCode=code, **more)


def test_the_code_that_was_sent_confirms_and_verifies(
    pool: LocalPool, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    details = sign_up(client, pool)["CodeDeliveryDetails"]
    assert details == {
        "Destination": "s***@e***",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    message = cognito.emails("sue")[-1]
    assert (message.purpose, message.pool_id) == ("confirmation", pool.pool_id)
    with refused(*WRONG):
        confirm(client, pool, other_than(message.code))
    assert "email_verified" not in attributes_of(client, pool)
    confirm(client, pool, message.code)
    assert attributes_of(client, pool)["email_verified"] == "true"
    assert signs_in(client, pool, "sue")["AuthenticationResult"]
    with refused("NotAuthorizedException", "Current status is CONFIRMED"):
        confirm(client, pool, message.code)


def test_a_code_ends_after_a_day(
    pool: LocalPool, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    sign_up(client, pool)
    cognito.clock.advance(24 * HOUR)
    with refused(*EXPIRED):
        confirm(client, pool, cognito.emails("sue")[-1].code)


def test_a_new_code_takes_the_place_of_the_last(
    pool: LocalPool, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    sign_up(client, pool)
    named = {"ClientId": pool.client_id, "Username": "sue"}
    details = client.resend_confirmation_code(**named)["CodeDeliveryDetails"]
    assert details["DeliveryMedium"] == "EMAIL"
    old, new = (message.code for message in cognito.emails("sue")[-2:])
    if old != new:
        with refused(*WRONG):
            confirm(client, pool, old)
    confirm(client, pool, new)
    with refused("InvalidParameterException", "User is already confirmed."):
        client.resend_confirmation_code(**named)


def test_without_auto_verification_no_code_is_sent_and_none_is_right(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    pool = cognito.create_pool()
    assert "CodeDeliveryDetails" not in sign_up(client, pool, "tom")
    with refused(*EXPIRED):
        confirm(client, pool, "123456", "tom")
    with refused("NotAuthorizedException", "Cannot resend codes. Auto verification not turned on."):
        client.resend_confirmation_code(ClientId=pool.client_id, Username="tom")
    client.admin_confirm_sign_up(**of(pool, "tom"))
    assert signs_in(client, pool, "tom")["AuthenticationResult"]


def test_a_phone_number_comes_before_an_email_address(cognito: LocalCognito, client: Any) -> None:
    pool = cognito.create_pool(AutoVerifiedAttributes=["email", "phone_number"])
    both = {**SUE, "phone_number": "+15550009876"}
    details = sign_up(client, pool, "both", attributes=both)["CodeDeliveryDetails"]
    assert details["Destination"] == "+*******9876"
    confirm(client, pool, cognito.text_messages("both")[-1].code, "both")
    known = attributes_of(client, pool, "both")
    assert (known.get("phone_number_verified"), known.get("email_verified")) == ("true", None)


@pytest.mark.parametrize("password", [PASSWORD, "Wrong-horse-1"])
@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "USER_SRP_AUTH"])
def test_an_unconfirmed_user_hears_so_whatever_the_password(
    pool: LocalPool, client: Any, refused: Refused, flow: str, password: str
) -> None:
    sign_up(client, pool)
    parameters = {"USERNAME": "sue", "PASSWORD": password, "SRP_A": "2"}
    with refused("UserNotConfirmedException"):
        app = {"ClientId": pool.client_id, "AuthFlow": flow}
        client.initiate_auth(**app, AuthParameters=parameters)


def test_an_alias_counts_from_the_confirmation_on(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    settings: dict[str, Any] = {"AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"]}
    pool = cognito.create_pool(**settings)
    sign_up(client, pool)
    sign_up(client, pool, "second")
    with refused("UserNotFoundException"):
        signs_in(client, pool, SUE["email"])
    first, second = (cognito.emails(name)[-1].code for name in ("sue", "second"))
    confirm(client, pool, first)
    assert signs_in(client, pool, SUE["email"])["AuthenticationResult"]
    with refused("AliasExistsException", "An account with the given email already exists."):
        confirm(client, pool, second, "second")
    confirm(client, pool, second, "second", ForceAliasCreation=True)
    assert client.admin_get_user(**of(pool, SUE["email"]))["Username"] == "second"


def test_every_code_can_be_one_and_is_refused_unless_it_was_sent() -> None:
    with LocalCognito(code="123456") as cognito:
        pool = cognito.create_pool(AutoVerifiedAttributes=["email"])
        client: Any = cognito.client()
        pool.create_user("ann", PASSWORD, attributes={**SUE, "email_verified": "true"})
        app = {"ClientId": pool.client_id}
        with pytest.raises(ClientError, match="ExpiredCode"):
            client.confirm_forgot_password(
                **app, Username="ann", ConfirmationCode="123456", Password="Stolen-horse-9"
            )
        sign_up(client, pool)
        confirm(client, pool, "123456")
        assert signs_in(client, pool, "sue")["AuthenticationResult"]


@pytest.mark.parametrize("code", ["", "12", "12345a", "١٢٣٤٥٦", "1" * 13])
def test_a_fixed_code_is_made_of_digits(code: str) -> None:
    with pytest.raises(InvalidInputError, match="4 to 12 digits"):
        LocalCognito(code=code)


def test_without_a_password_where_codes_sign_in(cognito: LocalCognito, client: Any) -> None:
    pool = cognito.create_pool(Policies=CODES, AutoVerifiedAttributes=["email"])
    session = sign_up(client, pool, password=None)["Session"]
    code = cognito.emails("sue")[-1].code
    session = confirm(client, pool, code, Session=session)["Session"]
    begin = {"ClientId": pool.client_id, "AuthFlow": "USER_AUTH", "Session": session}
    named = {"AuthParameters": {"USERNAME": "sue"}}
    assert client.initiate_auth(**begin, **named)["AuthenticationResult"]["AccessToken"]
    with pytest.raises(ClientError, match="Invalid session"):  # it works once
        client.initiate_auth(**begin, **named)
    del begin["Session"]
    assert client.initiate_auth(**begin, **named)["AvailableChallenges"] == ["EMAIL_OTP"]


def test_the_session_of_a_sign_up_is_not_yet_one_to_sign_in_with(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    pool = cognito.create_pool(Policies=CODES, AutoVerifiedAttributes=["email"])
    session = sign_up(client, pool)["Session"]
    with refused("UserNotConfirmedException"):
        client.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_AUTH",
            AuthParameters={"USERNAME": "sue"},
            Session=session,
        )
    client.admin_confirm_sign_up(**of(pool, "sue"))
    with refused("NotAuthorizedException", "Invalid session"):
        client.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_AUTH",
            AuthParameters={"USERNAME": "sue"},
            Session=session,
        )


def test_a_refused_confirmation_leaves_the_session_open(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    settings: dict[str, Any] = {"AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"]}
    pool = cognito.create_pool(Policies=CODES, **settings)
    pool.create_user("first", PASSWORD, attributes={**SUE, "email_verified": "true"})
    session = sign_up(client, pool)["Session"]
    code = cognito.emails("sue")[-1].code
    with refused("AliasExistsException"):
        confirm(client, pool, code, Session=session)
    assert confirm(client, pool, code, Session=session, ForceAliasCreation=True)["Session"]


def test_a_password_is_needed_where_only_passwords_sign_in(
    pool: LocalPool, client: Any, refused: Refused
) -> None:
    with refused("InvalidParameterException", "Password"):
        sign_up(client, pool, password=None)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Sh0rt-", "not long enough"),
        ("lower-case-1", "uppercase"),
        ("UPPER-CASE-1", "lowercase"),
        ("No-numbers-here", "numeric"),
        ("NoSymbols123", "symbol"),
    ],
)
def test_the_rule_that_a_password_breaks_is_named(
    pool: LocalPool, client: Any, refused: Refused, password: str, rule: str
) -> None:
    with refused("InvalidPasswordException", "Password did not conform with policy: Password"):
        sign_up(client, pool, password=password)
    with refused("InvalidPasswordException", rule):
        client.admin_create_user(**of(pool, "new"), TemporaryPassword=password)


def test_spaces_inside_a_password(pool: LocalPool, client: Any, refused: Refused) -> None:
    assert sign_up(client, pool, password="Correct horse-1")["UserSub"]
    with refused("InvalidParameterException", r"^[\S]+.*[\S]+$"):
        sign_up(client, pool, "other", " Correct-horse-1")


@pytest.mark.parametrize("name", ["email_verified", "sub"])
def test_what_users_may_not_write(
    pool: LocalPool, client: Any, refused: Refused, name: str
) -> None:
    with refused("NotAuthorizedException", "A client attempted to write unauthorized attribute"):
        sign_up(client, pool, attributes={name: "true"})


def test_an_attribute_that_the_schema_does_not_have(
    pool: LocalPool, client: Any, refused: Refused
) -> None:
    with refused("InvalidParameterException", "user.shoe: Attribute does not exist in the schema"):
        sign_up(client, pool, attributes={"shoe": "41"})


def test_a_required_attribute_is_asked_for(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    required = {"Name": "email", "AttributeDataType": "String", "Required": True}
    pool = cognito.create_pool(Schema=[required])
    with refused("InvalidParameterException", "email: The attribute is required"):
        sign_up(client, pool, attributes={})
    assert sign_up(client, pool)["UserSub"]


def test_sign_up_may_be_left_to_administrators(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    pool = cognito.create_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    with refused("NotAuthorizedException", "SignUp is not permitted for this user pool"):
        sign_up(client, pool)
