"""AWS's Python example for ConfirmDevice, given our module."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from support.people import PASSWORD

from cognito_srp import RememberedDevice, aws_srp, sign_in
from cognito_srp.local import LocalCognito, LocalPool
from srp_native import N
from srp_native.engines import _registry as registry

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "aws_confirm_device.py"
RUNS = 1000


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("aws_confirm_device", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Recorder:
    """A client that keeps what ConfirmDevice is sent."""

    def __init__(self) -> None:
        self.configs: list[dict[str, str]] = []

    def confirm_device(self, **request: Any) -> dict[str, bool]:
        self.configs.append(request["DeviceSecretVerifierConfig"])
        return {"UserConfirmationNecessary": True}


def confirm(example: ModuleType, client: Any, number: int = 0, **changes: Any) -> bool:
    given = {
        "client": client,
        "client_id": "client",
        "user_name": "ann",
        "device_key": f"eu-west-1_{number:08x}-0000-4000-8000-123456789abc",
        "device_group_key": "-AbCdEf12",
        "device_password": f"password {number}",
        "access_token": "token",
        "aws_srp": aws_srp,
        **changes,
    }
    answer: bool = example.confirm_mfa_device(**given)
    return answer


def count_powers(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the engine that runs now answers from here on."""
    engine, answers = registry.current_engine(), []
    real = engine.pow_g

    def spy(exponent: bytes, *, constant_time: bool = False) -> bytes:
        answers.append(real(exponent, constant_time=constant_time))
        return answers[-1]

    monkeypatch.setattr(engine, "pow_g", spy)
    return answers


def reference(number: int, salt: bytes) -> int:
    """The verifier by hashlib and CPython's own pow, from the documented formula."""
    identity = f"-AbCdEf12eu-west-1_{number:08x}-0000-4000-8000-123456789abc:password {number}"
    x = hashlib.sha256(salt + hashlib.sha256(identity.encode()).digest()).digest()
    return pow(2, int.from_bytes(x, "big"), N)


def test_a_thousand_runs(example: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verifier is right, and is what our engine answered: one power a run, no other."""
    answers, recorder = count_powers(monkeypatch), Recorder()
    for number in range(RUNS):
        assert confirm(example, recorder, number)
    assert len(answers) == len(recorder.configs) == RUNS
    salts = set()
    for number, config in enumerate(recorder.configs):
        v = base64.b64decode(config["PasswordVerifier"], validate=True)
        salt = base64.b64decode(config["Salt"], validate=True)
        salts.add(salt)
        for sent in (v, salt):  # minimal and not negative, as Cognito reads them
            assert sent[0] < 0x80
            assert sent[0] or sent[1] >= 0x80
        assert int.from_bytes(v, "big") == reference(number, salt)
        assert v[-384:].rjust(384, b"\0") == answers[number]
    assert len(salts) == RUNS


def test_on_every_engine(example: ModuleType, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers, recorder = count_powers(monkeypatch), Recorder()
    confirm(example, recorder)
    salt = base64.b64decode(recorder.configs[0]["Salt"])
    assert [int.from_bytes(answer, "big") for answer in answers] == [reference(0, salt)]


@pytest.mark.parametrize("remember_devices", ["always", "opt-in"])
def test_the_device_signs_in(
    example: ModuleType, cognito: LocalCognito, client: Any, remember_devices: Any
) -> None:
    """By AWS's example, which takes a user's challenge for the device's, and by our own client."""
    pool = cognito.create_pool(remember_devices=remember_devices)
    pool.create_user("ann", PASSWORD)
    result = pool.sign_in("ann", PASSWORD)
    new, token = result["NewDeviceMetadata"], result["AccessToken"]
    keys = {"device_key": new["DeviceKey"], "device_group_key": new["DeviceGroupKey"]}
    device = {**keys, "device_password": "a device's password"}
    changes = {**device, "client_id": pool.client_id, "access_token": token}
    assert confirm(example, client, **changes) == (remember_devices == "opt-in")
    client.update_device_status(
        AccessToken=token, DeviceKey=new["DeviceKey"], DeviceRememberedStatus="remembered"
    )

    again = example.sign_in_with_tracked_device(
        client=client,
        client_id=pool.client_id,
        user_name="ann",
        password=PASSWORD,
        aws_srp=aws_srp,
        **device,
    )
    assert again["AccessToken"]
    assert "NewDeviceMetadata" not in again
    session = with_ours(client, pool, RememberedDevice(**device))
    assert session.new_device is None


def with_ours(client: Any, pool: LocalPool, device: RememberedDevice) -> Any:
    return sign_in(
        client,
        pool_id=pool.pool_id,
        client_id=pool.client_id,
        username="ann",
        password=PASSWORD,
        device=device,
    )


def test_it_runs_as_it_stands() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT], check=True, capture_output=True, text=True, timeout=120
    )
    assert "Signed in with it" in done.stdout
