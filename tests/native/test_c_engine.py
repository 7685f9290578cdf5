"""What is special about engine ``c``: how it is found, its kernels, its buffers."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from array import array
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from types import ModuleType

import pytest
from support.c_programs import CSRC, KERNELS
from support.reference import verifier

from srp_native import _sizes
from srp_native._errors import EngineUnavailableError
from srp_native.engines import c as module
from srp_native.engines._engine import Engine
from srp_native.engines._registry import load_engine
from srp_native.group import ELEMENT_SIZE, N


def offsets(rows: list[bytes]) -> array[int]:
    return array("Q", accumulate(map(len, rows), initial=0))


# ---- found, missing, forced -------------------------------------------------------------------


def test_it_says_what_it_is(c_engine: ModuleType, engine: Engine) -> None:
    kernels = c_engine.kernels()
    info = engine.info
    fastest = next(name for name, runs_here in kernels.items() if runs_here)
    assert (info.name, info.kernel) == ("c", fastest)
    assert info.constant_time
    assert info.releases_gil
    assert info.wipes_secrets
    assert engine.offers_constant_time
    assert engine.kernels == tuple(name for name, runs_here in kernels.items() if runs_here)


@pytest.mark.parametrize(
    ("blocked", "reason"),
    [
        ("srp_native._srp", "was not built when srp-native was installed"),
        ("_cffi_backend", "`pip install --force-reinstall cffi`"),
    ],
)
def test_a_missing_extension_is_reported(blocked: str, reason: str) -> None:
    if module.lib is None and blocked != "srp_native._srp":
        pytest.skip("the C extension was not built, so nothing of its own can be missing")
    script = f"""
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name == {blocked!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Blocker())
import srp_native
report = {{info.name: info for info in srp_native.available_engines()}}
assert not report["c"].available
assert {reason!r} in report["c"].reason, report["c"].reason
assert srp_native.pow_g(5) == 32
"""
    subprocess.run([sys.executable, "-c", script], check=True, env=plain_environment())


def plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "SRP_NATIVE" not in name}


def test_an_unknown_kernel_is_refused_with_those_there_are(c_engine: ModuleType) -> None:
    with pytest.raises(EngineUnavailableError, match=r"no kernel 'nonsense'.*portable"):
        c_engine.create_engine("nonsense")


def test_every_kernel_can_be_forced_where_the_cpu_has_it(c_engine: ModuleType) -> None:
    assert c_engine.kernels()["portable"]
    for name, runs_here in c_engine.kernels().items():
        if runs_here:
            assert c_engine.create_engine(name).kernel == name
        else:
            with pytest.raises(EngineUnavailableError, match=f"cannot run kernel '{name}'"):
                c_engine.create_engine(name)


def test_what_a_kernel_needs_is_what_the_cpu_is_asked_for() -> None:
    """In words for whoever forces one on a CPU without it."""
    dispatch = (CSRC / "dispatch.c").read_text()
    for kernel in KERNELS:
        asked = re.search(rf"int {kernel}_runs_here\(void\) {{\n(.*)\n}}", dispatch)
        bits = re.findall(r"LEAF_\d_E[BC]X_(\w+)", asked[1]) if asked else []
        assert set(bits) == set(re.findall(r"[A-Z]\w+", module.KERNEL_NEEDS.get(kernel, ""))), (
            kernel
        )


# ---- buffers ------------------------------------------------------------------------------------


def test_sha256_agrees_with_hashlib(c_engine: ModuleType) -> None:
    for length in range(300):
        data = bytes(range(256)) * 2
        assert c_engine.sha256(data[:length]) == hashlib.sha256(data[:length]).digest()


def test_empty_batches(engine: Engine) -> None:
    assert engine.pow_g_many(b"", 32) == b""
    assert engine.powmod_many(b"", b"", 32) == b""
    assert engine.verifiers(b"", array("Q", [0]), b"", array("Q", [0])) == b""
    assert engine.verifiers(b"", array("Q"), b"", array("Q")) == b""


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 129])
def test_rows_of_every_length_and_either_side_of_a_chunk(engine: Engine, count: int) -> None:
    salts = [bytes([i % 251]) * (i % 18) for i in range(count)]
    identities = [bytes([i % 241]) * (i * 7 % 200) for i in range(count)]
    found = engine.verifiers(
        b"".join(salts), offsets(salts), b"".join(identities), list(offsets(identities))
    )
    rows = [found[i : i + ELEMENT_SIZE] for i in range(0, len(found), ELEMENT_SIZE)]
    assert rows == list(map(verifier, salts, identities))


def test_rows_may_be_a_slice_of_the_buffer(engine: Engine) -> None:
    found = engine.verifiers(b"..salt..", array("Q", [2, 6]), b"an identity", array("Q", [3, 11]))
    assert found == verifier(b"salt", b"identity")


@pytest.mark.parametrize(
    ("salt_offsets", "message"),
    [
        ([0, 3, 2], "backwards"),
        ([0, 2, 5], "past the end"),
        ([0, 2**64 - 1, 4], "backwards"),
        ([-1, 2, 4], "negative"),
        ([0, 2**64, 4], "over 64 bits"),
        ([0, 4], "differ in length"),
    ],
)
def test_bad_offsets_are_refused(engine: Engine, salt_offsets: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        engine.verifiers(b"salt", salt_offsets, b"identity", array("Q", [0, 4, 8]))


def test_buffers_of_the_wrong_size_are_refused(engine: Engine) -> None:
    element = bytes(ELEMENT_SIZE)
    with pytest.raises(ValueError, match="bases: must be a multiple"):
        engine.powmod_many(element[1:], b"\1", 1)
    with pytest.raises(ValueError, match="exponents: 2 of 3 bytes"):
        engine.powmod_many(element * 2, b"\1" * 5, 3)
    with pytest.raises(ValueError, match="exponents: must be a multiple"):
        engine.pow_g_many(b"\1" * 33, 32)
    with pytest.raises(ValueError, match="base"):
        engine.powmod(element[1:], b"\1")
    with pytest.raises(ValueError, match="B: "):
        engine.premaster_secret(element[1:], b"\1", b"\1", b"\1", b"\1")
    with pytest.raises(ValueError, match="at most 384"):
        engine.premaster_secret(element, bytes(385), b"\1", b"\1", b"\1")


def test_unaligned_buffers(engine: Engine) -> None:
    """Rows of odd sizes put exponents and bases at every address."""
    exponents = [int.from_bytes(bytes([i + 1]) * 13, "big") for i in range(9)]
    buffer = b"".join(e.to_bytes(13, "big") for e in exponents)
    for start in range(9):
        view = memoryview(b"\0" * start + buffer)[start:]
        found = engine.pow_g_many(view, 13)  # type: ignore[arg-type]
        assert found == b"".join(pow(2, e, N).to_bytes(ELEMENT_SIZE, "big") for e in exponents)
        base = (7).to_bytes(ELEMENT_SIZE, "big")
        odd = memoryview(b"\0" * start + base)[start:]
        assert int.from_bytes(engine.powmod(odd, b"\2"), "big") == 49  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "makes_integers"), [("c", False), ("gmpy2", True)])
def test_engine_c_makes_no_integer_of_a_secret(
    c_engine: ModuleType, name: str, makes_integers: bool
) -> None:
    """docs/engines.md says so of either engine."""
    runs, called = load_engine(name, constant_time=True), list[str]()

    def note(_frame: object, event: str, function: object) -> None:
        if event == "c_call":
            called.append(getattr(function, "__name__", ""))

    element = bytes(range(128)) * 3
    sys.setprofile(note)
    try:
        secret = runs.premaster_secret(element, b"\7" * 32, b"\5" * 32, b"\3" * 32, b"\2" * 32)
    finally:
        sys.setprofile(None)
    assert len(secret) == ELEMENT_SIZE
    assert ("from_bytes" in called, "to_bytes" in called) == (makes_integers, makes_integers)


def test_many_threads_at_once(engine: Engine) -> None:
    def work(i: int) -> bool:
        salt, identity = i.to_bytes(4, "big"), b"device %d" % i
        return engine.verifier(salt, identity) == verifier(salt, identity)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(200)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_it_works_after_fork(engine: Engine) -> None:
    expected = engine.pow_g(b"\xff" * 32)
    child = os.fork()
    if child == 0:
        os._exit(0 if engine.pow_g(b"\xff" * 32) == expected else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_the_registry_proves_it(c_engine: ModuleType) -> None:
    assert load_engine("c").name == "c"


def test_sizes_are_the_same_in_c(c_engine: ModuleType) -> None:
    for name in _sizes.__all__:
        assert getattr(c_engine.lib, f"SRP_{name}", None) == getattr(_sizes, name), name
    assert c_engine.lib.SRP_ELEMENT_SIZE == ELEMENT_SIZE
