"""Every engine against ``pow``: random cases, edges, properties."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srp_native
from srp_native import N
from srp_native.engines._registry import current_engine, load_engine

EDGE_EXPONENTS = (
    0, 1, 2, 10, 11, 2047, 2048, 2049, 2**64 - 1, 2**64, 2**128, 2**255, 2**256 - 1, 2**256,
    2**257 - 1, N // 2, N - 2, N - 1, N, N + 1, 2**3071, 2**3072 - 1,
)  # fmt: skip


def limb_patterns(bits: int) -> list[int]:
    """All-ones and all-zero limbs of a radix, in every alternation that tends to break carries."""
    ones, digits = 2**bits - 1, -(-3072 // bits)
    patterns = [
        sum(ones << (bits * i) for i in range(0, digits, 2)),
        sum(ones << (bits * i) for i in range(1, digits, 2)),
        ones,
        ones << (bits * (digits - 1)),
        ((1 << (bits * (digits // 2))) - 1) << (bits * (digits // 4)),
    ]
    return [pattern % 2**3072 for pattern in patterns]


EDGE_BASES = (
    0, 1, 2, N - 1, N - 2, N // 2, N // 2 + 1, 2**3071, 2**3072 % N, pow(2, -3072, N),
    pow(2, -3120, N), 2**1536 - 1, N - 2**64,
    *(pattern for bits in (28, 30, 32, 52, 60, 64) for pattern in limb_patterns(bits)),
)  # fmt: skip


def test_edge_exponents(engine: str) -> None:
    for exponent in EDGE_EXPONENTS:
        expected = pow(2, exponent, N)
        assert srp_native.pow_g(exponent) == expected, hex(exponent)
        # Not 2 itself, which is `pow_g`.
        assert srp_native.powmod(2 + N, exponent) == expected, hex(exponent)


@pytest.mark.parametrize("constant_time", [False, True])
def test_powers_of_two_take_the_path_that_is_made_for_them(
    engine: str, monkeypatch: pytest.MonkeyPatch, constant_time: bool
) -> None:
    if constant_time and not load_engine(engine).offers_constant_time:
        pytest.skip("promises no constant time")
    runs = load_engine(engine, constant_time=constant_time)
    asked = []

    def pow_g(exponent: bytes, **how: Any) -> bytes:
        asked.append((exponent, how))
        return bytes(383) + b"\5"

    monkeypatch.setattr(runs, "pow_g", pow_g)
    assert srp_native.powmod(2, b"\7", constant_time=constant_time) == 5
    assert srp_native.powmod(2, 7, N, constant_time=constant_time) == 5
    assert asked == [(e, {"constant_time": constant_time}) for e in (b"\7", bytes(31) + b"\7")]
    assert srp_native.powmod(2, 7, 13) == 11


def test_edge_bases(engine: str) -> None:
    exponent = secrets.randbits(96)
    for base in EDGE_BASES:
        for e in (0, 1, 2, 3, exponent):
            assert srp_native.powmod(base, e) == pow(base, e, N), (hex(base), e)


def test_bases_outside_the_group_are_reduced(engine: str) -> None:
    for base in (N, N + 1, 2**3072 - 1, 2**4000 + 3, -1, -N - 5):
        assert srp_native.powmod(base, 3) == pow(base, 3, N)


def test_engines_take_bases_from_n_to_2_to_the_3072(engine: str) -> None:
    for base in (N, N + 1, 2**3072 - 1):
        result = load_engine(engine).powmod(base.to_bytes(384, "big"), b"\x05")
        assert int.from_bytes(result, "big") == pow(base, 5, N)


def _pow_g(exponent: int) -> int:
    return pow(2, exponent, N)


@pytest.fixture(scope="module")
def random_powers(long_run: bool) -> tuple[list[int], list[int]]:
    """Random exponents of 256 bits, and what CPython's ``pow`` makes of them."""
    exponents = [secrets.randbits(256) for _ in range(100_000 if long_run else 2_000)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return exponents, list(pool.map(_pow_g, exponents, chunksize=100))


def test_random_exponents(engine: str, random_powers: tuple[list[int], list[int]]) -> None:
    exponents, expected = random_powers
    assert srp_native.pow_g_many(exponents) == expected
    for exponent, power in zip(exponents[:200], expected, strict=False):
        assert srp_native.pow_g(exponent) == power


def test_random_bases(engine: str, long_run: bool) -> None:
    count = 2_000 if long_run else 40
    bases = [secrets.randbelow(N) for _ in range(count)]
    exponents = [secrets.randbits(513) for _ in range(count)]
    expected = [pow(b, e, N) for b, e in zip(bases, exponents, strict=True)]
    assert srp_native.powmod_many(bases, exponents) == expected
    assert srp_native.powmod(bases[0], exponents[0]) == expected[0]


@settings(max_examples=60, deadline=None)
@given(base=st.integers(0, N - 1), e=st.integers(0, 2**80), f=st.integers(0, 2**80))
def test_powers_multiply(base: int, e: int, f: int) -> None:
    product = srp_native.powmod(base, e) * srp_native.powmod(base, f) % N
    assert srp_native.powmod(base, e + f) == product


@settings(max_examples=60, deadline=None)
@given(exponent=st.integers(0, 2**3072 - 1))
def test_bytes_and_ints_are_the_same_exponent(exponent: int) -> None:
    data = exponent.to_bytes((exponent.bit_length() + 7) // 8, "big")
    assert srp_native.pow_g(data) == srp_native.pow_g(exponent)


@pytest.mark.parametrize(
    ("bits", "width"),
    [(0, 32), (1, 32), (256, 32), (257, 33), (264, 33), (265, 65), (512, 65), (513, 65), (520, 65),
     (521, 97), (3072, 384)],
)  # fmt: skip
def test_how_wide_an_int_is_written(bits: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that an engine takes tells the width: 512 and 513 bits, of a + u·x, are alike."""
    runs, seen = current_engine(), list[int]()
    sound = runs.pow_g

    def pow_g(exponent: bytes, **how: Any) -> bytes:
        seen.append(len(exponent))
        return sound(exponent, **how)

    monkeypatch.setattr(runs, "pow_g", pow_g)
    exponent = 2**bits >> 1
    assert srp_native.pow_g(exponent) == pow(2, exponent, N)
    assert seen == [width]


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 63, 64, 65])
@pytest.mark.parametrize("threads", [None, 1, 2, 100])
def test_batches_of_every_size(engine: str, rows: int, threads: int | None) -> None:
    if engine == "python" and rows > 9:
        pytest.skip("the reference takes 5 ms a row, and its loop has no sizes")
    exponents = [secrets.randbits(256) for _ in range(rows)]
    bases = [secrets.randbelow(N) for _ in range(rows)]
    assert srp_native.pow_g_many(exponents, threads=threads) == [
        srp_native.pow_g(e) for e in exponents
    ]
    short = [e >> 224 for e in exponents]
    assert srp_native.powmod_many(bases, short, threads=threads) == [
        pow(b, e, N) for b, e in zip(bases, short, strict=True)
    ]


def test_batches_of_exponents_of_different_length(engine: str) -> None:
    exponents = [0, 1, 2**256, secrets.randbits(256), 2**1023 + 1]
    assert srp_native.pow_g_many(exponents) == [pow(2, e, N) for e in exponents]


@pytest.mark.parametrize("modulus", [1, 2, 3, 10, 2**61 - 1, N - 1, N + 2, 2**4096 - 17])
def test_other_moduli(engine: str, modulus: int) -> None:
    for base, exponent in ((0, 0), (3, 0), (-7, 65537), (2, 2**700 + 1)):
        assert srp_native.powmod(base, exponent, modulus) == pow(base, exponent, modulus)
        if modulus % 2 and engine != "python":
            result = srp_native.powmod(base, exponent, modulus, constant_time=True)
            assert result == pow(base, exponent, modulus)


def test_constant_time_routines_agree(engine: str) -> None:
    if engine == "python":
        pytest.skip("engine python promises no constant time; test_registry holds that it refuses")
    for exponent in (*EDGE_EXPONENTS, *(secrets.randbits(256) for _ in range(20))):
        assert srp_native.pow_g(exponent, constant_time=True) == pow(2, exponent, N)
    for base in EDGE_BASES:
        assert srp_native.powmod(base, 12345, constant_time=True) == pow(base, 12345, N)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: srp_native.pow_g(-1), ValueError, "negative"),
        (lambda: srp_native.pow_g(2**3072), ValueError, "3072 bits"),
        (lambda: srp_native.pow_g(bytes(385)), ValueError, "384 bytes"),
        (lambda: srp_native.pow_g("5"), TypeError, "exponent"),  # type: ignore[arg-type]
        (lambda: srp_native.pow_g(True), TypeError, "exponent"),
        (lambda: srp_native.powmod(2.0, 5), TypeError, "base"),  # type: ignore[arg-type]
        (lambda: srp_native.powmod(2, -5), ValueError, "negative"),
        (lambda: srp_native.powmod(2, -5, 7), ValueError, "negative"),
        (lambda: srp_native.powmod(2, 5, 0), ValueError, "modulus"),
        (lambda: srp_native.powmod(2, 5, -7), ValueError, "modulus"),
        (lambda: srp_native.powmod(2, 5, 8, constant_time=True), ValueError, "odd"),
        (lambda: srp_native.pow_g_many([1, -1]), ValueError, r"exponents\[1\]"),
        (lambda: srp_native.pow_g_many([1], threads=0), ValueError, "threads"),
        (lambda: srp_native.powmod_many([1, 2], [1]), ValueError, "differ in length: 2 and 1"),
    ],
)
def test_bad_arguments(call: Callable[[], object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
