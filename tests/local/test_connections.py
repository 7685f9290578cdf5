"""Connections that send nothing, too little, too slowly, or are too many."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from cognito_srp.local import Fault, LocalCognito
from cognito_srp.local.server import connections

TARGET = "AWSCognitoIdentityProviderService."


@pytest.fixture
def short_of_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCognito]:
    monkeypatch.setattr(connections, "_IDLE", 0.6)
    monkeypatch.setattr(connections, "_REQUEST", 0.6)
    monkeypatch.setattr(connections, "_BETWEEN_LOOKS", 0.05)
    with LocalCognito() as cognito:
        yield cognito


def connect(cognito: LocalCognito) -> socket.socket:
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def post(operation: str, body: bytes, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: {TARGET}{operation}\r\n"
    return f"{head}Content-Length: {size}\r\n\r\n".encode() + body


def all_of(connection: socket.socket) -> bytes:
    """What comes until the server closes."""
    answer = b""
    while part := connection.recv(4096):
        answer += part
    return answer


def test_a_body_that_was_cut_short_is_not_executed(cognito: LocalCognito) -> None:
    pool = cognito.create_pool()
    body = json.dumps({"UserPoolId": pool.pool_id}).encode()
    with connect(cognito) as connection:
        connection.sendall(post("DeleteUserPool", body, len(body) + 1))
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection).startswith(b"HTTP/1.1 400 ")
    assert cognito.call("DescribeUserPool", {"UserPoolId": pool.pool_id})


def test_a_connection_without_a_request_is_closed(short_of_time: LocalCognito) -> None:
    with connect(short_of_time) as connection:
        assert all_of(connection) == b""


def test_a_request_that_drips_in_is_closed(short_of_time: LocalCognito) -> None:
    """A limit for each read would never strike."""
    pool = short_of_time.create_pool()
    body = json.dumps({"UserPoolId": pool.pool_id}).encode()
    with connect(short_of_time) as connection:
        connection.sendall(post("DeleteUserPool", body[:5], len(body)))
        closed = False
        try:
            for place in range(5, len(body)):
                connection.sendall(body[place : place + 1])
                time.sleep(0.1)
        except OSError:
            closed = True
    assert closed
    assert short_of_time.call("DescribeUserPool", {"UserPoolId": pool.pool_id})


def test_an_operation_may_take_longer_than_its_request(short_of_time: LocalCognito) -> None:
    short_of_time.faults.add(Fault("delay", seconds=1.5, times=1))
    assert short_of_time.client().list_user_pools(MaxResults=1)["UserPools"] == []


def test_a_client_whose_kept_connection_was_closed_opens_another(
    short_of_time: LocalCognito,
) -> None:
    client = short_of_time.client()
    for _ in range(2):
        assert client.list_user_pools(MaxResults=1)["UserPools"] == []
        time.sleep(1)


def test_one_more_than_the_most_takes_the_place_of_the_idlest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "_MOST", 3)
    with LocalCognito() as cognito:
        kept = [connect(cognito) for _ in range(3)]
        time.sleep(0.2)  # the three are counted
        assert cognito.client().list_user_pools(MaxResults=1)["UserPools"] == []
        assert kept[0].recv(1) == b""
        kept[1].setblocking(False)
        with pytest.raises(BlockingIOError):
            kept[1].recv(1)
        for connection in kept:
            connection.close()


def test_one_more_than_the_most_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is idle: each of these is in the middle of a request."""
    monkeypatch.setattr(connections, "_MOST", 3)
    with LocalCognito() as cognito:
        busy = [connect(cognito) for _ in range(3)]
        for connection in busy:
            connection.sendall(b"POST / HTTP/1.1\r\n")
        time.sleep(0.3)
        with connect(cognito) as one_more:
            assert all_of(one_more).startswith(b"HTTP/1.1 503 ")
        for connection in busy:
            connection.close()
        time.sleep(0.3)
        assert cognito.client().list_user_pools(MaxResults=1)["UserPools"] == []


def test_a_connection_without_a_thread_is_told_to_come_back(
    cognito: LocalCognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with connect(cognito) as connection:
            assert all_of(connection).startswith(b"HTTP/1.1 503 ")
        with pytest.raises(RuntimeError, match="thread"):
            LocalCognito().start()
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    again = http.client.HTTPConnection(host, int(port), timeout=10)
    again.request("OPTIONS", "/")
    assert again.getresponse().status == 200
