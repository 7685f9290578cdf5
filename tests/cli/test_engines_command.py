"""``cognito-srp engines``."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from support.command_line import Run

import srp_native


def test_json(run: Run) -> None:
    code, out, err = run("engines")
    assert (code, err) == (0, "")
    document = json.loads(out)
    running = srp_native.engine()
    assert document["Running"] == {"Name": running.name, "Kernel": running.kernel}
    assert [engine["Name"] for engine in document["Engines"]] == [
        info.name for info in srp_native.available_engines()
    ]
    for engine in document["Engines"]:
        assert engine["Available"] == (engine["Reason"] is None)
        assert engine["Kernel"] in (engine["Kernels"] or [""])


def test_the_engine_in_use_is_the_one_that_runs(run: Run) -> None:
    with srp_native.use_engine("python"):
        query = ("--query", "Running.Name", "--output", "text")
        assert run("engines", *query).out == "python\n"
        rows = run("engines", "--output", "table").out.splitlines()
    assert [row.split()[0] for row in rows if " now " in row] == ["python"]


def test_an_engine_that_does_not_exist() -> None:
    # In a process of its own, where no engine has been chosen yet.
    done = subprocess.run(
        [sys.executable, "-m", "cognito_srp.cli", "engines", "--query", "Running"],
        env=os.environ | {"SRP_NATIVE_ENGINE": "nonsense"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stdout == "null\n"
    assert len(done.stderr.splitlines()) == 1
    for name in ("nonsense", "gmpy2", "python"):
        assert name in done.stderr
