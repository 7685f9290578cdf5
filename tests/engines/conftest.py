"""What the tests of engines share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tables import client, create_table


@pytest.fixture
def aws_endpoint() -> Iterator[str]:
    """The address of a moto server, with the table in it."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    create_table(client("dynamodb", f"http://{host}:{port}"))
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def dynamodb(aws_endpoint: str) -> Any:
    return client("dynamodb", aws_endpoint)
