"""What goes into a module in the place of the built-in ``pow`` gives what that gives."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srp_native
from srp_native import N
from srp_native._builtin_pow import drop_in_pow
from srp_native.engines import _registry
from srp_native.engines._engine import Engine

RFC_2048 = 2**2048 - 2**1984 - 1 + 2**64 * 0x4E5B  # odd, and of the size of RFC 5054's group


def answer(power: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Any, ...]:
    """The result and its type, or the exception, its words and what it came from."""
    try:
        result = power(*arguments, **named)
    except Exception as error:
        return type(error), str(error), error.__cause__, error.__context__
    return type(result), result


def bits(most: int) -> st.SearchStrategy[int]:
    return st.integers(0, most).flatmap(lambda size: st.integers(-(2**size), 2**size))


MODULI = st.one_of(
    st.sampled_from([N, -N, N + 1, N * 3, RFC_2048, 0, 1, -1, 2, -2, 3, -3, 4, 2**64]), bits(200)
)
EXPONENTS = st.one_of(
    st.sampled_from([0, 1, -1, 2**3072 - 1, 2**3072, 2**3073 + 1, -(2**256)]), bits(520)
)
BASES = st.one_of(st.sampled_from([0, 1, -1, 2, 5, N, N - 1, N + 5, -N, -5]), bits(3200))


@given(BASES, EXPONENTS, MODULI)
@settings(max_examples=300, deadline=None)
def test_it_is_pow_for_any_three_numbers(base: int, exponent: int, modulus: int) -> None:
    expected = answer(builtins.pow, base, exponent, modulus)
    assert answer(drop_in_pow, base, exponent, modulus) == expected


@given(bits(64), st.integers(-20, 70))
@settings(deadline=None)
def test_it_is_pow_for_two_numbers(base: int, exponent: int) -> None:
    assert answer(drop_in_pow, base, exponent) == answer(builtins.pow, base, exponent)


class OwnPowers(int):
    """A kind of int whose powers are its own."""

    def __pow__(self, exponent: int, modulus: int | None = None) -> str:  # type: ignore[override]
        return f"{int(self)}^{exponent} mod {modulus}"


class Named(int):
    """A kind of int with int's powers."""


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (2,),
        (2, 3, 5, 7),
        (2, 3, None),
        (2.5, 3),
        (2.5, 3, 5),
        ("2", 3, 5),
        (2, 3, "5"),
        (2, 3, 5.0),
        (2, b"3", 5),
        (True, True, 7),
        (2, True, N),
        (Named(7), Named(2**300), Named(N)),
        (OwnPowers(2), 3, N),
        (6, -1, 9),
        (N, -5, N),
        (2, -(2**3100), N),
    ],
    ids=repr,
)
def test_it_is_pow_for_anything_else(arguments: tuple[Any, ...]) -> None:
    assert answer(drop_in_pow, *arguments) == answer(builtins.pow, *arguments)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((2,), {"exp": 3, "mod": N}),
        ((), {"base": 2, "exp": 3, "mod": N}),
        ((), {"mod": 9, "exp": 3, "base": 2}),
        ((), {"base": 2, "exp": 3}),
        ((2, 3), {"mod": None}),
        ((2, 3, 5), {"mod": 7}),
        ((2, 3), {"modulus": 7}),
        ((2, 3), {"base": 7}),
    ],
)
def test_it_takes_names_as_pow_does(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    assert answer(drop_in_pow, *arguments, **named) == answer(builtins.pow, *arguments, **named)


@pytest.fixture
def asked(engine: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool]]:
    """Every power that is computed: on which engine, by which routine, in constant time or not."""
    if engine == "python":
        pytest.skip("engine python promises no constant time")
    asked: list[tuple[str, str, bool]] = []

    def watch(runs: Engine, name: str) -> None:
        real = getattr(runs, name)

        def watching(*arguments: Any, constant_time: bool = False) -> Any:
            asked.append((runs.name, name, constant_time))
            return real(*arguments, constant_time=constant_time)

        monkeypatch.setattr(runs, name, watching)

    chosen = _registry.constant_time_engine()
    watch(chosen, "pow_g")
    watch(chosen, "powmod")
    watch(_registry.load_engine("gmpy2", constant_time=True), "powmod_any")
    return asked


@pytest.mark.parametrize(
    ("arguments", "routine"),
    [
        ((2, 3**150, N), "pow_g"),
        ((5, 3**150, N), "powmod"),
        ((5, 2**3072 - 1, N), "powmod"),
        ((5, -(3**150), N), "powmod"),
        ((5, 2**3072, N), "powmod_any"),
        ((5, 3**150, N - 2), "powmod_any"),
        ((5, -(3**150), RFC_2048), "powmod_any"),
    ],
    ids=["g", "base 5", "3072 bits", "negative", "3073 bits", "other group", "negative, other"],
)
def test_secrets_are_raised_in_constant_time(
    engine: str, asked: list[tuple[str, str, bool]], arguments: tuple[int, int, int], routine: str
) -> None:
    assert drop_in_pow(*arguments) == pow(*arguments)
    on = "gmpy2" if routine == "powmod_any" else engine
    assert asked == [(on, routine, True)]


@pytest.mark.parametrize("arguments", [(5, 3**99, N + 1), (5, 3**99, -N), (5, 3**99, 1), (5, 9)])
def test_what_has_no_constant_time_is_the_built_ins(
    asked: list[tuple[str, str, bool]], arguments: tuple[int, ...]
) -> None:
    assert drop_in_pow(*arguments) == builtins.pow(*arguments)
    assert asked == []


def test_without_gmpy2_other_groups_are_the_built_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    if not srp_native.available_engines()[0].available:
        pytest.skip("engine c cannot run here")
    with srp_native.use_engine("c"):
        gone = {("gmpy2", ""): _registry._Known(missing="gmpy2 cannot be imported")}
        monkeypatch.setattr(_registry, "_known", {**_registry._known, **gone})
        assert drop_in_pow(5, 3**99, RFC_2048) == pow(5, 3**99, RFC_2048)
        assert drop_in_pow(5, 2**3072, N) == pow(5, 2**3072, N)
        assert drop_in_pow(5, 3**99, N) == pow(5, 3**99, N)


def test_no_constant_time_for_the_group_is_an_error_and_no_downgrade() -> None:
    with (
        srp_native.use_engine("python"),
        pytest.raises(srp_native.ConstantTimeUnavailableError, match="engine 'python'"),
    ):
        drop_in_pow(2, 3, N)
