"""Does time depend on a secret? A statistical test of every kernel, and of a leaky one.

What valgrind shows for the scalar kernels instruction by instruction (test_csrc.py), measured: also
for what valgrind cannot run, and for instructions whose own time might depend on their operands.
"""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
from support.c_programs import KERNELS, Build, Objects, skip_without_kernel

#: dudect's limit: chance alone exceeds it about once in 100,000 comparisons.
LIMIT = 4.5
#: For each function, so that a kernel takes about ten minutes: a million measurements of a pow_g,
#: and of the slower ones as many as there are seconds for.
SECONDS = 200
#: A run above the limit is repeated, on other random secrets. Neighbours on a shared machine can
#: disturb one run; a dependence on the secret shows in every one, so only three in a row fail.
ATTEMPTS = 3


#: Eight at a time is other code where a kernel has lanes.
FUNCTIONS = [
    *((kernel, name) for kernel in KERNELS for name in ("pow_g", "powmod", "verifier")),
    *(
        (kernel, name)
        for kernel in ("avx512ifma", "avx2")
        for name in ("pow_g_many", "powmod_many")
    ),
]


def largest_t(command: list[str], kernel: str, function: str, seconds: float) -> float:
    done = subprocess.run(
        [*command, kernel, function, str(seconds)], capture_output=True, text=True, check=False
    )
    skip_without_kernel(done)
    assert done.returncode == 0, done.stderr
    squared, crop, measurements = map(float, done.stdout.split())
    t = math.sqrt(squared)
    print(f"{kernel} {function}: |t| = {t:.2f} (crop {crop}), {measurements:.0f} measurements")
    return t


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="needs clock_gettime")
@pytest.mark.parametrize(("kernel", "function"), FUNCTIONS)
def test_time_does_not_tell_a_fixed_secret_from_random_ones(
    tables: Path,
    tmp_path: Path,
    kernel: str,
    function: str,
) -> None:
    command = Objects(Build("gcc", ("-O3",)), tables, tmp_path).link("timing")
    found: list[float] = []
    while len(found) < ATTEMPTS and (not found or found[-1] >= LIMIT):
        found.append(largest_t(command, kernel, function, SECONDS))
    assert found[-1] < LIMIT, f"|t| in {ATTEMPTS} runs: {found}"


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="needs clock_gettime")
def test_the_test_catches_a_leaky_table_lookup(tables: Path, tmp_path: Path) -> None:
    command = Objects(Build("gcc", ("-O3",)), tables, tmp_path).link(
        "timing", portable_select="leaky_select"
    )
    assert largest_t(command, "portable", "pow_g", 5) > 2 * LIMIT
