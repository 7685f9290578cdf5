"""Published known answers for both sign-ins, through the drop-in as through pycognito."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pycognito import aws_srp as theirs
from support.aws_srp_cases import make

from cognito_srp import aws_srp as ours
from cognito_srp.aws_srp import challenges


@pytest.fixture(params=[theirs, ours], ids=["pycognito", "drop-in"])
def module(request: pytest.FixtureRequest) -> ModuleType:
    chosen: ModuleType = request.param
    return chosen


def stop_clocks(monkeypatch: pytest.MonkeyPatch, *when: Any) -> None:
    """At the time of the known answer, for both modules."""

    class Fixed(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(*when).replace(tzinfo=tz)

        @classmethod
        def utcnow(cls) -> Any:
            return datetime(*when)

    monkeypatch.setattr(theirs, "datetime", SimpleNamespace(datetime=Fixed))
    monkeypatch.setattr(challenges, "datetime", Fixed)


@pytest.mark.parametrize(
    ("number", "signature"),
    [
        ("36ef01c6dde9fe503da333b1acc758ba", "O9uSej4H1B4or3Zc7Q4+KxuSvOaEfuq2a7Ye4d16fmo="),
        ("36ef01c", "eXYI/hzMa/5YWYSk1NFcDMOOBAOg+juflcjl38+xx4I="),  # an odd number of digits
    ],
)
def test_a_device(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch, number: str, signature: str
) -> None:
    """From the tests of the Rust crate cognito-srp: SALT and SRP_B are the same number."""
    stop_clocks(monkeypatch, 2025, 2, 10, 18, 30, 12)
    made = make(
        module,
        int.from_bytes(b"\x01" * 128, "big"),
        device_key="mock-device-key",
        device_group_key="mock-device-group-key",
        device_password="password",
    )
    block = (
        "9ae77ec7154c14dcc487b47707fee4b4920cb96d8a8c045e4c8df879a7b375524aa736acdec6c9ad"
        "4ea606774d00621b"
    )
    asked = {"USERNAME": "u", "SALT": number, "SRP_B": number, "SECRET_BLOCK": block}
    proof = made.process_device_challenge(asked)
    assert proof["TIMESTAMP"] == "Mon Feb 10 18:30:12 UTC 2025"
    assert proof["PASSWORD_CLAIM_SIGNATURE"] == signature


def test_a_user(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the tests of the Go client cognito-srp."""
    stop_clocks(monkeypatch, 2018, 7, 10, 11, 1, 0)
    number = 1234567890
    made = make(module, number, username="test", password="test", pool_id="eu-west-1_myPool")
    key = made.get_password_authentication_key("test", "test", number, number)
    assert bytes(key).hex() == "d96cde6c95dda17175c1293140c5a81f"
    asked = {
        "USERNAME": "test",
        "USER_ID_FOR_SRP": "test",
        "SALT": f"{number:x}",
        "SRP_B": f"{number:x}",
        "SECRET_BLOCK": b64encode(b"secretssecrestssecrets").decode(),
    }
    proof = made.process_challenge(asked, {"USERNAME": "test"})
    assert proof["PASSWORD_CLAIM_SIGNATURE"] == "tdvQu/Li/qWl8Nni0aFPs+MwY4rvKZm0kSMrGIMSUHk="


@pytest.mark.parametrize(
    ("group_key", "key", "password", "salt", "begins", "ends"),
    [
        (
            "mock-device-group-key", "mock-device-key", "AQEB" * 13 + "AQ==",
            int.from_bytes(b"01" * 16, "big"), "MlDC+806aWjrGBiwORRZRArlVzQm", "WCm1",
        ),
        (
            "-FDRunwQv", "eu-west-2_627477ae-3631-4248-bed9-d2e934100372", "BAUl",
            0xEB96, "AId3eNiA", "sGbw==",
        ),
    ],
)  # fmt: skip
def test_a_verifier(
    module: ModuleType,
    group_key: str,
    key: str,
    password: str,
    salt: int,
    begins: str,
    ends: str,
) -> None:
    """As AWS's example for ConfirmDevice computes one, by either module's functions."""
    made = make(module)
    identity = module.hash_sha256(f"{group_key}{key}:{password}".encode())
    x = module.hex_to_long(module.hex_hash(module.pad_hex(salt) + identity))
    padded = module.pad_hex(pow(made.val_g, x, made.big_n))
    text = b64encode(bytes.fromhex(padded)).decode()
    assert text.startswith(begins)
    assert text.endswith(ends)
