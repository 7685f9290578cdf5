"""A sign-in driven step by step, kept between two requests, and resumed after failures."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from botocore.config import Config
from support.people import PASSWORD, enter

from cognito_srp import (
    Cause,
    ChallengeError,
    InvalidInputError,
    RememberedDevice,
    ResourceNotFoundError,
    SealingError,
    SealingKey,
    ServiceError,
    Session,
    SignIn,
    SignInError,
    ThrottledError,
    UnreachableError,
    WrongSealingKeyError,
    answer_challenge,
    begin_sign_in,
    forget_device,
    sign_in,
)
from cognito_srp.local import Fault, LocalCognito, totp
from cognito_srp.srp.encoding import encode_base64

KEY = SealingKey.generate()


class Member:
    """A user with an authenticator, in a pool that asks for its codes; maybe with a device."""

    def __init__(self, cognito: LocalCognito, *, secret: bool, device: bool) -> None:
        once = Config(retries={"total_max_attempts": 1})
        self.cognito, self.client = cognito, cognito.client(config=once)
        self.pool = cognito.create_pool(mfa="OPTIONAL", client_secret=secret)
        self.username = self.pool.create_user("zoë", PASSWORD)
        self.device = enter(self.client, self.pool, "zoë").enroll_device() if device else None
        self.totp_secret = self.pool.use_authenticator(self.username)

    def how(self, **changes: Any) -> dict[str, Any]:
        pool, device = self.pool, self.device
        mine = {"username": self.username, "password": PASSWORD, "device": device}
        return {
            "pool_id": pool.pool_id,
            "client_id": pool.client_id,
            "client_secret": pool.client_secret,
            **mine,
            **changes,
        }

    def begin(self) -> SignIn:
        progress = begin_sign_in(self.client, **self.how())
        assert isinstance(progress, SignIn)
        return progress

    def code(self) -> dict[str, str]:
        """The code of the moment; the next one needs the next moment."""
        self.cognito.clock.advance(30)
        code = totp(self.totp_secret, self.cognito.clock.time())
        return {"SOFTWARE_TOKEN_MFA_CODE": code}

    @property
    def secrets(self) -> list[str]:
        device = [self.device.device_password] if self.device else []
        return [s for s in (PASSWORD, self.pool.client_secret, *device) if s]


@pytest.fixture
def member(cognito: LocalCognito) -> Any:
    yield Member(cognito, secret=True, device=False)
    cognito.faults.clear()
    cognito.clock.reset()


def test_begin_and_answer(member: Member) -> None:
    state = member.begin()
    assert state.challenge.name == "SOFTWARE_TOKEN_MFA"
    assert state.username == "zoë"
    with pytest.raises(ChallengeError, match="SOFTWARE_TOKEN_MFA") as caught:
        answer_challenge(member.client, state)
    assert caught.value.sign_in is state
    with pytest.raises(ServiceError, match="CodeMismatch") as mistyped:
        answer_challenge(member.client, state, {"SOFTWARE_TOKEN_MFA_CODE": "000000"})
    assert mistyped.value.sign_in is state
    session = answer_challenge(member.client, state, member.code())
    assert isinstance(session, Session)
    assert session.enroll_device().device_key
    session.refresh()


def test_nothing_to_answer(cognito: LocalCognito, client: Any) -> None:
    pool = cognito.create_pool()
    how: dict[str, Any] = {
        "pool_id": pool.pool_id,
        "client_id": pool.client_id,
        "password": PASSWORD,
    }
    username = pool.create_user("ann", PASSWORD)
    assert isinstance(begin_sign_in(client, username=username, **how), Session)


def test_what_a_person_does_not_answer_can_be_answered_later(member: Member) -> None:
    with pytest.raises(ChallengeError) as caught:
        sign_in(member.client, **member.how())
    assert caught.value.sign_in is not None
    assert isinstance(answer_challenge(member.client, caught.value.sign_in, member.code()), Session)


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("device", [True, False])
def test_kept_as_json(cognito: LocalCognito, sealed: bool, device: bool) -> None:
    member = Member(cognito, secret=True, device=False)
    state = member.begin()
    if device:  # as when it had been given at the beginning
        known = RememberedDevice(device_key="eu_1", device_group_key="-g", device_password="geheim")
        state = replace(state, request=replace(state.request, device=known))
    text = state.to_json(seal=KEY if sealed else None)
    for secret in (PASSWORD, member.pool.client_secret, "geheim"):
        assert secret is not None
        assert secret not in text
    if sealed:
        assert SignIn.from_json(text, seal=KEY) == state
        return
    again = SignIn.from_json(
        text,
        password=PASSWORD,
        client_secret=member.pool.client_secret,
        device=state.device,
    )
    assert again == state
    assert json.loads(text)["challenge"]["name"] == "SOFTWARE_TOKEN_MFA"


OTHER_PROCESS = """
import sys
import boto3
from cognito_srp import SealingKey, SignIn, answer_challenge
endpoint, code, secret = sys.argv[1:]
client = boto3.client("cognito-idp", region_name="us-east-1", endpoint_url=endpoint,
                      aws_access_key_id="x", aws_secret_access_key="x")
