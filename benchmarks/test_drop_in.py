"""AWS's Python example for ConfirmDevice, all but the request, with pycognito's module and ours."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pycognito.aws_srp
import pytest

import cognito_srp.aws_srp

EXAMPLE = runpy.run_path(str(Path(__file__).parent.parent / "examples" / "aws_confirm_device.py"))[
    "confirm_mfa_device"
]


class NoService:
    """Answers ConfirmDevice without a server."""

    def confirm_device(self, **_: Any) -> dict[str, bool]:
        return {"UserConfirmationNecessary": False}


@pytest.mark.parametrize("module", [pycognito.aws_srp, cognito_srp.aws_srp])
def test_confirm_device(benchmark: Any, module: Any) -> None:
    def run() -> None:
        EXAMPLE(
            client=NoService(),
            client_id="client",
            user_name="ann",
            device_key="eu-west-1_0c1e5a3c-0000-4000-8000-123456789abc",
            device_group_key="-AbCdEf12",
            device_password="a device's password",
            access_token="token",
            aws_srp=module,
        )

    benchmark.group = "AWS's ConfirmDevice example"
    benchmark.extra_info["name"] = f"AWS's ConfirmDevice example, {module.__name__}"
    for _ in range(30):
        run()  # past the point where gmpy2 builds its table
    benchmark(run)
