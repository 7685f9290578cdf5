"""botocore's debug log through the filter: no secret of a real run in it, everything else is."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from support import PROGRAMS
from support.logs import debug_log
from support.people import PASSWORD, client_settings

from cognito_srp import aws_srp, redaction
from cognito_srp.local import LocalCognito, LocalPool, totp
from cognito_srp.redaction import HIDDEN

ROOT = Path(__file__).parent.parent.parent
#: Names whose values must not show, in requests and answers, however deep. Kept apart from the
#: model, which the filter goes by.
SECRET = {
    "AccessToken", "IdToken", "RefreshToken", "Session", "PASSWORD", "NEW_PASSWORD", "SECRET_HASH",
    "SRP_A", "SRP_B", "SALT", "SECRET_BLOCK", "PASSWORD_CLAIM_SECRET_BLOCK", "REFRESH_TOKEN",
    "PASSWORD_CLAIM_SIGNATURE", "SOFTWARE_TOKEN_MFA_CODE", "SMS_MFA_CODE", "SecretCode", "UserCode",
    "PasswordVerifier", "Salt", "PreviousPassword", "ProposedPassword", "Password", "SecretHash",
    "ConfirmationCode", "ClientSecret", "Token", "USER_ID_FOR_SRP",
}  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged in this process, at level DEBUG."""
    with debug_log() as written:
        yield written


def strings(value: Any, name: str = "") -> Iterator[str]:
    """Every secret in the parsed body of a request or an answer."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, key if key in SECRET or name not in SECRET else name)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, name)
    elif isinstance(value, str) and name in SECRET:
        yield value


class Recording:
    """A client whose bodies are kept as they went over the wire, to know what was secret."""

    def __init__(self, cognito: LocalCognito, **kwargs: Any) -> None:
        self.client: Any = cognito.client(**kwargs)
        self.secrets: set[str] = set()
        self.operations: list[str] = []
        events = self.client.meta.events
        events.register("before-send.cognito-identity-provider", self.sent)
        events.register("after-call.cognito-identity-provider", self.answered)

    def sent(self, request: Any, event_name: str, **_: Any) -> None:
        self.operations.append(event_name.rpartition(".")[2])
        self.secrets |= set(strings(json.loads(request.body)))

    def answered(self, parsed: dict[str, Any], **_: Any) -> None:
        self.secrets |= set(strings(parsed))


class Journey:
    """A user's life with boto3 alone: sign-in, an authenticator, a device, its sign-in, the end."""

    def __init__(self, cognito: LocalCognito) -> None:
        self.cognito = cognito
        self.pool: LocalPool = cognito.create_pool(
            mfa="OPTIONAL", client_secret=True, remember_devices="opt-in"
        )
        self.pool.create_user("zoë", PASSWORD, temporary=True)
        self.wire = Recording(cognito)
        self.wire.secrets |= {PASSWORD, str(self.pool.client_secret)}
        self.client = self.wire.client

    def helper(self, password: str, **device: Any) -> aws_srp.AWSSRP:
        return aws_srp.AWSSRP(
            "zoë", password, self.pool.pool_id, self.pool.client_id,
            client=self.client, client_secret=self.pool.client_secret, **device,
        )  # fmt: skip

    def hashed(self) -> str:
        return aws_srp.AWSSRP.get_secret_hash(
            "zoë", self.pool.client_id, str(self.pool.client_secret)
        )

    def respond(self, challenge: Any, **responses: str) -> Any:
        return self.client.respond_to_auth_challenge(
            ClientId=self.pool.client_id,
            ChallengeName=challenge["ChallengeName"],
            ChallengeResponses={"USERNAME": "zoë", "SECRET_HASH": self.hashed(), **responses},
            **({"Session": challenge["Session"]} if challenge.get("Session") else {}),
        )

    def prove(self, made: aws_srp.AWSSRP) -> Any:
        """USER_SRP_AUTH up to the answer to the user's proof."""
        sent = made.get_auth_params()
        asked = self.client.initiate_auth(
            AuthFlow="USER_SRP_AUTH", ClientId=self.pool.client_id, AuthParameters=sent
        )
        proof = made.process_challenge(asked["ChallengeParameters"], sent)
        return self.respond(asked, **proof)

    def go(self) -> None:
        changed = "Permanent-horse-2"
        result = self.respond(self.prove(self.helper(PASSWORD)), NEW_PASSWORD=changed)
        token = result["AuthenticationResult"]["AccessToken"]
        secret = self.client.associate_software_token(AccessToken=token)["SecretCode"]
        code = totp(secret, self.cognito.clock.time())
        self.client.verify_software_token(AccessToken=token, UserCode=code)
        self.client.set_user_mfa_preference(
            AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
        )
        self.cognito.clock.advance(60)
        code = totp(secret, self.cognito.clock.time())
        asked = self.prove(self.helper(changed))
        signed_in = self.respond(asked, SOFTWARE_TOKEN_MFA_CODE=code)["AuthenticationResult"]
        device = self.enroll(signed_in)
        made = self.helper(changed, **device)
        asked = self.respond(self.prove(made), SRP_A=f"{made.large_a_value:x}", **self.key(device))
        proof = made.process_device_challenge(asked["ChallengeParameters"])
        again = self.respond(asked, **proof)["AuthenticationResult"]
        self.refresh_and_leave(again, device, changed)

    @staticmethod
    def key(device: dict[str, str]) -> dict[str, str]:
        return {"DEVICE_KEY": device["device_key"]}

    def enroll(self, result: Any) -> dict[str, str]:
        token, new = result["AccessToken"], result["NewDeviceMetadata"]
        group_key, key = new["DeviceGroupKey"], new["DeviceKey"]
        password, config = aws_srp.generate_hash_device(group_key, key)
        self.client.confirm_device(
            AccessToken=token,
            DeviceKey=key,
            DeviceName="Zoë's laptop",
            DeviceSecretVerifierConfig=config,
        )
        self.client.update_device_status(
            AccessToken=token, DeviceKey=key, DeviceRememberedStatus="remembered"
        )
        self.client.list_devices(AccessToken=token)
        return {"device_key": key, "device_group_key": group_key, "device_password": password}

    def refresh_and_leave(self, result: Any, device: dict[str, str], password: str) -> None:
        token = result["AccessToken"]
        self.client.initiate_auth(
            AuthFlow="REFRESH_TOKEN_AUTH",
            ClientId=self.pool.client_id,
            AuthParameters={
                "REFRESH_TOKEN": result["RefreshToken"],
                "SECRET_HASH": self.hashed(),
                **self.key(device),
            },
        )
        self.client.change_password(
            AccessToken=token, PreviousPassword=password, ProposedPassword="Third-horse-3"
        )
        self.client.forget_device(AccessToken=token, DeviceKey=device["device_key"])


