"""What tokens say and who signs them; what descriptions leave out; MFA settings."""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
from joserfc import jwk, jwt
from support.accounts import listed, of, signs_in
from support.local_people import PASSWORD, Refused

from cognito_srp.local import LocalCognito, LocalPool
from cognito_srp.local.store import signing
from cognito_srp.srp.encoding import token_claims

OLDER = Path(__file__).with_name("states") / "unreleased_2026_11.json"
ATTRIBUTES = {
    "email": "ann@example.com",
    "email_verified": "true",
    "phone_number": "+15550001111",
    "phone_number_verified": "false",
    "updated_at": "1700000000",
    "address": "1 Main Street",
    "given_name": "Ann",
}


@pytest.fixture
def pool(cognito: LocalCognito) -> Any:
    pool = cognito.create_pool(remember_devices="no")
    pool.create_user("ann", PASSWORD, attributes=ATTRIBUTES)
    return pool


def key_set(cognito: LocalCognito, pool: LocalPool) -> Any:
    url = f"{cognito.endpoint_url}/{pool.pool_id}/.well-known/jwks.json"
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def test_the_id_token_has_the_attributes_in_their_types(pool: LocalPool) -> None:
    tokens = pool.sign_in("ann", PASSWORD)
    claims = token_claims(tokens["IdToken"])
    assert {name: claims[name] for name in ATTRIBUTES} == {
        **ATTRIBUTES,
        "email_verified": True,
        "phone_number_verified": False,
        "updated_at": 1700000000,
        "address": {"formatted": "1 Main Street"},
    }
    assert not set(token_claims(tokens["AccessToken"])) & set(ATTRIBUTES)


def test_the_id_token_has_what_the_client_may_read(pool: LocalPool) -> None:
    tokens = pool.create_client(ReadAttributes=["email"]).sign_in("ann", PASSWORD)
    assert set(token_claims(tokens["IdToken"])) & set(ATTRIBUTES) == {"email"}


def test_one_sign_in_is_one_event(pool: LocalPool, client: Any) -> None:
    first, second = pool.sign_in("ann", PASSWORD), pool.sign_in("ann", PASSWORD)
    events = [
        token_claims(t[k])["event_id"] for t in (first, second) for k in ("AccessToken", "IdToken")
    ]
    assert events[0] == events[1]
    assert events[2] == events[3]
    assert events[0] != events[2]
    assert token_claims(first["AccessToken"])["jti"] != token_claims(first["IdToken"])["jti"]


def test_two_keys_sign_and_both_are_published(cognito: LocalCognito, pool: LocalPool) -> None:
    published = {key["kid"]: jwk.RSAKey.import_key(key) for key in key_set(cognito, pool)["keys"]}
    tokens = pool.sign_in("ann", PASSWORD)
    ids = []
    for kind in ("IdToken", "AccessToken"):
        obj = jwt.decode(tokens[kind], published[claims_header(tokens[kind])["kid"]])
        assert obj.claims["sub"]
        ids.append(obj.header["kid"])
    assert ids == list(published)[:2]
    assert ids[0] != ids[1]
    assert all(re.fullmatch(r"[A-Za-z0-9+/]{43}=", kid) for kid in ids)


def claims_header(token: str) -> Any:
    padded = token.split(".", maxsplit=1)[0] + "=="
    return json.loads(base64.urlsafe_b64decode(padded))


def test_the_key_set_holds_no_private_part(cognito: LocalCognito, pool: LocalPool) -> None:
    for key in key_set(cognito, pool)["keys"]:
        assert set(key) == {"kty", "kid", "alg", "use", "n", "e"}


def test_the_keys_in_the_package_are_sound() -> None:
    """They are built without a check, for speed: this is the check."""
    for entry in json.loads(signing._KEYS.read_text()):
        numbers = {name: signing._number(entry[name]) for name in ("n", "e", *signing._PRIVATE)}
        n, e, p, q, d, dp, dq, qi = numbers.values()
        RSAPrivateNumbers(p, q, d, dp, dq, qi, RSAPublicNumbers(e, n)).private_key()
        assert n.bit_length() == 2048


def test_groups_come_by_precedence_with_their_roles(pool: LocalPool, client: Any) -> None:
    named = {"UserPoolId": pool.pool_id}
    for name, precedence in (("third", None), ("second", 2), ("first", 1)):
        more = {} if precedence is None else {"Precedence": precedence}
        role = f"arn:aws:iam::123456789012:role/{name}"
        made = client.create_group(**named, GroupName=name, RoleArn=role, **more)["Group"]
        assert "Description" not in made
        client.admin_add_user_to_group(**of(pool, "ann"), GroupName=name)
    claims = token_claims(pool.sign_in("ann", PASSWORD)["IdToken"])
    assert claims["cognito:groups"] == ["first", "second", "third"]
    assert claims["cognito:preferred_role"].endswith("/first")


def test_pool_ids_look_like_those_of_aws(
    cognito: LocalCognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {cognito.create_pool().pool_id for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"eu-west-2_[0-9A-Za-z]{9}", pool_id) for pool_id in ids)
    monkeypatch.setenv("MOTO_COGNITO_IDP_USER_POOL_ID_STRATEGY", "HASH")
    assert cognito.create_pool("same").pool_id == cognito.create_pool("same").pool_id


