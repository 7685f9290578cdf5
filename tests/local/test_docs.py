"""The tests on the documentation's pages about testing are some, and pass."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.mark.parametrize("page", ["local-cognito", "from-moto", "verifying-tokens"])
def test_the_page_runs(tmp_path: Path, page: str) -> None:
    text = (DOCS / f"{page}.md").read_text()
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    if "import jwt" in code:
        pytest.importorskip("jwt", reason="PyJWT is not installed")
    if "s3" in code:
        pytest.importorskip("moto.s3", reason="moto's other services are not installed")
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    (tmp_path / "test_page.py").write_text(code)
    arguments = ["-q", "-p", "cognito_srp.local.pytest_plugin", "test_page.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
