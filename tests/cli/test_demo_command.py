"""``cognito-srp demo``, small, and what it says when a step fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.command_line import Run

from cognito_srp import DeviceVerifier, ServiceError, confirm_device, create_device_verifier
from cognito_srp.cli import demo

SMALL = ("demo", "--devices", "6", "--sign-ins", "2", "--threads", "2")
STEPS = [
    "device keys from sign-ins",
    "verifiers, in one batch",
    "devices confirmed",
    "sign-ins with DEVICE_SRP_AUTH",
    "wrong verifier, refused at sign-in",
]


def test_json(run: Run) -> None:
    code, out, err = run(*SMALL, "--output", "json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert [step["Step"] for step in document["Steps"]] == STEPS
    assert [step["Done"] for step in document["Steps"]] == [6, 6, 6, 2, 1]
    assert not any(step["Failed"] for step in document["Steps"])
    assert document["Engine"]["Name"]


def test_table(run: Run) -> None:
    code, out, err = run(*SMALL)
    assert (code, err) == (0, "")
    for step in STEPS:
        assert step in out
    assert out.splitlines()[-1].startswith("engine: ")


def test_a_sample_of_more_than_there_are(run: Run) -> None:
    query = ("--output", "json", "--query", "Steps[].Done")
    code, out, _ = run("demo", "--devices", "2", "--sign-ins", "5", *query)
    assert code == 0
    assert json.loads(out) == [2, 2, 2, 2, 1]


def test_devices_that_fail_are_counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = confirm_device
    left = [2]

    def fail_twice(client: Any, **parameters: Any) -> Any:
        if left[0] > 0:
            left[0] -= 1
            raise ServiceError("ConfirmDevice", "InternalErrorException", "no luck")
        return real(client, **parameters)

    monkeypatch.setattr(demo, "confirm_device", fail_twice)
    query = ("--output", "json", "--query", "Steps[].[Done,Failed]")
    code, out, err = run("demo", "--devices", "6", "--sign-ins", "9", "--threads", "1", *query)
    assert code == 1
    assert json.loads(out) == [[6, 0], [6, 0], [4, 2], [4, 0], [1, 0]]
    assert "devices confirmed: 2 failed" in err
    assert "no luck" in err


def test_a_wrong_verifier_that_is_not_refused_fails(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    right: dict[str, DeviceVerifier] = {}
    make = create_device_verifier

    def same_twice(**keys: Any) -> DeviceVerifier:
        return right.setdefault(keys["device_key"], make(**keys))

    monkeypatch.setattr(demo, "create_device_verifier", same_twice)
    code, _, err = run(*SMALL)
    assert code == 1
    assert "signed in although its verifier is wrong" in err


@pytest.mark.parametrize("option", ["--devices", "--threads"])
def test_nothing_to_do(run: Run, option: str) -> None:
    assert run("demo", option, "0").code == 2
