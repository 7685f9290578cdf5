"""Counts the instructions of the scalar kernels: figures that no neighbour on the machine disturbs.

    python -m benchmarks.instructions

compiles the C files as the package does, runs one call of each routine under callgrind, and writes
``benchmarks/results/instructions.json``. Without gcc or valgrind it says so and writes nothing. The
kernels with lanes are not among them: valgrind runs no AVX-512, and rounds in one way alone.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CSRC = ROOT / "srp_native" / "csrc"
RESULTS = ROOT / "benchmarks" / "results" / "instructions.json"
KERNELS = ("adx", "portable")
#: Name, function that is counted with all it calls, and the command that tests/native/vectors.c
#: understands.
CALLS = (
    ("pow_g, 256 bits", "srp_pow_g", f"pow_g {'b7' * 32}"),
    ("powmod, 513 bits", "srp_powmod", f"powmod {'5a' * 384} 01{'b7' * 64}"),
    ("verifier", "srp_verifiers", f"verifier {'5a' * 16} {'5a' * 100}"),
)
NO_SUCH_KERNEL = 77


def compile_program(folder: Path) -> Path:
    tables, program = folder / "tables.c", folder / "vectors"
    with tables.open("w") as out:
        subprocess.run([sys.executable, CSRC / "tables.py"], stdout=out, check=True)
    # MARK_SECRETS: the program is told that valgrind runs it.
    command = ["gcc", "-O3", "-std=c11", "-DMARK_SECRETS", f"-I{CSRC}"]
    sources = [ROOT / "tests" / "native" / "vectors.c", *sorted(CSRC.rglob("*.c")), tables]
    subprocess.run([*command, *map(str, sources), "-o", str(program)], check=True)
    return program


def count(program: Path, kernel: str, function: str, call: str) -> int | None:
    """Instructions of one call; None where the compiler's target does not have the kernel."""
    valgrind = ["valgrind", "--tool=callgrind", f"--toggle-collect={function}"]
    out = ["--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*valgrind, *out, str(program), kernel],
        input=call + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == NO_SUCH_KERNEL:
        return None
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise RuntimeError(done.stderr)
    return int(found[1])


def main() -> None:
    missing = [name for name in ("gcc", "valgrind") if not shutil.which(name)]
    if missing:
        print(f"no instructions counted: {' and '.join(missing)} not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        program = compile_program(Path(folder))
        counts = {
            kernel: {name: count(program, kernel, *rest) for name, *rest in CALLS}
            for kernel in KERNELS
        }
    version = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    result = {"compiler": version.stdout.splitlines()[0] + ", -O3", "instructions": counts}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
