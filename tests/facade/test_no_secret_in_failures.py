"""Every way to fail, with a canary in every secret: none is found in what comes of it.

Looked at: the exception, what it was raised from and in, its attributes, its pickle, and all that
is logged at DEBUG with redaction on. Only the device password of an exception's own `verifier`
travels: it is the one copy of a secret that the service may have.
"""

from __future__ import annotations

import base64
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError
from support.logs import debug_log

import cognito_srp
from cognito_srp import (
    CognitoSrpError,
    RememberedDevice,
    SealingKey,
    SignIn,
    create_device_verifier,
    redaction,
)
from cognito_srp.aws_srp import AWSSRP
from cognito_srp.enroll import EnrollmentRequest
from srp_native import N

CANARY = "cAnArY"
IDS = {"pool_id": "eu-west-1_pool", "client_id": "app"}
TOKENS = {name: f"{CANARY}-{name}" for name in ("AccessToken", "IdToken", "RefreshToken")}
DEVICE = RememberedDevice(
    device_key="eu-west-1_d", device_group_key="-g", device_password=f"{CANARY}-device"
)
GIVEN: dict[str, Any] = {
    **IDS,
    "username": "ann",
    "password": f"{CANARY}-password",
    "client_secret": f"{CANARY}-client-secret",
    "device": DEVICE,
}
PROOF = {
    "ChallengeName": "PASSWORD_VERIFIER",
    "Session": f"{CANARY}-session",
    "ChallengeParameters": {
        "SALT": "ab12",
        "SRP_B": f"{pow(3, 99, N):x}",
        "SECRET_BLOCK": base64.b64encode(b"x" * 64).decode(),
        "USERNAME": "ann",
        "USER_ID_FOR_SRP": "ann",
    },
}
DEVICE_PROOF = {**PROOF, "ChallengeName": "DEVICE_PASSWORD_VERIFIER"}
DEVICE_START = {**PROOF, "ChallengeName": "DEVICE_SRP_AUTH"}
CODE = {**PROOF, "ChallengeName": "SOFTWARE_TOKEN_MFA"}
DONE = {"AuthenticationResult": {**TOKENS, "ExpiresIn": 3600, "TokenType": "Bearer"}}


def refused(code: str, message: str = "no") -> Exception:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


class Sent:
    """A request as it hangs on botocore's errors; its body is what was sent."""

    body = f"{CANARY}-body"


#: What may come instead of an answer.
FAILURES: dict[str, Callable[[], Exception]] = {
    "throttled": lambda: refused("TooManyRequestsException"),
    "not authorized": lambda: refused("NotAuthorizedException", "Incorrect username or password."),
    "expired": lambda: refused("NotAuthorizedException", "Access Token has expired"),
    "secret hash": lambda: refused("NotAuthorizedException", "Unable to verify secret hash"),
    "internal": lambda: refused("InternalErrorException"),
    "no device": lambda: refused("ResourceNotFoundException", "Device does not exist."),
    "no pool": lambda: refused("ResourceNotFoundException", "User pool does not exist."),
    "exists": lambda: refused("DeviceKeyExistsException"),
    "unknown": lambda: refused("NotYetInventedException"),
    "state": lambda: refused("UserNotConfirmedException"),
    "never arrived": lambda: EndpointConnectionError(endpoint_url="http://x"),
    "tls": lambda: SSLError(endpoint_url="http://x", error=OSError("broken"), request=Sent()),
    "connect": lambda: ConnectTimeoutError(endpoint_url="http://x", request=Sent()),
    "lost": lambda: ReadTimeoutError(endpoint_url="http://x", request=Sent()),
    "garbled": lambda: ResponseParserError(f"cannot parse {CANARY}"),
    "parameters": lambda: ParamValidationError(report=f"value: {CANARY}"),
    "too deep": lambda: RecursionError("maximum recursion depth exceeded"),
}


