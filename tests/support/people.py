"""Who the facade's tests are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cognito_srp import NewDevice, Session, sign_in
from cognito_srp.local import LocalPool
from cognito_srp.local.running import LocalServer

PASSWORD = "Correct-horse-1"


def client_settings(cognito: LocalServer) -> dict[str, str]:
    """What a program of its own makes a boto3 client of the server from."""
    return {
        "endpoint_url": cognito.endpoint_url,
        "region_name": cognito.region,
        "aws_access_key_id": "local",
        "aws_secret_access_key": "local",
    }


@dataclass(frozen=True)
class Someone:
    """A signed-in user with a fresh device key."""

    username: str
    access_token: str
    new_device: NewDevice


def enter(client: Any, pool: LocalPool, username: str, **changes: Any) -> Session:
    """Sign a user of the pool in, as `sign_in` does with these changes."""
    return sign_in(
        client,
        **{
            "pool_id": pool.pool_id,
            "client_id": pool.client_id,
            "client_secret": pool.client_secret,
            "username": username,
            "password": PASSWORD,
            **changes,
        },
    )
