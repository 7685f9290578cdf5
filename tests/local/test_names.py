"""Who a name belongs to: aliases, letter case, subs."""

from __future__ import annotations

from typing import Any

import pytest
from support.accounts import listed, of, signs_in
from support.local_people import PASSWORD, Refused
from support.plain_client import SignIn

from cognito_srp.local import LocalCognito, LocalPool

UNKNOWN = ("UserNotFoundException", "User does not exist.")
ALIASES = ["email", "phone_number", "preferred_username"]
BO = {
    "email": "bo@example.com",
    "email_verified": "true",
    "phone_number": "+15550001111",
    "phone_number_verified": "true",
    "preferred_username": "bobby",
}


@pytest.fixture
def aliased(cognito: LocalCognito) -> LocalPool:
    pool = cognito.create_pool(AliasAttributes=ALIASES)
    pool.create_user("bo", PASSWORD, attributes=BO)
    return pool


@pytest.mark.parametrize("alias", ["bo", "bo@example.com", "+15550001111", "bobby"])
def test_verified_aliases_sign_in_with_the_name_behind_them_in_srp(
    aliased: LocalPool, client: Any, alias: str
) -> None:
    assert signs_in(client, aliased, alias)["AuthenticationResult"]
    sign_in = SignIn(client, aliased, alias, PASSWORD)
    assert sign_in.begin()["ChallengeParameters"]["USER_ID_FOR_SRP"] == "bo"
    assert sign_in.respond("PASSWORD_VERIFIER", sign_in.proof())["AuthenticationResult"]


@pytest.mark.parametrize("alias", ["bea@example.com", "+15550002222"])
def test_an_unverified_alias_is_unknown(
    aliased: LocalPool, client: Any, refused: Refused, alias: str
) -> None:
    attributes = {"email": "bea@example.com", "phone_number": "+15550002222"}
    aliased.create_user("bea", PASSWORD, attributes=attributes)
    with refused(*UNKNOWN):
        signs_in(client, aliased, alias)
    with refused(*UNKNOWN):
        client.admin_get_user(**of(aliased, alias))


def test_an_email_address_is_no_alias_unless_the_pool_says_so(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    pool = cognito.create_pool()
    pool.create_user("bo", PASSWORD, attributes=BO)
    with refused(*UNKNOWN):
        signs_in(client, pool, "bo@example.com")


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        ("email", "Username cannot be of email format"),
        ("phone_number", "Username cannot be of phone number format"),
    ],
)
def test_names_of_an_aliass_form_are_refused(
    aliased: LocalPool, client: Any, refused: Refused, alias: str, words: str
) -> None:
    with refused("InvalidParameterException", words):
        client.sign_up(ClientId=aliased.client_id, Username=BO[alias], Password=PASSWORD)
    with refused("InvalidParameterException", words):
        client.admin_create_user(**of(aliased, BO[alias]))


def test_a_taken_alias(aliased: LocalPool, client: Any, refused: Refused) -> None:
    taken = {"email": BO["email"], "email_verified": "true"}
    with refused("AliasExistsException", "An account with the given email already exists."):
        client.admin_create_user(**of(aliased, "cy"), UserAttributes=listed(**taken))
    with refused(*UNKNOWN):  # nothing of it is left
        client.admin_get_user(**of(aliased, "cy"))
    aliased.create_user("cy", PASSWORD)
    with refused("AliasExistsException"):
        client.admin_update_user_attributes(**of(aliased, "cy"), UserAttributes=listed(**taken))
    token = signs_in(client, aliased, "cy")["AuthenticationResult"]["AccessToken"]
    with refused("AliasExistsException"):
        wanted = listed(preferred_username="bobby")
        client.update_user_attributes(AccessToken=token, UserAttributes=wanted)


def test_a_taken_preferred_username_at_sign_up(
    aliased: LocalPool, client: Any, refused: Refused
) -> None:
    wanted = listed(preferred_username="bobby")
    with refused("UsernameExistsException", "preferred_username already exists"):
        client.sign_up(
            ClientId=aliased.client_id, Username="cy", Password=PASSWORD, UserAttributes=wanted
        )


def test_force_alias_creation_takes_the_alias_away(aliased: LocalPool, client: Any) -> None:
    client.admin_create_user(
        **of(aliased, "cy"),
        UserAttributes=listed(email=BO["email"], email_verified="true"),
        ForceAliasCreation=True,
    )
    assert client.admin_get_user(**of(aliased, BO["email"]))["Username"] == "cy"
    left = {
        a["Name"]: a["Value"] for a in client.admin_get_user(**of(aliased, "bo"))["UserAttributes"]
    }
    assert left["email_verified"] == "false"


