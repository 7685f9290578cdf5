"""aiobotocore with its debug log redacted, run by the interpreter that has it; in JSON."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
from typing import Any

from aiobotocore.session import get_session

from cognito_srp import aws_srp, redaction

request = json.loads(sys.stdin.readline())
log = io.StringIO()
logging.basicConfig(level=logging.DEBUG, stream=log)


async def enroll(client: Any, username: Any) -> Any:
    """A sign-in by password and a confirmed device; what of it was secret."""
    given = {"USERNAME": username, "PASSWORD": request["password"]}
    answer = await client.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH", ClientId=request["client_id"], AuthParameters=given
    )
    result = answer["AuthenticationResult"]
    device = result["NewDeviceMetadata"]
    _, config = aws_srp.generate_hash_device(device["DeviceGroupKey"], device["DeviceKey"])
    await client.confirm_device(
        AccessToken=result["AccessToken"],
        DeviceKey=device["DeviceKey"],
        DeviceName="a device to read of",
        DeviceSecretVerifierConfig=config,
    )
    await client.list_devices(AccessToken=result["AccessToken"])
    tokens = [value for name, value in result.items() if name.endswith("Token")]
    return [*tokens, *config.values()]


async def main() -> Any:
    async with get_session().create_client("cognito-idp", **request["client"]) as client:
        return await asyncio.gather(*(enroll(client, name) for name in request["usernames"]))


redaction.install()
found = asyncio.run(main())
print(json.dumps({"secrets": sum(found, [request["password"]]), "log": log.getvalue()}))
