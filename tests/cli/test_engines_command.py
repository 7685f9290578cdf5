"""``cognito-srp engines``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest
from support.command_line import Run

import srp_native
from srp_native.engines import c as c_engine


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


def test_it_warns_where_nothing_computes_in_constant_time(run: Run) -> None:
    with srp_native.use_engine("python"):
        code, _, err = run("engines")
    assert code == 0
    assert "signing in with a password raises ConstantTimeUnavailableError" in err


@pytest.mark.skipif(len(c_engine.runnable_kernels()) < 2, reason="needs two kernels")
def test_a_kernel_that_computes_wrongly_is_named() -> None:
    """In a process of its own, where the fault is planted before any engine is tried out."""
    code = """
        from cognito_srp import cli
        from srp_native.engines import c as c_engine
        fastest, right = c_engine.fastest_kernel(), c_engine.CEngine.powmod
        def wrong(self, *arguments, **options):
            first, *rest = right(self, *arguments, **options)
            return bytes([first ^ (self.kernel == fastest), *rest])
        c_engine.CEngine.powmod = wrong
        cli.main(["engines", "--output", "table"])
        cli.main(["engines"])
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SRP_NATIVE")}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    )
    fastest, second, *_ = c_engine.runnable_kernels()
    table, brace, document = done.stdout.partition("{")
    reason = "powmod does not give its known answer"
    row = next(line for line in table.splitlines() if line.startswith("c "))
    assert row.split()[:3] == ["c", second, "now"]
    assert f"kernel {fastest}: {reason}" in row
    engine = json.loads(brace + document)["Engines"][0]
    assert engine["DisabledKernels"] == [{"Kernel": fastest, "Reason": reason}]
    assert engine["Kernels"][0] == second


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