class _Service:
    """Gives these answers one after the other; an exception among them is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def __getattr__(self, name: str) -> Any:
        def answer(**_: Any) -> Any:
            given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if callable(given):
                raise given()
            return given

        if name.startswith("_"):
            raise AttributeError(name)
        return answer


#: In the place of a boto3 client.
Service: Any = _Service


def begin(*answers: Any, **how: Any) -> Callable[[], Any]:
    return lambda: cognito_srp.sign_in(Service(*answers), **{**GIVEN, **how})


def waiting(name: str = "SOFTWARE_TOKEN_MFA") -> SignIn:
    answer = {**CODE, "ChallengeName": name}
    progress = cognito_srp.begin_sign_in(Service(answer), **GIVEN)
    assert isinstance(progress, SignIn)
    return progress


def with_session(do: Callable[[Any], Any]) -> Callable[[Any], Callable[[], Any]]:
    """What fails in a session that went well."""

    def make(failure: Any) -> Callable[[], Any]:
        def run() -> Any:
            how: dict[str, Any] = {**GIVEN, "auth_flow": "USER_PASSWORD_AUTH"}
            session = cognito_srp.sign_in(Service(DONE), **how)
            session.client = Service(failure)
            session.new_device = cognito_srp.NewDevice(
                device_key="eu-west-1_n", device_group_key="-g"
            )
            return do(session)

        return run

    return make


def owned(function: Any, **how: Any) -> Callable[[Any], Callable[[], Any]]:
    token = f"{CANARY}-AccessToken".replace("_", "-")
    return lambda failure: lambda: function(Service(failure), access_token=token, **how)


def drop_in(*before: Any) -> Callable[[Any], Callable[[], Any]]:
    def make(failure: Any) -> Callable[[], Any]:
        return lambda: AWSSRP(
            "ann", f"{CANARY}-password", "eu-west-1_pool", "app",
            client=Service(*before, failure), client_secret=f"{CANARY}-client-secret",
        ).authenticate_user()  # fmt: skip

    return make


VERIFIER = create_device_verifier(
    device_group_key="-g", device_key="eu-west-1_d", device_password=f"{CANARY}-verifier"
)
KEY = {"device_key": "eu-west-1_d"}
#: What fails, each at its first or a later call.
OPERATIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "srp": begin,
    "password": lambda failure: begin(failure, auth_flow="USER_PASSWORD_AUTH"),
    "admin": lambda failure: begin(failure, auth_flow="ADMIN_USER_PASSWORD_AUTH", admin=True),
    "choice": lambda failure: begin(failure, auth_flow="USER_AUTH"),
    "custom": lambda failure: begin(failure, auth_flow="CUSTOM_AUTH"),
    "refresh": lambda failure: begin(
        failure, refresh_token=f"{CANARY}-refresh", password=None, auth_flow=None
    ),
    "proof": lambda failure: begin(PROOF, failure),
    "device start": lambda failure: begin(PROOF, DEVICE_START, failure),
    "device proof": lambda failure: begin(PROOF, DEVICE_START, DEVICE_PROOF, failure),
    "code": lambda failure: (
        lambda: cognito_srp.answer_challenge(
            Service(failure), waiting(), {"SOFTWARE_TOKEN_MFA_CODE": f"{CANARY}-code"}
        )
    ),
    "new password": lambda failure: (
        lambda: cognito_srp.answer_challenge(
            Service(failure), waiting("NEW_PASSWORD_REQUIRED"), {"NEW_PASSWORD": f"{CANARY}-new"}
        )
    ),
    "session refresh": with_session(lambda session: session.refresh()),
    "session enroll": with_session(lambda session: session.enroll_device()),
    "session revoke": with_session(lambda session: session.revoke()),
    "sign out": with_session(lambda session: session.sign_out_everywhere()),
    "confirm": owned(cognito_srp.confirm_device, verifier=VERIFIER),
    "enroll": owned(cognito_srp.enroll_device, device_group_key="-g", **KEY),
    "get": owned(cognito_srp.get_device, **KEY),
    "update": owned(cognito_srp.update_device_status, remembered=True, **KEY),
    "forget": owned(cognito_srp.forget_device, **KEY),
    "list": owned(lambda client, **how: list(cognito_srp.list_devices(client, **how))),
    "drop-in": drop_in(),
    "drop-in proof": drop_in(PROOF),
}
SURROGATE = "a\ud800"


def challenge_with(answer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**answer, "ChallengeParameters": {**answer["ChallengeParameters"], **changes}}


#: Answers that make no sense, in the place of a challenge or of tokens.
BAD_ANSWERS: dict[str, dict[str, Any]] = {
    **{
        f"{name} is {value!r:.12}": challenge_with(PROOF, **{name: value})
        for name, value in product(
            PROOF["ChallengeParameters"], (SURROGATE, 3, [], "\udfff", "\ud83dx")
        )
    },
    **{f"no {name}": challenge_with(PROOF, **{name: None}) for name in ("SALT", "SRP_B")},
    **{
        f"{name} is no number": challenge_with(PROOF, **{name: "xyz"}) for name in ("SALT", "SRP_B")
    },
    "B is 0": challenge_with(PROOF, SRP_B="0"),
    "B is N": challenge_with(PROOF, SRP_B=f"{N:x}"),
    "a key": challenge_with(PROOF, **{SURROGATE: "x"}),
    "its name": {**PROOF, "ChallengeName": SURROGATE},
    "no name": {**PROOF, "ChallengeName": None},
    "its session": {**PROOF, "Session": SURROGATE},
    "available": {**PROOF, "AvailableChallenges": [SURROGATE]},
    "parameters": {**PROOF, "ChallengeParameters": [CANARY]},
    "no result": {},
    "result": {"AuthenticationResult": [CANARY]},
    **{
        f"{name} is {value!r:.12}": {
            "AuthenticationResult": {**DONE["AuthenticationResult"], name: value}
        }
        for name, value in product((*TOKENS, "TokenType"), (f"{CANARY}{SURROGATE}", 3))
    },
    "device keys": {
        "AuthenticationResult": {
            **DONE["AuthenticationResult"],
            "NewDeviceMetadata": {"DeviceKey": SURROGATE, "DeviceGroupKey": CANARY},
        }
    },
}
BAD = {"password", "client_secret", "username"}
SEALING = SealingKey.generate()


def bad_inputs() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Secrets that are refused before anything is sent."""
    wrong: dict[str, Any] = {
        "surrogate": f"{CANARY}\ud800",
        "bytes": CANARY.encode(),
        "list": [CANARY],
    }
    for (kind, value), name in product(wrong.items(), sorted(BAD)):
        yield f"{name}: {kind}", begin(DONE, **{name: value})
    for kind, value in wrong.items():
        how: dict[str, Any] = {"device_key": "a_b", "device_group_key": "-g"}
        yield f"device: {kind}", partial(RememberedDevice, device_password=value, **how)
        yield (
            f"token: {kind}",
            partial(
                cognito_srp.confirm_device, Service(DONE), access_token=value, verifier=VERIFIER
            ),
        )
        yield (
            f"new: {kind}",
            partial(
                cognito_srp.answer_challenge,
                Service(DONE),
                waiting("SELECT_CHALLENGE"),
                {"ANSWER": "PASSWORD", "PASSWORD": value},
            ),
        )
        yield (
            f"request: {kind}",
            partial(EnrollmentRequest, access_token=value, **how),
        )
    for kind, text in {
        "clear": waiting().to_json(),
        "other key": waiting().to_json(seal=SealingKey.generate()),
        "other purpose": f'{{"sealed": "{CANARY}"}}',
        "deep": f"{CANARY}{'[' * 100_000}",
        "cut": waiting().to_json(seal=SEALING)[:-40],
    }.items():
        yield f"state: {kind}", partial(SignIn.from_json, text, seal=SEALING)
        yield f"device: {kind}", partial(RememberedDevice.from_json, text)


