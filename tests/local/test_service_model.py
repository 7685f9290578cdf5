"""Every response has the shape that botocore's model gives its operation, every error is one that
the operation declares.

The check sits on the wire: botocore's own parser drops what it does not know and forgives the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from support.local_people import MakePerson, Person

from cognito_srp.local import CustomAuth, LocalCognito, totp

MODEL = botocore.session.get_session().get_service_model("cognito-idp")

#: Errors that every service raises and no operation declares (AWS, "Common errors").
COMMON = {"SerializationException", "UnknownOperationException"}

#: What this layer adds or replaces: each of them has to come up below, with success and refused.
TOUCHED = {
    "AdminForgetDevice", "AdminGetDevice", "AdminInitiateAuth", "AdminListDevices",
    "AdminRespondToAuthChallenge", "AdminUpdateDeviceStatus", "AssociateSoftwareToken",
    "ChangePassword", "ConfirmDevice", "ConfirmForgotPassword", "ConfirmSignUp", "ForgetDevice",
    "ForgotPassword", "GetDevice", "GetTokensFromRefreshToken", "InitiateAuth", "ListDevices",
    "RespondToAuthChallenge", "SignUp", "UpdateDeviceStatus", "VerifySoftwareToken",
    "AdminDeleteUser", "CreateUserPool", "CreateUserPoolClient", "RevokeToken",
    "SetUserPoolMfaConfig", "GetUserPoolMfaConfig", "SetUserMFAPreference",
    "AdminSetUserMFAPreference", "ResendConfirmationCode", "GetUser", "AdminGetUser", "DeleteUser",
    "UpdateUserAttributes", "DeleteUserAttributes", "GetUserAttributeVerificationCode",
    "VerifyUserAttribute", "SetUserSettings", "AdminSetUserSettings", "AdminCreateUser",
    "AdminConfirmSignUp", "AdminSetUserPassword", "AdminResetUserPassword",
    "AdminUpdateUserAttributes", "AdminDeleteUserAttributes", "ListUserPools",
}  # fmt: skip

JSON_TYPES: dict[str, Any] = {
    "string": str, "boolean": bool, "integer": int, "long": int, "timestamp": (int, float),
    "structure": dict, "map": dict, "list": list, "float": (int, float), "double": (int, float),
}  # fmt: skip


def breaches(shape: Any, value: Any, path: Any) -> Iterator[Any]:
    """Where a JSON value is not what the shape says."""
    if not isinstance(value, JSON_TYPES[shape.type_name]):
        yield f"{path}: {value!r} is no {shape.type_name}"
        return
    if shape.type_name == "structure":
        yield from (f"{path}.{name}: not in the model" for name in set(value) - set(shape.members))
        yield from (f"{path}.{name}: missing" for name in set(shape.required_members) - set(value))
        inside = [(shape.members[n], value[n], n) for n in set(value) & set(shape.members)]
    elif shape.type_name == "list":
        inside = [(shape.member, item, str(number)) for number, item in enumerate(value)]
    elif shape.type_name == "map":
        inside = [(shape.value, item, key) for key, item in value.items()]
    else:
        yield from scalar_breaches(shape, value, path)
        inside = []
    for member, item, name in inside:
        yield from breaches(member, item, f"{path}.{name}")


def scalar_breaches(shape: Any, value: Any, path: Any) -> Iterator[Any]:
    enum = getattr(shape, "enum", None)
    if enum and value not in enum:
        yield f"{path}: {value!r} is none of {enum}"
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 1 << 30)
    # AWS's own attribute phone_number_verified is longer than its model allows names to be.
    measured = isinstance(value, str) and value != "phone_number_verified"
    if measured and not low <= len(value) <= high:
        yield f"{path}: length {len(value)}"


class Checked:
    """A boto3 client that looks at every answer before botocore's parser does."""

    def __init__(self, client: Any) -> None:
        self.client, self.succeeded, self.refused = client, set[str](), set[str]()
        client.meta.events.register("before-parse.cognito-identity-provider.*", self.check)

    def check(self, operation_model: Any, response_dict: Any, **_: Any) -> None:
        body = json.loads(response_dict["body"] or b"{}")
        name = operation_model.name
        if response_dict["status_code"] == 200:
            shape = operation_model.output_shape
            assert shape is not None or body == {}, name
            assert list(breaches(shape, body, name) if shape else []) == []
            self.succeeded.add(name)
        else:
            declared = {shape.name for shape in operation_model.error_shapes} | COMMON
            assert body["__type"] in declared, (name, body)
            assert set(body) == {"__type", "message"}
            self.refused.add(name)

    def refuse(self, method: str, **arguments: Any) -> None:
        with pytest.raises(ClientError):
            getattr(self.client, method)(**arguments)


