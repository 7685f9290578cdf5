"""Sign-in over HTTP against a server that verifies every proof."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
from support.people import PASSWORD, Someone, enter

from cognito_srp import (
    Challenge,
    ChallengeError,
    InvalidInputError,
    NotAuthorizedError,
    RememberedDevice,
    SignInError,
    SrpError,
    forget_device,
    sign_in,
    update_device_status,
)
from cognito_srp.local import LocalCognito, LocalPool
from cognito_srp.signin import answers, flow
from cognito_srp.srp import encoding
from cognito_srp.srp import protocol as srp
from srp_native import N

Newcomer = Callable[[LocalPool], Someone]


@pytest.fixture
def someone(pool: LocalPool, newcomer: Newcomer) -> str:
    username: str = newcomer(pool).username
    return username


@pytest.mark.parametrize("auth_flow", ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"])
@pytest.mark.parametrize("secret", [False, True])
def test_enroll_in_a_session_and_come_back_with_the_device(
    client: Any, cognito: LocalCognito, auth_flow: str, secret: bool
) -> None:
    pool = cognito.create_pool(client_secret=secret)
    pool.create_user("zoë", PASSWORD)
    session = enter(client, pool, "zoë", auth_flow=auth_flow)
    device = session.enroll_device(device_name="laptop")
    assert session.new_device is not None
    assert device.device_key == session.new_device.device_key

    again = enter(client, pool, "zoë", device=device, auth_flow=auth_flow)
    assert again.new_device is None
    assert again.tokens.token_type == "Bearer"
    assert again.tokens.expires_in > 0
    assert again.tokens.refresh_token
    with pytest.raises(SignInError, match="gave no device key"):
        again.enroll_device()


def test_a_device_that_must_be_remembered_first(
    client: Any, opt_in_pool: LocalPool, newcomer: Newcomer
) -> None:
    username = newcomer(opt_in_pool).username
    device = enter(client, opt_in_pool, username).enroll_device(remember=True)
    assert enter(client, opt_in_pool, username, device=device).new_device is None


@pytest.mark.parametrize("secret", [False, True])
@pytest.mark.parametrize("remember", ["always", "opt-in"])
@pytest.mark.parametrize("mfa", ["OFF", "OPTIONAL", "ON"])
def test_a_device_through_its_whole_life(
    client: Any, cognito: LocalCognito, mfa: Any, remember: Any, secret: bool
) -> None:
    """Enrolled, back without a code, after a new password, not remembered, and forgotten."""
    pool = cognito.create_pool(mfa=mfa, remember_devices=remember, client_secret=secret)
    username = pool.create_user("zoë", PASSWORD)
    if mfa != "OFF":
        pool.use_text_messages(username)
    asked: list[str] = []

    def answer(challenge: Challenge) -> dict[str, str]:
        asked.append(challenge.name)
        return {"SMS_MFA_CODE": cognito.text_messages(username)[-1].code}

    how: dict[str, Any] = {"on_challenge": answer}
    device = enter(client, pool, username, **how).enroll_device(remember=True)
    codes = [] if mfa == "OFF" else ["SMS_MFA"]
    assert asked == codes
    session = enter(client, pool, username, device=device, **how)
    token = {"access_token": session.tokens.access_token, "device_key": device.device_key}
    pool.set_password(username, "Größer-als-1")
    how["password"] = "Größer-als-1"
    assert not enter(client, pool, username, device=device, **how).device_forgotten
    assert asked == codes  # the device stood in for the code
    update_device_status(client, **token, remembered=False)
    enter(client, pool, username, device=device, **how)
    assert asked == codes * 2
    forget_device(client, **token)
    again = enter(client, pool, username, device=device, **how)
    assert asked == codes * 3
    assert again.device_forgotten
    assert again.enroll_device(remember=True).device_key != device.device_key


def test_a_wrong_password(client: Any, pool: LocalPool, someone: str) -> None:
    for auth_flow in ("USER_SRP_AUTH", "USER_PASSWORD_AUTH"):
        with pytest.raises(NotAuthorizedError, match="Incorrect username or password"):
            enter(client, pool, someone, password="Wrong-horse-1", auth_flow=auth_flow)


@pytest.mark.parametrize("field", ["device_password", "device_group_key"])
def test_a_wrong_device_secret(client: Any, pool: LocalPool, someone: str, field: str) -> None:
    device = enter(client, pool, someone).enroll_device()
    wrong = RememberedDevice(**{**device.__dict__, field: "-wrong"})
    with pytest.raises(NotAuthorizedError):
        enter(client, pool, someone, device=wrong)


def test_a_forgotten_device(client: Any, pool: LocalPool, someone: str) -> None:
    session = enter(client, pool, someone)
    device = session.enroll_device()
    client.forget_device(AccessToken=session.tokens.access_token, DeviceKey=device.device_key)
    for auth_flow in ("USER_SRP_AUTH", "USER_PASSWORD_AUTH"):
        again = enter(client, pool, someone, device=device, auth_flow=auth_flow)
        assert again.device_forgotten
        assert again.device is None
        assert again.new_device is not None


def test_what_a_person_must_answer_goes_to_on_challenge(client: Any, pool: LocalPool) -> None:
    pool.create_user("newbie", PASSWORD, temporary=True)
    with pytest.raises(ChallengeError, match="on_challenge=") as caught:
        enter(client, pool, "newbie")
    assert caught.value.name == "NEW_PASSWORD_REQUIRED"
    seen: list[Challenge] = []

    def choose(challenge: Challenge) -> dict[str, str]:
        seen.append(challenge)
        return {"NEW_PASSWORD": "Better-horse-2"}

    assert enter(client, pool, "newbie", on_challenge=choose).tokens.access_token
    assert [challenge.name for challenge in seen] == ["NEW_PASSWORD_REQUIRED"]
    assert enter(client, pool, "newbie", password="Better-horse-2").tokens.access_token


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": None}, "username"),
        ({"password": ""}, "password"),
        ({"password": "hunter2\ud800"}, "password"),
        ({"client_id": ""}, "client_id"),
        ({"client_secret": ""}, "client_secret"),
        ({"pool_id": ""}, "pool_id"),
        ({"pool_id": "no-underscore"}, "pool_id"),
        ({"auth_flow": "CUSTOM"}, "auth_flow"),
    ],
)
def test_bad_input_is_refused_before_any_call(changes: dict[str, Any], field: str) -> None:
    given = {"pool_id": "eu_x", "client_id": "c", "username": "u", "password": "p", **changes}
    with pytest.raises(InvalidInputError) as caught:
        sign_in(None, **given)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert "hunter2" not in repr(caught.value) + repr(caught.value.__context__)


class Scripted:
    """A service that answers with what a test gives it, and keeps what it was sent."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = iter(answers)
        self.sent: list[dict[str, Any]] = []

    def initiate_auth(self, **parameters: Any) -> dict[str, Any]:
        self.sent.append(parameters)
        return next(self.answers)

    respond_to_auth_challenge = initiate_auth


