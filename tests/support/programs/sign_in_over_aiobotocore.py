"""A sign-in's whole life over aiobotocore, which pins botocore: run in an environment of its own.

Arguments: the server's address and a JSON of sign_in's; prints what it found as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from aiobotocore.session import get_session
from support.loop_callbacks import callbacks

from cognito_srp import NotAuthorizedError, UnreachableError, aio

CREDENTIALS = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}


async def live(client: Any, how: dict[str, Any]) -> dict[str, Any]:
    session = await aio.sign_in(client, **how)
    device = await session.enroll_device(device_name="συσκευή")
    before = session.tokens
    await session.refresh()
    again = await aio.sign_in(client, device=device, **how)
    token = again.tokens.access_token
    names = [d.name async for d in aio.list_devices(client, access_token=token, page_size=1)]
    try:
        await aio.sign_in(client, **{**how, "password": "Wrong-horse-1"})
    except NotAuthorizedError as refusal:
        refused = refusal.clock_offset is not None
    with callbacks() as taken:
        await asyncio.gather(*(aio.sign_in(client, device=device, **how) for _ in range(10)))
    await aio.forget_device(client, access_token=token, device_key=device.device_key)
    forgotten = await aio.sign_in(client, device=device, **how)
    await session.sign_out_everywhere()
    return {
        "renewed": session.tokens.access_token != before.access_token,
        "used the device": again.new_device is None,
        "names": names,
        "refused": refused,
        "device_forgotten": forgotten.device_forgotten,
        "longest callback": max(taken),
        "callbacks": len(taken),
    }


async def main(address: str, how: dict[str, Any]) -> dict[str, Any]:
    session = get_session()
    async with session.create_client("cognito-idp", endpoint_url=address, **CREDENTIALS) as client:
        found = await live(client, how)
    nobody = session.create_client("cognito-idp", endpoint_url="http://127.0.0.1:9", **CREDENTIALS)
    async with nobody as client:
        try:
            await aio.sign_in(client, **how)
        except UnreachableError as error:
            found["never arrived"] = not error.may_have_had_effect
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))))
