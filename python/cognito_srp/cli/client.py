"""The boto3 client that a command's options describe."""

from __future__ import annotations

import argparse
import os
from typing import Any

from ..errors import InvalidInputError
from ..transport.client import Client
from ..transport.regions import check_region, region_of, region_of_token

__all__ = ["make_client"]


def make_client(
    arguments: argparse.Namespace,
    *,
    signed: bool = False,
    pool_id: str | None = None,
    device_key: str | None = None,
    access_token: str | None = None,
    **settings: Any,
) -> Client:
    """A ``cognito-idp`` client from ``--region``, ``--profile`` and ``--endpoint-url``.

    Its Region is the first of: ``--region``, that of the pool, the device key and the token, the
    environment's ``AWS_REGION`` and ``AWS_DEFAULT_REGION``, the profile's. Raises
    `InvalidInputError` where ``--region`` is not the pool's and the endpoint is AWS's.

    It signs nothing unless it is to call the Admin forms: the other operations here are authorised
    by an access token or a password, and looking for credentials that nobody needs can take
    seconds. `settings` are botocore's ``Config``. Raises botocore's errors for what it cannot find.
    """
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    region = (
        arguments.region
        or region_of(pool_id)
        or region_of(device_key)
        or region_of_token(access_token)
        or os.environ.get("AWS_REGION")  # which boto3 does not read
        or None
    )
    session = boto3.Session(profile_name=arguments.profile, region_name=region)
    try:
        client = session.client(
            "cognito-idp",
            endpoint_url=arguments.endpoint_url,
            config=Config(signature_version=None if signed else UNSIGNED, **settings),
        )
    except BotoCoreError:  # some of these are ValueErrors as well
        raise
    except ValueError:
        # Its message repeats the URL, which may hold a password.
        fix = "give it as in http://127.0.0.1:5000"
        raise InvalidInputError("--endpoint-url", "is not a URL", fix) from None
    try:
        check_region(client, pool_id)
    except InvalidInputError:
        rule = f"is {arguments.region}, but the pool is {pool_id}"
        raise InvalidInputError("--region", rule, "leave it out") from None
    return client