def test_a_state_file_of_an_earlier_version(refused: Refused) -> None:
    """Made by the version before the two keys, codes and User: its tokens and users still count."""
    with LocalCognito(region="eu-west-2") as cognito:
        cognito.load(OLDER)
        pool, client = cognito.find_pool(), cognito.client()
        assert pool is not None
        state = cognito._app.state.pool(pool.pool_id)
        assert state is not None
        [token] = state.access_tokens
        cognito.clock.set(_issued(token))
        assert client.get_user(AccessToken=token)["Username"] == "ann"
        assert len(client.list_devices(AccessToken=token)["Devices"]) == 1
        signing_keys = {key["kid"] for key in key_set(cognito, pool)["keys"]}
        assert claims_header(token)["kid"] in signing_keys
        assert signing.verified_claims(token)["username"] == "ann"
        [refresh] = state.refresh_tokens
        assert token_claims(state.refreshed(refresh)["IdToken"])["event_id"]
        assert signs_in(client, pool, "ann")["AuthenticationResult"]
        assert signs_in(client, pool, "bob")["ChallengeName"] == "EMAIL_OTP"
        client.admin_update_user_attributes(
            **of(pool, "ann"), UserAttributes=listed(email_verified="true")
        )
        client.forgot_password(ClientId=pool.client_id, Username="ann")
        assert cognito.emails("ann")[-1].purpose == "password reset"


def _issued(token: str) -> Any:
    from datetime import datetime, timezone

    return datetime.fromtimestamp(token_claims(token)["iat"], timezone.utc)


def test_an_authenticator_needs_a_pool_that_takes_them(
    pool: LocalPool, client: Any, refused: Refused
) -> None:
    token = pool.sign_in("ann", PASSWORD)["AccessToken"]
    with refused("SoftwareTokenMFANotFoundException", "has not been enabled by the userPool"):
        client.associate_software_token(AccessToken=token)


def test_absent_settings_are_absent(pool: LocalPool, client: Any, cognito: LocalCognito) -> None:
    token = {"AccessToken": pool.sign_in("ann", PASSWORD)["AccessToken"]}
    optional = {"MFAOptions", "PreferredMfaSetting", "UserMFASettingList"}
    assert not optional & set(client.get_user(**token))
    assert not optional & set(client.admin_get_user(**of(pool, "ann")))
    [user] = client.list_users(UserPoolId=pool.pool_id)["Users"]
    assert "MFAOptions" not in user
    found = client.get_user_pool_mfa_config(UserPoolId=pool.pool_id)
    assert set(found) == {"MfaConfiguration", "ResponseMetadata"}


def test_email_is_listed_among_the_second_factors(cognito: LocalCognito, client: Any) -> None:
    pool = cognito.create_pool(mfa="OPTIONAL", remember_devices="no")
    pool.create_user("ann", PASSWORD)
    token = pool.sign_in("ann", PASSWORD)["AccessToken"]
    pool.use_emails("ann")
    for found in (client.get_user(AccessToken=token), client.admin_get_user(**of(pool, "ann"))):
        assert found["PreferredMfaSetting"] == "EMAIL_OTP"
        assert found["UserMFASettingList"] == ["EMAIL_OTP"]


def test_the_members_of_mfa_settings_are_optional(
    pool: LocalPool, client: Any, refused: Refused
) -> None:
    named = {"UserPoolId": pool.pool_id}
    with refused("InvalidParameterException", "At least one of"):
        client.set_user_pool_mfa_config(**named, MfaConfiguration="ON")
    client.set_user_pool_mfa_config(**named, SoftwareTokenMfaConfiguration={"Enabled": True})
    answer = client.set_user_pool_mfa_config(**named, MfaConfiguration="OPTIONAL")
    assert answer["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    message = {"SmsAuthenticationMessage": "{####}"}  # the role may stand in the pool itself
    answer = client.set_user_pool_mfa_config(**named, SmsMfaConfiguration=message)
    assert answer["MfaConfiguration"] == "OPTIONAL"
    assert "EmailMfaConfiguration" not in answer


def test_list_user_pools_as_the_javascript_example_calls_it() -> None:
    cognito = LocalCognito()
    pool = cognito.create_pool()
    [listing] = cognito.call("ListUserPools")["UserPools"]
    assert listing["Id"] == pool.pool_id


def test_a_protected_pool_is_not_deleted(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    named = {"UserPoolId": cognito.create_pool(DeletionProtection="ACTIVE").pool_id}
    with refused("InvalidParameterException", "protected"):
        client.delete_user_pool(**named)
    client.update_user_pool(**named, DeletionProtection="INACTIVE")
    client.delete_user_pool(**named)


def test_codes_by_text_message_need_a_phone_number(
    cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    pool = cognito.create_pool(mfa="OPTIONAL")
    pool.create_user("ann", PASSWORD)
    settings: dict[str, Any] = {"SMSMfaSettings": {"Enabled": True, "PreferredMfa": True}}
    with refused("InvalidParameterException", "delivery config set to turn on SMS_MFA"):
        client.admin_set_user_mfa_preference(**of(pool, "ann"), **settings)
    numbered = listed(phone_number="+15550001111")
    client.admin_update_user_attributes(**of(pool, "ann"), UserAttributes=numbered)
    client.admin_set_user_mfa_preference(**of(pool, "ann"), **settings)
    assert signs_in(client, pool, "ann")["ChallengeName"] == "SMS_MFA"
