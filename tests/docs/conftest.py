"""The site, built once for the tests that look at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import TESTS

ROOT = TESTS.parent
COMMAND = (sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-n", "-q")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[Path]:
    """With pytest-xdist: the first worker builds, the others wait for it."""
    shared = folder.parent / "site" if "PYTEST_XDIST_WORKER" in os.environ else folder / "site"
    shared.mkdir(exist_ok=True)
    with (shared / ".lock").open("w") as lock:
        if os.name == "posix":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `make docs` writes; building it without a warning is the first test."""
    pytest.importorskip("furo", reason="the extra [docs] is not installed")
    with _one_at_a_time(tmp_path_factory.getbasetemp()) as folder:
        if not (folder / "index.html").exists():
            done = subprocess.run(
                [*COMMAND, str(ROOT / "docs"), str(folder)],
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    return folder
