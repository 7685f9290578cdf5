"""The Admin forms, USER_AUTH, GetTokensFromRefreshToken, and pools of email usernames."""

from __future__ import annotations

from typing import Any

import pytest
from support.local_people import MakePerson, Person, Refused
from support.plain_client import SignIn

from cognito_srp.local import LocalCognito, LocalPool

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
NO_DEVICE = ("ResourceNotFoundException", "Device does not exist.")


class AdminClient:
    """The Admin forms under the public names, for `SignIn` to use."""

    def __init__(self, client: Any, pool: LocalPool) -> None:
        self.client, self.pool = client, pool

    def initiate_auth(self, **arguments: Any) -> Any:
        return self.client.admin_initiate_auth(UserPoolId=self.pool.pool_id, **arguments)

    def respond_to_auth_challenge(self, **arguments: Any) -> Any:
        return self.client.admin_respond_to_auth_challenge(
            UserPoolId=self.pool.pool_id, **arguments
        )


@pytest.fixture
def admin(person: Person) -> Any:
    return {"UserPoolId": person.pool.pool_id, "Username": person.username}


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
def test_admin_password_flow(person: Person, client: Any, refused: Refused, flow: str) -> None:
    def begin(password: Any, **more: Any) -> Any:
        return client.admin_initiate_auth(
            UserPoolId=person.pool.pool_id,
            ClientId=person.pool.client_id,
            AuthFlow=flow,
            AuthParameters={"USERNAME": person.username, "PASSWORD": password, **more},
        )

    result = begin(person.password)["AuthenticationResult"]
    device = person.confirm(result)
    assert begin(person.password, DEVICE_KEY=device[0])["ChallengeName"] == "DEVICE_SRP_AUTH"
    with refused(*WRONG):
        begin("Wrong-horse-1")


def test_a_device_sign_in_by_the_admin_forms(person: Person, client: Any) -> None:
    device = person.confirm()
    person.client = AdminClient(client, person.pool)
    assert person.with_device(device).run()["AuthenticationResult"]


def test_flows_belong_to_their_operation(person: Person, client: Any, refused: Refused) -> None:
    arguments = {
        "ClientId": person.pool.client_id,
        "AuthParameters": {"USERNAME": person.username, "PASSWORD": person.password},
    }
    with refused("InvalidParameterException", "not supported"):
        client.initiate_auth(AuthFlow="ADMIN_USER_PASSWORD_AUTH", **arguments)
    with refused("InvalidParameterException", "not supported"):
        client.admin_initiate_auth(
            UserPoolId=person.pool.pool_id, AuthFlow="USER_PASSWORD_AUTH", **arguments
        )


@pytest.mark.parametrize("parameters", [{}, {"DEVICE_KEY": "eu-west-2_0"}])
def test_custom_authentication_has_no_trigger_here(
    person: Person, client: Any, refused: Refused, parameters: Any
) -> None:
    with refused("InvalidUserPoolConfigurationException", "trigger is not configured"):
        client.initiate_auth(
            ClientId=person.pool.client_id,
            AuthFlow="CUSTOM_AUTH",
            AuthParameters={"USERNAME": person.username, **parameters},
        )


def test_admin_get_and_list(person: Person, client: Any, admin: Any) -> None:
    keys = [person.confirm()[0] for _ in range(3)]
    device = client.admin_get_device(**admin, DeviceKey=keys[0])["Device"]
    attributes = {a["Name"]: a["Value"] for a in device["DeviceAttributes"]}
    assert attributes["dev:device_remembered_status"] == "remembered"
    assert attributes["dev:device_arn"].endswith(f"/device/{keys[0]}")
    page = client.admin_list_devices(**admin, Limit=2)
    rest = client.admin_list_devices(**admin, PaginationToken=page["PaginationToken"])
    assert [d["DeviceKey"] for d in page["Devices"] + rest["Devices"]] == keys


def test_admin_status_and_forget(person: Person, client: Any, admin: Any, refused: Refused) -> None:
    device = person.confirm()
    client.admin_update_device_status(
        **admin, DeviceKey=device[0], DeviceRememberedStatus="not_remembered"
    )
    assert "AuthenticationResult" in person.with_device(device).begin_device()
    client.admin_forget_device(**admin, DeviceKey=device[0])
    with refused(*NO_DEVICE):
        client.admin_get_device(**admin, DeviceKey=device[0])
    with refused(*NO_DEVICE):
        person.with_device(device).begin_device()


