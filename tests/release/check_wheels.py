"""Refuses wheels that are no release: without the C extension, too large, or not what they say.

    PYTHONPATH=tests python -m release.check_wheels DIST

DIST is a folder with wheels and, if there is one, the sdist. Needs the extra [release].
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

__all__ = ["check", "run"]

ROOT: Final = Path(__file__).resolve().parent.parent.parent
LARGEST: Final = 6_000_000  # bytes of a wheel, with every kernel


def run(*command: object, **environment: str) -> None:
    """A step; its failure is that of the whole."""
    words = [str(word) for word in command]
    print("$", *words, flush=True)
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(f"`{' '.join(words[:4])} ...` failed")


def check(dist: Path) -> None:
    """Exits, with the reason, unless every file of the folder may be published."""
    wheels = sorted(dist.glob("*.whl"))
    if not wheels:
        sys.exit(f"{dist} has no wheel")
    for wheel in wheels:
        if wheel.stem.endswith("-none-any"):
            sys.exit(
                f"{wheel.name} was built without the C extension, so it is no release: "
                "build it with a C compiler and SRP_NATIVE_REQUIRE_C=1"
            )
        if wheel.stat().st_size > LARGEST:
            sys.exit(f"{wheel.name} has {wheel.stat().st_size} bytes, over {LARGEST}")
    run(sys.executable, "-m", "twine", "check", "--strict", *wheels, *dist.glob("*.tar.gz"))
    run(sys.executable, "-m", "check_wheel_contents", *wheels)
    stable = [wheel for wheel in wheels if "-abi3-" in wheel.name]
    if stable:
        run(sys.executable, "-m", "abi3audit", "--strict", *stable)


if __name__ == "__main__":
    check(Path(sys.argv[1]).resolve())
