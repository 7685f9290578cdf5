"""What the JavaScript clients take for a device's verifier, where node and npm are."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.installing import npm_packages

from cognito_srp import create_device_verifier

PACKAGES = ("amazon-cognito-identity-js", "@aws-amplify/auth")
KEYS = ("-AbCdEf12", "eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc")
ROUNDS = 40
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def modules() -> Path:
    return npm_packages()


@pytest.mark.parametrize("package", PACKAGES)
def test_javascript(benchmark: Any, modules: Path, package: str) -> None:
    answers = []

    def run() -> None:
        script = str(HERE / "javascript.mjs")
        command = ["node", script, str(modules), package, *KEYS, str(ROUNDS)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        answers.append(json.loads(done.stdout))

    benchmark.group = "one verifier"
    benchmark.pedantic(run, rounds=2)
    last = answers[-1]
    ours = create_device_verifier(
        device_group_key=KEYS[0],
        device_key=KEYS[1],
        device_password=last["password"],
        salt=bytes.fromhex(last["salt"]),
    )
    assert base64.b64decode(ours.password_verifier) == bytes.fromhex(last["verifier"])
    manifest = json.loads((modules / "node_modules" / package / "package.json").read_text())
    benchmark.extra_info.update(
        name=f"{package} generateHashDevice",
        all_seconds=[time / 1e6 for answer in answers for time in answer["microseconds"]],
        version=f"{package} {manifest['version']}",
    )
