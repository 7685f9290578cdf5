"""The drop-in under warrant itself, whose last release needs an environment of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import PROGRAMS
from support.foreign_clients import run_json
from support.installing import pip_install
from support.local_people import PASSWORD
from support.people import client_settings

from cognito_srp.local import LocalCognito

ROOT = Path(__file__).parent.parent.parent
JOURNEY = PROGRAMS / "sign_in_with_warrant.py"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With warrant, and python-jose for the fork of it that no current Python runs."""
    needs = ["python-jose", "boto3", "envs", "requests", "six", "gmpy2", "cffi"]
    folder = tmp_path_factory.mktemp("warrant")
    pip_install(folder, *needs)
    return pip_install(folder, "--no-deps", "warrant==0.6.1") / "python"


@pytest.mark.long
@pytest.mark.parametrize("client_secret", [False, True])
def test_warrant_signs_in(cognito: LocalCognito, python: Path, client_secret: bool) -> None:
    pool = cognito.create_pool(client_secret=client_secret)
    request = {
        "client": client_settings(cognito),
        "username": pool.create_user("zoë", PASSWORD, temporary=True),
        "password": PASSWORD,
        "new_password": "Permanent-horse-3",
        "pool_id": pool.pool_id,
        "client_id": pool.client_id,
        "client_secret": pool.client_secret,
    }
    path = f"{ROOT}:{ROOT / 'python'}"
    first, second = run_json([str(python), str(JOURNEY)], request, env={"PYTHONPATH": path})
    assert first["AccessToken"]
    assert second["AccessToken"]
    assert second["NewDeviceMetadata"]
