"""Whatever the service model allows, and some of what it does not, is answered or refused: never
with an exception that is none of the service's."""

from __future__ import annotations

import random
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from cognito_srp.local import LocalCognito

MODEL = get_session().get_service_model("cognito-idp")
PASSWORD = "Correct-horse-1"
CHALLENGE_RESPONSES = (
    "USERNAME", "PASSWORD", "SRP_A", "DEVICE_KEY", "REFRESH_TOKEN", "SECRET_HASH", "ANSWER",
    "NEW_PASSWORD", "TIMESTAMP", "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK",
    "SMS_MFA_CODE", "SOFTWARE_TOKEN_MFA_CODE", "PREFERRED_CHALLENGE",
)  # fmt: skip


class Requests:
    """Random parameters, most of them of the right form, and many that mean something."""

    def __init__(self, cognito: LocalCognito, seed: int) -> None:
        self.rng = random.Random(seed)
        self.pool = cognito.create_pool(mfa="OPTIONAL")
        self.pool.create_user("ann", PASSWORD)
        self.result = self.pool.sign_in("ann", PASSWORD)
        self.known = {
            "UserPoolId": self.pool.pool_id,
            "ClientId": self.pool.client_id,
            "AccessToken": self.result["AccessToken"],
            "DeviceKey": self.result["NewDeviceMetadata"]["DeviceKey"],
            "Username": "ann",
            "Password": PASSWORD,
        }

    def of(self, shape: Any, name: str = "", depth: int = 0) -> Any:
        if name in self.known and self.rng.random() < 0.9:
            return self.known[name]
        if shape.type_name == "structure":
            return {
                key: self.of(member, key, depth + 1)
                for key, member in shape.members.items()
                if key in shape.required_members or (depth < 4 and self.rng.random() < 0.4)
            }
        if shape.type_name == "list":
            return [self.of(shape.member, name, depth + 1)] * self.rng.randrange(2)
        if shape.type_name == "map":
            names = self.rng.sample(CHALLENGE_RESPONSES, self.rng.randrange(6))
            return {key: self.rng.choice(["ann", "2", "", "é", PASSWORD]) for key in names}
        return self.scalar(shape)

    def scalar(self, shape: Any) -> Any:
        low = shape.metadata.get("min", 1)
        if shape.type_name == "boolean":
            return self.rng.random() < 0.5
        if shape.type_name in ("integer", "long", "timestamp"):
            return low
        if getattr(shape, "enum", None):
            return self.rng.choice(shape.enum)
        return self.rng.choice(["a" * max(1, low), "ann", "é", "0", "x_0", "a.b.c", "\0"])


@pytest.mark.parametrize("operation", MODEL.operation_names)
def test_any_request(operation: str, long_run: bool) -> None:
    shape = MODEL.operation_model(operation).input_shape
    cognito, seed = LocalCognito(), random.randrange(1 << 32)
    requests = Requests(cognito, seed)
    for _ in range(200 if long_run else 15):
        try:
            cognito.call(operation, requests.of(shape, operation) if shape else {})
        except ClientError:
            continue
        except Exception as error:
            pytest.fail(f"seed {seed}: {error!r}")
