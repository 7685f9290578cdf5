"""A local Cognito in a process of its own, and devices to enroll there.

Run as a program it serves until stdin ends: a line ``N PATH`` there makes N devices, each of its
own sign-in, and writes them to PATH as JSON lines; ``0 PATH`` writes what the pool keeps of every
confirmed device. Both answer ``ready``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from cognito_srp import RememberedDevice, sign_in
from support import TESTS
from support.people import PASSWORD

#: Users have several devices each, as in life.
PER_USER = 25


class Kept(NamedTuple):
    """What the pool has of a device."""

    username: str
    verifier: int
    salt: int


class Fleet:
    """The process. Kills and crashes of whoever enrolls leave it alone."""

    def __init__(self, *, lost: float = 0.0) -> None:
        """`lost` is how many answers to ConfirmDevice get lost, after it has had its effect."""
        command = [sys.executable, "-m", "support.fleet", str(lost)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TESTS
        )
        self.about: dict[str, str] = json.loads(self._read())

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    @property
    def options(self) -> list[str]:
        """What leads a command to it."""
        return ["--endpoint-url", self.about["url"], "--region", self.about["region"]]

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "cognito-idp",
            endpoint_url=self.about["url"],
            region_name=self.about["region"],
            config=Config(signature_version=UNSIGNED),
        )

    def write_devices(self, count: int, path: Path) -> list[dict[str, str]]:
        """Write that many new devices to a file of mode 0600, and return them."""
        assert self._process.stdin is not None
        path.touch(0o600)
        print(count, path, file=self._process.stdin, flush=True)
        assert self._read() == "ready\n"
        return [json.loads(line) for line in path.read_text().splitlines()]

    def kept(self, path: Path) -> dict[str, Kept]:
        """What the pool keeps of every confirmed device; `path` is for it to write to."""
        assert self._process.stdin is not None
        print(0, path, file=self._process.stdin, flush=True)
        assert self._read() == "ready\n"
        lines = (json.loads(line) for line in path.read_text().splitlines())
        return {device[0]: Kept(*device[1:]) for device in lines}

    def signs_in(self, username: str, device: RememberedDevice) -> bool:
        """Whether the device proves itself, so that the sign-in hands out no new key."""
        session = sign_in(
            self._client,
            pool_id=self.about["pool_id"],
            client_id=self.about["client_id"],
            username=username,
            password=PASSWORD,
            device=device,
            auth_flow="USER_PASSWORD_AUTH",
        )
        return session.new_device is None

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def _serve(lost: float) -> None:
    from cognito_srp.local import Fault, LocalCognito

    with LocalCognito() as cognito:
        if lost:
            cognito.faults.add(Fault("drop-response", "ConfirmDevice", probability=lost))
        pool = cognito.create_pool()
        about = {
            "url": cognito.endpoint_url,
            "region": cognito.region,
            "pool_id": pool.pool_id,
            "client_id": pool.client_id,
        }
        print(json.dumps(about), flush=True)
        owners: dict[str, str] = {}
        for line in sys.stdin:
            count, path = line.rstrip("\n").split(" ", 1)
            with Path(path).open("w") as file:
                for record in (
                    _make(pool, int(count), owners) if int(count) else _dump(pool, owners)
                ):
                    file.write(json.dumps(record) + "\n")
            print("ready", flush=True)


def _make(pool: Any, count: int, owners: dict[str, str]) -> Any:
    for _ in range(count):
        user = f"user-{len(owners) // PER_USER}"
        if len(owners) % PER_USER == 0:
            pool.create_user(user, PASSWORD)
        result = pool.sign_in(user, PASSWORD)
        metadata = result["NewDeviceMetadata"]
        owners[metadata["DeviceKey"]] = user
        yield {
            "device_key": metadata["DeviceKey"],
            "device_group_key": metadata["DeviceGroupKey"],
            "access_token": result["AccessToken"],
        }


def _dump(pool: Any, owners: dict[str, str]) -> Any:
    state = pool.cognito._app.state
    with state.lock:
        devices = state.backend(pool.cognito.region).user_pools[pool.pool_id].devices
        for of_user in devices._by_user.values():
            for device in of_user.values():
                if device.confirmed:
                    yield device.key, owners[device.key], device.verifier, device.salt


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
