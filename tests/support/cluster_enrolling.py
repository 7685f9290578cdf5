"""Confirms derived rows in an engine's workers: what on_ray.py and on_spark.py share."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import pyarrow as pa
from botocore import UNSIGNED
from botocore.config import Config

from cognito_srp.distributed import enroll_batches, equal_share
from cognito_srp.enroll import Enroller
from support.lean_cognito import LeanCognito

__all__ = ["ROWS", "check", "confirming", "finish", "with_tokens"]

ROWS = 1_000
_RATE = 500.0
_WORKERS = 2


def with_tokens(derived: pa.Table) -> pa.Table:
    """The first rows, and a token for each."""
    rows = derived.slice(0, ROWS)
    return rows.append_column("access_token", pa.array(["token"] * rows.num_rows))


def confirming(endpoint_url: str) -> Callable[[Any], Any]:
    """The function for the engine; each worker makes an enroller with its share of the rate."""
    return partial(enroll_batches, enroller=partial(_enroller, endpoint_url))


def check(server: LeanCognito, derived: pa.Table, done: pa.Table) -> None:
    """Every row is confirmed, each with its own verifier, and none was sent twice."""
    assert done.num_rows == ROWS
    assert set(done["outcome"].to_pylist()) == {"confirmed"}
    rows = derived.slice(0, ROWS).select(["device_key", "password_verifier", "salt"]).to_pylist()
    assert server.confirmed() == {
        row["device_key"]: (row["password_verifier"], row["salt"]) for row in rows
    }
    assert len(server.calls()) == ROWS


def finish(target: str, made: pa.Table, seconds: dict[str, float]) -> None:
    """Write the rows to a file, and print how long it all took."""
    with pa.OSFile(target, "wb") as file, pa.ipc.new_file(file, made.schema) as writer:
        writer.write_table(made)
    print(json.dumps(seconds))


def _enroller(endpoint_url: str) -> Enroller:
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    client = boto3.client(
        "cognito-idp", region_name="eu-west-1", endpoint_url=endpoint_url, config=config
    )
    share = equal_share(_RATE, workers=_WORKERS)
    return Enroller(client, rate=share, per_user_rate=share)