def shown(secrets: set[str], text: str) -> set[str]:
    """Which of them can be read in a log, as they are or in the escapes of JSON and of repr."""
    assert secrets
    forms = {s: {s, json.dumps(s)[1:-1], repr(s)[1:-1], repr(s.encode())[2:-1]} for s in secrets}
    return {s for s, written in forms.items() if any(form in text for form in written)}


def test_without_it_everything_shows(cognito: LocalCognito, log: io.StringIO) -> None:
    """Which is what makes the next test one."""
    journey = Journey(cognito)
    journey.go()
    assert len(shown(journey.wire.secrets, log.getvalue())) > 30


def test_no_secret_of_a_whole_life_shows(cognito: LocalCognito, log: io.StringIO) -> None:
    journey = Journey(cognito)
    with redaction.install():
        journey.go()
    text, wire = log.getvalue(), journey.wire
    assert len(wire.secrets) > 30
    assert not shown(wire.secrets, text)
    for operation in wire.operations:
        assert f"OperationModel(name={operation})" in text
        assert f"AWSCognitoIdentityProviderService.{operation}" in text
    assert text.count('"POST / HTTP/1.1" 200') >= len(wire.operations)
    for readable in (
        "PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER", "SOFTWARE_TOKEN_MFA", "SRP_A", "Session",
        '"Salt": "***"', '"AccessToken": "***"', '"TokenType": "Bearer"', '"ExpiresIn": 3600',
        '"DeviceRememberedStatus": "remembered"', " laptop", "'content-length'",
    ):  # fmt: skip
        assert readable in text, readable


