"""The real AWS CLI takes what ``cognito-srp verifier`` prints."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.command_line import Run, SignedIn, device_signs_in

pytestmark = pytest.mark.long


def confirm(aws: Path, user: SignedIn, *options: str) -> None:
    command = [str(aws), "cognito-idp", "confirm-device", "--access-token", user.token, *options]
    done = subprocess.run(
        [*command, *user.aws], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"UserConfirmationNecessary": False}


def test_shorthand(run: Run, aws: Path, signed_in: SignedIn) -> None:
    made = run("verifier", *signed_in.new_device, "--shorthand", "--save", "dev.json")
    config = ("--device-secret-verifier-config", made.out.strip())
    confirm(aws, signed_in, "--device-key", signed_in.device_key, *config)
    assert device_signs_in(signed_in)


def test_json(run: Run, aws: Path, signed_in: SignedIn) -> None:
    made = run("verifier", *signed_in.new_device, "--save", "dev.json")
    Path("verifier.json").write_text(made.out)
    confirm(aws, signed_in, "--cli-input-json", "file://verifier.json")
    assert device_signs_in(signed_in)


def test_text_output_is_the_aws_clis(run: Run, aws: Path, tmp_path: Path) -> None:
    document = {"B": "b", "A": True, "Inner": {"Y": 2, "X": None}, "List": [{"N": 1}, {"N": 2}]}
    code = (
        "import json, sys; from awscli.text import format_text\n"
        "format_text(json.loads(sys.argv[1]), sys.stdout)"
    )
    theirs = subprocess.run(
        [aws.with_name("python"), "-c", code, json.dumps(document)],
        capture_output=True,
        text=True,
        check=True,
    )
    from cognito_srp.cli.output import _text

    assert list(_text(document)) == theirs.stdout.splitlines()
