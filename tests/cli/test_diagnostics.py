"""``--debug`` and ``--quiet``, wherever they stand."""

from __future__ import annotations

import json
import logging

import pytest
from support.command_line import PASSWORD, Run, SignedIn

import srp_native


@pytest.mark.parametrize("place", ["before", "behind"])
def test_debug_shows_the_calls_and_no_secret(
    run: Run, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("COGNITO_PASSWORD", PASSWORD)
    pool = signed_in.pool
    ids = ["--user-pool-id", pool.pool_id, "--client-id", pool.client_id, "--username", "ann"]
    line = ["sign-in", *ids, *signed_in.aws, "--show-tokens", "--save-device", f"{place}.json"]
    line = ["--debug", *line] if place == "before" else [*line, "--debug"]
    code, out, err = run(*line)
    assert code == 0, err
    assert "OperationModel(name=InitiateAuth)" in err
    assert "OperationModel(name=ConfirmDevice)" in err
    shown = json.loads(out)
    with open(f"{place}.json") as file:
        device = json.load(file)
    secrets = [PASSWORD, shown["AccessToken"], shown["RefreshToken"], shown["IdToken"]]
    for secret in [*secrets, device["device_password"]]:
        assert secret not in err


def test_debug_ends_with_the_command(run: Run) -> None:
    logger = logging.getLogger("botocore")
    before = logger.level, list(logger.handlers)
    run("engines", "--debug")
    assert (logger.level, list(logger.handlers)) == before


def test_debug_shows_where_a_fault_was_and_not_what_it_said(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(srp_native, "available_engines", fail)
    code, _, err = run("engines", "--debug")
    assert code == 70
    assert "engines.py:" in err
    assert "in fail" in err
    assert "a secret" not in err
    assert "in fail" not in run("engines").err


def test_quiet_leaves_only_what_ends_the_command(run: Run, signed_in: SignedIn) -> None:
    """A note is left out, an error is not."""
    new = (*signed_in.new_device, "--save", "dev.json", *signed_in.aws)
    assert run("confirm", *new, "--quiet").err == ""
    told = run("confirm", "--resume", "dev.json", *signed_in.aws)
    assert (told.code, "DeviceKeyExists" in told.err) == (4, True)
    failed = run("confirm", "--quiet", "--resume", "absent.json", *signed_in.aws)
    assert (failed.code, len(failed.err.splitlines())) == (2, 1)
