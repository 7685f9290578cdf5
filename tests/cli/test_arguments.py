"""How arguments are read, and what is said about wrong ones."""

from __future__ import annotations

import json
import platform
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import Run

import srp_native
from cognito_srp.cli.program import COMMANDS, program

DEVICE_KEY = "eu-west-2_627477ae-3631-4248-bed9-d2e934100372"
SECRET = "eyJ-a-secret-value"
DOCUMENT = Path(__file__).parents[2] / "docs" / "command-line.md"


@pytest.mark.parametrize("group_key", ["-FDRunwQv", "-1234", "--FDRunwQ", "-h2", "abc"])
@pytest.mark.parametrize("joined", [True, False])
def test_a_group_key_may_begin_with_a_hyphen(run: Run, group_key: str, joined: bool) -> None:
    option = "--device-group-key"
    value = [f"{option}={group_key}"] if joined else [option, group_key]
    code, out, _ = run("verifier", "--device-key", DEVICE_KEY, *value)
    assert code == 0
    assert json.loads(out)["RememberedDevice"]["device_group_key"] == group_key


def test_a_missing_value_is_not_filled_with_the_next_option(run: Run) -> None:
    code, out, err = run("verifier", "--device-group-key", "--device-key", DEVICE_KEY)
    assert (code, out) == (2, "")
    assert "--device-group-key: needs a value; write --device-group-key VALUE" in err


@pytest.mark.parametrize("form", [["--access-token", SECRET], [f"--access-token={SECRET}"]])
def test_a_token_is_not_taken_from_an_argument(run: Run, form: list[str]) -> None:
    code, out, err = run("confirm", "--resume", "dev.json", *form)
    assert (code, out) == (2, "")
    assert "--access-token-file" in err
    assert "COGNITO_ACCESS_TOKEN" in err
    assert SECRET not in err


@pytest.mark.parametrize(
    ("command", "option"), [("verifier", "--device-password"), ("local", "--password")]
)
def test_nor_is_a_password(run: Run, command: str, option: str) -> None:
    code, out, err = run(command, option, SECRET)
    assert (code, out) == (2, "")
    assert f"{option}-file" in err
    assert SECRET not in err


@pytest.mark.parametrize("wrong", [["--acess-token", SECRET], [f"--token={SECRET}"], [SECRET]])
def test_what_nobody_knows_is_not_repeated(run: Run, wrong: list[str]) -> None:
    code, out, err = run("engines", *wrong)
    assert (code, out) == (2, "")
    assert SECRET not in err
    assert len(err.splitlines()) == 1


def test_options_are_not_abbreviated(run: Run) -> None:
    assert run("engines", "--out", "json").code == 2


def test_help_and_version(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for command in ("verifier", "confirm", "engines", "bench", "local", "demo"):
        assert command in out
        assert run(command, "--help").code == 0
    assert run("--version").out.startswith("cognito-srp ")


def test_the_version_tells_what_a_report_of_a_fault_needs(run: Run) -> None:
    code, out, err = run("--version")
    assert (code, err, len(out.splitlines())) == (0, "", 1)
    info = srp_native.engine()
    for part in (info.name, info.kernel or "", platform.python_version(), platform.machine()):
        assert part in out


def test_help_by_its_own_command(run: Run) -> None:
    assert run("help").out == run("--help").out
    assert run("help", "enroll").out == run("enroll", "--help").out
    assert run("help", "devices", "forget").out == run("devices", "forget", "--help").out


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_help_wraps_at_the_terminals_width(
    run: Run, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    """But for commands to copy, the table of faults, and the usage, whose alternatives argparse
    keeps together."""
    monkeypatch.setenv("COLUMNS", str(columns))
    longest = 0
    for command in (*COMMANDS, "help"):
        _, _, text = run("help", command).out.partition("\n\n")
        for line in text.splitlines():
            is_kept = line.startswith(("  cognito-srp", "      --", "  bash ", "  zsh ", "  fish "))
            is_kept = is_kept or (command == "local" and line.startswith("  "))
            assert is_kept or len(line) <= columns or " " not in line.strip(), line
            longest = max(longest, 0 if is_kept else len(line))
    assert longest > 0.8 * columns


def test_running_the_package() -> None:
    for module in ("cognito_srp", "cognito_srp.cli"):
        command = [sys.executable, "-m", module, "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.startswith("cognito-srp ")


def test_every_command_is_listed_with_what_it_does(run: Run) -> None:
    """And each has its module, which is imported only when it is asked for."""
    listed = run("--help").out
    for command, summary in COMMANDS.items():
        assert command in listed
        assert summary.split()[0] in listed
        assert run(command, "--help").code == 0


def test_no_command_is_wrong_usage(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def document_examples() -> list[str]:
    """Every call of ours in the document's blocks, lines joined."""
    blocks = DOCUMENT.read_text().split("```")[1::2]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("cognito-srp ")]


@pytest.mark.parametrize("line", document_examples())
def test_the_documents_examples_are_read(line: str) -> None:
    lexer = shlex.shlex(
        line.replace('"$(', "").replace(')"', ""), posix=True, punctuation_chars=True
    )
    lexer.whitespace_split = True
    words = list(lexer)
    end = next((i for i, word in enumerate(words) if word in {"|", ">", "&", "<"}), len(words))
    program().parse(words[1:end])