how = {"client_secret": secret} if secret else {"seal": SealingKey.from_environment()}
sign_in = SignIn.from_json(sys.stdin.read(), **how)
session = answer_challenge(client, sign_in, {"SOFTWARE_TOKEN_MFA_CODE": code})
print(session.enroll_device().to_json())
"""


@pytest.mark.parametrize("sealed", [True, False])
def test_two_processes(member: Member, monkeypatch: pytest.MonkeyPatch, sealed: bool) -> None:
    """The second has the document, the code, and the key or the client's secret."""
    text = member.begin().to_json(seal=KEY if sealed else None)
    monkeypatch.setenv("COGNITO_SEALING_KEY", KEY.to_base64())
    code = member.code()["SOFTWARE_TOKEN_MFA_CODE"]
    secret = "" if sealed else str(member.pool.client_secret)
    command = [sys.executable, "-c", OTHER_PROCESS, member.cognito.endpoint_url, code, secret]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    device = RememberedDevice.from_json(done.stdout)
    assert isinstance(begin_sign_in(member.client, **member.how(device=device)), Session)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"client_secret": None}, "client_secret"),
        ({"device": "another"}, "device"),
        ({"text": "[]"}, "text"),
        ({"text": "not json, but a secret"}, "text"),
        ({"text": "{}"}, "text"),
        ({"text": '{"version": 1}'}, "text"),
        ({"text": '{"version": 2}'}, "text"),
        ({"text": "[" * 100_000}, "text"),
        ({"pool_id": "us-east-1_another"}, "pool_id"),
        ({"client_id": "another"}, "client_id"),
        ({"bound_to": "a browser"}, "bound_to"),
        ({"text": '{"sealed": ""}'}, "seal"),
    ],
)
def test_what_cannot_be_gone_on_from(member: Member, changes: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {
        "text": member.begin().to_json(),
        "client_secret": member.pool.client_secret,
    }
    if changes.get("device"):
        changes["device"] = RememberedDevice(
            device_key="eu_1", device_group_key="-g", device_password="p"
        )
    given |= changes
    with pytest.raises(InvalidInputError) as caught:
        SignIn.from_json(given.pop("text"), **given)
    assert caught.value.field == field
    assert "secret," not in repr(caught.value) + repr(caught.value.__context__)


def test_a_seal_that_does_not_open(member: Member) -> None:
    text = member.begin().to_json(seal=KEY)
    with pytest.raises(WrongSealingKeyError):
        SignIn.from_json(text, seal=SealingKey.generate())
    other = encode_base64(KEY.seal(b"{}", bound_to=b"something else"))
    with pytest.raises(SealingError):
        SignIn.from_json(json.dumps({"sealed": other}), seal=KEY)
    with pytest.raises(InvalidInputError, match="password: is among what was sealed"):
        SignIn.from_json(text, seal=KEY, password="p")


@pytest.mark.parametrize("kind", ["throttle", "drop-request", "internal-error"])
@pytest.mark.parametrize(
    ("device", "number"),
    [(False, 0), (False, 1), (False, 2), (True, 0), (True, 1), (True, 2), (True, 3)],
)
def test_a_failure_at_any_step_can_be_retried(
    cognito: LocalCognito, device: bool, number: int, kind: Any
) -> None:
    """The fault strikes the call of that number, before it has an effect; then all is well."""
    member = Member(cognito, secret=True, device=device)
    if number == 0:
        cognito.faults.add(Fault(kind, "InitiateAuth", times=1))
    else:
        cognito.faults.add(Fault(kind, "RespondToAuthChallenge", first=number, times=1))
    try:
        with pytest.raises((ThrottledError, UnreachableError, ServiceError)) as caught:
            sign_in(member.client, on_challenge=lambda _: member.code(), **member.how())
        error = caught.value
        shown = repr(error) + repr(error.args) + repr(error.__context__) + repr(error.__cause__)
        assert not [secret for secret in member.secrets if secret in shown]
        if number == 0:
            assert error.sign_in is None
            progress: Any = begin_sign_in(member.client, **member.how())
        else:
            assert error.sign_in is not None
            kept = error.sign_in.to_json(seal=KEY)
            progress = SignIn.from_json(kept, seal=KEY)
        while isinstance(progress, SignIn):
            asked = progress.challenge.name == "SOFTWARE_TOKEN_MFA"
            answer = member.code() if asked else None
            progress = answer_challenge(member.client, progress, answer)
        assert isinstance(progress, Session)
    finally:
        cognito.faults.clear()
        cognito.clock.reset()


def test_a_proof_that_waits_is_kept_with_its_exchange_or_not_at_all(
    cognito: LocalCognito,
) -> None:
    member = Member(cognito, secret=False, device=True)
    cognito.faults.add(Fault("throttle", "RespondToAuthChallenge", first=3))
    with pytest.raises(ThrottledError) as caught:
        sign_in(member.client, **member.how())
    cognito.faults.clear()
    state = caught.value.sign_in
    assert state is not None
    assert state.challenge.name == "DEVICE_PASSWORD_VERIFIER"
    with pytest.raises(InvalidInputError, match="seal: is needed"):
        state.to_json()
    assert isinstance(answer_challenge(member.client, state), Session)


@pytest.mark.parametrize("kind", ["drop-response", "malformed"])
@pytest.mark.parametrize("number", range(4))
def test_an_answer_that_is_lost_or_garbled(cognito: LocalCognito, number: int, kind: Any) -> None:
    """The service has gone on, so that only a new sign-in is sure to work; nothing is shown."""
    member = Member(cognito, secret=True, device=True)
    if number == 0:
        cognito.faults.add(Fault(kind, "InitiateAuth", times=1))
    else:
        cognito.faults.add(Fault(kind, "RespondToAuthChallenge", first=number, times=1))
    with pytest.raises((UnreachableError, SignInError)) as caught:
        sign_in(member.client, **member.how())
    error = caught.value
    assert not isinstance(error, UnreachableError) or error.may_have_had_effect
    shown = repr(error) + repr(error.args) + repr(error.__context__) + repr(error.__cause__)
    assert not [secret for secret in member.secrets if secret in shown]
    assert "eyJ" not in shown  # as tokens begin
    assert isinstance(sign_in(member.client, **member.how()), Session)
    cognito.faults.clear()


def forget(member: Member) -> None:
    assert member.device is not None
    forget_device(
        member.client,
        pool_id=member.pool.pool_id,
        username=member.username,
        device_key=member.device.device_key,
    )


def stopped_at(member: Member, call: int) -> SignIn:
    """The sign-in that failed at its n-th answer."""
    member.cognito.faults.add(Fault("throttle", "RespondToAuthChallenge", first=call))
    with pytest.raises(ThrottledError) as caught:
        sign_in(member.client, **member.how())
    member.cognito.faults.clear()
    assert caught.value.sign_in is not None
    return caught.value.sign_in


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_device_that_is_forgotten_on_the_way(cognito: LocalCognito, call: int) -> None:
    """Wherever that is, the sign-in goes on or begins again without it, and its state says so."""
    member = Member(cognito, secret=True, device=True)
    state = stopped_at(member, call)
    forget(member)
    progress = answer_challenge(member.client, state)
    assert isinstance(progress, SignIn)
    assert progress.challenge.name == "SOFTWARE_TOKEN_MFA"
    assert progress.device_forgotten
    progress = SignIn.from_json(progress.to_json(seal=KEY), seal=KEY)
    session = answer_challenge(member.client, progress, member.code())
    assert isinstance(session, Session)
    assert session.device_forgotten
    cognito.clock.reset()


def test_a_sign_in_that_cannot_begin_again(cognito: LocalCognito) -> None:
    member = Member(cognito, secret=True, device=True)
    state = stopped_at(member, 2)
    forget(member)
    text = state.to_json()
    secret = member.pool.client_secret
    state = SignIn.from_json(text, client_secret=secret, device=member.device)
    with pytest.raises(ResourceNotFoundError, match="sign in without it") as caught:
        answer_challenge(member.client, state)
    assert caught.value.diagnosis is not None
    assert caught.value.diagnosis.cause is Cause.DEVICE_FORGOTTEN