@pytest.fixture
def checked(cognito: LocalCognito) -> Any:
    return Checked(cognito.client())


def test_every_operation_we_touch(
    checked: Any, make_person: MakePerson, cognito: LocalCognito
) -> None:
    person = make_person(mfa="OPTIONAL")
    person.client = checked.client
    pools(checked)
    tokens = person.tokens()
    device = person.confirm(tokens)
    person.with_device(device).run()
    devices(checked, {"AccessToken": tokens["AccessToken"], "DeviceKey": device[0]})
    admin_devices(checked, person, device[0])
    refreshing(checked, person, tokens, device[0])
    beginnings(checked, person)
    authenticators(checked, person, cognito, tokens["AccessToken"])
    text_messages(checked, make_person(person.pool), cognito)
    emails(checked, make_person(person.pool))
    accounts(checked, person, tokens["AccessToken"])
    sign_up(checked, cognito)
    administrators(checked, cognito)
    profiles(checked, cognito)
    forgetting(checked, person, make_person())
    assert checked.succeeded >= TOUCHED
    assert checked.refused >= TOUCHED


def pools(checked: Any) -> None:
    made = checked.client.create_user_pool(PoolName="p")["UserPool"]
    checked.refuse("create_user_pool", PoolName="!")
    settings = {"ClientName": "c", "GenerateSecret": True, "ExplicitAuthFlows": []}
    checked.client.create_user_pool_client(UserPoolId=made["Id"], **settings)
    checked.refuse("create_user_pool_client", UserPoolId="eu-west-2_none", ClientName="c")
    by_email = {"EmailMfaConfiguration": {}, "MfaConfiguration": "OPTIONAL"}
    checked.client.set_user_pool_mfa_config(UserPoolId=made["Id"], **by_email)
    checked.client.get_user_pool_mfa_config(UserPoolId=made["Id"])
    checked.refuse("set_user_pool_mfa_config", UserPoolId="eu-west-2_none", **by_email)
    checked.refuse("get_user_pool_mfa_config", UserPoolId="eu-west-2_none")


def devices(checked: Any, named: Any) -> None:
    client, no_token = checked.client, named | {"AccessToken": "a.b.c"}
    client.get_device(**named)
    client.list_devices(AccessToken=named["AccessToken"])
    client.update_device_status(**named, DeviceRememberedStatus="remembered")
    for method in ("get_device", "update_device_status", "forget_device", "confirm_device"):
        checked.refuse(method, **no_token)
    checked.refuse("list_devices", AccessToken="a.b.c")


def admin_devices(checked: Any, person: Person, key: Any) -> None:
    client = checked.client
    who = {"UserPoolId": person.pool.pool_id, "Username": person.username}
    client.admin_get_device(**who, DeviceKey=key)
    client.admin_list_devices(**who)
    client.admin_update_device_status(**who, DeviceKey=key, DeviceRememberedStatus="remembered")
    for method in ("admin_get_device", "admin_update_device_status", "admin_forget_device"):
        checked.refuse(method, **who, DeviceKey="eu-west-2_0")
        checked.refuse(method, **(who | {"Username": "nobody"}), DeviceKey=key)
    checked.refuse("admin_list_devices", **(who | {"Username": "nobody"}))


def refreshing(checked: Any, person: Person, tokens: Any, key: Any) -> None:
    refresh = {"ClientId": person.pool.client_id, "RefreshToken": tokens["RefreshToken"]}
    checked.client.get_tokens_from_refresh_token(**refresh, DeviceKey=key)
    checked.refuse("get_tokens_from_refresh_token", **refresh)
    revoked = {"ClientId": refresh["ClientId"], "Token": "unknown"}
    checked.client.revoke_token(**revoked)
    checked.refuse("revoke_token", **(revoked | {"Token": tokens["AccessToken"]}))


def admin_begin(checked: Any, person: Person) -> Any:
    return checked.client.admin_initiate_auth(
        UserPoolId=person.pool.pool_id,
        ClientId=person.pool.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.username, "PASSWORD": person.password},
    )


