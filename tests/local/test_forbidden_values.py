"""The plugin that counts which tests of moto's call Cognito with values that its model forbids."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support import TESTS

TESTS_OF_SOMEBODY = """
import boto3
from moto import mock_aws

@mock_aws
def create(name):
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client = boto3.client("cognito-idp", "us-east-1", **keys)
    client.create_user_pool(PoolName=name)

def test_good(): create("shop")
def test_bad(): create("shop/2")
"""


def test_tests_with_forbidden_values_are_named(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS_OF_SOMEBODY)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "support.forbidden_values", tmp_path],
        env=os.environ | {"PYTHONPATH": str(TESTS)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "test_it.py::test_bad: CreateUserPool: " in done.stdout
    assert "test_it.py::test_good" not in done.stdout
    assert "1 tests send values that the model forbids" in done.stdout
