"""Clients that need an environment of their own: installed into one for the run."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

__all__ = ["HOMEKIT", "npm_install", "pip_install"]

#: HomeKit's packages, pysrp, and what their tests and ours need. pyatv does not work with
#: srptools 2, whose SRPClientSession takes its second argument by name only.
HOMEKIT = (
    "HAP-python==5.2.0", "aiohomekit==4.0.1", "pyatv==0.18.0", "srptools==1.0.1", "srp==1.0.22",
    "pytest>=8", "pytest-asyncio>=0.23", "requests", "gmpy2", "cffi",
)  # fmt: skip


def pip_install(folder: Path, *packages: str) -> Path:
    """Installs packages into a virtual environment of their own, made where there is none; the
    folder of its programs. Skips where there is no index that has them."""
    if not (folder / "pyvenv.cfg").exists():
        venv.create(folder, with_pip=True)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    _run([binaries / "python", "-m", "pip", "install", "--quiet", *packages], folder)
    return binaries


def npm_install(folder: Path, *packages: str) -> Path:
    """Installs packages from npm; the folder that node finds them in."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no node here")
    _run([npm, "install", "--silent", "--no-audit", "--no-fund", *packages], folder)
    return folder


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot install {command[-1]}: {(done.stderr or done.stdout).strip()[-300:]}")
