"""DynamoDB and SQS for tests: moto on loopback, in this process."""

from __future__ import annotations

from typing import Any

import boto3

TABLE = "enrollment"
REGION = "eu-west-1"


def client(service: str, endpoint_url: str | None = None) -> Any:
    make: Any = boto3.client
    return make(
        service,
        region_name=REGION,
        endpoint_url=endpoint_url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def create_table(dynamodb: Any) -> None:
    """The table as examples/sqs_lambda/template.yaml has it."""
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "device_key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "device_key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
