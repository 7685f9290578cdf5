"""What an error says may be wrong: the causes that apply to what was done, and no others."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from support.people import PASSWORD, enter

from cognito_srp import (
    CallError,
    ChallengeError,
    DeviceVerifier,
    InvalidInputError,
    ServiceError,
    confirm_device,
    create_device_verifier,
    forget_device,
    get_device,
    list_devices,
    update_device_status,
)
from cognito_srp.devices import confirm, management, verifiers
from cognito_srp.local import LocalCognito, LocalPool
from cognito_srp.transport.causes import EXPLANATIONS, find, refused
from cognito_srp.transport.explanations import Cause, Situation

DEVICE_WORDS = ("device group key", "clock", "same verifier")
SCOPE = "Access Token does not have required scopes"
EXPIRED = "Access Token has expired"
REVOKED = "Access Token has been revoked"
AUTHORIZED = "NotAuthorizedException"


@pytest.fixture
def own_pool(cognito: LocalCognito) -> LocalPool:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    return pool


def said(call: Callable[[], Any]) -> str:
    with pytest.raises(ServiceError) as caught:
        call()
    error = caught.value
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.hint) == (str(error), error.hint)
    return str(error).replace("Incorrect username or password.", "").lower()


@pytest.mark.parametrize("auth_flow", ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"])
def test_a_mistyped_password_is_not_blamed_on_a_device_or_a_clock_that_is_right(
    client: Any, own_pool: LocalPool, auth_flow: str
) -> None:
    words = said(lambda: enter(client, own_pool, "ann", password="Wrong-1", auth_flow=auth_flow))
    assert "the user name or the password is wrong" in words
    assert not any(each in words for each in DEVICE_WORDS)


def test_a_client_of_another_pool_is_among_the_causes_of_a_refused_proof(
    client: Any, cognito: LocalCognito, own_pool: LocalPool
) -> None:
    """The client finds its own pool, and there a user of this name with this very password."""
    other = cognito.create_pool()
    other.create_user("ann", PASSWORD)
    ids = {"client_id": other.client_id, "client_secret": other.client_secret}
    words = said(lambda: enter(client, own_pool, "ann", **ids))
    assert "the app client is not of this user pool" in words
    words = said(
        lambda: enter(client, own_pool, "ann", password="x", auth_flow="USER_PASSWORD_AUTH")
    )
    assert "is not of this user pool" not in words  # no proof, and no pool in it


def test_a_clock_that_could_not_be_compared_stays_among_the_causes() -> None:
    answer = {"ChallengeName": "PASSWORD_VERIFIER"}
    parts = ("RespondToAuthChallenge", AUTHORIZED, "Incorrect username or password.", answer)
    assert "clock" in refused(*parts).hint
    assert "clock" not in refused(*parts, timedelta(seconds=3)).hint
    assert "clock" in refused(*parts, timedelta(minutes=6)).hint


ASKED_OF_SERVICE: list[tuple[str, str, str, str, str]] = [
    ("InitiateAuth", AUTHORIZED, "Password attempts exceeded", "wait", "password is wrong"),
    ("InitiateAuth", "ResourceNotFoundException", "User pool client 1h57 does not exist.",
     "check client_id", "forgotten"),
    ("InitiateAuth", "TooManyRequestsException", "Rate exceeded", "wait, then call", "verifier"),
    ("InitiateAuth", "InternalErrorException", "", "try again later", "verifier"),
    ("InitiateAuth", "UserNotFoundException", "User does not exist.", "alias", "password"),
    ("InitiateAuth", AUTHORIZED, "User is disabled.", "AdminEnableUser", "password"),
    ("RespondToAuthChallenge", "ThrottlingException", "Rate exceeded", "error.sign_in", "verifier"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "code", "message", "must", "never"), ASKED_OF_SERVICE)
def test_a_refused_sign_in_names_what_can_be_wrong_with_it(
    cognito: LocalCognito, client: Any, own_pool: LocalPool,
    operation: str, code: str, message: str, must: str, never: str,
) -> None:  # fmt: skip
    from botocore.config import Config

    once = cognito.client(config=Config(retries={"total_max_attempts": 1}))
    cognito.fail_next(operation, code, message)
    words = said(lambda: enter(once, own_pool, "ann"))
    assert must.lower() in words
    assert never not in words


@pytest.mark.parametrize(
    ("message", "confirming", "otherwise"),
    [
        (SCOPE, "aws.cognito.signin.user.admin", "aws.cognito.signin.user.admin"),
        (EXPIRED, "the very same verifier with the new token", "refresh the tokens or sign in"),
        (REVOKED, "the very same verifier with the new token", "sign in again"),
    ],
)
def test_a_token_that_does_not_do_says_what_to_send_again_only_where_there_is_something(
    cognito: LocalCognito, client: Any, own_pool: LocalPool,
    message: str, confirming: str, otherwise: str,
) -> None:  # fmt: skip
    session = enter(client, own_pool, "ann")
    token = session.tokens.access_token
    cognito.fail_next("ConfirmDevice", AUTHORIZED, message)
    words = said(session.enroll_device)
    assert confirming in words
    assert not any(each in words for each in ("group key", "clock"))
    cognito.fail_next("ListDevices", AUTHORIZED, message)
    words = said(lambda: list(list_devices(client, access_token=token)))
    assert otherwise in words
    assert "verifier" not in words


def test_the_key_of_another_user_and_one_got_under_an_alias(
    client: Any, own_pool: LocalPool
) -> None:
    own_pool.create_user("bob", PASSWORD)
    stranger = enter(client, own_pool, "bob")
    mine = enter(client, own_pool, "ann")
    mine.new_device = stranger.new_device
    words = said(mine.enroll_device)
    assert "the device key was given to another user" in words
    assert "under an alias" in words


def test_a_device_that_the_user_does_not_have(client: Any, own_pool: LocalPool) -> None:
    session = enter(client, own_pool, "ann")
    assert session.new_device is not None
    which = {"access_token": session.tokens.access_token}
    which["device_key"] = session.new_device.device_key
    for call in (
        lambda: get_device(client, **which),
        lambda: forget_device(client, **which),
        lambda: update_device_status(client, remembered=True, **which),
    ):
        words = said(call)
        assert "the device was never confirmed" in words
        assert "list_devices" in words


def test_a_code_that_is_asked_for_although_the_device_was_given(
    client: Any, cognito: LocalCognito
) -> None:
    pool = cognito.create_pool(mfa="OPTIONAL", remember_devices="opt-in")
    pool.create_user("ann", PASSWORD)
    device = enter(client, pool, "ann").enroll_device()
    pool.use_authenticator("ann")
    with pytest.raises(ChallengeError, match=r"not remembered.*update_device_status"):
        enter(client, pool, "ann", device=device)
    with pytest.raises(ChallengeError) as plain:
        enter(client, pool, "ann")
    assert "remembered" not in str(plain.value)


@pytest.mark.parametrize("field", ["password_verifier", "salt"])
def test_a_verifier_made_by_hand_is_refused_in_hex(field: str) -> None:
    right = {"password_verifier": "AOuW" * 128, "salt": "AOuW"}
    DeviceVerifier(device_key="eu_1", **right)
    with pytest.raises(InvalidInputError, match="is hex, where Cognito takes base64"):
        DeviceVerifier(device_key="eu_1", **{**right, field: "0a" * 16})
    with pytest.raises(InvalidInputError, match="must be base64"):
        DeviceVerifier(device_key="eu_1", **{**right, field: "verifier"[:-1]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"device_key": "no underscore"}, "device_key"),
        ({"device_group_key": "a_b"}, "device_group_key"),
        ({"device_password": ""}, "device_password"),
        ({"salt": "AAAA"}, "Salt: is zero"),
        ({"salt": "/w=="}, "Salt: is zero or negative"),
        ({"salt": "AAE="}, "Salt: has redundant leading zero bytes"),
        ({"password_verifier": "AQ=="}, "must lie between 1 and N"),
        ({"password_verifier": None}, "must be base64"),
    ],
)
def test_a_verifier_made_by_hand_is_checked_as_one_from_a_config(
    changes: dict[str, Any], words: str
) -> None:
    right = {"device_key": "eu_1", "password_verifier": "AOuW" * 128, "salt": "AOuW"}
    with pytest.raises(InvalidInputError, match=words):
        DeviceVerifier(**{**right, **changes})
    made = {**right, **changes}
    config = {"PasswordVerifier": made.pop("password_verifier"), "Salt": made.pop("salt")}
    with pytest.raises(InvalidInputError, match=words):
        DeviceVerifier.from_config(config=config, **made)


def test_nothing_is_sent_of_a_verifier_in_hex(client: Any, own_pool: LocalPool) -> None:
    session = enter(client, own_pool, "ann")
    assert session.new_device is not None
    with pytest.raises(InvalidInputError, match="hex") as caught:
        confirm_device(
            client,
            access_token=session.tokens.access_token,
            verifier=DeviceVerifier(
                device_key=session.new_device.device_key,
                password_verifier="0a" * 384,
                salt="0a" * 16,
            ),
        )
    assert not isinstance(caught.value, CallError)


def test_a_device_key_is_checked_once_on_its_way_to_the_service(
    client: Any, cognito: LocalCognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = cognito.create_pool(remember_devices="opt-in")
    pool.create_user("ann", PASSWORD)
    session = enter(client, pool, "ann")
    assert session.new_device is not None
    keys: dict[str, Any] = vars(session.new_device)
    checked: list[str] = []

    def check(key: str) -> str:
        checked.append(key)
        return key

    for module in (confirm, management, verifiers):
        monkeypatch.setattr(module, "check_device_key", check)
    made = create_device_verifier(**keys)
    token = session.tokens.access_token
    done = confirm_device(client, access_token=token, verifier=made, remember=True)
    assert done.device is not None
    assert checked == [done.device.device_key]


def test_every_row_of_the_table_can_be_reached() -> None:
    """None stands behind another that fits all it does."""
    for row in EXPLANATIONS:
        situation = Situation(frozenset(row.at[:1]), bool(row.has_device_key))
        assert find(row.codes[0], (*row.words, "")[0], situation) is row, row


def test_every_cause_is_in_the_table_or_found_by_a_sign_in() -> None:
    table = {cause for row in EXPLANATIONS for cause in row.causes}
    assert set(Cause) - table == {Cause.SALT_NOT_MINIMAL}
