"""README's and docs' samples, and the examples, are code that strict type checkers accept."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support import TESTS
from support.pages import blocks as blocks_of

ROOT = TESTS.parent
CLIENT = "from typing import Any\nclient: Any = None\n"
#: What the text around a document's samples has given the reader by then.
GIVEN = {
    "README.md": CLIENT + "result: Any = {}\n",
    "distributed.md": "# pyright: reportAttributeAccessIssue=false\n"  # pyarrow has no types
    + CLIENT
    + "rows: Any = None\ndf: Any = None\n",
    "sign-in.md": CLIENT
    + "from cognito_srp import RememberedDevice\n"
    + "pool_id, client_id, code, refresh_token = '', '', '', ''\n"
    + "device_of_token = RememberedDevice.from_json('')\n",
}
#: Samples that stand alone, and use names of the ones before for something else.
APART = {
    "enrolling.md": CLIENT
    + "from cognito_srp.enroll import EnrollmentRequest\nrequest = EnrollmentRequest()\n",
}
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules: one of each document, whose samples go on from each other."""
    folder = tmp_path_factory.mktemp("samples")
    for document in DOCUMENTS:
        saved = {block.said("file"): block.text for block in blocks_of(document)}
        for path in filter(lambda name: name.endswith(".py"), saved):
            (folder / path).write_text(saved[path])
        found = re.findall(r"```python\n(.*?)```", document.read_text(), re.DOTALL)
        blocks = [block for block in found if block not in saved.values()]
        name = document.stem.replace("-", "_").lower()
        if document.name in APART:
            for number, block in enumerate(blocks):
                given = "" if number == 0 else APART[document.name]
                (folder / f"{name}_{number}.py").write_text(given + block)
        elif blocks:
            given = GIVEN.get(document.name, "")
            (folder / f"{name}.py").write_text(given + "\n".join(blocks))
    return folder


def checked(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if "No module named" in done.stderr:
        pytest.skip(f"{command[0]} is not installed (the extra [dev] has it)")
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_accepts_the_samples(samples: Path) -> None:
    """The examples are among the files that `make lint` checks."""
    checked("mypy", "--config-file", "pyproject.toml", *map(str, sorted(samples.glob("*.py"))))


@pytest.mark.long
def test_pyright_accepts_the_samples_and_examples(samples: Path) -> None:
    shutil.copytree(ROOT / "examples", samples / "examples")
    config = {
        "extraPaths": [str(ROOT), str(ROOT / "python")],  # an editable install hides them
    }
    (samples / "pyrightconfig.json").write_text(json.dumps(config))
    checked("pyright", "--pythonpath", sys.executable, "--project", str(samples))
