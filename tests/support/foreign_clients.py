"""Clients that are not ours, each behind the same four methods.

``sign_in(account)`` signs in with the account's device if it has one. If it has none and the pool
hands out a key, it makes a device, confirms it, and returns UserConfirmationNecessary.
``remember(account)`` and ``forget(account)`` are about the account's device. Every refusal is a
`RefusedError`.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from support import PROGRAMS
from support.boto_clients import Account, Device, PlainClient, RefusedError, refusals
from support.people import client_settings
from support.plain_client import SignIn


class Pycognito(PlainClient):
    """AWSSRP of pycognito. It sends no SECRET_HASH in DEVICE_SRP_AUTH: no devices with a secret."""

    sends_secret_hash_with_devices = False

    def __init__(self, client: Any, endpoint_url: str, monkeypatch: Any) -> None:
        super().__init__(client)
        # Its device operations post to AWS, whatever the client that it was given.
        real = requests.post
        monkeypatch.setattr(requests, "post", lambda _, **kwargs: real(endpoint_url, **kwargs))

    def sign_in(self, account: Account) -> bool | None:
        import pycognito

        srp = self._srp(account)
        with refusals():
            try:
                answer = srp.authenticate_user()
            except pycognito.exceptions.MFAChallengeException as challenge:
                # Its own method for codes loses the new device's keys.
                sign_in = SignIn(self.client, account.pool, account.username, account.password)
                answer = self._finish(sign_in, account, challenge.get_tokens())
        account.access_token = answer["AuthenticationResult"]["AccessToken"]
        if "NewDeviceMetadata" not in answer["AuthenticationResult"]:
            return None
        response, password = srp.confirm_device(answer)
        response.raise_for_status()
        account.device = Device(srp.device_key, srp.device_group_key, password)
        return bool(response.json()["UserConfirmationNecessary"])

    def remember(self, account: Account) -> None:
        assert account.device is not None
        self._srp(account).update_device_status(True, account.access_token, account.device.key)

    def forget(self, account: Account) -> None:
        assert account.device is not None
        self._srp(account).forget_device(account.access_token, account.device.key)

    def _srp(self, account: Account) -> Any:
        from pycognito.aws_srp import AWSSRP

        device = account.device and {
            "device_key": account.device.key,
            "device_group_key": account.device.group_key,
            "device_password": account.device.password,
        }
        return AWSSRP(
            username=account.username,
            password=account.password,
            pool_id=account.pool.pool_id,
            client_id=account.pool.client_id,
            client_secret=account.pool.client_secret,
            client=self.client,
            **(device or {}),
        )


class PycognitoOnOurs(Pycognito):
    """The same with the drop-in installed underneath: all goes through the client, whole."""

    sends_secret_hash_with_devices = True

    def __init__(self, client: Any, monkeypatch: Any) -> None:
        PlainClient.__init__(self, client)
        monkeypatch.delattr(requests, "post")


def run_json(
    command: list[str], request: dict[str, Any], code: Callable[[], str] = str, **settings: Any
) -> Any:
    """A program that reads a line of JSON and prints one; in between it may want the code."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, **settings) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        print(json.dumps(request), file=program.stdin, flush=True)
        answer: Any = {}
        for line in program.stdout:
            answer = json.loads(line)
            if answer == {"wanted": "code"}:
                print(json.dumps(code()), file=program.stdin, flush=True)
    assert program.returncode == 0
    if "refused" in answer:
        raise RefusedError(answer["refused"], answer["message"])
    return answer


class AmazonCognitoIdentityJs:
    """amazon-cognito-identity-js on node: for public clients only, and it confirms by itself."""

    can_keep_a_secret = False
    factors = PlainClient.factors
    signs_in_without_a_stale_device = True
    sends_secret_hash_with_devices = False

    _PARTS = ("deviceKey", "deviceGroupKey", "randomPasswordKey")

    def __init__(self, modules: Path, endpoint_url: str) -> None:
        self._modules, self._endpoint = str(modules), endpoint_url + "/"
        self._script = str(PROGRAMS / "amazon_cognito_identity.mjs")
        self._kept: dict[str, str] = {}

    def sign_in(self, account: Account) -> bool | None:
        kept_before = account.device
        answer = self._run("signIn", account)
        account.access_token = answer["accessToken"]
        parts = [answer["storage"].get(self._name(account, part)) for part in self._PARTS]
        account.device = Device(*parts) if all(parts) else None
        self._kept = answer["storage"]
        confirmed = account.device is not None and account.device != kept_before
        return bool(answer.get("confirmationNecessary")) if confirmed else None

    def remember(self, account: Account) -> None:
        self._run("setDeviceStatusRemembered", account)

    def forget(self, account: Account) -> None:
        self._run("forgetDevice", account)

    def _name(self, account: Account, part: str) -> str:
        pool, name = account.pool, account.username
        return f"CognitoIdentityServiceProvider.{pool.client_id}.{name}.{part}"

    def _run(self, action: str, account: Account) -> dict[str, Any]:
        stored = dict(zip(self._PARTS, account.device or (), strict=False))
        storage = {self._name(account, part): value for part, value in stored.items()}
        request = {
            "action": action,
            "modules": self._modules,
            "endpoint": self._endpoint,
            "poolId": account.pool.pool_id,
            "clientId": account.pool.client_id,
            "username": account.username,
            "password": account.password,
            "storage": storage if action == "signIn" else self._kept | storage,
        }
        answer: dict[str, Any] = run_json(["node", self._script], request, account.code)
        return answer


class WarrantLite:
    """warrant-lite in an environment of its own. It knows neither devices nor second factors."""

    can_keep_a_secret = True
    factors = (None,)

    def __init__(self, python: Path, locales: Path) -> None:
        self._python, self._locales = str(python), str(locales)

    def sign_in(self, account: Account) -> None:
        request = {
            "username": account.username,
            "password": account.password,
            "pool_id": account.pool.pool_id,
            "client_id": account.pool.client_id,
            "client_secret": account.pool.client_secret,
            "client": client_settings(account.pool.cognito),
        }
        script = str(PROGRAMS / "sign_in_with_warrant_lite.py")
        answer = run_json([self._python, script], request, env={"LOCPATH": self._locales})
        account.access_token = answer["AccessToken"]
