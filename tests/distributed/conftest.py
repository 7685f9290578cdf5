"""What the tests of engines share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.moto_tables import TABLE, client, create_table


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    """The address of a moto server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws_endpoint(moto_endpoint: str) -> Iterator[str]:
    """The same, with an empty table. moto's state is one for the whole process."""
    dynamodb, sqs = client("dynamodb", moto_endpoint), client("sqs", moto_endpoint)
    create_table(dynamodb)
    yield moto_endpoint
    dynamodb.delete_table(TableName=TABLE)
    for url in sqs.list_queues().get("QueueUrls", []):
        sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def dynamodb(aws_endpoint: str) -> Any:
    return client("dynamodb", aws_endpoint)
