"""Archives as `pip` and `build` make them from this tree, once for all tests that look at them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from release.releases import ROOT, tree_copy

__all__: list[str] = []


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of this tree, and the wheel that is built from it."""
    if not shutil.which("cc"):
        pytest.skip("there is no C compiler")
    # Not `build`: that is also the name of a folder of this tree.
    pytest.importorskip("build.__main__", reason="the extra [release] is not installed")
    return build(tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="session")
def dist_again(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same from another copy of the tree, in another folder."""
    return build(tmp_path_factory.mktemp("again-elsewhere"))


def build(folder: Path) -> Path:
    tree = tree_copy(ROOT, folder / "tree")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", tree]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return folder / "dist"
