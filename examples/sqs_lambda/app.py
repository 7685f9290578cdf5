"""The Lambda function of template.yaml: enrolls the devices that a queue names."""

from __future__ import annotations

import os
from typing import Any

import boto3
from botocore.config import Config

from cognito_srp.distributed import DynamoJournal, SharedRate, SqsHandler, shared_sealing_key
from cognito_srp.enroll import Enroller, RetryPolicy

TABLE = os.environ["TABLE"]

# Made once for each environment of the function: connections, the key, and the pace.
_dynamodb = boto3.client("dynamodb")
_key = shared_sealing_key(
    _dynamodb, boto3.client("kms"), table=TABLE, key_id=os.environ["SEALING_KMS_KEY"]
)
_enroller = Enroller(
    boto3.client("cognito-idp", config=Config(retries={"total_max_attempts": 1})),
    rate=SharedRate(_dynamodb, table=TABLE, rate=float(os.environ["RATE"])),
    journal=DynamoJournal(_dynamodb, table=TABLE, key=_key),
    retry=RetryPolicy(deadline=float(os.environ["RETRY_SECONDS"])),
)
_handle = SqsHandler(_enroller)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls."""
    return _handle(event, context)
