"""A program that PyInstaller makes keeps both fast engines, without a hint from its author."""

from __future__ import annotations

from pathlib import Path

import pytest
from release.releases import output
from support.installing import pip_install

pytestmark = pytest.mark.long

PROGRAM = """
import cognito_srp, srp_native
for info in srp_native.available_engines():
    print(info.name, info.kernel, info.constant_time, info.reason)
print(srp_native.powmod(2, 10, constant_time=True), cognito_srp.__version__)
"""


def test_a_bundle_has_every_engine(dist: Path, tmp_path: Path) -> None:
    wheel = next(dist.glob("*.whl"))
    binaries = pip_install(tmp_path / "venv", str(wheel), "pyinstaller")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    where = ("--distpath", tmp_path / "out", "--workpath", tmp_path / "work")
    output(
        binaries / "pyinstaller", "--log-level", "ERROR", *where, "--specpath", tmp_path, program
    )
    said = output(tmp_path / "out" / "program" / "program").splitlines()
    plain = output(binaries / "python", program).splitlines()
    assert said == plain
    assert [line.split()[0] for line in said[:3]] == ["c", "gmpy2", "python"]
    assert said[0].split()[2] == "True"
    assert all(line.split()[-1] in ("True", "False") for line in said[:3]), "one has a reason"
    assert said[3] == "1024 0.1.0"
