"""The boto3 client that a command's options describe."""

from __future__ import annotations

import argparse
from typing import Any

from ..errors import InvalidInputError
from ..transport.calls import Client

__all__ = ["make_client"]


def make_client(arguments: argparse.Namespace, *, signed: bool = False, **settings: Any) -> Client:
    """A ``cognito-idp`` client from ``--region``, ``--profile`` and ``--endpoint-url``.

    It signs nothing unless it is to call the Admin forms: the other operations here are authorised
    by an access token or a password, and looking for credentials that nobody needs can take
    seconds. `settings` are botocore's ``Config``. Raises botocore's errors for what it cannot find.
    """
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    session = boto3.Session(profile_name=arguments.profile, region_name=arguments.region)
    try:
        return session.client(
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
