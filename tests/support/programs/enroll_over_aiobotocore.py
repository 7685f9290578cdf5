"""Enrolls 100 devices over an aiobotocore client of the endpoint that is its argument."""

from __future__ import annotations

import asyncio
import math
import sys
from collections.abc import Callable
from typing import Any

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore import UNSIGNED
from support.enrollment_requests import request

from cognito_srp import InvalidInputError, enroll
from cognito_srp.enroll import RetryPolicy
from cognito_srp.enroll.aio import Enroller


def client(**settings: Any) -> Any:
    return get_session().create_client(
        "cognito-idp",
        region_name="eu-west-1",
        endpoint_url=sys.argv[1],
        config=AioConfig(signature_version=UNSIGNED, **settings),
    )


def refused(make: Callable[[], object], words: str) -> None:
    try:
        make()
    except InvalidInputError as error:
        message = str(error)
    else:
        message = "nothing was refused"
    assert words in message, message


async def main() -> None:
    retry = RetryPolicy(first_delay=0.01, longest_delay=0.05)
    async with client(retries={"total_max_attempts": 1}) as once:
        async with Enroller(once, rate=math.inf, retry=retry) as enroller:
            results = await asyncio.gather(
                *(enroller.enroll(request(number, reference=number)) for number in range(100))
            )
        assert [result.reference for result in results] == list(range(100))
        assert enroller.stats().retried > 0
    async with client() as persistent:
        refused(lambda: Enroller(persistent), "retries by itself")
        refused(lambda: enroll.Enroller(persistent), "has to be awaited")


asyncio.run(main())
