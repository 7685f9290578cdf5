"""warrant as it comes from PyPI, on the drop-in, run by the interpreter that has it."""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3
import warrant

from cognito_srp import aws_srp

request = json.loads(sys.stdin.readline())
client = boto3.client("cognito-idp", **request.pop("client"))
passwords = request.pop("password"), request.pop("new_password")
theirs = warrant.AWSSRP


def helper(password: Any) -> Any:
    return warrant.AWSSRP(client=client, password=password, **request)


with aws_srp.install("warrant"):
    assert issubclass(warrant.AWSSRP, aws_srp.AWSSRP)
    try:
        helper(passwords[0]).authenticate_user()
    except warrant.aws_srp.ForceChangePasswordException:
        changed = helper(passwords[0]).set_new_password_challenge(passwords[1])
    answer = helper(passwords[1]).authenticate_user()
assert warrant.AWSSRP is theirs
print(json.dumps([changed["AuthenticationResult"], answer["AuthenticationResult"]]))
