"""The long checks, in named parts that can run alone and remember how they ended.

    python tests/check.py run            every part that has not passed on the code as it is
    python tests/check.py run NAME …     these parts
    python tests/check.py status         what has not run to its end, or passed, on this code

A part's result is in build/check/NAME.json, its output in build/check/NAME.log. A result counts as
long as the files that the part depends on are the same: tracked ones, and new ones that git does
not ignore.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "check"
_CORE = ("srp_native", "pyproject.toml", "setup.py", "tests/conftest.py", "tests/support")
_FACADE = (*_CORE, "python")
_PROSE = ("README.md", "docs", "examples")
_IMAGE = ("Dockerfile", ".dockerignore", ".github/workflows/container.yml")
_PARALLEL = ("-n", "2", "--dist", "worksteal")
#: In percent, branches included: what a few folders of tests reach; C is not counted.
_COVERAGE = ("--cov-report=term", "--cov-fail-under=61")


@dataclass(frozen=True)
class Part:
    """One part: the tests it runs, what it depends on, and why it may take over an hour."""

    tests: tuple[str, ...]
    depends_on: tuple[str, ...]
    options: tuple[str, ...] = _PARALLEL
    long_because: str = ""

    def commands(self) -> list[list[str]]:
        """What holds calls to a clock runs by itself, after the rest."""
        pytest = [sys.executable, "-m", "pytest", "--long", *self.tests]
        if not self.options:
            return [pytest]
        return [[*pytest, "-m", "not paced", *self.options], [*pytest, "-m", "paced"]]


PARTS = {
    "tree": Part(("tests/test_*.py", "tests/typing"), (*_FACADE, *_PROSE, "tests", "benchmarks")),
    "maths": Part(("tests/maths",), (*_CORE, *_PROSE, "tests/maths", "benchmarks/results")),
    "batches": Part(("tests/batches",), (*_FACADE, *_PROSE, "tests/batches")),
    "native": Part(
        ("tests/native", "--ignore=tests/native/test_timing.py"), (*_CORE, "tests/native")
    ),
    "proofs": Part(("tests/proofs",), (*_CORE, "tests/proofs")),
    "timing": Part(
        ("tests/native/test_timing.py",),
        (*_CORE, "tests/native"),
        options=(),
        long_because="200 s for each routine and kernel, and again where chance looked like a leak",
    ),
    "facade": Part(("tests/facade",), (*_FACADE, *_PROSE, "tests/facade")),
    "local": Part(("tests/local",), (*_FACADE, *_PROSE, "tests/local")),
    "enroll": Part(
        ("tests/enroll",),
        (*_FACADE, *_PROSE, "tests/enroll"),
        long_because="a run of 500 devices is killed and resumed 200 times",
    ),
    "distributed": Part(("tests/distributed",), (*_FACADE, *_PROSE, "tests/distributed")),
    "cli": Part(("tests/cli",), (*_FACADE, *_PROSE, "tests/cli")),
    "docs": Part(("tests/docs",), (*_FACADE, *_PROSE, *_IMAGE, "tests/docs")),
    "release": Part(
        ("tests/release",),
        (*_FACADE, *_PROSE, "tests/release", ".ci", ".github", "MANIFEST.in", "CHANGELOG.md"),
        long_because="the whole suite runs from an unpacked sdist, and many installations are made",
    ),
    "cross": Part(
        ("tests/cross",),
        (*_CORE, "tests/cross", "tests/native/vectors.c", "docs/platforms.md"),
        long_because="a target's own C library is compiled the first time; results are kept",
    ),
    "coverage": Part(
        ("tests", "-m", "not long and not paced", "--cov", *_COVERAGE, *_PARALLEL),
        (*_FACADE, *_PROSE, "tests"),
        options=(),
    ),
}


def fingerprint(part: Part) -> str:
    """One text for the contents of all that a part depends on."""
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard", "--", *part.depends_on]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    whole = hashlib.sha256()
    for name in sorted(set(listed.stdout.split("\0")) - {""}):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b"gone"
        whole.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()


def run(name: str) -> bool:
    """Run a part; whether it passed. Its result says "began" until it has ended."""
    part, begun = PARTS[name], time.time()
    code = fingerprint(part)
    _write(name, code=code, state="began", begun=begun)
    print(f"check {name}: build/check/{name}.log", flush=True)
    with (RESULTS / f"{name}.log").open("w") as log:
        passed = all(_passes(command, log) for command in part.commands())
    state = "passed" if passed else "failed"
    _write(name, code=code, state=state, begun=begun, seconds=round(time.time() - begun))
    print(f"check {name}: {describe(name)}", flush=True)
    return passed


def _passes(command: Sequence[str], log: Any) -> bool:
    shell_like = [part for word in command for part in _expanded(word)]
    done = subprocess.run(shell_like, cwd=ROOT, stdout=log, stderr=log, check=False)
    return done.returncode in (0, 5)  # 5: none of the tests is of this kind


def _expanded(word: str) -> list[str]:
    """Files for a pattern, as a shell has it."""
    if "*" not in word:
        return [word]
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(word))


def _write(name: str, **result: Any) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result) + "\n")


def describe(name: str) -> str:
    """How a part ended, in words; begins with "passed" if that still counts."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return "has not run"
    result = json.loads(path.read_text())
    if result["state"] == "began":
        return "did not run to its end"
    ended = f"{result['state']}, after {result['seconds'] / 60:.1f} minutes"
    changed = result["code"] != fingerprint(PARTS[name])
    return f"code changed since it {ended}" if changed else ended


def status() -> bool:
    """Print how every part ended; whether all have passed on the code as it is."""
    for name, part in PARTS.items():
        reason = f" (may take over an hour: {part.long_because})" if part.long_because else ""
        print(f"{name:12} {describe(name)}{reason}")
    return all(_is_current(name) for name in PARTS)


def _is_current(name: str) -> bool:
    return describe(name).startswith("passed")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["status"]:
            return 0 if status() else 1
        case ["run", *names] if not set(names) - PARTS.keys():
            chosen = names or [name for name in PARTS if not _is_current(name)]
            passed = [run(name) for name in chosen]  # the rest runs after a failure, too
            return 0 if all(passed) else 1
    print(f"{__doc__}\nParts: {', '.join(PARTS)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
