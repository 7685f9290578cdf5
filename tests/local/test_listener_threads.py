"""The local Cognito where threads cannot be started: nothing hangs, and nothing is kept open."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from cognito_srp import ServiceFaultError, get_device
from cognito_srp.local import LocalCognito


def _refuse(monkeypatch: pytest.MonkeyPatch, which: Any) -> None:
    start = threading.Thread.start

    def sometimes(thread: threading.Thread) -> None:
        if which(thread):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", sometimes)


def test_a_server_whose_thread_cannot_start_says_so_and_leaves_the_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    cognito = LocalCognito(port=port)
    with monkeypatch.context() as patched:
        _refuse(patched, lambda thread: thread.name.startswith("local-cognito"))
        with pytest.raises(RuntimeError, match="cannot start its thread; raise the limits"):
            cognito.start()
        cognito.stop()
    with cognito:
        assert cognito.create_pool().pool_id


def test_a_connection_that_no_thread_can_be_started_for_is_answered_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with LocalCognito() as cognito:
        client = cognito.client(config=_once())
        with monkeypatch.context() as patched:
            _refuse(patched, lambda thread: "process_request_thread" in thread.name)
            with pytest.raises(ServiceFaultError, match="503"):
                get_device(client, access_token="token", device_key="us-east-1_a")
        assert cognito.create_pool().pool_id


def _once() -> Any:
    from botocore import UNSIGNED
    from botocore.config import Config

    return Config(retries={"total_max_attempts": 1}, signature_version=UNSIGNED, read_timeout=5)
