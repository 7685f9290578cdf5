"""Second factors: codes really checked, and skipped exactly for remembered devices."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from typing import Any

import pytest
from support.local_people import MakePerson, Person, Refused
from support.plain_client import SignIn

from cognito_srp.local import LocalCognito, totp

MISMATCH = ("CodeMismatchException", "Invalid code received for user")


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1234567890, "89005924"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(now: Any, code: Any) -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()  # appendix B; the last six digits
    assert totp(secret, now) == code[-6:]


def other_than(code: Any) -> Any:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.fixture
def with_app(make_person: MakePerson) -> Any:
    """A user with an authenticator, in a pool where MFA is optional."""
    person = make_person(mfa="OPTIONAL")
    return person, person.pool.use_authenticator(person.username)


def answer_totp(sign_in: Any, challenge: Any, code: Any) -> Any:
    responses = {"USERNAME": sign_in.username, "SOFTWARE_TOKEN_MFA_CODE": code}
    return sign_in.respond("SOFTWARE_TOKEN_MFA", responses, challenge["Session"])


def test_a_right_code_signs_in(with_app: Any, cognito: LocalCognito) -> None:
    person, secret = with_app
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    result = answer_totp(sign_in, challenge, totp(secret, cognito.clock.time()))
    assert "NewDeviceMetadata" in result["AuthenticationResult"]


def test_a_wrong_code_may_be_corrected(
    with_app: Any, cognito: LocalCognito, refused: Refused
) -> None:
    person, secret = with_app
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    right = totp(secret, cognito.clock.time())
    for code in (other_than(right), "", "12345", "１２３４５６"):
        with refused("InvalidParameterException" if not code else MISMATCH[0]):
            answer_totp(sign_in, challenge, code)
    answer_totp(sign_in, challenge, right)
    with refused("NotAuthorizedException", "Invalid session"):
        answer_totp(sign_in, challenge, right)


def test_a_code_counts_once(with_app: Any, cognito: LocalCognito, refused: Refused) -> None:
    person, secret = with_app
    code = totp(secret, cognito.clock.time())
    for number in range(2):
        sign_in = person.sign_in()
        challenge = sign_in.finish()
        if number:
            with refused("ExpiredCodeException", "already been used once"):
                answer_totp(sign_in, challenge, code)
        else:
            answer_totp(sign_in, challenge, code)


@pytest.mark.parametrize(("off", "passes"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_a_clock_may_be_one_step_off(
    with_app: Any, cognito: LocalCognito, refused: Refused, off: Any, passes: Any
) -> None:
    person, secret = with_app
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    code = totp(secret, cognito.clock.time() + off)
    if passes:
        answer_totp(sign_in, challenge, code)
    else:
        with refused(*MISMATCH):
            answer_totp(sign_in, challenge, code)


def test_text_messages(
    make_person: MakePerson,
    cognito: LocalCognito,
    refused: Refused,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "cognito_srp.local")
    person = make_person(mfa="OPTIONAL")
    person.pool.use_text_messages(person.username)
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    assert challenge["ChallengeName"] == "SMS_MFA"
    assert challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "+*******0100"
    code = cognito.text_messages(person.username)[-1].code
    assert f"SMS for {person.username}: {code} is your authentication code" in caplog.messages
    named = {"USERNAME": person.username}
    with refused(*MISMATCH):
        responses = named | {"SMS_MFA_CODE": other_than(code)}
        sign_in.respond("SMS_MFA", responses, challenge["Session"])
    answer = sign_in.respond("SMS_MFA", named | {"SMS_MFA_CODE": code}, challenge["Session"])
    assert answer["AuthenticationResult"]


def test_a_choice_of_two(
    make_person: MakePerson, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    person = make_person(mfa="OPTIONAL")
    person.pool.use_text_messages(person.username)
    person.pool.use_authenticator(person.username)
    client.admin_set_user_mfa_preference(
        UserPoolId=person.pool.pool_id,
        Username=person.username,
        SMSMfaSettings={"Enabled": True, "PreferredMfa": False},
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": False},
    )
    client.admin_set_user_mfa_preference(
        UserPoolId=person.pool.pool_id,
        Username=person.username,
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": False},
    )
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    assert challenge["ChallengeName"] == "SELECT_MFA_TYPE"
    named = {"USERNAME": person.username}
    with refused("InvalidParameterException"):
        sign_in.respond("SELECT_MFA_TYPE", named | {"ANSWER": "FAX"}, challenge["Session"])
    challenge = sign_in.respond(
        "SELECT_MFA_TYPE", named | {"ANSWER": "SMS_MFA"}, challenge["Session"]
    )
    code = cognito.text_messages(person.username)[-1].code
    sign_in.respond("SMS_MFA", named | {"SMS_MFA_CODE": code}, challenge["Session"])


def test_setting_up_within_a_sign_in(
    make_person: MakePerson, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    person = make_person(mfa="ON")
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    assert challenge["ChallengeName"] == "MFA_SETUP"
    named = {"USERNAME": person.username}
    with refused("NotAuthorizedException", "Invalid session"):
        sign_in.respond("MFA_SETUP", named, challenge["Session"])  # nothing is set up yet
    started = client.associate_software_token(Session=challenge["Session"])
    code = totp(started["SecretCode"], cognito.clock.time())
    with refused("EnableSoftwareTokenMFAException"):
        client.verify_software_token(
            Session=started["Session"], UserCode=f"{(int(code) + 1) % 10**6:06}"
        )
    verified = client.verify_software_token(Session=started["Session"], UserCode=code)
    assert verified["Status"] == "SUCCESS"
    with refused("NotAuthorizedException", "Invalid session"):
        sign_in.respond("MFA_SETUP", named, started["Session"])
    answer = sign_in.respond("MFA_SETUP", named, verified["Session"])
    assert answer["AuthenticationResult"]
    assert person.sign_in().finish()["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def test_setting_up_by_access_token(
    make_person: MakePerson, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    person = make_person(mfa="OPTIONAL")
    token = person.tokens()["AccessToken"]
    with refused("SoftwareTokenMFANotFoundException"):
        client.verify_software_token(AccessToken=token, UserCode="123456")
    secret = client.associate_software_token(AccessToken=token)["SecretCode"]
    code = totp(secret, cognito.clock.time())
    client.verify_software_token(AccessToken=token, UserCode=code)
    assert "AuthenticationResult" in person.sign_in().finish()  # not switched on yet
    settings = {"Enabled": True, "PreferredMfa": True}
    client.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=settings)
    sign_in = person.sign_in()
    answer_totp(sign_in, sign_in.finish(), code)


def test_users_have_secrets_of_their_own(make_person: MakePerson) -> None:
    person = make_person(mfa="OPTIONAL")
    other = make_person(person.pool)
    secrets = {p.pool.use_authenticator(p.username) for p in (person, other)}
    assert len(secrets) == 2


def signed_in_once(person: Person, secret: Any, cognito: LocalCognito) -> Any:
    """Tokens of a sign-in with the second factor."""
    sign_in = person.sign_in()
    code = totp(secret, cognito.clock.time())
    return answer_totp(sign_in, sign_in.finish(), code)["AuthenticationResult"]


def test_a_remembered_device_stands_in(with_app: Any, cognito: LocalCognito) -> None:
    person, secret = with_app
    device = person.confirm(signed_in_once(person, secret, cognito))
    assert person.with_device(device).begin_device()["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert person.with_device(device).run()["AuthenticationResult"]


def test_a_device_that_is_not_remembered_does_not(
    with_app: Any, cognito: LocalCognito, client: Any
) -> None:
    person, secret = with_app
    tokens = signed_in_once(person, secret, cognito)
    device = person.confirm(tokens)
    client.update_device_status(
        AccessToken=tokens["AccessToken"],
        DeviceKey=device[0],
        DeviceRememberedStatus="not_remembered",
    )
    sign_in = person.with_device(device)
    challenge = sign_in.begin_device()
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    cognito.clock.advance(30)
    answer = answer_totp(sign_in, challenge, totp(secret, cognito.clock.time()))
    assert "NewDeviceMetadata" not in answer["AuthenticationResult"]


def test_without_challenge_on_new_device_both_are_asked_for(
    make_person: MakePerson, cognito: LocalCognito
) -> None:
    person = make_person(mfa="OPTIONAL", challenge_on_new_device=False)
    secret = person.pool.use_authenticator(person.username)
    device = person.confirm(signed_in_once(person, secret, cognito))
    sign_in = person.with_device(device)
    challenge = sign_in.begin_device()
    assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    cognito.clock.advance(30)
    sign_in.device_challenge = answer_totp(sign_in, challenge, totp(secret, cognito.clock.time()))
    assert sign_in.device_challenge["ChallengeName"] == "DEVICE_SRP_AUTH"
    sign_in.device_srp()
    session = sign_in.verifier_challenge["Session"]
    assert sign_in.respond("DEVICE_PASSWORD_VERIFIER", sign_in.device_proof(), session)


def test_the_device_does_not_replace_the_password(
    with_app: Any, cognito: LocalCognito, refused: Refused
) -> None:
    person, secret = with_app
    device = person.confirm(signed_in_once(person, secret, cognito))
    person.password = "Wrong-horse-1"
    with refused("NotAuthorizedException"):
        person.with_device(device).begin_device()


def test_mfa_with_a_client_secret(
    make_person: MakePerson, cognito: LocalCognito, refused: Refused
) -> None:
    person = make_person(mfa="OPTIONAL", client_secret=True)
    secret = person.pool.use_authenticator(person.username)
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    code = totp(secret, cognito.clock.time())
    with refused("NotAuthorizedException", "SECRET_HASH was not received"):
        answer_totp(sign_in, challenge, code)
    responses = {"USERNAME": person.username, "SOFTWARE_TOKEN_MFA_CODE": code}
    responses |= sign_in.secret_hash(person.username)
    assert sign_in.respond("SOFTWARE_TOKEN_MFA", responses, challenge["Session"])


def test_the_secret_hash_of_sign_up(make_person: MakePerson, client: Any, refused: Refused) -> None:
    pool = make_person(client_secret=True).pool
    arguments = {"ClientId": pool.client_id, "Username": "new", "Password": "Correct-horse-1"}
    with refused("NotAuthorizedException", "SECRET_HASH was not received"):
        client.sign_up(**arguments)
    digest = hmac.new(
        str(pool.client_secret).encode(), f"new{pool.client_id}".encode(), hashlib.sha256
    )
    hashed = base64.b64encode(digest.digest()).decode()
    client.sign_up(**arguments, SecretHash=hashed)
    with refused("NotAuthorizedException", "Unable to verify secret hash"):
        client.confirm_sign_up(
            ClientId=pool.client_id, Username="new", ConfirmationCode="1", SecretHash="AAAA"
        )
    with refused("ExpiredCodeException"):  # the hash is right, and no code was sent
        client.confirm_sign_up(
            ClientId=pool.client_id, Username="new", ConfirmationCode="1", SecretHash=hashed
        )
    client.admin_confirm_sign_up(UserPoolId=pool.pool_id, Username="new")
    assert SignIn(client, pool, "new", "Correct-horse-1").finish()["AuthenticationResult"]
