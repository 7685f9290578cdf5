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
from srp_native.engines import _registry as registry
from srp_native.engines import c as c_engine
from srp_native.engines._registry import constant_time_engine, current_engine


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
    assert list(report) == ["c", "gmpy2", "python"]
    assert all(info.available != bool(info.reason) for info in report.values())
    assert report["gmpy2"].available
    assert report["python"].available
    if os.environ.get("SRP_NATIVE_REQUIRE_C"):
        assert report["c"].available, report["c"].reason


def test_auto_takes_the_first_that_runs_and_its_fastest_kernel() -> None:
    """Also in a process that has not tried any out."""
    code = "import srp_native; print(srp_native.engine().name, srp_native.engine().kernel)"
    first = next(info for info in srp_native.available_engines() if info.available)
    result = run(code, SRP_NATIVE_ENGINE="", SRP_NATIVE_KERNEL="")
    assert result.stdout.split() == [first.name, *first.kernels[:1]]


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


def test_a_kernel_is_forced_and_the_earlier_choice_comes_back() -> None:
    report = {info.name: info for info in srp_native.available_engines()}
    if not report["c"].available:
        pytest.skip(report["c"].reason)
    before, environment = srp_native.engine(), dict(os.environ)
    for kernel in report["c"].kernels:
        with srp_native.use_engine("c", kernel) as info:
            assert (info.name, info.kernel) == ("c", kernel)
            assert constant_time_engine().kernel == kernel
            assert {i.name: i.kernel for i in srp_native.available_engines()}["c"] == kernel
            # Without a name the fastest: what is forced is not inherited.
            with srp_native.use_engine("c") as inner:
                assert inner.kernel == info.kernels[0]
            with srp_native.use_engine("gmpy2"):
                assert not srp_native.engine().kernel
            assert srp_native.engine() is not None
            assert srp_native.engine() == info
            assert srp_native.pow_g(700) == 1 << 700
    assert srp_native.engine() == before
    assert dict(os.environ) == environment


def test_a_forced_kernel_overrides_the_environments() -> None:
    result = run(
        """
        import srp_native
        outer = srp_native.engine().kernel
        with srp_native.use_engine("c", srp_native.engine().kernels[0]) as info:
            print(outer, info.kernel == info.kernels[0], end=" ")
        print(srp_native.engine().kernel)
        """,
        SRP_NATIVE_KERNEL="portable",
    )
    if "not built" not in result.stderr:
        assert result.stdout.split() == ["portable", "True", "portable"], result.stderr


@pytest.mark.parametrize(
    ("name", "kernel", "words"),
    [
        ("nonsense", None, "no engine 'nonsense'; the engines are c, gmpy2, python"),
        ("gmpy2", "adx", "engine 'gmpy2' has no kernel 'adx'"),
        ("auto", "portable", "engine 'auto' has no kernel 'portable'"),
        ("c", "nonsense", "engine 'c' cannot run here: .*(this CPU can run .*portable|not built)"),
    ],
)
def test_what_cannot_be_forced_changes_nothing(name: str, kernel: str | None, words: str) -> None:
    before = srp_native.engine()
    with pytest.raises(srp_native.EngineUnavailableError, match=words):
        srp_native.use_engine(name, kernel)
    assert srp_native.engine() == before


def test_a_kernel_that_this_cpu_lacks_names_those_that_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "_known", {})
    monkeypatch.setattr(c_engine, "kernels", lambda: {"avx512ifma": False, "portable": True})
    monkeypatch.setattr(c_engine, "lib", c_engine.lib or object())
    c_engine.runnable_kernels.cache_clear()
    try:
        with pytest.raises(
            srp_native.EngineUnavailableError,
            match=r"this CPU cannot run kernel 'avx512ifma', which needs AVX512F and AVX512IFMA; "
            r".*this CPU can run portable: .*`unset SRP_NATIVE_KERNEL`",
        ):
            srp_native.use_engine("c", "avx512ifma")
    finally:
        c_engine.runnable_kernels.cache_clear()


def test_environment_forces_an_engine() -> None:
    result = run("import srp_native; print(srp_native.engine().name)", SRP_NATIVE_ENGINE="python")
    assert result.stdout.strip() == "python"


def test_environment_with_an_unknown_engine_lists_those_that_exist() -> None:
    result = run("import srp_native; srp_native.pow_g(5)", SRP_NATIVE_ENGINE="nonsense")
    assert result.returncode == 1
    assert "no engine 'nonsense'" in result.stderr
    assert "c, gmpy2, python" in result.stderr


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


BREAK = """
    import srp_native
    from srp_native.engines import c as c_engine, gmpy2 as gmpy2_engine
    broken = {{"c": c_engine.CEngine, "gmpy2": gmpy2_engine.Gmpy2Engine}}[{name!r}]
    right = broken.powmod
    def wrong(*arguments, **options):
        first, *rest = right(*arguments, **options)
        return bytes([first ^ 1, *rest])
    broken.powmod = wrong
"""

