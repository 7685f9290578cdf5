"""Putting our powers under a package and taking them out again: what is replaced, what is refused,
and that a package is never left half done."""

from __future__ import annotations

import builtins
import functools
import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import srp
import srp._pysrp as pysrp
import srptools.context

import srp_native
from srp_native import N, backends
from srp_native.engines import _registry

OPENSSL = None if srp._mod is pysrp else srp._mod
SPOTS = {
    "srp._pysrp.pow",
    "srptools.context.pow",
    *(["srp._ctsrp.BN_mod_exp"] if OPENSSL else []),
}
MODULES: list[ModuleType] = [pysrp, srptools.context, *([OPENSSL] if OPENSSL else [])]


@pytest.fixture(autouse=True)
def _as_they_were() -> Iterator[None]:
    """Every test ends with the packages as it found them, to the last name in their order."""
    before = [list(vars(module).items()) for module in MODULES]
    yield
    assert [list(vars(module).items()) for module in MODULES] == before


def module_of(code: str, name: str = "someones.maths") -> ModuleType:
    module = ModuleType(name)
    exec(code, vars(module))
    return module


CALLS = "def power(a, b, c): return pow(a, b, c)"


def spots(installation: backends.Installation) -> set[str]:
    return {f"{each.module}.{each.name}" for each in installation.replacements}


def test_what_was_done_is_said() -> None:
    with backends.install("srp", "srptools") as installation:
        assert spots(installation) == SPOTS
        assert {each.package for each in installation.replacements} == {
            "srp 1.0.22",
            "srptools 2.0.0",
        }
        assert installation.engine == _registry.constant_time_engine().info
        shown = repr(installation)
        assert shown.startswith("<srp_native under srp 1.0.22 (srp._pysrp.pow")
        assert "srptools 2.0.0 (srptools.context.pow): engine " in shown
        assert shown.endswith("other groups gmpy2.powmod_sec>")
    assert repr(installation).startswith("<srp_native no longer under srp 1.0.22")


def test_without_gmpy2_it_says_that_other_groups_stay_on_pow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not srp_native.available_engines()[0].available:
        pytest.skip("engine c cannot run here")
    with srp_native.use_engine("c"):
        gone = {("gmpy2", ""): _registry._Known(missing="gmpy2 cannot be imported")}
        monkeypatch.setattr(_registry, "_known", {**_registry._known, **gone})
        with backends.install("srptools") as installation:
            assert repr(installation).endswith("other groups the built-in pow>")


def test_installed_for_good_until_it_is_taken_back() -> None:
    backends.install("srptools")
    assert vars(srptools.context)["pow"] is not builtins.pow
    backends.uninstall("srptools")
    assert "pow" not in vars(srptools.context)
    backends.install("srp", "srptools")
    backends.uninstall()
    backends.uninstall()  # nothing is left, and that is no mistake


def test_blocks_nest_and_end_in_any_order() -> None:
    maths = module_of(CALLS)
    with backends.install("srptools"), srp_native.use_engine("gmpy2"):
        outer = backends.under(maths)
        with backends.install("srp"):
            assert outer.engine.name == "gmpy2"
            outer.uninstall()
            assert "pow" not in vars(maths)
            assert "pow" in vars(pysrp)
            assert "pow" in vars(srptools.context)
        assert "pow" not in vars(pysrp)
        assert "pow" in vars(srptools.context)
    outer.uninstall()  # once more changes nothing


def test_a_block_leaves_what_was_installed_again_meanwhile() -> None:
    with backends.install("srptools"):
        backends.uninstall("srptools")
        again = backends.install("srptools")
    assert "pow" in vars(srptools.context)
    again.uninstall()


def test_an_exception_in_the_block_takes_ours_back() -> None:
    with pytest.raises(KeyError), backends.install("srp"):
        raise KeyError


def test_an_installation_that_is_over_is_not_entered() -> None:
    installation = backends.install("srp")
    installation.uninstall()
    with (
        pytest.raises(backends.BackendMissingError, match="install again"),
        installation,
    ):
        pass