SCENARIOS: dict[str, Callable[[], Any]] = {
    **{
        f"{operation}: {failure}": OPERATIONS[operation](FAILURES[failure])
        for operation, failure in product(OPERATIONS, FAILURES)
        # The drop-in raises botocore's own errors, as what it takes the place of does.
        if not (operation.startswith("drop-in") and failure in {"garbled", "parameters"})
    },
    **{
        f"{operation}, answered: {bad}": OPERATIONS[operation](BAD_ANSWERS[bad])
        for operation, bad in product(("srp", "proof", "custom", "refresh"), BAD_ANSWERS)
    },
    **dict(bad_inputs()),
}


def found(error: BaseException) -> list[str]:
    """Where a canary shows in an exception, whatever it came from, and what it has become."""
    seen: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is not None and one not in seen:
            seen.append(one)
            todo += [one.__cause__, one.__context__]
    places = ["".join(traceback.format_exception(error))]
    for one in seen:
        known = {name: value for name, value in vars(one).items() if name != "verifier"}
        places += [
            repr(one),
            str(one),
            repr(one.args),
            repr(known),
            repr(getattr(one, "object", "")),
        ]
    return [place for place in places if CANARY in place]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged at DEBUG, redacted."""
    with debug_log() as written, redaction.install():
        yield written


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_secret_is_found(name: str, log: io.StringIO) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever comes is looked at
        SCENARIOS[name]()
    error = caught.value
    assert isinstance(error, (CognitoSrpError, ValueError, ClientError)) or "drop-in" in name
    logging.getLogger("service").error("it failed", exc_info=error)
    assert found(error) == []
    assert CANARY not in log.getvalue()
    if not isinstance(error, CognitoSrpError):
        return  # botocore's own, which the drop-in lets through
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(other) is type(error)
        assert (str(other), other.verifier) == (str(error), error.verifier)
        assert found(other) == []
    pickled = pickle.dumps(error)
    if error.verifier is not None:
        pickled = pickled.replace(f"{CANARY}-verifier".encode(), b"")
    assert CANARY.encode() not in pickled


def test_there_are_many_scenarios() -> None:
    assert len(SCENARIOS) >= 160
