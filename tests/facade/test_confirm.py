"""ConfirmDevice through boto3, over HTTP, against a server that checks what it stored."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from botocore.config import Config
from support.people import PASSWORD, Someone

import cognito_srp
from cognito_srp import (
    CognitoSrpError,
    DeviceKeyExistsError,
    DeviceVerifier,
    InvalidDeviceKeyError,
    InvalidInputError,
    NotAuthorizedError,
    ServiceError,
    ServiceFaultError,
    ThrottledError,
    TokenExpiredError,
    UnreachableError,
    VerifierFaultError,
    confirm_device,
    create_device_verifier,
    enroll_device,
    errors,
    sign_in,
    update_device_status,
)
from cognito_srp.local import LocalCognito, LocalPool
from cognito_srp.srp import encoding
from cognito_srp.transport import calls

Newcomer = Callable[[LocalPool], Someone]


def keys(someone: Someone) -> dict[str, Any]:
    return dataclasses.asdict(someone.new_device)


def device_sign_in(client: Any, pool: LocalPool, someone: Someone, device: Any) -> None:
    session = sign_in(
        client,
        pool_id=pool.pool_id,
        client_id=pool.client_id,
        client_secret=pool.client_secret,
        username=someone.username,
        password=PASSWORD,
        device=device,
    )
    assert session.tokens.access_token
    assert session.new_device is None


def test_enroll_and_sign_in_with_the_device(
    client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    someone = newcomer(pool)
    confirmed = enroll_device(
        client, access_token=someone.access_token, **keys(someone), device_name="Ann's Gerät"
    )
    assert not confirmed.user_confirmation_necessary
    assert confirmed.remembered
    known = client.get_device(
        AccessToken=someone.access_token, DeviceKey=someone.new_device.device_key
    )["Device"]
    attributes = {a["Name"]: a["Value"] for a in known["DeviceAttributes"]}
    assert attributes["device_name"] == "Ann's Gerät"
    device_sign_in(client, pool, someone, confirmed.device)


@pytest.mark.parametrize("engine", ["gmpy2", "c/portable"], indirect=True)
def test_on_each_engine_that_may_sign_in(
    engine: str, client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    someone = newcomer(pool)
    confirmed = enroll_device(client, access_token=someone.access_token, **keys(someone))
    device_sign_in(client, pool, someone, confirmed.device)


@pytest.mark.parametrize(
    ("remember", "status"),
    [(None, "not_remembered"), (True, "remembered"), (False, "not_remembered")],
)
def test_the_user_is_asked_in_an_opt_in_pool(
    client: Any, opt_in_pool: LocalPool, newcomer: Newcomer, remember: bool | None, status: str
) -> None:
    someone = newcomer(opt_in_pool)
    confirmed = enroll_device(
        client, access_token=someone.access_token, **keys(someone), remember=remember
    )
    assert confirmed.user_confirmation_necessary
    assert confirmed.remembered is (status == "remembered")
    known = client.admin_get_device(
        UserPoolId=opt_in_pool.pool_id,
        Username=someone.username,
        DeviceKey=someone.new_device.device_key,
    )["Device"]
    attributes = {a["Name"]: a["Value"] for a in known["DeviceAttributes"]}
    assert attributes["dev:device_remembered_status"] == status


def test_remember_later(client: Any, opt_in_pool: LocalPool, newcomer: Newcomer) -> None:
    someone = newcomer(opt_in_pool)
    confirmed = enroll_device(client, access_token=someone.access_token, **keys(someone))
    update_device_status(
        client,
        access_token=someone.access_token,
        device_key=someone.new_device.device_key,
        remembered=True,
    )
    device_sign_in(client, opt_in_pool, someone, confirmed.device)


def test_confirm_by_key_alone(client: Any, pool: LocalPool, newcomer: Newcomer) -> None:
    someone = newcomer(pool)
    confirmed = confirm_device(
        client, access_token=someone.access_token, device_key=someone.new_device.device_key
    )
    assert confirmed.device is None


def test_a_wrong_verifier_never_leaves(client: Any, pool: LocalPool, newcomer: Newcomer) -> None:
    someone = newcomer(pool)
    other = create_device_verifier(device_group_key="-g", device_key="eu_other")
    wrong = dataclasses.replace(
        create_device_verifier(**keys(someone)), password_verifier=other.password_verifier
    )
    with pytest.raises(VerifierFaultError) as caught:
        confirm_device(client, access_token=someone.access_token, verifier=wrong)
    assert caught.value.verifier is wrong
    # Nothing was sent: the key is still free.
    confirm_device(
        client,
        access_token=someone.access_token,
        verifier=create_device_verifier(**keys(someone)),
    )


def test_a_wrong_verifier_made_elsewhere_shows_at_sign_in(
    client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    """Why verifiers are recomputed: the service takes any number."""
    someone = newcomer(pool)
    right = create_device_verifier(**keys(someone))
    salt = encoding.encode_base64(b"\x05" * 16)
    wrong = DeviceVerifier.from_config(
        device_key=right.device_key, config={**right.as_config(), "Salt": salt}
    )
    confirm_device(client, access_token=someone.access_token, verifier=wrong)
    with pytest.raises(NotAuthorizedError, match="not the one that it was confirmed with"):
        device_sign_in(client, pool, someone, right.remembered())


def refused(kind: type[CognitoSrpError], call: Callable[[], object]) -> Any:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def test_refusals_carry_the_verifier_and_a_hint(
    client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    someone, stranger = newcomer(pool), newcomer(pool)
    verifier = create_device_verifier(**keys(someone))

    error = refused(
        InvalidDeviceKeyError,
        lambda: confirm_device(client, access_token=stranger.access_token, verifier=verifier),
    )
    assert error.verifier is verifier
    assert error.operation == "ConfirmDevice"
    assert error.code == "InvalidParameterException"
    assert error.message.startswith("Invalid device key given")
    assert "the device key was given to another user" in str(error)

    confirm_device(client, access_token=someone.access_token, verifier=verifier)
    error = refused(
        DeviceKeyExistsError,
        lambda: confirm_device(client, access_token=someone.access_token, verifier=verifier),
    )
    assert error.verifier is verifier
    assert "if this very verifier was sent before" in str(error)


def test_an_access_token_that_is_none(client: Any, pool: LocalPool, newcomer: Newcomer) -> None:
    verifier = create_device_verifier(**keys(newcomer(pool)))
    token = ".".join(("not", "a", "token"))
    error = refused(
        NotAuthorizedError,
        lambda: confirm_device(client, access_token=token, verifier=verifier),
    )
    assert error.verifier is verifier
    assert token not in "".join(traceback.format_exception(error))


def test_enroll_device_hands_over_what_it_made(
    client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    someone, stranger = newcomer(pool), newcomer(pool)
    error = refused(
        ServiceError,
        lambda: enroll_device(client, access_token=stranger.access_token, **keys(someone)),
    )
    verifier = error.verifier
    confirmed = confirm_device(client, access_token=someone.access_token, verifier=verifier)
    device_sign_in(client, pool, someone, confirmed.device)


ONCE: Any = {"total_max_attempts": 1}


@pytest.mark.parametrize(
    ("url", "proxies", "effect"),
    [
        ("http://127.0.0.1:9", None, False),
        ("http://192.0.2.1", {"http": "http://127.0.0.1:9"}, False),
        ("https://127.0.0.1:{port}", None, True),  # speaks no TLS
    ],
)
def test_no_answer(
    client: Any, cognito: LocalCognito, pool: LocalPool, newcomer: Newcomer, url: str,
    proxies: dict[str, str] | None, effect: bool,
) -> None:  # fmt: skip
    someone = newcomer(pool)
    url = url.format(port=cognito.endpoint_url.rpartition(":")[2])
    nobody = cognito.client(endpoint_url=url, config=Config(retries=ONCE, proxies=proxies))
    error = refused(
        UnreachableError,
        lambda: enroll_device(nobody, access_token=someone.access_token, **keys(someone)),
    )
    assert error.may_have_had_effect is effect
    assert error.verifier.device_key == someone.new_device.device_key
    confirmed = confirm_device(client, access_token=someone.access_token, verifier=error.verifier)
    device_sign_in(client, pool, someone, confirmed.device)


def test_an_answer_that_is_lost(
    client: Any, cognito: LocalCognito, pool: LocalPool, newcomer: Newcomer
) -> None:
    """The device is confirmed, the answer never comes, and the same verifier is sent again."""
    someone = newcomer(pool)
    verifier = create_device_verifier(**keys(someone))
    careful = cognito.client(config=Config(retries=ONCE, read_timeout=5))
    cognito.lose_next("ConfirmDevice", "response")
    error = refused(
        UnreachableError,
        lambda: confirm_device(careful, access_token=someone.access_token, verifier=verifier),
    )
    assert error.may_have_had_effect is True
    assert error.verifier is verifier
    refused(
        DeviceKeyExistsError,
        lambda: confirm_device(careful, access_token=someone.access_token, verifier=verifier),
    )
    device_sign_in(client, pool, someone, verifier.remembered())


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("TooManyRequestsException", "Rate exceeded", ThrottledError),
        ("NotAuthorizedException", "Access Token has expired", TokenExpiredError),
        ("InternalErrorException", "Internal server error", ServiceFaultError),
    ],
)
def test_refused_for_now(
    client: Any, cognito: LocalCognito, pool: LocalPool, newcomer: Newcomer, code: str,
    message: str, kind: type[ServiceError],
) -> None:  # fmt: skip
    someone = newcomer(pool)
    once = cognito.client(config=Config(retries=ONCE))
    cognito.fail_next("ConfirmDevice", code, message)
    error = refused(
        kind, lambda: enroll_device(once, access_token=someone.access_token, **keys(someone))
    )
    assert error.code == code
    confirmed = confirm_device(client, access_token=someone.access_token, verifier=error.verifier)
    device_sign_in(client, pool, someone, confirmed.device)


def test_any_exception_carries_the_verifier() -> None:
    class Interrupted:
        def confirm_device(self, **_: object) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        enroll_device(
            Interrupted(),  # type: ignore[arg-type]
            access_token="token",
            device_key="eu_key",
            device_group_key="-g",
        )
    assert isinstance(caught.value.verifier, DeviceVerifier)  # type: ignore[attr-defined]


VERIFIER = create_device_verifier(device_group_key="-g", device_key="eu_key")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"access_token": ""}, "access_token"),
        ({"access_token": None}, "access_token"),
        ({"access_token": b"token"}, "access_token"),
        ({"access_token": "Bearer token"}, "access_token"),
        ({"access_token": "tok\nen"}, "access_token"),
        ({"access_token": "token\n"}, "access_token"),
        ({"device_name": ""}, "device_name"),
        ({"device_name": "x" * 1025}, "device_name"),
        ({"device_name": 5}, "device_name"),
        ({"verifier": None}, "verifier"),
        ({"device_key": "eu_key"}, "verifier"),
        ({"verifier": None, "device_key": "no-underscore"}, "device_key"),
        ({"verifier": None, "device_key": ""}, "device_key"),
    ],
)
def test_bad_input_is_refused_before_any_call(arguments: dict[str, Any], field: str) -> None:
    given = {"access_token": "token", "verifier": VERIFIER, **arguments}
    with pytest.raises(InvalidInputError) as caught:
        confirm_device(None, **given)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert "Bearer token" not in repr(caught.value)


def test_the_longest_device_name(client: Any, pool: LocalPool, newcomer: Newcomer) -> None:
    someone = newcomer(pool)
    enroll_device(
        client, access_token=someone.access_token, **keys(someone), device_name="é" * 1024
    )


def test_botocores_complaints_do_not_quote_the_token() -> None:
    import boto3

    client = boto3.client("cognito-idp", region_name="eu-west-1")
    secret = "secret" * 3
    with pytest.raises(InvalidInputError) as caught:
        calls.call(client, "ConfirmDevice", AccessToken=[secret], DeviceKey=5)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert secret not in shown


def test_the_error_tree_is_the_one_in_its_docstring() -> None:
    assert errors.__doc__ is not None
    for name in errors.__all__:
        if name[0].isupper():
            assert name in errors.__doc__
            assert getattr(cognito_srp, name) is getattr(errors, name)


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("TooManyRequestsException", "Rate exceeded", "ThrottledError"),
        ("NotAuthorizedException", "Access Token has expired", "TokenExpiredError"),
        ("NotAuthorizedException", "Access Token has been revoked", "TokenExpiredError"),
        ("NotAuthorizedException", "Invalid Access Token", "NotAuthorizedError"),
        ("ResourceNotFoundException", "Device does not exist.", "ResourceNotFoundError"),
        ("UserNotConfirmedException", "User is not confirmed.", "UserStateError"),
        ("InvalidParameterException", "Invalid device key given.", "InvalidDeviceKeyError"),
        ("InternalErrorException", "", "ServiceFaultError"),
        ("503", "", "ServiceFaultError"),
        ("ForbiddenException", "", "ServiceError"),
    ],
)
def test_service_errors(code: str, message: str, kind: str) -> None:
    error = errors.service_error("ConfirmDevice", code, message)
    assert type(error).__name__ == kind
    assert (error.code, error.message) == (code, message)
