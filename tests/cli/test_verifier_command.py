"""``cognito-srp verifier``: its output, the file it keeps, and where the secret goes."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from support.command_line import Run

from cognito_srp import DeviceVerifier, RememberedDevice

DEVICE_KEY = "eu-west-2_627477ae-3631-4248-bed9-d2e934100372"
COMMAND = ("verifier", "--device-key", DEVICE_KEY, "--device-group-key", "-FDRunwQv")


def test_known_answer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # docs/protocol.md's second known answer: Salt AOuW is 00 EB 96.
    monkeypatch.setenv("COGNITO_DEVICE_PASSWORD", "BAUl")
    code, out, err = run(*COMMAND, "--salt", "eb96")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert list(document) == ["DeviceKey", "DeviceSecretVerifierConfig"]
    config = document["DeviceSecretVerifierConfig"]
    assert config["Salt"] == "AOuW"
    assert config["PasswordVerifier"].startswith("AId3eNiA")
    assert config["PasswordVerifier"].endswith("sGbw==")
    assert "BAUl" not in out


def test_a_random_password_is_printed_where_nothing_else_keeps_it(run: Run) -> None:
    document = json.loads(run(*COMMAND).out)
    device = RememberedDevice.from_json(json.dumps(document["RememberedDevice"]))
    verifier = DeviceVerifier.from_config(
        device_key=document["DeviceKey"],
        config=document["DeviceSecretVerifierConfig"],
        device_group_key=device.device_group_key,
        device_password=device.device_password,
    )
    assert verifier.recompute() is not None


def test_save_keeps_the_secret_in_a_file_of_its_owner_only(run: Run) -> None:
    earlier = os.umask(0)
    try:
        code, out, _ = run(*COMMAND, "--save", "dev.json")
    finally:
        os.umask(earlier)
    path = Path("dev.json")
    assert code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    device = RememberedDevice.from_json(path.read_text())
    assert device.device_group_key == "-FDRunwQv"
    assert device.device_password not in out
    assert "RememberedDevice" not in out


def test_save_never_writes_over_a_file(run: Run) -> None:
    Path("dev.json").write_text("the only secret")
    code, out, err = run(*COMMAND, "--save", "dev.json")
    assert (code, out) == (2, "")
    assert "dev.json" in err
    assert Path("dev.json").read_text() == "the only secret"


def test_save_leaves_nothing_half_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    code, out, err = run(*COMMAND, "--save", "dev.json")
    assert (code, out) == (2, "")
    assert "No space left" in err
    assert not Path("dev.json").exists()


def test_save_into_no_folder(run: Run) -> None:
    code, out, err = run(*COMMAND, "--save", "nowhere/dev.json")
    assert (code, out) == (2, "")
    assert "nowhere/dev.json" in err


def test_shorthand(run: Run) -> None:
    code, out, _ = run(*COMMAND, "--shorthand", "--save", "dev.json")
    assert code == 0
    # What comes after the first "=" of each part is the value, as the AWS CLI reads it.
    config = dict(part.split("=", 1) for part in out.strip().split(","))
    device = RememberedDevice.from_json(Path("dev.json").read_text())
    verifier = DeviceVerifier.from_config(
        device_key=DEVICE_KEY,
        config=config,
        device_group_key=device.device_group_key,
        device_password=device.device_password,
    )
    assert verifier.recompute() is not None


def test_shorthand_is_refused_where_it_would_lose_the_secret(run: Run) -> None:
    code, out, err = run(*COMMAND, "--shorthand")
    assert (code, out) == (2, "")
    assert "--save" in err


def test_a_password_of_ones_own(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("password").write_text("from a file\n")
    monkeypatch.setenv("COGNITO_DEVICE_PASSWORD", "from the environment")
    # The file goes before the environment, and its line end is no part of the password.
    for option, expected in (
        (["--device-password-file", "password"], "from a file"),
        ([], "from the environment"),
    ):
        name = f"{expected}.json"
        assert run(*COMMAND, *option, "--shorthand", "--save", name).code == 0
        assert RememberedDevice.from_json(Path(name).read_text()).device_password == expected
    code, out, _ = run(*COMMAND, "--shorthand")
    assert code == 0
    assert out.startswith("PasswordVerifier=")


@pytest.mark.parametrize(
    ("content", "what"), [(b"", "empty"), (b"\n", "empty"), (b"\xff\xfe", "UTF-8")]
)
def test_a_password_file_that_holds_none(run: Run, content: bytes, what: str) -> None:
    Path("password").write_bytes(content)
    code, out, err = run(*COMMAND, "--device-password-file", "password")
    assert (code, out) == (2, "")
    assert what in err


@pytest.mark.parametrize("salt", ["", "0", "xyz", "-1", "f" * 130])
def test_wrong_salts(run: Run, salt: str) -> None:
    code, out, err = run(*COMMAND, "--salt", salt)
    assert (code, out) == (2, "")
    assert "--salt" in err


def test_salts_may_have_an_odd_number_of_digits(run: Run) -> None:
    query = ("--query", "DeviceSecretVerifierConfig.Salt", "--output", "text")
    assert run(*COMMAND, "--salt", "f", *query).out == "Dw==\n"
    assert run(*COMMAND, "--salt", "0f", *query).out == "Dw==\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--device-key", "no-underscore"),
        ("--device-key", "eu-west-2_" + "a" * 46),
        ("--device-group-key", DEVICE_KEY),
    ],
)
def test_wrong_keys(run: Run, option: str, value: str) -> None:
    code, out, err = run(*COMMAND, option, value)
    assert (code, out) == (2, "")
    assert err.startswith(f"cognito-srp: {option}: ")
    assert len(err.splitlines()) == 1
