"""A user's journey with clients that are not ours, and how each of them is run."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cognito_srp.local import LocalPool
from support import PROGRAMS, TESTS
from support.boto_clients import RefusedError
from support.browser import chromium

__all__ = ["ELSEWHERE", "NAMES", "Do", "node_program", "page", "python_program", "table"]

#: Takes a step, and returns what it has come to. `RefusedError` is the service's answer.
Do = Callable[..., Any]
#: The clients of test_journeys.py, as docs/local-cognito.md calls them.
NAMES = {
    "amplify_node": "aws-amplify 6 in node",
    "amplify_browser": "aws-amplify 6 in Chromium",
    "identity_js": "amazon-cognito-identity-js",
    "sdk_js": "AWS SDK for JavaScript 3 with cognito-srp-helper",
    "pycognito": "pycognito's `Cognito`",
    "warrant_lite": "warrant-lite",
    "aws_cli": "AWS CLI",
    "aiobotocore": "aiobotocore",
}

_NO_SRP = "It has no SRP: the suite's own arithmetic makes proofs and verifiers."
#: What a client has no call for, by step, and what takes the step in its place.
ELSEWHERE: dict[str, dict[str, str]] = {
    "pycognito": {
        "sign_in": "`Cognito` drops the keys of a new device: a hook of its boto3 client sees "
        "them. `AWSSRP` confirms the device and signs in with it.",
        "remember": "`AWSSRP.update_device_status` remembers it.",
        "list": "`Cognito.client.list_devices` lists.",
        "refresh": "`renew_access_token` sends no device key and is refused: "
        "`Cognito.client.initiate_auth` refreshes.",
        "forget": "`AWSSRP.forget_device` forgets it.",
    },
    "warrant_lite": {
        "sign_up": "It has SRP for passwords alone. Every other call is the boto3 client's that it "
        "was given; its functions make verifiers and the proofs of devices, too.",
    },
    "aws_cli": {"sign_in": _NO_SRP},
    "aiobotocore": {"sign_in": _NO_SRP},
}


def table() -> list[str]:
    """The rows of docs/local-cognito.md: every client, and what takes its place where."""
    rows = []
    for client, name in NAMES.items():
        words = ELSEWHERE.get(client, {}).values()
        rows.append(f"| {name} | {' '.join(words) or 'all of it'} |")
    return rows


def settings_of(pool: LocalPool, **more: str) -> dict[str, str]:
    """What a client is told of a pool."""
    cognito = pool.cognito
    return {
        "endpoint": cognito.endpoint_url,
        "region": cognito.region,
        "poolId": pool.pool_id,
        "clientId": pool.client_id,
        **more,
    }


def checked(outcome: dict[str, Any]) -> Any:
    """What a step has come to, or `RefusedError`."""
    if "refused" in outcome:
        raise RefusedError(outcome["refused"], outcome["message"])
    return outcome["done"]


@contextmanager
def program(command: list[str | Path], **environment: str) -> Iterator[Do]:
    """A client in a process of its own that reads steps and prints what they have come to."""
    paths = {"PYTHONPATH": str(TESTS)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, env=os.environ | paths | environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to, answers = process.stdin, process.stdout

        def do(step: str, **given: str) -> Any:
            print(json.dumps({"step": step, "given": given}), file=to, flush=True)
            return checked(json.loads(answers.readline()))

        try:
            yield do
        finally:
            to.close()
            process.wait(timeout=60)


def node_program(modules: Path, steps: str, pool: LocalPool) -> Any:
    """A JavaScript client on node."""
    folder = PROGRAMS / "journeys"
    settings = json.dumps(settings_of(pool))
    return program(["node", folder / "node.mjs", str(modules), folder / steps, settings])


def python_program(
    python: Path | str, client: str, pool: LocalPool, aws: str = "", **environment: str
) -> Any:
    """A client of Python, in the environment of an interpreter; `aws` is the path of the CLI."""
    settings = json.dumps(settings_of(pool, aws=aws))
    return program([python, PROGRAMS / "journey.py", client, settings], **environment)


@contextmanager
def page(address: str, pool: LocalPool) -> Iterator[Do]:
    """Amplify in the web page at an address."""
    with chromium() as browser:
        shown = browser.new_page()
        shown.goto(address)
        shown.evaluate("settings => start(settings)", settings_of(pool))

        def do(step: str, **given: str) -> Any:
            return checked(shown.evaluate("([step, given]) => run(step, given)", [step, given]))

        yield do
