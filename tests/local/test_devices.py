"""Confirming a device, and what is asked and told of one later."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from support.local_people import DEVICE_PASSWORD, MakePerson, Person, Refused
from support.plain_client import N, device_config, pad

from cognito_srp.local import LocalCognito

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
NO_DEVICE = ("ResourceNotFoundException", "Device does not exist.")
BAD_KEY = ("InvalidParameterException", "Invalid device key given.")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_forgotten_device(person: Person, client: Any, refused: Refused) -> None:
    tokens = person.tokens()
    device = person.confirm(tokens)
    named = {"AccessToken": tokens["AccessToken"], "DeviceKey": device[0]}
    client.forget_device(**named)
    with refused(*NO_DEVICE):
        person.with_device(device).begin_device()
    for call in (client.get_device, client.forget_device):
        with refused(*NO_DEVICE):
            call(**named)
    with refused(*NO_DEVICE):
        client.update_device_status(**named, DeviceRememberedStatus="remembered")
    with refused(*BAD_KEY):
        client.confirm_device(**named)


def test_opt_in_needs_update_device_status(make_person: MakePerson, client: Any) -> None:
    person = make_person(remember_devices="opt-in")
    tokens = person.tokens()
    metadata = tokens["NewDeviceMetadata"]
    config = device_config(metadata["DeviceGroupKey"], metadata["DeviceKey"], DEVICE_PASSWORD, 5)
    named = {"AccessToken": tokens["AccessToken"], "DeviceKey": metadata["DeviceKey"]}
    answer = client.confirm_device(**named, DeviceSecretVerifierConfig=config)
    assert answer["UserConfirmationNecessary"] is True
    device = (metadata["DeviceKey"], metadata["DeviceGroupKey"], DEVICE_PASSWORD)

    plain = person.with_device(device).begin_device()
    assert "NewDeviceMetadata" not in plain["AuthenticationResult"]
    client.update_device_status(**named, DeviceRememberedStatus="remembered")
    assert person.with_device(device).run()["AuthenticationResult"]
    client.update_device_status(**named, DeviceRememberedStatus="not_remembered")
    assert "AuthenticationResult" in person.with_device(device).begin_device()


def test_always_remembered_is_at_once(person: Person, client: Any) -> None:
    tokens = person.tokens()
    answer = client.confirm_device(
        AccessToken=tokens["AccessToken"], DeviceKey=tokens["NewDeviceMetadata"]["DeviceKey"]
    )
    assert answer["UserConfirmationNecessary"] is False


def test_a_device_without_a_verifier_never_signs_in(
    person: Person, client: Any, refused: Refused
) -> None:
    tokens = person.tokens()
    metadata = tokens["NewDeviceMetadata"]
    client.confirm_device(AccessToken=tokens["AccessToken"], DeviceKey=metadata["DeviceKey"])
    device = (metadata["DeviceKey"], metadata["DeviceGroupKey"], DEVICE_PASSWORD)
    with refused(*WRONG):
        person.with_device(device).run()


def test_a_salt_that_is_not_minimal_confirms_and_never_signs_in(
    person: Person, client: Any, refused: Refused
) -> None:
    """The server hashes the minimal form, the client what it sent (docs/protocol.md, section 2)."""
    import hashlib

    tokens = person.tokens()
    metadata = tokens["NewDeviceMetadata"]
    key, group_key = metadata["DeviceKey"], metadata["DeviceGroupKey"]
    raw = b"\0\0" + bytes(range(1, 15))
    identity = hashlib.sha256(f"{group_key}{key}:{DEVICE_PASSWORD}".encode()).digest()
    x = int.from_bytes(hashlib.sha256(raw + identity).digest(), "big")
    config = {"PasswordVerifier": b64(pad(pow(2, x, N))), "Salt": b64(raw)}
    client.confirm_device(
        AccessToken=tokens["AccessToken"], DeviceKey=key, DeviceSecretVerifierConfig=config
    )
    with refused(*WRONG):
        person.with_device((key, group_key, DEVICE_PASSWORD)).run()


GOOD = device_config("-abcdefgh", "us-east-1_0", "p", 1 << 100)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Salt", b64(b"\x80" + bytes(15))),  # negative
        ("Salt", b64(b"\0")),
        ("Salt", ""),
        ("Salt", "AAA"),
        ("Salt", "not base64!"),
        ("Salt", b64(b"\x01" + bytes(64))),  # too long
        ("PasswordVerifier", b64(b"\x80" + bytes(383))),  # negative
        ("PasswordVerifier", b64(b"\0")),
        ("PasswordVerifier", b64(b"\1")),
        ("PasswordVerifier", b64(pad(N))),
        ("PasswordVerifier", b64(b"\x01" + bytes(400))),
        ("PasswordVerifier", "é"),
    ],
)
def test_a_verifier_that_is_refused(
    person: Person, client: Any, refused: Refused, field: str, value: Any
) -> None:
    tokens = person.tokens()
    with refused("InvalidParameterException", field):
        client.confirm_device(
            AccessToken=tokens["AccessToken"],
            DeviceKey=tokens["NewDeviceMetadata"]["DeviceKey"],
            DeviceSecretVerifierConfig=GOOD | {field: value},
        )
    person.confirm(tokens)  # the refusal left no trace


@pytest.mark.parametrize("field", ["Salt", "PasswordVerifier"])
def test_half_a_verifier(person: Person, client: Any, refused: Refused, field: str) -> None:
    tokens = person.tokens()
    with refused("InvalidParameterException"):
        client.confirm_device(
            AccessToken=tokens["AccessToken"],
            DeviceKey=tokens["NewDeviceMetadata"]["DeviceKey"],
            DeviceSecretVerifierConfig={field: GOOD[field]},
        )


def test_confirming_twice(person: Person, client: Any, refused: Refused) -> None:
    tokens = person.tokens()
    person.confirm(tokens)
    with refused("DeviceKeyExistsException"):
        person.confirm(tokens)


def test_any_key_that_was_given_to_the_user(
    person: Person, make_person: MakePerson, client: Any, refused: Refused
) -> None:
    first, second = person.tokens(), person.tokens()
    theirs = make_person(person.pool).tokens()
    key = first["NewDeviceMetadata"]["DeviceKey"]
    with refused(*BAD_KEY):
        client.confirm_device(AccessToken=theirs["AccessToken"], DeviceKey=key)
    device = person.confirm({**first, "AccessToken": second["AccessToken"]})
    assert person.with_device(device).run()["AuthenticationResult"]


def test_swapped_keys(person: Person, client: Any, refused: Refused) -> None:
    tokens = person.tokens()
    group_key = tokens["NewDeviceMetadata"]["DeviceGroupKey"]
    with refused("InvalidParameterException", "regular expression pattern: [\\w-]+_[0-9a-f-]+"):
        client.confirm_device(AccessToken=tokens["AccessToken"], DeviceKey=group_key)


@pytest.mark.parametrize("kind", ["IdToken", "RefreshToken", "forged", "foreign", "nonsense"])
def test_a_token_that_is_no_access_token_of_ours(
    person: Person, client: Any, refused: Refused, kind: Any
) -> None:
    tokens = person.tokens()
    access = tokens["AccessToken"]
    header, payload, signature = access.split(".")
    other = base64.urlsafe_b64encode(
        b'{"token_use":"access","iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x"}'
    ).decode()
    token = {
        "IdToken": tokens["IdToken"],
        "RefreshToken": tokens["RefreshToken"],
        "forged": f"{header}.{payload}.{signature[::-1]}",
        "foreign": f"{header}.{other.rstrip('=')}.{signature}",
        "nonsense": "a.b.c",
    }[kind]
    with refused("NotAuthorizedException", "Access Token"):
        client.confirm_device(AccessToken=token, DeviceKey=tokens["NewDeviceMetadata"]["DeviceKey"])


def test_an_expired_token(
    person: Person, cognito: LocalCognito, client: Any, refused: Refused
) -> None:
    tokens = person.tokens()
    cognito.clock.advance(3601)
    with refused("NotAuthorizedException", "Access Token has expired"):
        person.confirm(tokens)
    with refused("NotAuthorizedException", "Access Token has expired"):
        client.get_user(AccessToken=tokens["AccessToken"])  # moto's own


def test_a_revoked_token(person: Person, client: Any, refused: Refused) -> None:
    tokens = person.tokens()
    client.global_sign_out(AccessToken=tokens["AccessToken"])
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        person.confirm(tokens)


def test_what_get_device_tells(person: Person, client: Any) -> None:
    tokens = person.tokens()
    key = person.confirm(tokens)[0]
    device = client.get_device(AccessToken=tokens["AccessToken"], DeviceKey=key)["Device"]
    attributes = {a["Name"]: a["Value"] for a in device["DeviceAttributes"]}
    assert device["DeviceKey"] == key
    assert attributes == {
        "device_status": "valid", "device_name": "a device", "last_ip_used": "127.0.0.1",
    }  # fmt: skip
    assert device["DeviceCreateDate"] <= device["DeviceLastModifiedDate"]


def test_list_devices_in_pages(person: Person, client: Any, refused: Refused) -> None:
    keys = [person.confirm()[0] for _ in range(5)]
    token = person.tokens()["AccessToken"]
    found: list[Any] = []
    more: dict[str, Any] = {}
    while True:
        page = client.list_devices(AccessToken=token, Limit=2, **more)
        assert len(page["Devices"]) <= 2
        found += [device["DeviceKey"] for device in page["Devices"]]
        if "PaginationToken" not in page:
            break
        more = {"PaginationToken": page["PaginationToken"]}
    assert found == keys
    for bad in ("AAAA", "!"):
        with refused("InvalidParameterException", "pagination token"):
            client.list_devices(AccessToken=token, PaginationToken=bad)


def test_a_pool_that_tracks_no_devices(
    make_person: MakePerson, client: Any, refused: Refused
) -> None:
    token = make_person(remember_devices="no").tokens()["AccessToken"]
    with refused("InvalidUserPoolConfigurationException"):
        client.list_devices(AccessToken=token)


def test_refreshing_needs_the_device(person: Person, client: Any, refused: Refused) -> None:
    tokens = person.tokens()
    key = tokens["NewDeviceMetadata"]["DeviceKey"]

    def refresh(**more: Any) -> Any:
        return client.initiate_auth(
            AuthFlow="REFRESH_TOKEN_AUTH",
            ClientId=person.pool.client_id,
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"], **more},
        )["AuthenticationResult"]

    with refused("NotAuthorizedException", "Invalid Refresh Token."):
        refresh(DEVICE_KEY=key)  # not confirmed yet
    person.confirm(tokens)
    with refused("NotAuthorizedException", "Invalid Refresh Token."):
        refresh()
    with refused("NotAuthorizedException", "Invalid Refresh Token."):
        refresh(DEVICE_KEY=person.confirm()[0])
    fresh = refresh(DEVICE_KEY=key)
    assert "RefreshToken" not in fresh
    client.forget_device(AccessToken=fresh["AccessToken"], DeviceKey=key)
    with refused("NotAuthorizedException", "Invalid Refresh Token."):
        refresh(DEVICE_KEY=key)


def test_refreshing_without_device_tracking(
    make_person: MakePerson, client: Any, cognito: LocalCognito, refused: Refused
) -> None:
    person = make_person(remember_devices="no")
    tokens = person.tokens()
    sent = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    arguments = {"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": person.pool.client_id}
    assert client.initiate_auth(**arguments, AuthParameters=sent)["AuthenticationResult"]
    cognito.clock.advance(30 * 86400 + 1)
    with refused("NotAuthorizedException", "Refresh Token has expired"):
        client.initiate_auth(**arguments, AuthParameters=sent)


def test_a_users_devices_go_with_the_user(person: Person, client: Any, refused: Refused) -> None:
    device = person.confirm()
    client.admin_delete_user(UserPoolId=person.pool.pool_id, Username=person.username)
    person.pool.create_user(person.username, person.password)
    with refused(*NO_DEVICE):
        person.with_device(device).begin_device()
