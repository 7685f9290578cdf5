"""The container image: its Dockerfile is linted, has all it needs, and the workflow runs what the
page about containers says."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support import TESTS
from support.pages import blocks

ROOT = TESTS.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PAGE = ROOT / "docs" / "how-to" / "containers.md"
WORKFLOW = ROOT / ".github" / "workflows" / "container.yml"


def test_hadolint_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint is not installed (the extra [dev] has it)")
    done = subprocess.run(
        [str(linter), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_copied_is_there_and_not_ignored() -> None:
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    ]
    assert {"pyproject.toml", "srp_native", "python"} < set(copied)
    allowed = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(fnmatch.fnmatch(name, pattern) for pattern in allowed), name
    assert set(allowed) == set(copied)


def test_nothing_runs_as_root() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    user = re.findall(r"^USER (\d+):\d+$", final, re.MULTILINE)
    assert len(user) == 1
    assert user[0] != "0"
    assert final.index("\nUSER ") < final.index("\nENTRYPOINT ")


def _commands(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip()]


def test_the_workflow_runs_the_commands_of_the_page() -> None:
    steps = yaml.safe_load(WORKFLOW.read_text())["jobs"]["image"]["steps"]
    run = [command for step in steps for command in _commands(step.get("run", ""))]
    shown = [
        command.removeprefix("$ ")
        for block in blocks(PAGE)
        if block.said("run by") == ".github/workflows/container.yml"
        for command in _commands(block.text)
    ]
    assert len(shown) == 4
    for command in shown:
        assert command in run, command


def test_the_compose_file_has_services_that_fit() -> None:
    [text] = [block.text for block in blocks(PAGE) if block.said("file") == "compose.yaml"]
    services = yaml.safe_load(text)["services"]
    assert services["app"]["depends_on"] == {"cognito": {"condition": "service_healthy"}}
    url = services["app"]["environment"]["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"]
    assert url == "http://cognito:9339"
    assert "--allow-host cognito" in " ".join(services["cognito"]["command"])
