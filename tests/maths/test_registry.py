"""Which engine runs: by default, by name, by environment, and when one is broken or missing."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import srp_native
from srp_native.registry import constant_time_engine, current_engine


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh process, whose engines are as they are at first use."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_report_names_every_engine() -> None:
    report = {info.name: info for info in srp_native.available_engines()}
    assert list(report) == ["gmpy2", "c", "python"]
    assert all(info.available != bool(info.reason) for info in report.values())
    assert report["gmpy2"].available
    assert report["python"].available
    if os.environ.get("SRP_NATIVE_REQUIRE_C"):
        assert report["c"].available, report["c"].reason


def test_auto_prefers_gmpy2_unless_c_is_vectorised() -> None:
    code = "import srp_native; print(srp_native.engine().name, srp_native.engine().kernel)"
    name, _, kernel = run(code).stdout.strip().partition(" ")
    assert name == ("c" if kernel == "avx512ifma" else "gmpy2")


def test_constant_time_prefers_c() -> None:
    report = {info.name: info.available for info in srp_native.available_engines()}
    assert constant_time_engine().name == ("c" if report["c"] else "gmpy2")


def test_use_engine_is_a_call_and_a_context_manager() -> None:
    before = srp_native.engine().name
    with srp_native.use_engine("python") as info:
        assert info == srp_native.engine()
        assert info.name == "python"
        srp_native.use_engine("gmpy2")
        assert srp_native.engine().name == "gmpy2"
        with srp_native.use_engine("python"):
            assert srp_native.engine().name == "python"
        assert srp_native.engine().name == "gmpy2"
    assert srp_native.engine().name == before


def test_unknown_engine_changes_nothing() -> None:
    before = srp_native.engine().name
    with pytest.raises(srp_native.EngineUnavailableError, match="gmpy2, c, python"):
        srp_native.use_engine("nonsense")
    assert srp_native.engine().name == before


def test_environment_forces_an_engine() -> None:
    result = run("import srp_native; print(srp_native.engine().name)", SRP_NATIVE_ENGINE="python")
    assert result.stdout.strip() == "python"


def test_environment_with_an_unknown_engine_lists_those_that_exist() -> None:
    result = run("import srp_native; srp_native.pow_g(5)", SRP_NATIVE_ENGINE="nonsense")
    assert result.returncode == 1
    assert "no engine 'nonsense'" in result.stderr
    assert "gmpy2, c, python" in result.stderr


def test_unknown_kernel_is_refused_and_not_replaced() -> None:
    result = run("import srp_native; srp_native.pow_g(5)", SRP_NATIVE_KERNEL="nonsense")
    assert result.returncode == 1
    assert "engine 'c' cannot run here" in result.stderr


def test_no_silent_downgrade_from_constant_time() -> None:
    calls = (
        lambda: srp_native.pow_g(5, constant_time=True),
        lambda: srp_native.powmod(3, 5, constant_time=True),
        lambda: srp_native.powmod(3, 5, 7, constant_time=True),
        lambda: srp_native.verifier(b"", b"", constant_time=True),
        lambda: srp_native.premaster_secret(*[b"\5"] * 5),
    )
    with srp_native.use_engine("python"):
        for call in calls:
            with pytest.raises(srp_native.ConstantTimeUnavailableError, match="'c' or 'gmpy2'"):
                call()


BREAK_GMPY2 = """
    import warnings, srp_native
    from srp_native import gmpy2_engine
    right = gmpy2_engine.Gmpy2Engine.powmod
    def wrong(*arguments, **options):
        first, *rest = right(*arguments, **options)
        return bytes([first ^ 1, *rest])
    gmpy2_engine.Gmpy2Engine.powmod = wrong
"""


def test_a_broken_engine_makes_room_for_the_next_visibly() -> None:
    result = run(
        textwrap.dedent(BREAK_GMPY2)
        + textwrap.dedent("""
            assert srp_native.pow_g(5) == 32
            assert srp_native.engine().name != "gmpy2"
            report = {info.name: info for info in srp_native.available_engines()}
            assert "known answer" in report["gmpy2"].reason
        """),
        SRP_NATIVE_KERNEL="",
    )
    assert result.returncode == 0, result.stderr
    if "avx512ifma" not in run("import srp_native; print(srp_native.engine().kernel)").stdout:
        assert "RuntimeWarning: srp_native: engine 'gmpy2' is disabled" in result.stderr


def test_a_broken_engine_that_is_forced_raises() -> None:
    result = run(
        textwrap.dedent(BREAK_GMPY2) + "srp_native.pow_g(5)\n",
        SRP_NATIVE_ENGINE="gmpy2",
    )
    assert result.returncode == 1
    assert "EngineUnavailableError: engine 'gmpy2' cannot run here" in result.stderr


def test_a_broken_table_makes_room_for_the_next_visibly() -> None:
    result = run(
        """
        import srp_native
        from srp_native import gmpy2_engine
        srp_native.use_engine("auto")
        build = gmpy2_engine._PowersOfTwo._build
        def broken(self):
            rows = build(self)
            for row in rows: row[1] += 1
            return rows
        gmpy2_engine._PowersOfTwo._build = broken
        if srp_native.engine().name == "gmpy2":
            assert [srp_native.pow_g(5) for _ in range(100)] == [32] * 100
            assert srp_native.engine().name != "gmpy2"
        """
    )
    assert result.returncode == 0, result.stderr


def test_the_table_is_not_built_for_a_few_verifiers() -> None:
    result = run(
        """
        import srp_native
        from srp_native import gmpy2_engine
        def build(self): raise AssertionError("built")
        gmpy2_engine._PowersOfTwo._build = build
        srp_native.use_engine("gmpy2")
        for _ in range(20): srp_native.pow_g(5)
        """
    )
    assert result.returncode == 0, result.stderr


def test_import_loads_no_gmpy2() -> None:
    result = run(
        """
        import sys, srp_native
        assert not {"gmpy2", "cffi"} & set(sys.modules)
        """
    )
    assert result.returncode == 0, result.stderr


def test_first_use_from_many_threads() -> None:
    result = run(
        """
        import srp_native
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(srp_native.pow_g, [700] * 200)) == {1 << 700}
        """
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", ["gmpy2", "c"])
@pytest.mark.parametrize("constant_time", [False, True])
def test_the_gil_is_released(name: str, constant_time: bool) -> None:
    """While one thread computes, another keeps running: it is never stopped for a whole call."""
    try:
        selection = srp_native.use_engine(name)
    except srp_native.EngineUnavailableError as error:
        pytest.skip(str(error))
    longest_call, done = 0.0, threading.Event()

    def compute() -> None:
        nonlocal longest_call
        exponent = (1 << 3072) - 1
        for _ in range(20):
            start = time.perf_counter()
            srp_native.powmod(3, exponent, constant_time=constant_time)
            longest_call = max(longest_call, time.perf_counter() - start)
        done.set()

    with selection:
        assert current_engine().releases_gil
        srp_native.powmod(3, 5, constant_time=constant_time)
        worker = threading.Thread(target=compute)
        worker.start()
        progress = 0
        while not done.is_set():
            progress += 1
            time.sleep(0.0005)
        worker.join()
    # 20 calls of some 8 ms each: with the GIL held this loop would turn about once a call.
    assert progress > 40, (progress, longest_call)
