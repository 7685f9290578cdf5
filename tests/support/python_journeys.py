"""A user's journey with the clients of Python, one method a step.

The steps are those of the JavaScript clients in programs/journeys. botocore and the standard
library are enough to import this: aiobotocore and warrant-lite run in environments of their own.
"""

from __future__ import annotations

import asyncio
import base64
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from support.boto_clients import Account, AwsCli, Device, PlainClient, named

__all__ = ["steps_of"]

DEVICE_PASSWORD = "device password"


class BotoSteps:
    """boto3's methods; plain_client.py does the arithmetic of SRP, which they leave to callers."""

    def __init__(self, client: Any, pool: Any) -> None:
        self.client, self.pool = client, pool
        self.account = Account(pool, "", "", str)

    def sign_up(self, username: str, password: str, email: str) -> dict[str, str]:
        answer = self.client.sign_up(
            ClientId=self.pool.client_id,
            Username=username,
            Password=password,
            UserAttributes=[{"Name": "email", "Value": email}],
        )
        return {"sent_to": answer["CodeDeliveryDetails"]["Destination"]}

    def confirm_sign_up(self, username: str, code: str) -> None:
        self.client.confirm_sign_up(
            ClientId=self.pool.client_id, Username=username, ConfirmationCode=code
        )

    def sign_in(self, username: str, password: str, code: str) -> dict[str, str]:
        self.account.username, self.account.password = username, password
        self.account.code = lambda: code
        PlainClient(self.client).sign_in(self.account)
        return {"access_token": self.account.access_token}

    def set_up_totp(self) -> dict[str, str]:
        answer = self.client.associate_software_token(AccessToken=self.account.access_token)
        return {"secret": answer["SecretCode"]}

    def verify_totp(self, code: str) -> None:
        token = self.account.access_token
        self.client.verify_software_token(AccessToken=token, UserCode=code)
        wanted = {"Enabled": True, "PreferredMfa": True}
        self.client.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=wanted)

    def another_machine(self) -> None:
        self.account.device = None

    def remember(self) -> None:
        self.client.update_device_status(**named(self.account), DeviceRememberedStatus="remembered")

    def list(self) -> dict[str, list[str]]:
        answer = self.client.list_devices(AccessToken=self.account.access_token)
        return {"keys": [device["DeviceKey"] for device in answer["Devices"]]}

    def refresh(self) -> dict[str, str]:
        assert self.account.device is not None
        answer = self.client.initiate_auth(
            ClientId=self.pool.client_id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={
                "REFRESH_TOKEN": self.account.refresh_token,
                "DEVICE_KEY": self.account.device.key,
            },
        )
        return {"access_token": answer["AuthenticationResult"]["AccessToken"]}

    def forget(self) -> None:
        self.client.forget_device(**named(self.account))
        self.account.device = None


class PycognitoSteps(BotoSteps):
    """pycognito's `Cognito`, and its `AWSSRP` for what that has no method for."""

    def __init__(self, endpoint: str, pool: Any) -> None:
        import pycognito
        import requests

        # `Cognito` verifies tokens by keys that it fetches from AWS, unless they are given.
        with urllib.request.urlopen(f"{endpoint}/{pool.pool_id}/.well-known/jwks.json") as keys:
            os.environ["COGNITO_JWKS"] = keys.read().decode()
        os.environ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = endpoint
        self.cognito = pycognito.Cognito(pool.pool_id, pool.client_id)
        super().__init__(self.cognito.client, pool)
        # AWSSRP posts device operations to AWS, whatever the client that it was given.
        real: Any = requests.post
        requests.post = lambda _, **options: real(endpoint, **options)
        # `Cognito` keeps the tokens and drops the device's keys that came with them.
        event = "after-call.cognito-identity-provider.RespondToAuthChallenge"
        self.client.meta.events.register(event, self._see)
        self.answer: Any = {}

    def _see(self, parsed: Any, **_: Any) -> None:
        self.answer = parsed

    def sign_up(self, username: str, password: str, email: str) -> dict[str, str]:
        self.cognito.set_base_attributes(email=email)
        answer = self.cognito.register(username, password)
        return {"sent_to": answer["CodeDeliveryDetails"]["Destination"]}

    def confirm_sign_up(self, username: str, code: str) -> None:
        self.cognito.confirm_sign_up(code, username)

    def sign_in(self, username: str, password: str, code: str) -> dict[str, str]:
        import pycognito.exceptions

        self.cognito.username = self.account.username = username
        if self.account.device is not None:
            return self._sign_in_with_device(password)
        try:
            self.cognito.authenticate(password)
        except pycognito.exceptions.SoftwareTokenMFAChallengeException:
            self.cognito.respond_to_software_token_mfa_challenge(code)
        self._keep(self.answer["AuthenticationResult"])
        srp = self._srp("")
        response, device_password = srp.confirm_device(self.answer)
        response.raise_for_status()
        self.account.device = Device(srp.device_key, srp.device_group_key, device_password)
        return {"access_token": self.cognito.access_token}

    def _sign_in_with_device(self, password: str) -> dict[str, str]:
        assert self.account.device is not None
        key, group_key, device_password = self.account.device
        device = {"device_key": key, "device_group_key": group_key}
        answer = self._srp(password, device_password=device_password, **device).authenticate_user()
        self._keep(answer["AuthenticationResult"])
        return {"access_token": self.account.access_token}

    def _keep(self, result: Any) -> None:
        self.account.access_token = result["AccessToken"]
        self.account.refresh_token = result["RefreshToken"]

    def _srp(self, password: str, **device: str) -> Any:
        from pycognito.aws_srp import AWSSRP

        pool, name = self.pool, self.account.username
        names = {"username": name, "pool_id": pool.pool_id, "client_id": pool.client_id}
        return AWSSRP(password=password, client=self.client, **names, **device)

    def set_up_totp(self) -> dict[str, str]:
        return {"secret": self.cognito.associate_software_token()}

    def verify_totp(self, code: str) -> None:
        assert self.cognito.verify_software_token(code)
        self.cognito.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")

    def remember(self) -> None:
        assert self.account.device is not None
        key, token = self.account.device.key, self.account.access_token
        self._srp("").update_device_status(True, token, key)

    def refresh(self) -> dict[str, str]:
        self.cognito.refresh_token = self.account.refresh_token
        try:
            self.cognito.renew_access_token()
        except self.client.exceptions.NotAuthorizedException:
            return super().refresh()
        raise AssertionError("without the device's key the refresh token should not count")

    def forget(self) -> None:
        assert self.account.device is not None
        self._srp("").forget_device(self.account.access_token, self.account.device.key)
        self.account.device = None