def test_refusals_and_lost_answers(cognito: LocalCognito, log: io.StringIO) -> None:
    """What goes wrong is readable; what was sent is not."""
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    wire = Recording(cognito, config=Config(retries={"total_max_attempts": 1}))
    ask = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": pool.client_id}
    with redaction.install():
        with pytest.raises(ClientError):
            wire.client.initiate_auth(
                **ask, AuthParameters={"USERNAME": "ann", "PASSWORD": "hunter2"}
            )
        cognito.lose_next("InitiateAuth", "response")
        with pytest.raises(ConnectionClosedError):
            wire.client.initiate_auth(
                **ask, AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD}
            )
        with pytest.raises(ClientError):
            wire.client.get_device(AccessToken="hunter3!", DeviceKey="eu_1")
    text = log.getvalue()
    assert not shown({*wire.secrets, PASSWORD, "hunter2", "hunter3"}, text)
    for readable in ("NotAuthorizedException", "Incorrect username or password."):
        assert readable in text
    assert '"POST / HTTP/1.1" 400' in text


def test_the_credentials_of_signed_requests(cognito: LocalCognito, log: io.StringIO) -> None:
    pool = cognito.create_pool()
    client: Any = cognito.client(aws_session_token="hunter2", aws_secret_access_key="hunter3")
    authorizations: list[str] = []

    def keep(request: Any, **_: Any) -> None:
        authorizations.append(request.headers["Authorization"].decode())

    client.meta.events.register("before-send", keep)
    with redaction.install():
        client.describe_user_pool(UserPoolId=pool.pool_id)
    text = log.getvalue()
    assert "CanonicalRequest" in text
    assert "hunter" not in text
    assert authorizations
    assert authorizations[0].rpartition("Signature=")[2] not in text


def fill(shape: Any, path: str, leaves: dict[str, str], hidden: bool = False) -> Any:
    """A value of that shape, a different one in every leaf; `leaves` says which are secret."""
    hidden = hidden or bool(shape.metadata.get("sensitive"))
    if path.count(".") > 12:
        return None
    if shape.type_name == "structure":
        return {
            name: fill(member, f"{path}.{name}", leaves, hidden)
            for name, member in shape.members.items()
        }
    if shape.type_name == "list":
        return [fill(shape.member, f"{path}.0", leaves, hidden)]
    if shape.type_name == "map":
        return {"KEY": fill(shape.value, f"{path}.KEY", leaves, hidden)}
    leaf = f"<{path}>"
    leaves[leaf] = "secret" if hidden else "open"
    return leaf


