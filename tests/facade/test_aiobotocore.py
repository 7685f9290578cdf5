"""The awaitable functions over aiobotocore, installed into an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from support import PROGRAMS, TESTS
from support.people import PASSWORD

from cognito_srp.local import LocalCognito

ROOT = TESTS.parent


@pytest.mark.parametrize("secret", [False, True])
def test_over_aiobotocore(aiobotocore: Path, cognito: LocalCognito, secret: bool) -> None:
    pool = cognito.create_pool(client_secret=secret)
    how = {
        "pool_id": pool.pool_id,
        "client_id": pool.client_id,
        "client_secret": pool.client_secret,
        "username": pool.create_user("zoë", PASSWORD),
        "password": PASSWORD,
    }
    paths = os.pathsep.join(map(str, (ROOT / "python", ROOT, TESTS)))
    program = PROGRAMS / "sign_in_over_aiobotocore.py"
    done = subprocess.run(
        [aiobotocore, program, cognito.endpoint_url, json.dumps(how)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    longest = found.pop("longest callback"), found.pop("callbacks")
    assert found == {
        "renewed": True,
        "used the device": True,
        "names": ["συσκευή"],
        "refused": True,
        "device_forgotten": True,
        "never arrived": True,
    }
    print("longest callback and their number, aiobotocore's own included:", longest)
