"""`pow(helper.val_g, x, helper.big_n)`: the built-in's argument is AWS's, so the 2 is ours."""

from __future__ import annotations

import copy
import json
import pickle

import gmpy2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.aws_srp_cases import make

from cognito_srp import aws_srp as ours
from srp_native import N
from srp_native.engines import _registry as registry


@settings(deadline=None, max_examples=30)
@given(x=st.integers(0, 2**256) | st.sampled_from([0, 1, 2**3072 - 1, 2**3072]))
def test_powers(x: int) -> None:
    """2^3072 is longer than the engines take, and goes to int."""
    made = make(ours)
    assert pow(made.val_g, x, made.big_n) == pow(2, x, N)
    assert type(pow(made.val_g, x, made.big_n)) is int


def test_the_engine_computes_it(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, runs = make(ours), registry.current_engine()
    monkeypatch.setattr(type(runs), "pow_g", lambda self, x, **_: b"\5".rjust(384, b"\0"))
    assert pow(made.val_g, 2**255, made.big_n) == 5
    assert pow(made.g, 2**255, made.big_n) == 5


@pytest.mark.parametrize("modulus", [1, 2, 97, 2**61 - 1, N + 2, N - 1, True])
@pytest.mark.parametrize("exponent", [0, 1, 2**256 + 1, True])
def test_other_moduli(engine: str, exponent: int, modulus: int) -> None:
    assert pow(make(ours).val_g, exponent, modulus) == pow(2, exponent, modulus)


def test_what_int_does() -> None:
    g = make(ours).val_g
    assert pow(g, -1, N) == pow(2, -1, N)
    assert pow(g, 5, -7) == pow(2, 5, -7)
    assert (g**10, type(g**10)) == (1024, int)
    assert (g**-1, g**0.5) == (0.5, 2**0.5)
    assert (3**g, pow(3, g, 5)) == (9, 4)
    assert pow(g, gmpy2.mpz(300), N) == pow(2, 300, N)
    with pytest.raises(ValueError, match="cannot be 0"):
        pow(g, 5, 0)
    with pytest.raises(ValueError, match="not invertible"):
        pow(g, -1, 4)
    with pytest.raises(TypeError):
        pow(g, 0.5, N)
    with pytest.raises(TypeError):
        pow(g, "5")


def test_it_is_a_2_like_any_other() -> None:
    g = make(ours).val_g
    assert (g, hash(g), repr(g), str(g), f"{g:x}") == (2, hash(2), "2", "2", "2")
    assert json.dumps(g) == "2"
    assert {2: "two"}[g] == "two"
    assert (type(g + 1), type(int(g)), [0, 1, 2][g]) == (int, int, 2)
    for other in (copy.copy(g), copy.deepcopy(g), pickle.loads(pickle.dumps(g))):
        assert (other, type(other)) == (2, type(g))