WITHOUT_C = """
    import sys
    sys.modules["srp_native._srp"] = None
"""


def test_a_broken_engine_makes_room_for_the_next_visibly() -> None:
    first, second, *_ = (info.name for info in srp_native.available_engines() if info.available)
    result = run(
        textwrap.dedent(BREAK.format(name=first))
        + textwrap.dedent(f"""
            assert srp_native.pow_g(5) == 32
            assert srp_native.engine().name == {second!r}
            report = {{info.name: info for info in srp_native.available_engines()}}
            assert "known answer" in report[{first!r}].reason
        """),
        SRP_NATIVE_ENGINE="",
        SRP_NATIVE_KERNEL="",
    )
    assert result.returncode == 0, result.stderr
    assert f"RuntimeWarning: srp_native: engine {first!r} is disabled" in result.stderr


#: Plants a fault in the kernels of engine c that `kernels[:broken]` names.
BREAK_KERNELS = """
    import srp_native
    from srp_native.engines import c as c_engine
    kernels = c_engine.runnable_kernels()
    right = c_engine.CEngine.powmod
    def wrong(self, *arguments, **options):
        first, *rest = right(self, *arguments, **options)
        return bytes([first ^ (self.kernel in kernels[:{broken}]), *rest])
    c_engine.CEngine.powmod = wrong
"""


@pytest.mark.parametrize("broken", range(1, len(c_engine.runnable_kernels())))
def test_a_broken_kernel_makes_room_for_the_next_visibly(broken: int) -> None:
    result = run(
        textwrap.dedent(BREAK_KERNELS.format(broken=broken))
        + textwrap.dedent(f"""
            assert srp_native.powmod(3, 5, constant_time=True) == 243
            info = srp_native.engine()
            assert (info.name, info.kernel) == ("c", kernels[{broken}]), info
            assert info.kernels == kernels[{broken}:]
            assert [kernel for kernel, _ in info.disabled_kernels] == list(kernels[:{broken}])
            assert all("known answer" in why for _, why in info.disabled_kernels)
            assert info in srp_native.available_engines()
            with srp_native.use_engine("gmpy2"), srp_native.use_engine("c") as again:
                assert again == info
        """),
        SRP_NATIVE_ENGINE="",
        SRP_NATIVE_KERNEL="",
    )
    assert result.returncode == 0, result.stderr
    for kernel in c_engine.runnable_kernels()[:broken]:
        assert f"engine 'c' is disabled on kernel '{kernel}': powmod does not" in result.stderr


@pytest.mark.skipif(len(c_engine.runnable_kernels()) < 2, reason="needs two kernels")
def test_a_broken_kernel_that_is_forced_raises() -> None:
    """By name or by environment: what was forced is not replaced."""
    fastest = c_engine.fastest_kernel()
    broken = textwrap.dedent(BREAK_KERNELS.format(broken=1))
    force = "srp_native.use_engine('c', kernels[0])"
    for code, kernel in ((force, ""), ("srp_native.pow_g(5)", fastest)):
        result = run(broken + code, SRP_NATIVE_ENGINE="", SRP_NATIVE_KERNEL=kernel)
        assert result.returncode == 1
        assert "engine 'c' cannot run here: powmod does not give its known" in result.stderr


def test_a_broken_engine_that_is_forced_raises() -> None:
    result = run(
        textwrap.dedent(BREAK.format(name="gmpy2")) + "srp_native.pow_g(5)\n",
        SRP_NATIVE_ENGINE="gmpy2",
    )
    assert result.returncode == 1
    assert "EngineUnavailableError: engine 'gmpy2' cannot run here" in result.stderr


def test_a_broken_table_makes_room_for_the_next_visibly() -> None:
    result = run(
        textwrap.dedent(WITHOUT_C)
        + textwrap.dedent("""
            import srp_native
            from srp_native.engines import gmpy2 as gmpy2_engine
            srp_native.use_engine("auto")
            build = gmpy2_engine._PowersOfTwo._build
            def broken(self):
                rows = build(self)
                for row in rows: row[1] += 1
                return rows
            gmpy2_engine._PowersOfTwo._build = broken
            assert srp_native.engine().name == "gmpy2"
            assert [srp_native.pow_g(5) for _ in range(100)] == [32] * 100
            assert srp_native.engine().name == "python"
        """)
    )
    assert result.returncode == 0, result.stderr


def test_the_table_is_not_built_for_a_few_verifiers() -> None:
    result = run(
        """
        import srp_native
        from srp_native.engines import gmpy2 as gmpy2_engine
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
