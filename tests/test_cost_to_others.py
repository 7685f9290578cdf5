"""What other people pay for the package: a pytest plugin of one module, and a light import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: What `import cognito_srp` may add to a bare Python.
MILLISECONDS = 60


def test_other_peoples_runs_load_one_module_of_ours(tmp_path: Path) -> None:
    """By the entry point, as pytest finds it wherever the package is installed."""
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_theirs():\n"
        "    ours = [n for n in sys.modules if n.startswith(('cognito_srp', 'srp_native'))]\n"
        "    assert ours == ['cognito_srp_pytest']\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_theirs.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.paced
@pytest.mark.skipif(sys.platform == "win32", reason="has no times of children")
def test_importing_takes_little_more_than_starting_python() -> None:
    """CPU time, the least of several runs: others' work on the machine does not count."""
    bare, ours = (
        min(_cpu_seconds(code) for _ in range(7)) for code in ("pass", "import cognito_srp")
    )
    assert (ours - bare) * 1000 < MILLISECONDS


def _cpu_seconds(code: str) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = os.times()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system
