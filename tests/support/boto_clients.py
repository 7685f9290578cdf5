"""boto3's methods as a client that a test can take on a journey, and whatever else has them.

It needs botocore and the standard library alone: programs in environments of their own use it, too.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from support.plain_client import DeviceSignIn, SignIn, device_config

if TYPE_CHECKING:
    from cognito_srp.local import LocalPool

__all__ = ["Account", "AwsCli", "Device", "PlainClient", "RefusedError", "named", "refusals"]


class RefusedError(Exception):
    """The service's answer to a wrong proof."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


class Device(NamedTuple):
    """What a client has to keep of a device."""

    key: str
    group_key: str
    password: str


@dataclass
class Account:
    """A user, and what the client remembers between two sign-ins."""

    pool: LocalPool
    username: str
    password: str
    #: What the user reads from a phone when a code is asked for.
    code: Callable[[], str]
    device: Device | None = None
    access_token: str = ""
    refresh_token: str = ""


@contextmanager
def refusals() -> Any:
    """botocore's errors as `RefusedError`."""
    try:
        yield
    except ClientError as error:
        raise RefusedError(error.response["Error"]["Code"], str(error)) from error


class PlainClient:
    """plain_client.py through boto3, or whatever else has boto3's methods."""

    can_keep_a_secret = True
    factors = (None, "SMS_MFA", "SOFTWARE_TOKEN_MFA")
    #: What it does with a device key that the service does not know (any more).
    signs_in_without_a_stale_device = False
    sends_secret_hash_with_devices = True

    def __init__(self, client: Any) -> None:
        self.client = client

    def sign_in(self, account: Account) -> bool | None:
        user = (self.client, account.pool, account.username, account.password)
        if account.device is None:
            sign_in = SignIn(*user)
            with refusals():
                answer = self._finish(sign_in, account, sign_in.finish())
        else:
            sign_in = DeviceSignIn(*user, account.device)
            with refusals():
                answer = self._finish(sign_in, account, sign_in.begin_device())
        return self._keep(account, answer["AuthenticationResult"])

    def remember(self, account: Account) -> None:
        self.client.update_device_status(**named(account), DeviceRememberedStatus="remembered")

    def forget(self, account: Account) -> None:
        self.client.forget_device(**named(account))

    def _finish(self, sign_in: Any, account: Account, answer: dict[str, Any]) -> dict[str, Any]:
        while "ChallengeName" in answer:
            name = answer["ChallengeName"]
            if name == "DEVICE_SRP_AUTH":
                sign_in.device_challenge = answer
                answer = sign_in.device_srp()
            elif name == "DEVICE_PASSWORD_VERIFIER":
                answer = sign_in.respond(name, sign_in.device_proof(), answer["Session"])
            else:
                hashed = sign_in.secret_hash(account.username)
                responses = {"USERNAME": account.username, f"{name}_CODE": account.code()}
                answer = sign_in.respond(name, responses | hashed, answer["Session"])
        return answer

    def _keep(self, account: Account, result: dict[str, Any]) -> bool | None:
        account.access_token = result["AccessToken"]
        account.refresh_token = result["RefreshToken"]
        if "NewDeviceMetadata" not in result:
            return None
        metadata = result["NewDeviceMetadata"]
        device = Device(metadata["DeviceKey"], metadata["DeviceGroupKey"], "device password")
        account.device = device
        config = device_config(device.group_key, device.key, device.password, 1 << 127)
        answer = self.client.confirm_device(**named(account), DeviceSecretVerifierConfig=config)
        return bool(answer["UserConfirmationNecessary"])


def named(account: Account) -> dict[str, str]:
    assert account.device is not None
    return {"AccessToken": account.access_token, "DeviceKey": account.device.key}


class AwsCli:
    """boto3's methods, each a run of the AWS CLI."""

    def __init__(self, aws: Path, endpoint_url: str, region: str) -> None:
        self._command = [str(aws), "cognito-idp"]
        self._options = ["--endpoint-url", endpoint_url, "--region", region, "--no-sign-request"]

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        def call(**arguments: Any) -> dict[str, Any]:
            operation = [method.replace("_", "-"), "--cli-input-json", json.dumps(arguments)]
            command = [*self._command, *operation, *self._options]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            if done.returncode:
                code = done.stderr.partition("(")[2].partition(")")[0]
                raise RefusedError(code, done.stderr)
            answer: dict[str, Any] = json.loads(done.stdout or "{}")
            return answer

        return call