def test_admin_errors(
    person: Person, make_person: MakePerson, client: Any, admin: Any, refused: Refused
) -> None:
    device = person.confirm()
    other = make_person(person.pool)
    with refused(*NO_DEVICE):
        client.admin_get_device(**(admin | {"Username": other.username}), DeviceKey=device[0])
    with refused("ResourceNotFoundException", "User does not exist."):
        client.admin_list_devices(**(admin | {"Username": "nobody"}))
    with refused("UserNotFoundException", "User does not exist."):
        client.admin_forget_device(**(admin | {"Username": "nobody"}), DeviceKey=device[0])
    with refused("ResourceNotFoundException"):
        client.admin_list_devices(UserPoolId="eu-west-2_unknown", Username="x")


class TestUserAuth:
    """USER_AUTH: the client chooses how to prove the password."""

    @pytest.fixture
    def begin(self, person: Person) -> Any:
        def begin(**parameters: Any) -> Any:
            return person.client.initiate_auth(
                AuthFlow="USER_AUTH",
                ClientId=person.pool.client_id,
                AuthParameters={"USERNAME": person.username, **parameters},
            )

        return begin

    def prove(self, person: Person, challenge: Any) -> Any:
        sign_in = person.sign_in()
        sign_in.exchange, sign_in.challenge = self.exchange, challenge
        return sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(), challenge["Session"])

    def test_choosing_srp(self, person: Person, begin: Any) -> None:
        sign_in = person.sign_in()
        self.exchange = sign_in.exchange
        challenge = begin()
        assert challenge["ChallengeName"] == "SELECT_CHALLENGE"
        assert challenge["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
        challenge = sign_in.respond(
            "SELECT_CHALLENGE",
            {
                "USERNAME": person.username,
                "ANSWER": "PASSWORD_SRP",
                "SRP_A": f"{sign_in.exchange.A:x}",
            },
            challenge["Session"],
        )
        assert "NewDeviceMetadata" in self.prove(person, challenge)["AuthenticationResult"]

    def test_preferring_srp(self, person: Person, begin: Any) -> None:
        self.exchange = person.sign_in().exchange
        challenge = begin(PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=f"{self.exchange.A:x}")
        assert self.prove(person, challenge)["AuthenticationResult"]

    @pytest.mark.parametrize("answer", ["SELECT_CHALLENGE", "PASSWORD", "at once"])
    def test_the_password(self, person: Person, begin: Any, refused: Refused, answer: Any) -> None:
        named = {"USERNAME": person.username}

        def run(password: Any) -> Any:
            if answer == "at once":
                return begin(PREFERRED_CHALLENGE="PASSWORD", PASSWORD=password)
            preferred = {"PREFERRED_CHALLENGE": "PASSWORD"} if answer == "PASSWORD" else {}
            challenge = begin(**preferred)
            assert challenge["ChallengeName"] == answer
            chosen = {} if preferred else {"ANSWER": "PASSWORD"}
            return person.sign_in().respond(
                answer, {**named, **chosen, "PASSWORD": password}, challenge["Session"]
            )

        assert run(person.password)["AuthenticationResult"]
        with refused(*WRONG):
            run("Wrong-horse-1")

    def test_a_device(self, person: Person, begin: Any) -> None:
        device = person.confirm()
        answer = begin(
            PREFERRED_CHALLENGE="PASSWORD", PASSWORD=person.password, DEVICE_KEY=device[0]
        )
        assert answer["ChallengeName"] == "DEVICE_SRP_AUTH"


class TestGetTokensFromRefreshToken:
    def test_it_needs_the_device(self, person: Person, client: Any, refused: Refused) -> None:
        tokens = person.tokens()
        device = person.confirm(tokens)
        arguments = {"RefreshToken": tokens["RefreshToken"], "ClientId": person.pool.client_id}
        with refused("NotAuthorizedException", "Invalid Refresh Token."):
            client.get_tokens_from_refresh_token(**arguments)
        answer = client.get_tokens_from_refresh_token(**arguments, DeviceKey=device[0])
        assert "RefreshToken" not in answer["AuthenticationResult"]
        client.get_device(
            AccessToken=answer["AuthenticationResult"]["AccessToken"], DeviceKey=device[0]
        )

    def test_the_client_secret(
        self, make_person: MakePerson, client: Any, refused: Refused
    ) -> None:
        person = make_person(client_secret=True, remember_devices="no")
        arguments = {
            "RefreshToken": person.tokens()["RefreshToken"],
            "ClientId": person.pool.client_id,
        }
        with refused("NotAuthorizedException"):
            client.get_tokens_from_refresh_token(**arguments)
        client.get_tokens_from_refresh_token(**arguments, ClientSecret=person.pool.client_secret)

    def test_rotation(
        self, make_person: MakePerson, cognito: LocalCognito, client: Any, refused: Refused
    ) -> None:
        person = make_person(remember_devices="no")
        person.pool = person.pool.create_client(
            RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
            ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
        )
        arguments = {"ClientId": person.pool.client_id}
        old = person.tokens()["RefreshToken"]
        first = client.get_tokens_from_refresh_token(**arguments, RefreshToken=old)
        client.get_tokens_from_refresh_token(**arguments, RefreshToken=old)  # within the grace
        cognito.clock.advance(11)
        with refused("RefreshTokenReuseException"):
            client.get_tokens_from_refresh_token(**arguments, RefreshToken=old)
        new = first["AuthenticationResult"]["RefreshToken"]
        client.get_tokens_from_refresh_token(**arguments, RefreshToken=new)


def test_email_as_username(cognito: LocalCognito, client: Any) -> None:
    pool = cognito.create_pool(UsernameAttributes=["email"])
    internal = pool.create_user("ann@example.com", "Correct-horse-1")
    assert internal != "ann@example.com"
    sign_in = SignIn(client, pool, "ann@example.com", "Correct-horse-1")
    result = sign_in.finish()["AuthenticationResult"]
    assert sign_in.challenge["ChallengeParameters"]["USERNAME"] == internal
    user = client.get_user(AccessToken=result["AccessToken"])
    assert user["Username"] == internal


def test_signing_out_by_email(cognito: LocalCognito, client: Any, refused: Refused) -> None:
    pool = cognito.create_pool(UsernameAttributes=["email"])
    pool.create_user("ann@example.com", "Correct-horse-1")
    token = pool.sign_in("ann@example.com", "Correct-horse-1")["AccessToken"]
    client.admin_user_global_sign_out(UserPoolId=pool.pool_id, Username="ann@example.com")
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        client.get_user(AccessToken=token)


def test_email_as_username_with_a_secret(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    """The hash is over the USERNAME of the same request, be it the alias or the internal name
    (docs/protocol.md, section 4)."""
    pool = cognito.create_pool(client_secret=True, UsernameAttributes=["email"])
    pool.create_user("ann@example.com", "Correct-horse-1")
    sign_in = SignIn(client, pool, "ann@example.com", "Correct-horse-1")
    sign_in.begin()
    alias, of_alias = {"USERNAME": "ann@example.com"}, sign_in.secret_hash("ann@example.com")
    for mixed in (of_alias, alias):
        with refused("NotAuthorizedException", "Unable to verify secret hash"):
            sign_in.respond("PASSWORD_VERIFIER", sign_in.proof() | mixed)
    assert sign_in.respond("PASSWORD_VERIFIER", sign_in.proof())["AuthenticationResult"]
    sign_in.begin()
    answer = sign_in.respond("PASSWORD_VERIFIER", sign_in.proof() | alias | of_alias)
    assert answer["AuthenticationResult"]


def test_tokens_live_as_long_as_the_client_says(
    person: Person, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    person.pool = person.pool.create_client(
        AccessTokenValidity=5, TokenValidityUnits={"AccessToken": "minutes"}
    )
    tokens = person.tokens()
    assert tokens["ExpiresIn"] == 300
    cognito.clock.advance(299)
    client.get_user(AccessToken=tokens["AccessToken"])
    cognito.clock.advance(2)
    with refused("NotAuthorizedException", "Access Token has expired"):
        client.get_user(AccessToken=tokens["AccessToken"])