def password_verifier(**changes: str | None) -> dict[str, Any]:
    parameters = {
        "USER_ID_FOR_SRP": "id",
        "SALT": "abc",
        "SRP_B": "5",
        "SECRET_BLOCK": "AAAA",
        **changes,
    }
    parameters = {name: value for name, value in parameters.items() if value is not None}
    return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}


TOKENS = {
    "AuthenticationResult": {
        "AccessToken": "access",
        "IdToken": "id",
        "ExpiresIn": 3600,
        "TokenType": "Bearer",
    }
}


def answered(*answers: dict[str, Any], **changes: Any) -> Scripted:
    service = Scripted(*answers)
    given = {"pool_id": "eu_x", "client_id": "c", "username": "u", "password": "p", **changes}
    sign_in(service, **given)  # type: ignore[arg-type]
    return service


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (password_verifier(SRP_B="0"), SrpError, "B is 0"),
        (password_verifier(SRP_B=encoding.to_hex(N)), SrpError, "B is 0"),
        (password_verifier(SRP_B=encoding.to_hex(2 * N).upper()), SrpError, "B is 0"),
        (password_verifier(SRP_B="00"), SrpError, "B is 0"),
        (password_verifier(SRP_B="xyz"), SignInError, "hexadecimal"),
        (password_verifier(SALT=""), SignInError, "hexadecimal"),
        (password_verifier(SRP_B=None), SignInError, "came without 'SRP_B'"),
        (password_verifier(SALT=None), SignInError, "came without 'SALT'"),
        (password_verifier(SRP_B=""), SignInError, "hexadecimal"),
        (password_verifier(SALT="-1"), SignInError, "hexadecimal"),
        (password_verifier(SECRET_BLOCK="*"), SignInError, "base64"),
        (password_verifier(SECRET_BLOCK=None), SignInError, "came without 'SECRET_BLOCK'"),
        (password_verifier(USER_ID_FOR_SRP=None), SignInError, "came without 'USER_ID_FOR_SRP'"),
        ({}, SignInError, "no 'AuthenticationResult'"),
        ({"AuthenticationResult": {}}, SignInError, "no 'AccessToken'"),
        (password_verifier(SECRET_BLOCK="AAA"), SignInError, "base64"),
        (password_verifier(SECRET_BLOCK="ÄÖ=="), SignInError, "base64"),
        ({"ChallengeName": "DEVICE_SRP_AUTH"}, ChallengeError, "device="),
        ({"ChallengeName": "DEVICE_PASSWORD_VERIFIER"}, ChallengeError, "device="),
        ({"ChallengeName": "NOT_YET_INVENTED"}, ChallengeError, "NOT_YET_INVENTED"),
    ],
)
def test_answers_that_make_no_sense(
    answer: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        answered(answer)


@pytest.mark.parametrize(
    "challenges",
    [
        [password_verifier()] * 2,
        [{**password_verifier(), "ChallengeName": "DEVICE_PASSWORD_VERIFIER"}],
        [{"ChallengeName": "DEVICE_SRP_AUTH"}, password_verifier()],
    ],
)
def test_a_proof_out_of_order_is_not_made(challenges: list[dict[str, Any]]) -> None:
    device = RememberedDevice(device_key="eu_k", device_group_key="-g", device_password="p")
    with pytest.raises(SignInError, match="before its SRP exchange began") as caught:
        answered(*challenges, device=device)
    assert caught.value.sign_in is not None


def test_u_of_zero_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Zero:
        def digest(self) -> bytes:
            return bytes(32)

    # No preimage of zero is known, so the hash has to be bent to get there.
    monkeypatch.setattr(hashlib, "sha256", lambda _: Zero())
    with pytest.raises(SrpError, match="u is 0"):
        answered(password_verifier())


def test_odd_and_upper_case_hex_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """And leading zeros change nothing; nor does a B of N or more, which is reduced."""
    monkeypatch.setattr(answers, "timestamp", lambda: "Sat Sep 5 07:03:09 UTC 2026")
    spellings = [("abc", "ff"), ("ABC", "0FF"), ("000Abc", "00fF")]
    claims = set()
    for salt, B in spellings:
        exchange = srp.ClientExchange(b"\1" * 32)
        monkeypatch.setattr(flow, "ClientExchange", lambda used=exchange: used)
        sent = answered(password_verifier(SALT=salt, SRP_B=B), TOKENS).sent
        claims.add(sent[1]["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"])
    assert len(claims) == 1
    assert len(answered(password_verifier(SRP_B=encoding.to_hex(N + 5)), TOKENS).sent) == 2


def test_session_is_returned_exactly_when_it_came() -> None:
    first = {**password_verifier(), "Session": "s1"}
    second = {"ChallengeName": "X", "Session": "s2", "ChallengeParameters": {"USERNAME": "inner"}}
    third = {"ChallengeName": "Y"}
    service = answered(first, second, third, TOKENS, on_challenge=lambda _: {"ANSWER": "42"})
    assert [request.get("Session") for request in service.sent] == [None, "s1", "s2", None]
    assert service.sent[2]["ChallengeResponses"] == {"USERNAME": "inner", "ANSWER": "42"}
    assert service.sent[3]["ChallengeResponses"]["USERNAME"] == "inner"


def test_secret_hash_is_in_every_call_with_the_internal_name() -> None:
    inner = password_verifier(USERNAME="inner")
    device = RememberedDevice(device_key="eu_k", device_group_key="-g", device_password="p")
    challenge = {"ChallengeName": "DEVICE_SRP_AUTH", "ChallengeParameters": {"USERNAME": "inner"}}
    proof = {**password_verifier(), "ChallengeName": "DEVICE_PASSWORD_VERIFIER"}
    service = answered(inner, challenge, proof, TOKENS, client_secret="shh", device=device)
    hashes = [
        (request.get("AuthParameters") or request["ChallengeResponses"])["SECRET_HASH"]
        for request in service.sent
    ]
    assert len(hashes) == 4
    assert hashes[0] != hashes[1]
    assert len(set(hashes[1:])) == 1
    for request in service.sent:
        parameters = request.get("AuthParameters") or request["ChallengeResponses"]
        assert parameters["DEVICE_KEY"] == "eu_k"


def test_nothing_secret_is_shown_or_logged(
    client: Any, pool: LocalPool, someone: str, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("cognito_srp", "srp_native"):
        caplog.set_level(logging.DEBUG, logger=name)
    session = enter(client, pool, someone)
    device = session.enroll_device()
    shown = repr(session) + repr(device) + repr(session.tokens)
    ours = [r for r in caplog.records if r.name.partition(".")[0] in {"cognito_srp", "srp_native"}]
    shown += "".join(record.getMessage() for record in ours)
    for secret in (
        PASSWORD,
        device.device_password,
        session.tokens.access_token,
        session.tokens.id_token,
        session.tokens.refresh_token,
    ):
        assert secret
        assert secret not in shown
