"""Every flow and every challenge over HTTP, public and by IAM, with a client secret and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.people import PASSWORD, enter

from cognito_srp import (
    Challenge,
    InvalidInputError,
    Session,
    answer_challenge,
    begin_sign_in,
)
from cognito_srp.local import CustomAuth, LocalCognito, LocalPool, totp

FACTORS = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}}
REACHABLE = {
    "email": "zoë@example.com",
    "email_verified": "true",
    "phone_number": "+15555550123",
    "phone_number_verified": "true",
}


@pytest.fixture(params=[False, True], ids=["public", "admin"])
def admin(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=[False, True], ids=["open", "secret"])
def secret(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(autouse=True)
def clock(cognito: LocalCognito) -> Any:
    yield
    cognito.clock.reset()


class Asked:
    """Answers challenges, each by a function of its name, and keeps those that came."""

    def __init__(self, **answers: Callable[[Challenge], dict[str, str]] | dict[str, str]) -> None:
        self.answers = answers
        self.challenges: list[str] = []

    def __call__(self, challenge: Challenge) -> dict[str, str]:
        self.challenges.append(challenge.name)
        answer = self.answers[challenge.name]
        return answer if isinstance(answer, dict) else answer(challenge)


def mailed(cognito: LocalCognito, username: str, key: str) -> Callable[[Challenge], dict[str, str]]:
    return lambda _: {key: cognito.emails(username)[-1].code}


def texted(cognito: LocalCognito, username: str, key: str) -> Callable[[Challenge], dict[str, str]]:
    return lambda _: {key: cognito.text_messages(username)[-1].code}


def comes_back(session: Session, client: Any, pool: LocalPool, **how: Any) -> None:
    """The session's device enrolls, signs in by the same flow, and renews tokens."""
    device = session.enroll_device(device_name="συσκευή")
    again = enter(client, pool, session.username, device=device, **how)
    assert again.new_device is None
    assert again.device == device
    again.refresh()


