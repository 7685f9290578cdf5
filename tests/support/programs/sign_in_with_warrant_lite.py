"""warrant-lite as it comes from PyPI, run by the interpreter that has it: a line in, a line out."""

import json
import sys

import boto3
from botocore.exceptions import ClientError
from warrant_lite import WarrantLite

request = json.loads(sys.stdin.readline())
client = boto3.client("cognito-idp", **request.pop("client"))
try:
    answer = WarrantLite(client=client, **request).authenticate_user()["AuthenticationResult"]
except ClientError as error:
    answer = {"refused": error.response["Error"]["Code"], "message": str(error)}
print(json.dumps(answer))