def test_what_the_service_model_marks_is_hidden_and_nothing_else(log: io.StringIO) -> None:
    """Every member of every operation, by the model: marked ones and the filter's own few."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("cognito-idp")
    endpoint, parsers = map(logging.getLogger, ("botocore.endpoint", "botocore.parsers"))
    assert len(model.operation_names) > 100
    secrets = 0
    for name in model.operation_names:
        operation = model.operation_model(name)
        leaves: dict[str, str] = {}
        sent = fill(operation.input_shape, f"{name}.in", leaves)
        request = {"body": json.dumps(sent).encode(), "headers": {}, "context": {}}
        log.truncate(0)
        with redaction.install():
            endpoint.debug("Making request for %s with params: %s", operation, request)
            if operation.output_shape is not None:
                answer = fill(operation.output_shape, f"{name}.out", leaves)
                parsers.debug("Response body:\n%r", json.dumps(answer).encode())
        text = log.getvalue()
        for leaf, kind in leaves.items():
            unmarked = any(part in redaction._UNMARKED for part in leaf.strip("<>").split("."))
            assert (leaf not in text) == (kind == "secret" or unmarked), leaf
        secrets += list(leaves.values()).count("secret")
    assert secrets > 200


def test_the_few_that_the_model_does_not_mark_are_in_it() -> None:
    import botocore.session

    model = botocore.session.get_session().get_service_model("cognito-idp")
    shapes = [model.shape_for(name) for name in model.shape_names]
    members = {key for shape in shapes for key in getattr(shape, "members", {})}
    assert members >= redaction._UNMARKED


@pytest.mark.parametrize("logger", ["aiobotocore.endpoint", "botocore.a.logger.to.come"])
def test_any_logger_below_those_of_the_three(log: io.StringIO, logger: str) -> None:
    with redaction.install():
        logging.getLogger(logger).debug("sent %s", {"headers": {}, "body": b'{"a": "hunter2"}'})
        logging.getLogger(logger).debug("Response body:\n%s", b"<xml>hunter2</xml>")
        logging.getLogger(logger).debug("headers %r", {"Authorization": "hunter2", "ok": "shown"})
        logging.getLogger("urllib3.connectionpool").debug("%s", "GET /?token=hunter2 HTTP/1.1")
        logging.getLogger("botocore.x").debug("eyJhbGciOiJSUzI1NiJ9.hunter2.sig in the text")
        logging.getLogger("mine").debug("hunter3 is %s", "mine to log")
    assert "hunter2" not in log.getvalue()
    assert "hunter3 is mine to log" in log.getvalue()
    assert "'ok': 'shown'" in log.getvalue()


@pytest.mark.long
def test_aiobotocore(cognito: LocalCognito, aiobotocore: Path) -> None:
    """Eight tasks at once on one loop, whose answers are judged each by its own operation."""
    pool = cognito.create_pool()
    names = [pool.create_user(f"aio-{number}", PASSWORD) for number in range(8)]
    request = {
        "client": client_settings(cognito),
        "client_id": pool.client_id,
        "usernames": names,
        "password": PASSWORD,
    }
    done = subprocess.run(
        [aiobotocore, PROGRAMS / "redact_aiobotocore.py"],
        input=json.dumps(request),
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'python'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert len(answer["secrets"]) == 1 + 8 * 5
    assert not shown(set(answer["secrets"]), answer["log"])
    for readable, times in (
        ("OperationModel(name=ConfirmDevice)", 8),
        ('"UserConfirmationNecessary": false', 8),
        ("a device to read of", 8),  # attributes, which ListDevices shows, are marked as sensitive
    ):
        assert answer["log"].count(readable) == times, readable


def test_two_threads_do_not_mix_their_operations(log: io.StringIO) -> None:
    """An answer is judged by the operation of its own thread, and not shown without one."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("cognito-idp")
    parsers = logging.getLogger("botocore.parsers")
    body = b'{"UserCode": "hunter2", "Status": "SUCCESS"}'
    with redaction.install():
        logging.getLogger("botocore.endpoint").debug(
            "Making request for %s", model.operation_model("VerifySoftwareToken")
        )
        parsers.debug("Response body:\n%r", body)
        other = threading.Thread(target=parsers.debug, args=("Response body:\n%r", body))
        other.start()
        other.join()
    assert "hunter2" not in log.getvalue()
    assert log.getvalue().count("SUCCESS") == 1


def test_what_cannot_be_redacted_is_not_logged(log: io.StringIO) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError

    with redaction.install():
        logging.getLogger("botocore.x").debug("%s %s", "hunter2", Odd())
    assert log.getvalue() == "a record that could not be redacted\n"


def test_on_and_off_again() -> None:
    before = logging.getLogRecordFactory()
    with redaction.install():
        on = logging.getLogRecordFactory()
        with redaction.install():
            assert logging.getLogRecordFactory() is on
        assert logging.getLogRecordFactory() is on is not before
    assert logging.getLogRecordFactory() is before
    redaction.uninstall()
    assert logging.getLogRecordFactory() is before


def test_off_below_another_factory(log: io.StringIO) -> None:
    before = logging.getLogRecordFactory()
    redaction.install()
    below = logging.getLogRecordFactory()
    logging.setLogRecordFactory(partial(below))
    try:
        logging.getLogger("botocore.x").debug("%r", {"Authorization": "hunter2"})
        redaction.uninstall()
        logging.getLogger("botocore.x").debug("%r", {"Authorization": "hunter3"})
    finally:
        logging.setLogRecordFactory(before)
    assert "hunter2" not in log.getvalue()
    assert "hunter3" in log.getvalue()
    assert HIDDEN in log.getvalue()


def test_it_costs_nothing_while_debug_logging_is_off(
    client: Any, pool: LocalPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No record is made, so nothing is redacted."""
    redacted: list[str] = []
    monkeypatch.setattr(redaction, "_redact", lambda record: redacted.append(record.name))
    with redaction.install():
        client.describe_user_pool(UserPoolId=pool.pool_id)
    assert redacted == []


def test_it_loads_nothing() -> None:
    code = (
        "import sys\n"
        "from cognito_srp import redaction\n"
        "redaction.install()\n"
        "assert not {'boto3', 'botocore', 'urllib3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