PASSWORD_FLOWS = {
    False: ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"],
    True: ["USER_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
}


def test_the_password_flows(client: Any, cognito: LocalCognito, admin: bool, secret: bool) -> None:
    pool = cognito.create_pool(client_secret=secret)
    username = pool.create_user("zoë", PASSWORD)
    for flow in PASSWORD_FLOWS[admin]:
        how = {"auth_flow": flow, "admin": admin}
        comes_back(enter(client, pool, username, **how), client, pool, **how)


@pytest.mark.parametrize("preferred", ["PASSWORD", "PASSWORD_SRP"])
def test_a_preferred_password(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool, preferred: str
) -> None:
    pool = cognito.create_pool(client_secret=secret, Policies=FACTORS)
    username = pool.create_user("zoë", PASSWORD)
    how = {"auth_flow": "USER_AUTH", "preferred_challenge": preferred, "admin": admin}
    comes_back(enter(client, pool, username, **how), client, pool, **how)
    # The same when the password becomes known only when it is asked for.
    asked = Asked(**{preferred: {"PASSWORD": PASSWORD}})
    enter(client, pool, username, password=None, on_challenge=asked, **how)
    assert asked.challenges == [preferred]


@pytest.mark.parametrize("choice", ["PASSWORD", "PASSWORD_SRP"])
@pytest.mark.parametrize("known", [True, False])
def test_a_chosen_password(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool, choice: str, known: bool
) -> None:
    pool = cognito.create_pool(client_secret=secret, Policies=FACTORS)
    username = pool.create_user("zoë", PASSWORD)
    given = {} if known else {"PASSWORD": PASSWORD}
    offered: list[tuple[str, ...]] = []

    def choose(challenge: Challenge) -> dict[str, str]:
        offered.append(challenge.available)
        return {"ANSWER": choice, **given}

    how = {
        "auth_flow": "USER_AUTH",
        "admin": admin,
        "on_challenge": Asked(SELECT_CHALLENGE=choose),
        "password": PASSWORD if known else None,
    }
    comes_back(enter(client, pool, username, **how), client, pool, **how)
    assert all(choice in available for available in offered)


@pytest.mark.parametrize("preferred", [True, False])
@pytest.mark.parametrize("factor", ["EMAIL_OTP", "SMS_OTP"])
def test_a_code_in_the_place_of_the_password(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool, factor: str, preferred: bool
) -> None:
    pool = cognito.create_pool(client_secret=secret, Policies=FACTORS)
    username = pool.create_user("zoë", PASSWORD, attributes=REACHABLE)
    read = mailed if factor == "EMAIL_OTP" else texted
    answers: dict[str, Any] = {factor: read(cognito, username, f"{factor}_CODE")}
    asked = Asked(SELECT_CHALLENGE={"ANSWER": factor}, **answers)
    how = {
        "auth_flow": "USER_AUTH",
        "admin": admin,
        "password": None,
        "preferred_challenge": factor if preferred else None,
        "on_challenge": asked,
    }
    comes_back(enter(client, pool, username, **how), client, pool, **how)
    assert asked.challenges[:2] == ([factor] * 2 if preferred else ["SELECT_CHALLENGE", factor])


@pytest.mark.parametrize("preferred", [True, False])
def test_a_passkey(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool, preferred: bool
) -> None:
    factors = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
    pool = cognito.create_pool(client_secret=secret, Policies=factors)
    username = pool.create_user("zoë", PASSWORD)
    passkey = pool.use_passkey(username)

    def sign(challenge: Challenge) -> dict[str, str]:
        options = challenge.parameters["CREDENTIAL_REQUEST_OPTIONS"]
        return {"CREDENTIAL": passkey.answer(options)}

    how = {
        "auth_flow": "USER_AUTH",
        "admin": admin,
        "password": None,
        "preferred_challenge": "WEB_AUTHN" if preferred else None,
        "on_challenge": Asked(SELECT_CHALLENGE={"ANSWER": "WEB_AUTHN"}, WEB_AUTHN=sign),
    }
    comes_back(enter(client, pool, username, **how), client, pool, **how)


class Riddle:
    """The triggers of CUSTOM_AUTH: a riddle, after the password where one is proven."""

    def define(self, event: Any, _: Any) -> Any:
        passed = [e["challengeName"] for e in event["request"]["session"] if e["challengeResult"]]
        event["response"] = {
            "failAuthentication": len(passed) < len(event["request"]["session"]),
            "issueTokens": "CUSTOM_CHALLENGE" in passed,
            "challengeName": "PASSWORD_VERIFIER" if passed == ["SRP_A"] else "CUSTOM_CHALLENGE",
        }
        return event

    def create(self, event: Any, _: Any) -> Any:
        event["response"] = {
            "publicChallengeParameters": {"riddle": "6 · 7"},
            "privateChallengeParameters": {"answer": "42"},
            "challengeMetadata": "RIDDLE",
        }
        return event

    def verify(self, event: Any, _: Any) -> Any:
        request = event["request"]
        self.metadata = request.get("clientMetadata")
        right = request["privateChallengeParameters"]["answer"] == request["challengeAnswer"]
        event["response"]["answerCorrect"] = right
        return event


@pytest.mark.parametrize("password", [PASSWORD, None], ids=["SRP", "no password"])
def test_custom_challenges(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool, password: str | None
) -> None:
    pool, riddle = cognito.create_pool(client_secret=secret), Riddle()
    pool.use_custom_auth(CustomAuth(riddle.define, riddle.create, riddle.verify))
    username = pool.create_user("zoë", PASSWORD)
    asked = Asked(CUSTOM_CHALLENGE=lambda c: {"ANSWER": str(len(c.parameters["riddle"]) + 37)})
    how = {
        "auth_flow": "CUSTOM_AUTH",
        "admin": admin,
        "password": password,
        "on_challenge": asked,
        "client_metadata": {"zoë": "ü"},
    }
    comes_back(enter(client, pool, username, **how), client, pool, **how)
    assert asked.challenges == ["CUSTOM_CHALLENGE"] * 2
    assert riddle.metadata == {"zoë": "ü"}


def member(cognito: LocalCognito, *, secret: bool, **settings: Any) -> tuple[LocalPool, str]:
    pool = cognito.create_pool(mfa="OPTIONAL", client_secret=secret, **settings)
    return pool, pool.create_user("zoë", PASSWORD)


def authenticator(cognito: LocalCognito, key: str) -> Callable[[Challenge], dict[str, str]]:
    def code(_: Challenge) -> dict[str, str]:
        cognito.clock.advance(30)
        return {"SOFTWARE_TOKEN_MFA_CODE": totp(key, cognito.clock.time())}

    return code


def test_second_factors(client: Any, cognito: LocalCognito, admin: bool, secret: bool) -> None:
    """Each asks for its code, until a remembered device takes its place."""
    pool, username = member(cognito, secret=secret)
    pool.use_text_messages(username)
    asked = Asked(SMS_MFA=texted(cognito, username, "SMS_MFA_CODE"))
    comes_back(
        enter(client, pool, username, on_challenge=asked, admin=admin), client, pool, admin=admin
    )
    pool, username = member(cognito, secret=secret)
    pool.use_emails(username)
    asked = Asked(EMAIL_OTP=mailed(cognito, username, "EMAIL_OTP_CODE"))
    comes_back(
        enter(client, pool, username, on_challenge=asked, admin=admin), client, pool, admin=admin
    )
    pool, username = member(cognito, secret=secret)
    code = authenticator(cognito, pool.use_authenticator(username))
    session = enter(
        client, pool, username, on_challenge=Asked(SOFTWARE_TOKEN_MFA=code), admin=admin
    )
    comes_back(session, client, pool, admin=admin)


def test_a_choice_of_second_factors(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool
) -> None:
    pool, username = member(cognito, secret=secret)
    pool.use_text_messages(username)
    pool.use_authenticator(username)
    for settings in ({"SMSMfaSettings": {"Enabled": True, "PreferredMfa": False}}, {}):
        client.admin_set_user_mfa_preference(
            UserPoolId=pool.pool_id,
            Username=username,
            SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": False},
            **settings,
        )
    asked = Asked(
        SELECT_MFA_TYPE={"ANSWER": "SMS_MFA"}, SMS_MFA=texted(cognito, username, "SMS_MFA_CODE")
    )
    enter(client, pool, username, on_challenge=asked, admin=admin).enroll_device()
    assert asked.challenges == ["SELECT_MFA_TYPE", "SMS_MFA"]


def test_a_second_factor_that_is_set_up_on_the_way(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool
) -> None:
    pool = cognito.create_pool(mfa="ON", client_secret=secret)
    username = pool.create_user("zoë", PASSWORD)

    def set_up(challenge: Challenge) -> dict[str, str]:
        assert "SOFTWARE_TOKEN_MFA" in challenge.parameters["MFAS_CAN_SETUP"]
        started = client.associate_software_token(Session=challenge.session)
        code = totp(started["SecretCode"], cognito.clock.time())
        verified = client.verify_software_token(Session=started["Session"], UserCode=code)
        return {"SESSION": verified["Session"]}

    session = enter(client, pool, username, on_challenge=Asked(MFA_SETUP=set_up), admin=admin)
    comes_back(session, client, pool, admin=admin)


def test_a_temporary_password(
    client: Any, cognito: LocalCognito, admin: bool, secret: bool
) -> None:
    schema = [{"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": True}]
    pool = cognito.create_pool(client_secret=secret, Schema=schema)
    username = pool.create_user("zoë", PASSWORD, temporary=True)

    def choose(challenge: Challenge) -> dict[str, str]:
        (attribute,) = json.loads(challenge.parameters["requiredAttributes"])
        return {"NEW_PASSWORD": "Größer-als-1", attribute: "zoë@example.com"}

    asked = Asked(NEW_PASSWORD_REQUIRED=choose)
    session = enter(client, pool, username, on_challenge=asked, admin=admin)
    device = session.enroll_device()
    enter(client, pool, username, password="Größer-als-1", device=device, admin=admin)


def test_an_alias_is_replaced_by_the_internal_name(
    client: Any, cognito: LocalCognito, secret: bool
) -> None:
    """SECRET_HASH is that of the internal name from the first challenge on, in refreshes too."""
    settings: dict[str, Any] = {"mfa": "OPTIONAL", "UsernameAttributes": ["email"]}
    pool = cognito.create_pool(client_secret=secret, **settings)
    username = pool.create_user("zoe@example.com", PASSWORD)
    code = authenticator(cognito, pool.use_authenticator(username))
    for flow in ("USER_SRP_AUTH", "USER_PASSWORD_AUTH"):
        session = enter(
            client,
            pool,
            "zoe@example.com",
            auth_flow=flow,
            on_challenge=Asked(SOFTWARE_TOKEN_MFA=code),
        )
        assert session.username == username != "zoe@example.com"
        session.enroll_device()
        session.refresh(auth_flow="REFRESH_TOKEN_AUTH")


def test_a_changed_password_leaves_the_device_as_it_is(
    client: Any, pool: LocalPool, newcomer: Any
) -> None:
    session = enter(client, pool, newcomer(pool).username)
    device = session.enroll_device()
    client.change_password(
        AccessToken=session.tokens.access_token,
        PreviousPassword=PASSWORD,
        ProposedPassword="Andere-Größe-2",
    )
    again = enter(client, pool, session.username, password="Andere-Größe-2", device=device)
    assert again.new_device is None


def test_a_choice_without_a_password(client: Any, cognito: LocalCognito) -> None:
    pool = cognito.create_pool(Policies=FACTORS)
    pool.create_user("zoë", PASSWORD)
    progress = begin_sign_in(
        client,
        pool_id=pool.pool_id,
        client_id=pool.client_id,
        username="zoë",
        auth_flow="USER_AUTH",
    )
    with pytest.raises(InvalidInputError, match=r"password: .*answer with PASSWORD"):
        answer_challenge(client, progress, {"ANSWER": "PASSWORD_SRP"})  # type: ignore[arg-type]
    answer = {"ANSWER": "PASSWORD_SRP", "PASSWORD": PASSWORD}
    assert isinstance(answer_challenge(client, progress, answer), Session)  # type: ignore[arg-type]
