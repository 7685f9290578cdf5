"""SECRET_HASH in every call of a client that has a secret: missing, wrong, and right."""

from __future__ import annotations

from typing import Any

import pytest
from support.local_people import PASSWORD, MakePerson, Person, Refused

from cognito_srp.local import LocalCognito

MISSING = ("NotAuthorizedException", "SECRET_HASH was not received")
WRONG = ("NotAuthorizedException", "Unable to verify secret hash for client")


@pytest.fixture
def person(make_person: MakePerson) -> Any:
    return make_person(client_secret=True, remember_devices="no")


@pytest.fixture
def hashed(person: Person) -> Any:
    """The right hash."""
    return person.sign_in().secret_hash(person.username)["SECRET_HASH"]


@pytest.fixture
def begin(person: Person, client: Any) -> Any:
    """InitiateAuth or AdminInitiateAuth, whichever has the flow."""

    def begin(flow: str, parameters: Any) -> Any:
        app = {"ClientId": person.pool.client_id, "AuthFlow": flow}
        if flow.startswith("ADMIN"):
            pool = {"UserPoolId": person.pool.pool_id}
            return client.admin_initiate_auth(**pool, **app, AuthParameters=parameters)
        return client.initiate_auth(**app, AuthParameters=parameters)

    return begin


@pytest.mark.parametrize(
    ("flow", "parameters"),
    [
        ("USER_SRP_AUTH", {"SRP_A": "2"}),
        ("USER_PASSWORD_AUTH", {"PASSWORD": PASSWORD}),
        ("USER_AUTH", {}),
        ("USER_AUTH", {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}),
        ("ADMIN_USER_PASSWORD_AUTH", {"PASSWORD": PASSWORD}),
        ("REFRESH_TOKEN_AUTH", {}),
    ],
)
def test_every_flow(
    person: Person, begin: Any, hashed: Any, refused: Refused, flow: str, parameters: Any
) -> None:
    if flow == "REFRESH_TOKEN_AUTH":
        parameters = {"REFRESH_TOKEN": person.tokens()["RefreshToken"]}
    else:
        parameters = {**parameters, "USERNAME": person.username}
    with refused(*MISSING):
        begin(flow, parameters)
    words = "SecretHash does not match for the client"  # NabuCasa/pycognito#196
    with refused(WRONG[0], words if flow == "REFRESH_TOKEN_AUTH" else WRONG[1]):
        begin(flow, {**parameters, "SECRET_HASH": "AAAA"})
    assert begin(flow, {**parameters, "SECRET_HASH": hashed})


@pytest.mark.parametrize("challenge", ["SMS_MFA", "SELECT_CHALLENGE", "NEW_PASSWORD_REQUIRED"])
def test_challenges(
    person: Person,
    begin: Any,
    cognito: LocalCognito,
    client: Any,
    hashed: Any,
    refused: Refused,
    challenge: Any,
) -> None:
    """SRP challenges: test_user_sign_in.py, test_device_proofs.py. TOTP: test_mfa.py."""
    responses = {"USERNAME": person.username}
    parameters = {**responses, "SECRET_HASH": hashed, "PASSWORD": PASSWORD}
    if challenge == "SELECT_CHALLENGE":
        answer = begin("USER_AUTH", parameters)
        responses |= {"ANSWER": "PASSWORD", "PASSWORD": PASSWORD}
    elif challenge == "SMS_MFA":
        client.set_user_pool_mfa_config(
            UserPoolId=person.pool.pool_id,
            MfaConfiguration="OPTIONAL",
            SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::1:role/a"}},
        )
        person.pool.use_text_messages(person.username)
        answer = begin("USER_PASSWORD_AUTH", parameters)
        responses["SMS_MFA_CODE"] = cognito.text_messages(person.username)[-1].code
    else:
        client.admin_set_user_password(
            UserPoolId=person.pool.pool_id,
            Username=person.username,
            Password=PASSWORD,
            Permanent=False,
        )
        answer = begin("USER_PASSWORD_AUTH", parameters)
        responses["NEW_PASSWORD"] = "Different-horse-2"
    assert answer["ChallengeName"] == challenge
    sign_in = person.sign_in()
    with refused(*MISSING):
        sign_in.respond(challenge, responses, answer["Session"])
    with refused(*WRONG):
        sign_in.respond(challenge, {**responses, "SECRET_HASH": "AAAA"}, answer["Session"])
    right = {**responses, "SECRET_HASH": hashed}
    assert sign_in.respond(challenge, right, answer["Session"])["AuthenticationResult"]


@pytest.mark.parametrize("operation", ["forgot_password", "confirm_forgot_password"])
def test_forgotten_passwords(
    person: Person,
    cognito: LocalCognito,
    client: Any,
    hashed: Any,
    refused: Refused,
    operation: str,
) -> None:
    contact = [("email", "ann@example.com"), ("email_verified", "true")]
    client.admin_update_user_attributes(
        UserPoolId=person.pool.pool_id,
        Username=person.username,
        UserAttributes=[{"Name": name, "Value": value} for name, value in contact],
    )
    arguments = {"ClientId": person.pool.client_id, "Username": person.username}
    if operation == "confirm_forgot_password":
        client.forgot_password(**arguments, SecretHash=hashed)
        code = cognito.emails(person.username)[-1].code
        arguments |= {"ConfirmationCode": code, "Password": "Different-horse-2"}
    call = getattr(client, operation)
    with refused(*MISSING):
        call(**arguments)
    with refused(*WRONG):
        call(**arguments, SecretHash="AAAA")
    call(**arguments, SecretHash=hashed)
    if operation == "confirm_forgot_password":
        person.password = "Different-horse-2"
        assert person.tokens()
