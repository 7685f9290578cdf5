"""``cognito-srp local`` in a process of its own, and clients of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from cognito_srp import RememberedDevice, Session, sign_in


@contextmanager
def local(*options: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """A running server and what it said when it was ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cognito_srp.cli", "local", "--port", "0", *options],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def client_of(ready: Any) -> Any:
    """A client of the server that sends each call once."""
    return boto3.client(
        "cognito-idp",
        endpoint_url=ready["EndpointUrl"],
        region_name=ready["Region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )


def new_session(ready: Any, password: str, device: RememberedDevice | None = None) -> Session:
    return sign_in(
        client_of(ready),
        pool_id=ready["UserPoolId"],
        client_id=ready["ClientId"],
        username=ready["Username"],
        password=password,
        device=device,
    )


def can_sign_in(ready: Any, password: str) -> bool:
    return new_session(ready, password).new_device is not None


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    _, err = process.communicate(timeout=10)
    assert process.returncode == 0, err


def ask_for_a_code(ready: Any, username: str, password: str) -> Any:
    """The challenge of a user whose second factor is SMS, which the server sends a code for."""
    client = client_of(ready)
    client.admin_update_user_attributes(
        UserPoolId=ready["UserPoolId"],
        Username=username,
        UserAttributes=[{"Name": "phone_number", "Value": "+15555550100"}],
    )
    asked = client.initiate_auth(
        ClientId=ready["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    assert asked["ChallengeName"] == "SMS_MFA"
    return asked