@pytest.mark.parametrize("given", ["CY", "cy", "Cy"])
def test_letter_case_does_not_count_where_the_pool_says_so(
    cognito: LocalCognito, client: Any, refused: Refused, given: str
) -> None:
    pool = cognito.create_pool(UsernameConfiguration={"CaseSensitive": False})
    pool.create_user("Cy", PASSWORD)
    assert signs_in(client, pool, given)["AuthenticationResult"]
    sign_in = SignIn(client, pool, given, PASSWORD)
    sign_in.begin()
    assert sign_in.respond("PASSWORD_VERIFIER", sign_in.proof())["AuthenticationResult"]
    with refused("UsernameExistsException", "User already exists"):
        client.sign_up(ClientId=pool.client_id, Username=given, Password=PASSWORD)


def test_letter_case_of_email_addresses(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    settings: dict[str, Any] = {
        "UsernameConfiguration": {"CaseSensitive": False},
        "UsernameAttributes": ["email"],
    }
    pool = cognito.create_pool(**settings)
    pool.create_user("Ann@example.com", PASSWORD)
    assert signs_in(client, pool, "ANN@EXAMPLE.COM")["AuthenticationResult"]
    with refused("UsernameExistsException", "An account with the given email already exists."):
        client.sign_up(ClientId=pool.client_id, Username="ann@example.com", Password=PASSWORD)


def test_letter_case_counts_otherwise(cognito: LocalCognito, client: Any, refused: Refused) -> None:
    pool = cognito.create_pool()
    pool.create_user("Cy", PASSWORD)
    with refused(*UNKNOWN):
        signs_in(client, pool, "cy")
    assert client.sign_up(ClientId=pool.client_id, Username="cy", Password=PASSWORD)["UserSub"]


@pytest.mark.parametrize("by", ["sub", "alias"])
def test_admin_operations_take_subs_and_aliases(aliased: LocalPool, client: Any, by: str) -> None:
    found = client.admin_get_user(**of(aliased, "bo"))
    sub = next(a["Value"] for a in found["UserAttributes"] if a["Name"] == "sub")
    user = of(aliased, sub if by == "sub" else BO["email"])
    assert client.admin_get_user(**user)["Username"] == "bo"
    client.admin_list_devices(**user)
    client.admin_set_user_password(**user, Password="Other-horse-2", Permanent=True)
    client.admin_disable_user(**user)
    client.admin_enable_user(**user)
    client.admin_user_global_sign_out(**user)
    client.admin_delete_user(**user)


def test_sign_in_does_not_take_a_sub(aliased: LocalPool, client: Any, refused: Refused) -> None:
    found = client.admin_get_user(**of(aliased, "bo"))
    sub = next(a["Value"] for a in found["UserAttributes"] if a["Name"] == "sub")
    with refused(*UNKNOWN):
        signs_in(client, aliased, sub)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (["email"], "Username should be an email."),
        (["phone_number"], "Username should be a phone number."),
        (["email", "phone_number"], "Username should be either an email or a phone number."),
    ],
)
def test_names_have_to_be_what_the_pool_asks_for(
    cognito: LocalCognito, client: Any, refused: Refused, attributes: Any, words: str
) -> None:
    pool = cognito.create_pool(UsernameAttributes=attributes)
    with refused("InvalidParameterException", words):
        client.sign_up(ClientId=pool.client_id, Username="ann", Password=PASSWORD)


def test_taken_names_in_aws_words(aliased: LocalPool, client: Any, refused: Refused) -> None:
    with refused("UsernameExistsException", "User already exists"):
        client.sign_up(ClientId=aliased.client_id, Username="bo", Password=PASSWORD)
    with refused("UsernameExistsException", "User account already exists"):
        client.admin_create_user(**of(aliased, "bo"))


def test_a_name_that_nobody_has_gets_the_same_uuid_each_time(
    cognito: LocalCognito, client: Any
) -> None:
    pool = cognito.create_pool().create_client(PreventUserExistenceErrors="ENABLED")
    names = [
        SignIn(client, pool, "nobody", PASSWORD).begin()["ChallengeParameters"]["USER_ID_FOR_SRP"]
        for _ in range(2)
    ]
    assert names[0] == names[1]
    assert len(names[0]) == 36
