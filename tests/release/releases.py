"""Copies of the tree, and installations of what is built from them."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path
from typing import Final

__all__ = ["ROOT", "environment", "new_python", "output", "tree_copy"]

ROOT: Final = Path(__file__).resolve().parent.parent.parent

#: What neither belongs to the tree nor to what git has of it.
_LEFT_OUT: Final = shutil.ignore_patterns(
    ".git", ".venv*", ".*_cache", ".hypothesis", ".benchmarks", "build", "dist", "*.egg-info"
)
_BUILT: Final = shutil.ignore_patterns("__pycache__", "_srp*.so", "_srp*.pyd", "*.o")


def tree_copy(source: Path, target: Path) -> Path:
    """A copy of the tree as a clone has it, without git."""

    def ignore(folder: str, names: list[str]) -> set[str]:
        return {*_LEFT_OUT(folder, names), *_BUILT(folder, names)}

    return Path(shutil.copytree(source, target, ignore=ignore))


def new_python(folder: Path) -> Path:
    """The Python of a new and empty environment."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def environment(**more: str) -> dict[str, str]:
    """This process's, without what chooses engines and paths."""
    chosen = ("SRP_NATIVE", "PYTHONPATH")
    return {k: v for k, v in os.environ.items() if not k.startswith(chosen)} | more


def output(*command: object, **more: str) -> str:
    """What a command prints; its failure is the test's."""
    done = subprocess.run(
        [str(word) for word in command],
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout
