"""What the benchmarks share: the exponent, and every engine and kernel that runs here."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from srp_native import available_engines, engine, use_engine

#: A fixed 256-bit exponent with its top bit set: the same work for everyone.
EXPONENT = int.from_bytes(bytes(range(0x80, 0xA0)), "big")


def run_child(code: str, **environment: str) -> list[float]:
    """Numbers that a fresh process prints, one a line."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(line) for line in result.stdout.split()]


@pytest.fixture(params=[info.name for info in available_engines()])
def on_engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn; the name that results carry includes the kernel."""
    missing = {info.name: info.reason for info in available_engines() if not info.available}
    if request.param in missing:
        pytest.skip(missing[request.param])
    with use_engine(request.param):
        info = engine()
        yield f"{info.name} ({info.kernel})" if info.kernel else info.name
