"""The known answers of the self-test are derived again from ``pow`` and hashlib."""

import hashlib

import pytest

from srp_native._errors import EngineFaultError
from srp_native.engines import _known_answers as known_answers
from srp_native.engines._engine import Engine
from srp_native.engines.python import PythonEngine
from srp_native.group import N


def digest(*values: int) -> str:
    return hashlib.sha256(b"".join(value.to_bytes(384, "big") for value in values)).hexdigest()


def numbers(data: bytes, width: int) -> list[int]:
    return [int.from_bytes(data[i : i + width], "big") for i in range(0, len(data), width)]


def test_digests() -> None:
    x = int.from_bytes(
        hashlib.sha256(
            known_answers.SALT + hashlib.sha256(known_answers.IDENTITY).digest()
        ).digest(),
        "big",
    )
    base = int.from_bytes(known_answers.BASE, "big")
    short = int.from_bytes(known_answers.SHORT, "big")
    exponent = int.from_bytes(known_answers.EXPONENT, "big")
    width = len(known_answers.EXPONENT)
    exponents = numbers(known_answers.EXPONENTS, width)
    bases = numbers(known_answers.BASES, 384)
    assert len(exponents) == len(bases) == known_answers.MANY
    assert {
        "pow_g_many": digest(*(pow(2, e, N) for e in exponents)),
        "powmod_many": digest(*(pow(b, known_answers.SHORT[0], N) for b in bases)),
        "pow_g": digest(pow(2, exponent, N)),
        "pow_g short": digest(pow(2, short, N)),
        "powmod": digest(pow(base, short, N)),
        "verifier": digest(pow(2, x, N)),
        "premaster_secret": digest(pow(base - short * pow(2, short, N), short + short * short, N)),
    } == known_answers.DIGESTS


class WrongBy(PythonEngine):
    """An engine with one wrong routine."""

    def __init__(self, routine: str) -> None:
        self.routine = routine

    def __getattribute__(self, name: str) -> object:
        value = super().__getattribute__(name)
        if name != "routine" and name == self.routine:
            return lambda *_, **__: bytes(384)
        return value


@pytest.mark.parametrize("routine", ["powmod", "pow_g"])
def test_a_wrong_routine_is_caught(routine: str) -> None:
    with pytest.raises(EngineFaultError):
        known_answers.check_engine(WrongBy(routine))


def test_a_wrong_routine_of_an_engines_own_is_caught() -> None:
    class WrongVerifier(PythonEngine):
        def verifier(self, salt: bytes, identity: bytes, *, constant_time: bool = False) -> bytes:
            return bytes(384)

    with pytest.raises(EngineFaultError, match="verifier"):
        known_answers.check_engine(WrongVerifier())


@pytest.mark.parametrize("routine", ["pow_g_many", "powmod_many"])
def test_a_kernel_that_is_wrong_for_several_at_a_time_is_caught(
    monkeypatch: pytest.MonkeyPatch, routine: str
) -> None:
    engine = WrongBy(routine)
    known_answers.check_engine(engine)  # an engine without kernels computes one after the other
    monkeypatch.setattr(engine, "kernel", "lanes")
    with pytest.raises(EngineFaultError, match=routine):
        known_answers.check_engine(engine)


@pytest.mark.parametrize("routine", ["verifier", "powmod", "premaster_secret"])
def test_a_wrong_constant_time_routine_is_caught(routine: str) -> None:
    with pytest.raises(EngineFaultError):
        known_answers.check_constant_time(WrongBy(routine))


def test_a_wrong_table_is_caught() -> None:
    engine: Engine = PythonEngine()
    known_answers.check_pow_g(engine.pow_g)
    with pytest.raises(EngineFaultError):
        known_answers.check_pow_g(lambda _: bytes(384))
