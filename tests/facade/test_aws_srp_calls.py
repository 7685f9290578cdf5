"""What the drop-in sends: through the client, with all that a client with a secret has to send."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from support.aws_srp_cases import DEVICE
from support.aws_srp_cases import make as make_helper
from support.people import PASSWORD

from cognito_srp import InvalidInputError, VerifierFaultError, aws_srp, srp
from cognito_srp.local import LocalCognito, LocalPool, totp

KEY = DEVICE["device_key"]


class Wire:
    """A client of its own, and every request as it went over the wire."""

    def __init__(self, cognito: LocalCognito, **options: Any) -> None:
        self.client: Any = cognito.client(config=Config(**options))
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.urls: set[str] = set()
        self.client.meta.events.register("before-send.cognito-identity-provider", self.keep)

    def keep(self, request: Any, event_name: str, **_: Any) -> None:
        self.sent.append((event_name.rpartition(".")[2], json.loads(request.body)))
        self.urls.add(request.url)

    def responses(self, challenge: str) -> list[dict[str, str]]:
        return [
            body["ChallengeResponses"]
            for _, body in self.sent
            if body.get("ChallengeName") == challenge
        ]


@pytest.fixture
def wire(cognito: LocalCognito) -> Iterator[Wire]:
    yield Wire(cognito)
    cognito.faults.clear()
    cognito.clock.reset()


Make = Callable[..., aws_srp.AWSSRP]


@pytest.fixture
def pool(cognito: LocalCognito) -> LocalPool:
    """Of a client with a secret, which knows its users by another name than they sign in with."""
    pool = cognito.create_pool(client_secret=True, mfa="OPTIONAL", UsernameAttributes=["email"])
    pool.create_user("zoe@example.com", PASSWORD)
    return pool


@pytest.fixture
def make(pool: LocalPool, wire: Wire) -> Make:
    def build(**changes: Any) -> aws_srp.AWSSRP:
        given = {
            "username": "zoe@example.com",
            "password": PASSWORD,
            "pool_id": pool.pool_id,
            "client_id": pool.client_id,
            "client": wire.client,
            "client_secret": pool.client_secret,
        }
        return aws_srp.AWSSRP(**{**given, **changes})

    return build


def enroll(make: Make) -> dict[str, str]:
    made = make()
    answer, password = made.confirm_device(made.authenticate_user(), "a laptop")
    assert answer.ok
    assert made.device_password == password
    return {
        "device_key": str(made.device_key),
        "device_group_key": str(made.device_group_key),
        "device_password": password,
    }


def test_secret_hash_and_the_internal_name_in_every_step(make: Make, wire: Wire) -> None:
    device = enroll(make)
    made = make(**device)
    for _ in range(2):
        assert made.authenticate_user()["AuthenticationResult"]["AccessToken"]
    internal = {r["USERNAME"] for r in wire.responses("PASSWORD_VERIFIER")}
    assert len(internal) == 1
    assert internal != {made.username}
    [name] = internal
    hashed = srp.secret_hash(name, made.client_id, str(made.client_secret))
    for challenge in ("DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"):
        responses = wire.responses(challenge)
        assert len(responses) == 2
        for response in responses:
            assert {response["USERNAME"]} == internal
            assert response["SECRET_HASH"] == hashed
            assert response["DEVICE_KEY"] == device["device_key"]


def test_the_session_goes_back_exactly_when_one_came() -> None:
    """As AWS has it: none with the first challenge, one with those after it."""
    import boto3

    client: Any = boto3.client(
        "cognito-idp", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    fields = {
        "SALT": "8abc",
        "SRP_B": "1234567",
        "SECRET_BLOCK": "c2VjcmV0",
        "USERNAME": "internal",
        "USER_ID_FOR_SRP": "user-id",
    }
    answers: list[dict[str, Any]] = [
        {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": fields},
        {"ChallengeName": "DEVICE_SRP_AUTH", "Session": "s" * 20, "ChallengeParameters": {}},
        {"ChallengeName": "DEVICE_PASSWORD_VERIFIER", "ChallengeParameters": fields},
        {"AuthenticationResult": {"AccessToken": "token"}},
    ]
    sent: list[dict[str, Any]] = []
    client.meta.events.register(
        "provide-client-params.cognito-identity-provider",
        lambda params, **_: sent.append(params),
    )
    with Stubber(client) as stub:
        for number, answer in enumerate(answers):
            stub.add_response("respond_to_auth_challenge" if number else "initiate_auth", answer)
        made = make_helper(aws_srp, client=client, **DEVICE)
        assert made.authenticate_user() == answers[-1]
    assert [request.get("Session") for request in sent] == [None, None, "s" * 20, None]


def test_client_metadata(make: Make, wire: Wire) -> None:
    make().authenticate_user(client_metadata={"why": "a test"})
    assert [body.get("ClientMetadata") for _, body in wire.sent] == [None, {"why": "a test"}]


def test_a_client_for_an_object_without_one(make: Make, wire: Wire) -> None:
    made = make(client=None)
    assert made.authenticate_user(wire.client)["AuthenticationResult"]
    assert make().authenticate_user(cast(Any, object()))[
        "AuthenticationResult"
    ]  # theirs: its own comes first


def test_a_temporary_password(make: Make, pool: LocalPool, wire: Wire) -> None:
    pool.create_user("new@example.com", PASSWORD, temporary=True)
    made = make(username="new@example.com")
    with pytest.raises(aws_srp.ForceChangePasswordException, match="Change password"):
        made.authenticate_user()
    assert made.set_new_password_challenge("Permanent-horse-2")["AuthenticationResult"]
    assert wire.responses("NEW_PASSWORD_REQUIRED")[0].keys() == {
        "USERNAME", "NEW_PASSWORD", "SECRET_HASH",
    }  # fmt: skip
    again = make(username="new@example.com", password="Permanent-horse-2")
    assert again.set_new_password_challenge("never sent")["AuthenticationResult"]


def test_a_challenge_that_it_cannot_begin_with(
    make: Make, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        wire.client, "initiate_auth", lambda **_: {"ChallengeName": "CUSTOM_CHALLENGE"}
    )
    calls: list[Callable[[], object]] = [
        make().authenticate_user,
        lambda: make().set_new_password_challenge("p"),
    ]
    for call in calls:
        with pytest.raises(NotImplementedError, match="CUSTOM_CHALLENGE challenge is not supp"):
            call()


def test_other_challenges_are_returned(make: Make, pool: LocalPool, cognito: LocalCognito) -> None:
    """One that has no exception of theirs, here one that was taken away as under warrant."""
    secret = pool.use_authenticator("zoe@example.com")
    made = make()
    with pytest.raises(aws_srp.SoftwareTokenMFAChallengeException) as caught:
        made.authenticate_user()
    assert caught.value.get_tokens()["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    type(made)._exceptions = sys  # a module without exceptions of that name
    try:
        answer = made.authenticate_user()
    finally:
        type(made)._exceptions = None
    assert answer["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert totp(secret, cognito.clock.time())


def test_everything_goes_to_the_clients_endpoint(
    make: Make, wire: Wire, cognito: LocalCognito
) -> None:
    device = enroll(make)
    made = make()
    token = made.authenticate_user()["AuthenticationResult"]["AccessToken"]
    assert made.update_device_status(True, token, device["device_key"]).startswith("<Response [200")
    assert made.forget_device(token, device["device_key"]).startswith("<Response [200")
    assert wire.urls == {cognito.endpoint_url + "/"}
    assert made.cognito_idp_url == cognito.endpoint_url
    assert (made.access_token, made.device_key) == (token, device["device_key"])


def test_botocores_retries_send_the_same_verifier(
    make: Make, wire: Wire, cognito: LocalCognito
) -> None:
    made = make()
    tokens = made.authenticate_user()
    cognito.fail_next("ConfirmDevice", times=2)
    answer, _ = made.confirm_device(tokens)
    assert answer.ok
    bodies = [body for name, body in wire.sent if name == "ConfirmDevice"]
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2]


def test_a_lost_answer_loses_no_secret(pool: LocalPool, make: Make, cognito: LocalCognito) -> None:
    once = Wire(cognito, retries={"total_max_attempts": 1})
    made = make(client=once.client)
    tokens = made.authenticate_user()
    cognito.lose_next("ConfirmDevice", "response")
    with pytest.raises(requests.ConnectionError, match="ConfirmDevice") as caught:
        made.confirm_device(tokens)
    device = caught.value.verifier.remembered()  # type: ignore[attr-defined]
    assert device.device_password == made.device_password
    signed_in = make(
        device_key=device.device_key,
        device_group_key=device.device_group_key,
        device_password=device.device_password,
    ).authenticate_user()
    assert "NewDeviceMetadata" not in signed_in["AuthenticationResult"]


def test_a_wrong_verifier_is_not_sent(
    make: Make, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    import srp_native

    def disagree(*_: object) -> str:
        raise srp_native.EngineFaultError("they disagree")

    made = make()
    tokens = made.authenticate_user()
    monkeypatch.setattr(srp_native, "check_verifier", disagree)
    with pytest.raises(VerifierFaultError):
        made.confirm_device(tokens)
    assert "ConfirmDevice" not in [name for name, _ in wire.sent]


def test_a_status_that_is_none(make: Make) -> None:
    for value in ("yes", 1, None):
        with pytest.raises(InvalidInputError, match="is_remembered: must be a bool"):
            make().update_device_status(value, "token", KEY)  # type: ignore[arg-type]


def test_tokens_without_a_device(make: Make) -> None:
    with pytest.raises(KeyError, match="NewDeviceMetadata"):
        make().confirm_device({"AuthenticationResult": {"AccessToken": "token"}})


def test_refusals_are_botocores(make: Make) -> None:
    with pytest.raises(ClientError) as caught:
        make(password="hunter2").authenticate_user()
    assert caught.value.response["Error"]["Code"] == "NotAuthorizedException"
    assert "hunter2" not in repr(caught.value)


def test_without_requests_the_answers_are_the_same() -> None:
    code = """
import sys
sys.modules["requests"] = None
from cognito_srp import ServiceError, UnreachableError
from cognito_srp.aws_srp.responses import respond
from cognito_srp.errors import service_error

def refuse():
    raise service_error("ForgetDevice", "NotAuthorizedException", "no")

def vanish():
    raise UnreachableError("ForgetDevice", "gone", may_have_had_effect=True)

good, bad = respond("http://here", lambda: {"a": 1}), respond("http://here", refuse)
assert (good.status_code, good.ok, bool(good), good.json(), repr(good)) == (
    200, True, True, {"a": 1}, "<Response [200]>")
assert (good.text, good.content) == ('{"a": 1}', b'{"a": 1}')
assert (good.url, good.reason) == ("http://here", "OK")
good.raise_for_status()
assert (bad.status_code, bad.ok, bool(bad)) == (400, False, False)
assert bad.json() == {"__type": "NotAuthorizedException", "message": "no"}
for call in (bad.raise_for_status, lambda: respond("http://here", vanish)):
    try:
        call()
    except OSError:
        pass
    else:
        raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)
