"""Exit codes and the one line that goes with them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from keyring.errors import KeyringError, KeyringLocked, NoKeyringError
from support.command_line import Run
from support.own_keyring import OwnKeyring

import srp_native
from cognito_srp import VerifierFaultError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
        (VerifierFaultError("two engines disagree"), 3),
        (ImportError("needs moto: pip install 'srp-native[local]'"), 3),
        (PermissionError(13, "Permission denied", "dev.json"), 2),
        (ZeroDivisionError("a secret"), 70),
    ],
)
def test_exit_codes(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(srp_native, "available_engines", fail)
    got, out, err = run("engines")
    assert (got, out) == (code, "")
    assert "Traceback" not in err
    assert "a secret" not in err
    assert len(err.splitlines()) == (0 if code == 141 else 1)


def test_a_fault_says_where(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(srp_native, "available_engines", None)
    assert "TypeError at cognito_srp.cli.engines:" in run("engines").err


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoKeyringError("No backend was available. Install a package"), "No backend was available"),
        (KeyringLocked(), "KeyringLocked"),
    ],
)
@pytest.mark.parametrize("option", ["--device", "--save-device"])
def test_a_keyring_that_cannot_be_used(
    run: Run,
    own_keyring: OwnKeyring,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    error: KeyringError,
    words: str,
) -> None:
    def refuse(*_: str) -> str:
        raise error

    monkeypatch.setattr(own_keyring, "get_password", refuse)
    monkeypatch.setenv("COGNITO_PASSWORD", "p")
    ids = ("--user-pool-id", "eu-west-1_AbCdEfGhI", "--client-id", "c", "--username", "ann")
    code, out, err = run(
        "sign-in", *ids, "--endpoint-url", "http://127.0.0.1:9", option, "keyring:a"
    )
    assert (code, out) == (3, "")
    assert f"keyring: {words}; unlock or set up the system's, or use a file" in err


def test_a_reader_that_leaves() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cognito_srp.cli", "engines"],
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.paced
@pytest.mark.skipif(os.name != "posix", reason="needs the CPU time of children")
@pytest.mark.parametrize(
    "command", ["--help", "help verifier", "help enroll", "help devices", "help merge"]
)
def test_the_command_starts_within_a_fifth_of_a_second(command: str) -> None:
    """CPU time, the least of five: what others run meanwhile counts little."""
    least = float("inf")
    for _ in range(5):
        before = os.times()
        program = [sys.executable, "-m", "cognito_srp", *command.split()]
        subprocess.run(program, check=True, capture_output=True)
        after = os.times()
        took = after.children_user + after.children_system
        least = min(least, took - before.children_user - before.children_system)
    assert least < 0.2


@pytest.mark.parametrize("command", ["--help", "help enroll", "help merge", "help report"])
def test_the_program_loads_nothing_heavy(command: str) -> None:
    code = (
        f"import sys; from cognito_srp.cli import main; main({command.split()})\n"
        "heavy = {'boto3', 'botocore', 'moto', 'gmpy2', 'rich', 'jmespath', 'sqlite3', 'shtab'}\n"
        "heavy |= {'cognito_srp.enroll', 'cognito_srp.local', 'cognito_srp.cli.enroll'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