NOTHING_DONE: list[tuple[Callable[[], object], type[Exception], str]] = [
    (backends.install, ValueError, "name one or more of srp, srptools"),
    (lambda: backends.install("srptools", "hsrp"), backends.BackendMissingError, "^hsrp: not kno"),
    (lambda: backends.uninstall("srp"), backends.BackendMissingError, "^srp: does not run on"),
    (lambda: backends.under("srptools"), TypeError, "must be a module, not str"),  # type: ignore[arg-type]
    (
        lambda: backends.under(srptools.utils),
        backends.BackendUnsuitableError,
        "^srptools.utils.pow: no function of the module calls pow",
    ),
]


@pytest.mark.parametrize(("call", "error", "words"), NOTHING_DONE)
def test_what_cannot_be_done_is_refused(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()
    assert not any("pow" in vars(module) for module in MODULES)


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the other one is left as it was."""
    monkeypatch.setitem(sys.modules, "srptools", None)
    with pytest.raises(backends.BackendMissingError, match="pip install srptools"):
        backends.install("srp", "srptools")
    assert "pow" not in vars(pysrp)


@pytest.mark.parametrize("first", [("srp",), ("srptools",), ("srp", "srptools")])
def test_what_is_ours_already_is_refused_whole(first: tuple[str, ...]) -> None:
    with backends.install(*first) as installation:
        with pytest.raises(backends.BackendReplacedError, match=r"uninstall\('srp"):
            backends.install("srptools", "srp")
        assert spots(installation) == {
            f"{module.__name__}.{name}"
            for module in MODULES
            for name in ("pow", "BN_mod_exp")
            if getattr(vars(module).get(name), "__module__", "").startswith("srp_native")
        }


def test_what_to_uninstall_is_named_as_it_was_installed() -> None:
    with (
        backends.under(pysrp),
        pytest.raises(backends.BackendReplacedError, match=r"uninstall\('srp\._pysrp'\)"),
    ):
        backends.install("srp")


def test_pysrp_without_openssl_has_one_function_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "srp._ctsrp", None)
    with backends.install("srp") as installation:
        assert spots(installation) == {"srp._pysrp.pow"}


def test_what_others_have_replaced_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(srptools.context, "pow", max, raising=False)
    with pytest.raises(backends.BackendReplacedError, match="max> and not the built-in"):
        backends.install("srp", "srptools")
    assert "pow" not in vars(pysrp)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"BN_mod_exp": max}, backends.BackendReplacedError, "not OpenSSL's"),
        ({"BN_bin2bn": None}, backends.BackendUnsuitableError, r"srp\._ctsrp: has no BN_bin2bn"),
    ],
    ids=["others' function", "one that is missing"],
)
def test_pysrp_with_other_functions_of_openssl(
    changed: dict[str, Any],
    error: type[Exception],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if OPENSSL is None:
        pytest.skip("pysrp finds no OpenSSL here")
    other = ModuleType("srp._ctsrp")
    names = {**vars(OPENSSL), **changed}
    vars(other).update({name: value for name, value in names.items() if value is not None})
    monkeypatch.setitem(sys.modules, "srp._ctsrp", other)
    with pytest.raises(error, match=words):
        backends.install("srp")
    assert "pow" not in vars(pysrp)


def test_what_others_put_over_ours_is_theirs_to_take_away() -> None:
    installation = backends.install("srp", "srptools")
    ours = vars(srptools.context)["pow"]
    vars(srptools.context)["pow"] = max
    for call in (backends.uninstall, installation.uninstall):
        with pytest.raises(backends.BackendReplacedError, match=r"^srptools.context.pow: is not"):
            call()
        assert vars(pysrp)["pow"] is ours  # all or nothing here as well
    vars(srptools.context)["pow"] = ours
    backends.uninstall()


def test_no_engine_in_constant_time_is_an_error_before_anything_changes() -> None:
    with (
        srp_native.use_engine("python"),
        pytest.raises(srp_native.ConstantTimeUnavailableError),
    ):
        backends.install("srp", "srptools")


def test_a_module_that_names_the_built_in_gets_it_back() -> None:
    maths = module_of(f"from builtins import pow\n{CALLS}")
    with backends.under(maths):
        assert maths.pow is not builtins.pow
        assert maths.power(5, 2**80 + 1, N) == pow(5, 2**80 + 1, N)
    assert maths.pow is builtins.pow


@pytest.mark.parametrize(
    "code",
    [
        CALLS,
        "class A:\n def f(self): return pow(2, 3, 5)",
        "class A:\n class B:\n  @classmethod\n  def f(cls): return pow(2, 3, 5)",
        "class A:\n @property\n def f(self): return pow(2, 3, 5)",
        "import functools\nclass A:\n @functools.cached_property\n def f(self): return pow(2, 3)",
        "import functools\n@functools.cache\ndef f(): return pow(2, 3, 5)",
        "def f():\n def g(): return [pow(2, i, 5) for i in (1, 2)]\n return g",
        "f = lambda: list(map(pow, (2,), (3,), (5,)))",
    ],
)
def test_who_calls_pow_is_seen(code: str) -> None:
    maths = module_of(code)
    with backends.under(maths) as installation:
        assert spots(installation) == {"someones.maths.pow"}
        assert "someones.maths (someones.maths.pow)" in repr(installation)
    assert "pow" not in vars(maths)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "x = pow(2, 3, 5)",  # while it is imported, and never again
        "import math\ndef f(): return math.pow(2, 3)",
        "def f(pow): return pow(2, 3, 5)",
        "from random import randrange",  # which calls it, but looks it up elsewhere
    ],
)
def test_who_does_not_is_refused(code: str) -> None:
    with pytest.raises(backends.BackendUnsuitableError, match="no function of the module"):
        backends.under(module_of(code))


def test_an_own_pow_of_the_module_is_left_alone() -> None:
    with pytest.raises(backends.BackendReplacedError, match="not the built-in"):
        backends.under(module_of(f"def pow(a, b, c): return 1\n{CALLS}"))


def test_a_module_that_was_imported_anew_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "fresh_maths.py").write_text(CALLS)
    sys.path.insert(0, str(tmp_path))
    try:
        first = importlib.import_module("fresh_maths")
        backends.under(first)
        del sys.modules["fresh_maths"]
        second = importlib.import_module("fresh_maths")
        with pytest.raises(backends.BackendReplacedError):
            backends.under(first)
        backends.under(second)
        backends.uninstall("fresh_maths")
        assert "pow" not in {**vars(first), **vars(second)}
    finally:
        sys.path.remove(str(tmp_path))
        del sys.modules["fresh_maths"]


def test_of_many_threads_one_installs() -> None:
    modules = [module_of(CALLS, f"someones.maths{i}") for i in range(4)]
    start, results = threading.Barrier(16), list[object]()

    def run(number: int) -> None:
        start.wait()
        for _ in range(20):
            try:
                installation = backends.under(modules[number % 4])
            except backends.BackendReplacedError as error:
                results.append(error)
                continue
            results.append(modules[number % 4].power(7, 9, 11))
            installation.uninstall()

    threads = [threading.Thread(target=functools.partial(run, i)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 320
    assert {r for r in results if isinstance(r, int)} == {pow(7, 9, 11)}
    assert not any("pow" in vars(module) for module in modules)


def test_sign_ins_go_on_while_other_threads_install_and_uninstall() -> None:
    done, failed = threading.Event(), list[BaseException]()

    def compute() -> None:
        try:
            while not done.is_set():
                context: Any = srptools.SRPContext("ann", "password", prime=format(N, "X"))
                v = context.get_common_password_verifier(2**255 + 9)
                assert v == builtins.pow(context._gen, 2**255 + 9, N)
        except BaseException as error:  # the thread's own end shows nowhere else
            failed.append(error)

    thread = threading.Thread(target=compute)
    thread.start()
    for _ in range(50):
        with backends.install("srptools", "srp"):
            pass
    done.set()
    thread.join()
    assert not failed
