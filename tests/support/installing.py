"""Clients that need an environment of their own: installed into one for the run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.source_tree import ROOT

__all__ = ["HOMEKIT", "npm_packages", "pip_install"]

#: HomeKit's packages, pysrp, and what their tests and ours need. pyatv does not work with
#: srptools 2, whose SRPClientSession takes its second argument by name only.
HOMEKIT = (
    "HAP-python==5.2.0", "aiohomekit==4.0.1", "pyatv==0.18.0", "srptools==1.0.1", "srp==1.0.22",
    "pytest>=8", "pytest-asyncio>=0.23", "requests", "gmpy2", "cffi",
)  # fmt: skip
_NPM = Path(__file__).parent / "npm"


def pip_install(folder: Path, *packages: str) -> Path:
    """Installs packages into a virtual environment of their own, made where there is none; the
    folder of its programs. Skips where there is no index that has them."""
    if not (folder / "pyvenv.cfg").exists():
        venv.create(folder, with_pip=True)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    command = [binaries / "python", "-m", "pip", "install", "--quiet", *packages]
    _run(command, folder, packages[-1])
    return binaries


def npm_packages() -> Path:
    """The folder that node finds the packages of `npm/package-lock.json` in, in exactly these
    versions: under build/, kept between runs. Skips where there is no node, npm or registry."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no node here")
    lock = (_NPM / "package-lock.json").read_bytes()
    folder = ROOT / "build" / "npm" / hashlib.sha256(lock).hexdigest()[:12]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(dir=folder.parent))
        shutil.copytree(_NPM, new, dirs_exist_ok=True)
        try:
            command = [npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
            _run(command, new, "packages from npm")
            new.rename(folder)
        except OSError:
            assert folder.exists()  # another process was first
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return folder


def _run(command: Sequence[object], folder: Path, what: str) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot install {what}: {(done.stderr or done.stdout).strip()[-300:]}")
