"""Which Region a command and a client talk to. Nothing here is sent."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from support.command_line import Run
from support.tokens import unsigned_token

from cognito_srp import InvalidInputError, begin_sign_in, list_devices
from cognito_srp.cli.client import make_client

POOL = "eu-west-1_AbCdEfGhI"


def token(region: str) -> str:
    return unsigned_token(iss=f"https://cognito-idp.{region}.amazonaws.com/{region}_AbCdEfGhI")


#: Every source, in the order in which they count.
SOURCES = ("--region", "pool", "device key", "token", "AWS_REGION", "AWS_DEFAULT_REGION", "profile")


@pytest.mark.parametrize("first", range(len(SOURCES)))
def test_the_first_source_that_is_there_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, first: int
) -> None:
    regions = {name: f"eu-test-{number}" for number, name in enumerate(SOURCES)}
    there = {name: region for name, region in regions.items() if name in SOURCES[first:]}
    config = tmp_path / "config"
    config.write_text(f"[profile one]\nregion = {there['profile']}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if name in there:
            monkeypatch.setenv(name, there[name])
    client = make_client(
        argparse.Namespace(
            region=there.get("--region"), profile="one", endpoint_url="http://127.0.0.1:9"
        ),
        pool_id=f"{there['pool']}_x" if "pool" in there else None,
        device_key=f"{there['device key']}_x" if "device key" in there else None,
        access_token=token(there["token"]) if "token" in there else None,
    )
    assert client.meta.region_name == regions[SOURCES[first]]


SIGN_IN = ("sign-in", "--client-id", "c", "--username", "ann", "--user-pool-id", POOL)


def test_a_region_that_is_not_the_pools_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COGNITO_PASSWORD", "p")
    code, out, err = run(*SIGN_IN, "--region", "us-east-1")
    assert (code, out) == (2, "")
    assert f"--region: is us-east-1, but the pool is {POOL}; leave it out" in err


def test_a_region_of_the_environment_is_no_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    nothing = argparse.Namespace(region=None, profile=None, endpoint_url=None)
    assert make_client(nothing, pool_id=POOL).meta.region_name == "eu-west-1"


def test_an_endpoint_of_ones_own_may_have_pools_of_any_region() -> None:
    local = argparse.Namespace(region="us-east-1", profile=None, endpoint_url="http://127.0.0.1:9")
    assert make_client(local, pool_id=POOL).meta.region_name == "us-east-1"


def test_a_callers_client_of_another_region_is_refused() -> None:
    client = boto3.client(
        "cognito-idp", region_name="us-east-1", config=Config(signature_version=UNSIGNED)
    )
    calls: list[Any] = [
        lambda: begin_sign_in(client, pool_id=POOL, client_id="c", username="ann", password="p"),
        lambda: list(list_devices(client, pool_id=POOL, username="ann")),
    ]
    for call in calls:
        with pytest.raises(InvalidInputError, match=r"region_name='eu-west-1'") as raised:
            call()
        assert raised.value.field == "pool_id"
