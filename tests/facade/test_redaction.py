"""botocore's debug log through the filter: no secret of a real run in it, everything else is."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from support import PROGRAMS
from support.people import PASSWORD, client_settings

from cognito_srp import aws_srp, redaction
from cognito_srp.local import LocalCognito, LocalPool, totp

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
