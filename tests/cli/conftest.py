"""The command line in this process, and a Cognito for it to talk to."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command_line import PASSWORD, Outcome, Run, SignedIn, make_signed_in, without_rich

from cognito_srp.cli import main
from cognito_srp.local import LocalCognito, LocalPool


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own AWS configuration, and every relative path in a fresh folder."""
    for name in os.environ:
        if name.startswith(("AWS_", "COGNITO_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=[True, False])
def with_rich(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Once with the extra that draws on a terminal, and once where it is not installed."""
    installed = bool(request.param)
    if not installed:
        monkeypatch.setattr(builtins, "__import__", without_rich(builtins.__import__))
    return installed


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; what it prints is in the outcome."""

    def run(*argv: str) -> Outcome:
        capsys.readouterr()
        code = main(argv)
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def cognito() -> Iterator[LocalCognito]:
    with LocalCognito() as server:
        yield server


@pytest.fixture(scope="module")
def pool(cognito: LocalCognito) -> LocalPool:
    """A pool that remembers devices, with the user ann."""
    pool = cognito.create_pool()
    pool.create_user("ann", PASSWORD)
    return pool


@pytest.fixture
def signed_in(cognito: LocalCognito, monkeypatch: pytest.MonkeyPatch) -> SignedIn:
    """A new device of a pool that remembers devices, its access token in the environment."""
    return make_signed_in(cognito.create_pool(), monkeypatch)


@pytest.fixture
def signed_in_opt_in(cognito: LocalCognito, monkeypatch: pytest.MonkeyPatch) -> SignedIn:
    """The same, of a pool that remembers devices only on the user's word."""
    return make_signed_in(cognito.create_pool(remember_devices="opt-in"), monkeypatch)
