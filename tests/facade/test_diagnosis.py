"""Why a sign-in was refused: each known cause is told apart, and nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.people import PASSWORD, enter

from cognito_srp import (
    Cause,
    NotAuthorizedError,
    RememberedDevice,
    ServiceError,
    Session,
    UnreachableError,
    confirm_device,
)
from cognito_srp.devices.verifiers import DeviceVerifier
from cognito_srp.errors import service_error
from cognito_srp.local import Fault, LocalCognito, LocalPool
from cognito_srp.signin import diagnosis
from cognito_srp.srp import compute_verifier, device_identity
from cognito_srp.srp.encoding import encode_base64, pad
from cognito_srp.transport.steps import Call, Challenge


@pytest.fixture
def own_pool(cognito: LocalCognito) -> Any:
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    yield pool
    cognito.clock.reset()


def refusal(client: Any, pool: LocalPool, **changes: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        enter(client, pool, "ann", **changes)
    error = caught.value
    if error.diagnosis is not None:
        assert str(error).endswith(error.diagnosis.advice)
        assert "Incorrect username or password" not in str(error)
        assert error.diagnosis.clock_offset == error.clock_offset
    device = changes.get("device")
    if device:
        assert device.device_password not in str(error)
    return error


@pytest.mark.parametrize("with_device", [False, True])
@pytest.mark.parametrize(
    ("behind", "words"),
    [
        (timedelta(minutes=7, seconds=12), "7 min 1[123] s behind"),
        (timedelta(minutes=-8), "8 min.* ahead of"),
        (timedelta(days=365), "365 d.* behind"),
    ],
)
def test_a_clock_that_is_off(
    client: Any,
    cognito: LocalCognito,
    own_pool: LocalPool,
    behind: timedelta,
    words: str,
    with_device: bool,
) -> None:
    device = enter(client, own_pool, "ann").enroll_device() if with_device else None
    cognito.clock.advance(behind)
    error = refusal(client, own_pool, device=device)
    assert isinstance(error, NotAuthorizedError)
    found = error.diagnosis
    assert found is not None
    assert (found.cause, found.certain) == (Cause.CLOCK, True)
    assert found.clock_offset is not None
    assert abs(found.clock_offset + behind) < timedelta(seconds=2)
    assert re.search(words, str(error)), str(error)


def test_a_clock_at_the_limit_is_only_likely() -> None:
    error = service_error("RespondToAuthChallenge", "NotAuthorizedException", WRONG)
    error.clock_offset = timedelta(minutes=5)
    diagnosis.explain(error, ANSWER, has_client_secret=False, challenge=CHALLENGE)
    assert error.diagnosis is not None
    assert not error.diagnosis.certain
    assert "most likely" in str(error)


def test_a_secret_hash_that_is_missing_or_wrong(client: Any, cognito: LocalCognito) -> None:
    pool = cognito.create_pool(client_secret=True)
    pool.create_user("ann", PASSWORD)
    for flow in ("USER_SRP_AUTH", "USER_PASSWORD_AUTH"):
        missing = refusal(client, pool, client_secret=None, auth_flow=flow).diagnosis
        assert missing is not None
        assert (missing.cause, missing.certain) == (Cause.SECRET_HASH_MISSING, True)
        assert "client_secret=" in missing.advice
        wrong = refusal(client, pool, client_secret="another", auth_flow=flow).diagnosis
        assert wrong is not None
        assert (wrong.cause, wrong.certain) == (Cause.SECRET_HASH_WRONG, False)


def test_a_wrong_password_is_just_that(client: Any, own_pool: LocalPool) -> None:
    error = refusal(client, own_pool, password="Wrong-horse-1")
    assert error.diagnosis is None
    assert "Incorrect username or password." in str(error)
    assert error.clock_offset is not None


@pytest.mark.parametrize(
    ("changes", "cause", "words"),
    [
        ({"device_group_key": "abcdefgh"}, Cause.DEVICE_GROUP_KEY, "begin with '-'"),
        ({"device_group_key": "-abcdefg"}, Cause.DEVICE_SECRET, "clock is right to [01] s"),
        ({"device_password": "another"}, Cause.DEVICE_SECRET, "enroll it again"),
    ],
)
def test_a_device_that_is_not_the_confirmed_one(
    client: Any, own_pool: LocalPool, changes: dict[str, str], cause: Cause, words: str
) -> None:
    device = replace(enter(client, own_pool, "ann").enroll_device(), **changes)
    error = refusal(client, own_pool, device=device)
    assert error.diagnosis is not None
    assert (error.diagnosis.cause, error.diagnosis.certain) == (cause, False)
    with pytest.raises(NotAuthorizedError, match=words):
        raise error


def confirm_with_raw_salt(client: Any, session: Session, salt: bytes) -> RememberedDevice:
    """As by a client that hashes the 16 bytes of the salt as they are."""
    import hashlib

    import srp_native

    assert session.new_device is not None
    keys = session.new_device.device_key, session.new_device.device_group_key
    identity = device_identity(keys[1], keys[0], "secret")
    x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
    v = srp_native.pow_g(x)
    assert v != compute_verifier(int.from_bytes(salt, "big"), identity)
    config = {"PasswordVerifier": encode_base64(pad(v)), "Salt": encode_base64(pad(salt))}
    made = DeviceVerifier.from_config(device_key=keys[0], config=config)
    confirm_device(client, access_token=session.tokens.access_token, verifier=made)
    return RememberedDevice(device_key=keys[0], device_group_key=keys[1], device_password="secret")


@pytest.mark.parametrize("zeros", [1, 2])
def test_a_salt_that_was_hashed_with_its_leading_zeros(
    client: Any, own_pool: LocalPool, zeros: int
) -> None:
    salt = bytes(zeros) + b"\x7f" * (16 - zeros)
    device = confirm_with_raw_salt(client, enter(client, own_pool, "ann"), salt)
    found = refusal(client, own_pool, device=device).diagnosis
    assert found is not None
    assert (found.cause, found.certain) == (Cause.SALT_NOT_MINIMAL, False)
    assert f"has {16 - zeros} bytes" in found.advice


def test_a_short_salt_is_no_evidence(client: Any, own_pool: LocalPool) -> None:
    device = confirm_with_raw_salt(client, enter(client, own_pool, "ann"), b"\0" + b"\x7f" * 3)
    found = refusal(client, own_pool, device=device).diagnosis
    assert found is not None
    assert found.cause is Cause.DEVICE_SECRET


def test_a_forgotten_device_that_a_sign_in_cannot_do_without(
    client: Any, cognito: LocalCognito, own_pool: LocalPool
) -> None:
    session = enter(client, own_pool, "ann")
    device = session.enroll_device()
    again = enter(client, own_pool, "ann", device=device)
    client.forget_device(AccessToken=session.tokens.access_token, DeviceKey=device.device_key)
    # Where the password is at hand, the sign-in begins again.
    assert enter(client, own_pool, "ann", device=device).device_forgotten
    error = service_error("InitiateAuth", "ResourceNotFoundException", "Device does not exist.")
    diagnosis.explain(error, Call("InitiateAuth", {}), has_client_secret=False, device=device)
    assert error.diagnosis is not None
    assert (error.diagnosis.cause, error.diagnosis.certain) == (Cause.DEVICE_FORGOTTEN, True)
    with pytest.raises(NotAuthorizedError) as refused:
        again.refresh()
    found = refused.value.diagnosis
    assert found is not None
    assert (found.cause, found.certain) == (Cause.DEVICE_FORGOTTEN, True)


def test_tokens_of_a_device_that_was_never_confirmed(client: Any, own_pool: LocalPool) -> None:
    session = enter(client, own_pool, "ann")
    with pytest.raises(NotAuthorizedError, match="enroll the device first") as caught:
        session.refresh()
    found = caught.value.diagnosis
    assert found is not None
    assert (found.cause, found.certain) == (Cause.DEVICE_NOT_CONFIRMED, True)
    session.tokens = replace(session.tokens, refresh_token="forged")
    session.enroll_device()
    with pytest.raises(NotAuthorizedError, match="most likely the refresh token") as forged:
        session.refresh()
    assert forged.value.message == "Invalid Refresh Token."
    found = forged.value.diagnosis
    assert found is not None
    assert (found.cause, found.certain) == (Cause.REFRESH_TOKEN, False)


WRONG = "Incorrect username or password."
DEVICE = RememberedDevice(device_key="eu_1", device_group_key="-g", device_password="p")
ANSWER = Call("RespondToAuthChallenge", {"ChallengeName": "DEVICE_PASSWORD_VERIFIER"})
CHALLENGE = Challenge("DEVICE_PASSWORD_VERIFIER", {"SALT": "f" * 32})


@pytest.mark.parametrize(
    ("message", "challenge", "device"),
    [
        ("Invalid session for the user, session is expired.", CHALLENGE, DEVICE),
        (WRONG, None, DEVICE),
        (WRONG, Challenge("PASSWORD_VERIFIER", {}), DEVICE),
        (WRONG, Challenge("SMS_MFA", {}), DEVICE),
        (WRONG, CHALLENGE, None),
    ],
)
def test_nothing_is_said_without_evidence(
    message: str, challenge: Challenge | None, device: RememberedDevice | None
) -> None:
    error = service_error("RespondToAuthChallenge", "NotAuthorizedException", message)
    diagnosis.explain(error, ANSWER, has_client_secret=False, challenge=challenge, device=device)
    assert error.diagnosis is None


def test_without_a_date_the_clock_is_not_said_to_be_right() -> None:
    error = service_error("RespondToAuthChallenge", "NotAuthorizedException", WRONG)
    diagnosis.explain(error, ANSWER, has_client_secret=False, challenge=CHALLENGE, device=DEVICE)
    assert "the clock could not be compared" in str(error)


def test_a_lost_answer_is_not_diagnosed(
    client: Any, cognito: LocalCognito, own_pool: LocalPool
) -> None:
    cognito.faults.add(Fault("drop-request", "RespondToAuthChallenge"))
    with pytest.raises(UnreachableError):
        enter(client, own_pool, "ann")
    cognito.faults.clear()
