"""Other packages on our powers, in an environment of their own: their own tests, and HomeKit's
pairing by the three packages that docs/backends.md has recipes for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from support import TESTS
from support.installing import HOMEKIT, pip_install

ROOT = TESTS.parent
PROGRAMS = TESTS / "support" / "programs"
#: Sdists that contain their tests, by the SHA-256 that PyPI has for them. srptools' later ones and
#: aiohomekit's do not.
SDISTS = {
    "srp==1.0.22": "f330d0ec7387e2ac8577487b164963155d4a031bca6e2024f1b0930eb92baa5d",
    "srptools==1.0.1": "7fa4337256a1542e8f5bb4bed19e1d9aea98fe5ff9baf76693342a1dd6ac7c96",
    "HAP-python==5.2.0": "ede65dbd35ecb075e40483b57ff6f88bbb799a9dfb877dd4f9fcbe84511f57f3",
}
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def python() -> Path:
    """Kept between runs; skips where there is no index."""
    return pip_install(ROOT / "build" / "homekit", *HOMEKIT) / "python"


def run(python: Path, program: str, *arguments: str | Path) -> Any:
    """What a program of ours prints last, on the sources that are tested here."""
    command = [python, PROGRAMS / program, *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def unpacked(requirement: str, folder: Path) -> Path:
    """A package's sdist from PyPI, its digest checked."""
    (folder / "wanted.txt").write_text(f"{requirement} --hash=sha256:{SDISTS[requirement]}\n")
    name = requirement.partition("=")[0]
    options = ["--no-deps", "--no-binary", name, "--require-hashes", "-r", "wanted.txt"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "HASH" not in done.stderr:
        pytest.skip(f"cannot download {requirement}: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    [root] = (path for path in folder.iterdir() if path.is_dir())
    return root


@pytest.mark.parametrize(
    ("requirement", "recipe", "tests", "count"),
    [
        ("srp==1.0.22", ("install", "srp"), ["srp/test_srp.py"], 16),
        ("srptools==1.0.1", ("install", "srptools"), ["tests"], 6),
        (
            "HAP-python==5.2.0",
            ("under", "pyhap.hsrp"),
            ["tests/test_hsrp.py", "tests/test_hap_handler.py"],
            38,
        ),
    ],
    ids=["pysrp", "srptools", "HAP-python"],
)
def test_their_own_tests_pass(
    python: Path,
    tmp_path: Path,
    requirement: str,
    recipe: tuple[str, str],
    tests: list[str],
    count: int,
) -> None:
    root = unpacked(requirement, tmp_path)
    result = run(python, "own_suite.py", *recipe, *(root / name for name in tests))
    assert result["passed"] == count
    assert sum(result["powers"].values()) >= 30


def test_homekits_pairing_is_the_same_on_our_powers(python: Path) -> None:
    result = run(python, "homekit_pairing.py", "1")
    assert set(result) == {
        "HAP-python, the accessory",
        "aiohomekit, both sides",
        "pyatv, the controller",
    }
    for name, pairing in result.items():
        assert pairing["on_ours"] == pairing["on_pow"], name
    assert (
        "HAP-python 5.2.0 (pyhap.hsrp.pow)" in result["HAP-python, the accessory"]["installation"]
    )
