"""``cognito-srp local`` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from command_line import PASSWORD, Run

from cognito_srp import sign_in


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


def can_sign_in(ready: Any, password: str) -> bool:
    client = boto3.client(
        "cognito-idp",
        endpoint_url=ready["EndpointUrl"],
        region_name=ready["Region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    session = sign_in(
        client,
        pool_id=ready["UserPoolId"],
        client_id=ready["ClientId"],
        username=ready["Username"],
        password=password,
    )
    return session.new_device is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_runs_until_it_is_told_to_stop(number: signal.Signals) -> None:
    with local("--region", "eu-west-1", "--create-user", "ann") as (process, ready):
        assert set(ready) == {
            "EndpointUrl", "Region", "UserPoolId", "ClientId", "Username", "Password",
        }  # fmt: skip
        assert ready["UserPoolId"].startswith("eu-west-1_")
        assert can_sign_in(ready, ready["Password"])
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (0, "")
    assert (
        f"aws cognito-idp list-user-pools --max-results 10 --endpoint-url {ready['EndpointUrl']}"
        in err
    )
    assert "Traceback" not in err


def test_a_password_of_ones_own_is_not_printed() -> None:
    with local("--create-user", "ann", COGNITO_PASSWORD=PASSWORD) as (_, ready):
        assert "Password" not in ready
        assert can_sign_in(ready, PASSWORD)


def test_a_pool_alone_and_nothing_at_all() -> None:
    with local("--create-pool", "--remember-devices", "no") as (_, ready):
        assert set(ready) == {"EndpointUrl", "Region", "UserPoolId", "ClientId"}
    with local() as (_, ready):
        assert set(ready) == {"EndpointUrl", "Region"}


def test_other_machines_only_where_that_is_said(run: Run) -> None:
    code, out, err = run("local", "--port", "0", "--host", "0.0.0.0")
    assert (code, out) == (2, "")
    assert "--allow-remote" in err
    with local("--host", "0.0.0.0", "--allow-remote") as (process, _):
        process.terminate()
        assert "WARNING" in process.communicate(timeout=10)[1]


def test_a_port_in_use(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code, out, err = run("local", "--port", str(port))
    assert (code, out) == (3, "")
    assert str(port) in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_no_port(run: Run, port: str) -> None:
    code, out, err = run("local", "--port", port)
    assert (code, out) == (2, "")
    assert "--port" in err


def test_a_password_for_nobody(run: Run) -> None:
    assert run("local", "--port", "0", "--password-file", "password").code == 2


def test_without_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moto", None)
    monkeypatch.setitem(sys.modules, "moto.cognitoidp", None)
    code, out, err = run("local", "--port", "0")
    assert (code, out) == (3, "")
    assert "srp-native[local]" in err