class WarrantLiteSteps(BotoSteps):
    """warrant-lite: SRP for passwords. Its functions make a device's proofs, too: a device signs in
    as a user of its own name in a pool that is named as the device group."""

    def sign_in(self, username: str, password: str, code: str) -> dict[str, str]:
        self.account.username, self.account.password = username, password
        device = self.account.device
        answer = self._with_device(device) if device else self._srp().authenticate_user()
        if answer.get("ChallengeName") == "SOFTWARE_TOKEN_MFA":
            names = {"USERNAME": username, "SOFTWARE_TOKEN_MFA_CODE": code}
            answer = self._respond(answer, names)
        result = answer["AuthenticationResult"]
        self.account.access_token = result["AccessToken"]
        self.account.refresh_token = result["RefreshToken"]
        if "NewDeviceMetadata" in result:
            self._confirm(result["NewDeviceMetadata"])
        return {"access_token": self.account.access_token}

    def _srp(self) -> Any:
        from warrant_lite import WarrantLite

        account, pool = self.account, self.pool
        names = (account.username, account.password, pool.pool_id, pool.client_id)
        return WarrantLite(*names, client=self.client)

    def _respond(self, answer: Any, responses: dict[str, str]) -> Any:
        more = {"Session": answer["Session"]} if "Session" in answer else {}
        return self.client.respond_to_auth_challenge(
            ClientId=self.pool.client_id,
            ChallengeName=answer["ChallengeName"],
            ChallengeResponses=responses,
            **more,
        )

    def _with_device(self, device: Device) -> Any:
        from warrant_lite import WarrantLite

        srp = self._srp()
        key = {"DEVICE_KEY": device.key}
        begun = self.client.initiate_auth(
            ClientId=self.pool.client_id,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters=srp.get_auth_params() | key,
        )
        proof = srp.process_challenge(begun["ChallengeParameters"])
        answer = self._respond(begun, proof | key)
        assert answer["ChallengeName"] == "DEVICE_SRP_AUTH"
        group = "_" + device.group_key
        half = WarrantLite(device.key, device.password, group, "", client=self.client)
        named_user = {"USERNAME": self.account.username}
        answer = self._respond(answer, half.get_auth_params() | named_user | key)
        shown = answer["ChallengeParameters"] | {"USER_ID_FOR_SRP": device.key}
        return self._respond(answer, half.process_challenge(shown) | named_user | key)

    def _confirm(self, metadata: Any) -> None:
        from warrant_lite import get_random, hash_sha256, hex_hash, hex_to_long, pad_hex

        key, group_key = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        salt = pad_hex(get_random(16))
        identity = hash_sha256(f"{group_key}{key}:{DEVICE_PASSWORD}".encode())
        srp = self._srp()
        verifier = pad_hex(pow(srp.g, hex_to_long(hex_hash(salt + identity)), srp.big_n))
        self.account.device = Device(key, group_key, DEVICE_PASSWORD)
        config = {"PasswordVerifier": _base64(verifier), "Salt": _base64(salt)}
        self.client.confirm_device(**named(self.account), DeviceSecretVerifierConfig=config)


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()


class Awaited:
    """The methods of a client that has to be awaited, each waiting for its answer."""

    def __init__(self, client: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._loop = client, loop

    def __getattr__(self, method: str) -> Callable[..., Any]:
        call = getattr(self._client, method)
        return lambda **arguments: self._loop.run_until_complete(call(**arguments))


def _aiobotocore(settings: dict[str, str]) -> Awaited:
    from aiobotocore.session import get_session

    loop = asyncio.new_event_loop()
    client = get_session().create_client("cognito-idp", **settings)
    return Awaited(loop.run_until_complete(client.__aenter__()), loop)


def _boto3(settings: dict[str, Any]) -> Any:
    import boto3

    return boto3.client("cognito-idp", **settings)


def steps_of(client: str, given: dict[str, str]) -> BotoSteps:
    """The steps of ``aws_cli``, ``aiobotocore``, ``pycognito`` or ``warrant_lite``; `given` are
    endpoint, region, poolId, clientId, and ``aws`` for the first."""
    pool = SimpleNamespace(pool_id=given["poolId"], client_id=given["clientId"], client_secret=None)
    settings = {
        "endpoint_url": given["endpoint"],
        "region_name": given["region"],
        "aws_access_key_id": "local",
        "aws_secret_access_key": "local",
    }
    if client == "pycognito":
        return PycognitoSteps(given["endpoint"], pool)
    if client == "warrant_lite":
        return WarrantLiteSteps(_boto3(settings), pool)
    if client == "aiobotocore":
        return BotoSteps(_aiobotocore(settings), pool)
    return BotoSteps(AwsCli(Path(given["aws"]), given["endpoint"], given["region"]), pool)