def beginnings(checked: Any, person: Person) -> None:
    app = {"ClientId": person.pool.client_id}
    admin_begin(checked, person)
    pool = {"UserPoolId": person.pool.pool_id}
    checked.refuse("admin_initiate_auth", **pool, **app, AuthFlow="USER_PASSWORD_AUTH")
    checked.refuse("initiate_auth", **app, AuthFlow="ADMIN_NO_SRP_AUTH")
    checked.refuse("respond_to_auth_challenge", **app, ChallengeName="SMS_MFA")


def authenticators(checked: Any, person: Person, cognito: LocalCognito, token: str) -> None:
    client = checked.client
    secret = client.associate_software_token(AccessToken=token)["SecretCode"]
    checked.refuse("associate_software_token", AccessToken="a.b.c")
    user_code = {"AccessToken": token, "UserCode": totp(secret, cognito.clock.time())}
    client.verify_software_token(**user_code)
    checked.refuse("verify_software_token", **user_code)
    person.pool.use_authenticator(person.username)
    checked.refuse(
        "admin_respond_to_auth_challenge",
        UserPoolId=person.pool.pool_id,
        ClientId=person.pool.client_id,
        ChallengeName="SOFTWARE_TOKEN_MFA",
        Session=admin_begin(checked, person)["Session"],
        ChallengeResponses={"USERNAME": person.username, "SOFTWARE_TOKEN_MFA_CODE": "0"},
    )


def text_messages(checked: Any, person: Person, cognito: LocalCognito) -> None:
    person.pool.use_text_messages(person.username)
    session = admin_begin(checked, person)["Session"]
    code = cognito.text_messages(person.username)[-1].code
    checked.client.admin_respond_to_auth_challenge(
        UserPoolId=person.pool.pool_id,
        ClientId=person.pool.client_id,
        ChallengeName="SMS_MFA",
        Session=session,
        ChallengeResponses={"USERNAME": person.username, "SMS_MFA_CODE": code},
    )


def emails(checked: Any, person: Person) -> None:
    client, user = checked.client, {"Username": person.username}
    user |= {"UserPoolId": person.pool.pool_id}
    settings = {"EmailMfaSettings": {"Enabled": True, "PreferredMfa": True}}
    token = {"AccessToken": person.tokens()["AccessToken"]}
    checked.refuse("set_user_mfa_preference", **token, **settings)
    checked.refuse("admin_set_user_mfa_preference", **user, **settings)
    attributes = [{"Name": "email", "Value": "ann@example.com"}]
    client.admin_update_user_attributes(**user, UserAttributes=attributes)
    client.set_user_mfa_preference(**token, **settings)
    client.admin_set_user_mfa_preference(**user, **settings)
    assert admin_begin(checked, person)["ChallengeName"] == "EMAIL_OTP"


def accounts(checked: Any, person: Person, token: str) -> None:
    client = checked.client
    passwords = {"PreviousPassword": person.password, "ProposedPassword": "Other-horse-2"}
    client.change_password(AccessToken=token, **passwords)
    checked.refuse("change_password", AccessToken="a.b.c", **passwords)


EMAIL = [{"Name": "email", "Value": "new@example.com"}]


def sign_up(checked: Any, cognito: LocalCognito) -> None:
    client = checked.client
    pool = cognito.create_pool(AutoVerifiedAttributes=["email"])
    app, new = {"ClientId": pool.client_id}, {"Username": "new"}
    client.sign_up(**app, **new, Password="Correct-horse-1", UserAttributes=EMAIL)
    checked.refuse("sign_up", **app, **new, Password="Correct-horse-1")
    client.resend_confirmation_code(**app, **new)
    code = cognito.emails("new")[-1].code
    client.confirm_sign_up(**app, **new, ConfirmationCode=code)
    checked.refuse("confirm_sign_up", **app, **new, ConfirmationCode=code)
    checked.refuse("resend_confirmation_code", **app, **new)
    client.forgot_password(**app, **new)
    checked.refuse("forgot_password", ClientId="none", **new)
    reset = {"Password": "Other-horse-2", "ConfirmationCode": cognito.emails("new")[-1].code}
    client.confirm_forgot_password(**app, **new, **reset)
    checked.refuse("confirm_forgot_password", **app, **new, **reset)


def administrators(checked: Any, cognito: LocalCognito) -> None:
    client, pool = checked.client, cognito.create_pool(remember_devices="no")
    user = {"UserPoolId": pool.pool_id, "Username": "new"}
    nobody = user | {"Username": "nobody"}
    client.admin_create_user(**user)
    checked.refuse("admin_create_user", **user)
    password = {"Password": "Other-horse-2", "Permanent": True}
    client.admin_set_user_password(**user, **password)
    verified = [*EMAIL, {"Name": "email_verified", "Value": "true"}]
    client.admin_update_user_attributes(**user, UserAttributes=verified)
    client.admin_get_user(**user)
    client.admin_reset_user_password(**user)
    client.admin_delete_user_attributes(**user, UserAttributeNames=["email"])
    client.admin_set_user_settings(**user, MFAOptions=[])
    client.sign_up(ClientId=pool.client_id, Username="second", Password="Other-horse-2")
    client.admin_confirm_sign_up(**(user | {"Username": "second"}))
    checked.refuse("admin_confirm_sign_up", **user)
    checked.refuse("admin_set_user_password", **nobody, **password)
    checked.refuse("admin_update_user_attributes", **nobody, UserAttributes=EMAIL)
    checked.refuse("admin_delete_user_attributes", **nobody, UserAttributeNames=["email"])
    checked.refuse("admin_set_user_settings", **nobody, MFAOptions=[])
    for method in ("admin_get_user", "admin_reset_user_password"):
        checked.refuse(method, **nobody)
    client.list_user_pools(MaxResults=10)
    cognito.call("ListUserPools")
    checked.refuse("list_user_pools", MaxResults=61)


def profiles(checked: Any, cognito: LocalCognito) -> None:
    client, pool = checked.client, cognito.create_pool(remember_devices="no")
    pool.create_user("ann", "Correct-horse-1")
    token = {"AccessToken": pool.sign_in("ann", "Correct-horse-1")["AccessToken"]}
    email = {"AttributeName": "email"}
    client.get_user(**token)
    client.update_user_attributes(**token, UserAttributes=EMAIL)
    client.get_user_attribute_verification_code(**token, **email)
    code = cognito.emails("ann")[-1].code
    client.verify_user_attribute(**token, **email, Code=code)
    checked.refuse("verify_user_attribute", **token, **email, Code=code)
    client.delete_user_attributes(**token, UserAttributeNames=["email"])
    checked.refuse("get_user_attribute_verification_code", **token, **email)
    client.set_user_settings(**token, MFAOptions=[])
    client.delete_user(**token)
    for method in ("get_user", "delete_user"):
        checked.refuse(method, **token)
    checked.refuse("update_user_attributes", **token, UserAttributes=EMAIL)
    checked.refuse("delete_user_attributes", **token, UserAttributeNames=["email"])
    checked.refuse("set_user_settings", **token, MFAOptions=[])


def forgetting(checked: Any, person: Person, other: Any) -> None:
    client, pool = checked.client, {"UserPoolId": person.pool.pool_id}
    client.admin_delete_user(**pool, Username=person.username)
    checked.refuse("admin_delete_user", **pool, Username=person.username)
    keys = [other.confirm()[0], other.confirm()[0]]
    who = {"UserPoolId": other.pool.pool_id, "Username": other.username}
    client.admin_forget_device(**who, DeviceKey=keys[0])
    client.forget_device(AccessToken=other.tokens()["AccessToken"], DeviceKey=keys[1])


def test_every_challenge(checked: Any, make_person: MakePerson, cognito: LocalCognito) -> None:
    """SELECT_CHALLENGE, MFA_SETUP, SELECT_MFA_TYPE, NEW_PASSWORD_REQUIRED; CUSTOM_CHALLENGE."""
    person = make_person(mfa="ON")
    person.client = client = checked.client
    app = {"ClientId": person.pool.client_id}
    client.initiate_auth(**app, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": person.username})
    challenge = person.sign_in().finish()
    client.associate_software_token(Session=challenge["Session"])
    person.pool.use_text_messages(person.username)
    person.pool.use_authenticator(person.username)
    person.sign_in().finish()
    person.username = person.pool.create_user("temp", person.password, temporary=True)
    assert person.sign_in().finish()["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def trigger(event: dict[str, Any], context: Any) -> Any:
        return {"response": {"challengeName": "CUSTOM_CHALLENGE"}}

    person.pool.use_custom_auth(CustomAuth(trigger, trigger, trigger))
    named = {"USERNAME": person.username}
    challenge = client.initiate_auth(**app, AuthFlow="CUSTOM_AUTH", AuthParameters=named)
    assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"


def test_the_checker_checks() -> None:
    shape = MODEL.operation_model("ConfirmDevice").output_shape
    assert list(breaches(shape, {"UserConfirmationNecessary": 1}, "")) != []
    assert list(breaches(shape, {"Other": True}, "")) != []
    assert list(breaches(shape, {"UserConfirmationNecessary": True}, "")) == []
