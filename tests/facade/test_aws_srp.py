"""The drop-in against pycognito's module: the same names, arguments and results, but for what is
asserted here to be put right."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycognito import aws_srp as theirs
from pycognito import exceptions as their_exceptions
from support.aws_srp_cases import DEVICE, make

from cognito_srp import SignInError, srp
from cognito_srp import aws_srp as ours
from cognito_srp.srp import encoding
from srp_native import N

integers = st.integers(0, 2**400) | st.integers(0, N) | st.sampled_from([0, 1, 0x7F, 0x80, N])


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in found]


def test_every_function_has_the_parameters_of_theirs() -> None:
    functions = dict(inspect.getmembers(theirs, inspect.isfunction))
    assert len(functions) == 9
    for name, function in functions.items():
        assert parameters(getattr(ours, name)) == parameters(function), name


def test_every_constant_has_the_value_of_theirs() -> None:
    names = [name for name in vars(theirs) if name.isupper() and name != "AWSSRP"]
    assert len(names) == 5
    for name in names:
        mine, original = getattr(ours, name), getattr(theirs, name)
        assert (type(mine), mine) == (type(original), original), name


def test_every_method_has_the_parameters_of_theirs() -> None:
    methods = dict(inspect.getmembers(theirs.AWSSRP, inspect.isfunction))
    assert len(methods) == 15
    for name, method in methods.items():
        expected = parameters(method)
        if name == "process_challenge":  # warrant's has one argument
            assert expected[-1][2] is inspect.Parameter.empty
            expected[-1] = (*expected[-1][:2], None)
        assert parameters(getattr(ours.AWSSRP, name)) == expected, name
    for name in ("get_secret_hash", "get_cognito_formatted_timestamp"):
        assert isinstance(inspect.getattr_static(ours.AWSSRP, name), staticmethod)


def test_every_challenge_name_is_theirs() -> None:
    names = [name for name in vars(theirs.AWSSRP) if name.endswith("_CHALLENGE")]
    assert len(names) == 6
    for name in names:
        assert getattr(ours.AWSSRP, name) == getattr(theirs.AWSSRP, name)


def test_every_attribute_is_there() -> None:
    mine, original = make(ours, **DEVICE), make(theirs, **DEVICE)
    for name in vars(original):
        value, expected = getattr(mine, name), getattr(original, name)
        if name in {"client", "small_a_value", "large_a_value"}:
            assert isinstance(value, type(expected))
        else:
            assert value == expected, name


def test_nothing_is_offered_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'anything_else'"):
        ours.anything_else  # noqa: B018


def test_warrants_spelling() -> None:
    assert (ours.n_hex, ours.g_hex) == (ours.N_HEX, ours.G_HEX)
    assert ours.info_bits is ours.INFO_BITS
    made = make(ours)
    assert (made.g, made.k) == (made.val_g, made.val_k)
    assert type(made.g) is type(made.val_g)


def test_all() -> None:
    for name in ours.__all__:
        assert hasattr(ours, name), name


@given(data=st.binary(max_size=200))
def test_hashes(data: bytes) -> None:
    for form in (data, bytearray(data), memoryview(data)):
        assert ours.hash_sha256(form) == theirs.hash_sha256(form)
    for digits in (data.hex(), data.hex().upper(), data.hex(" ")):
        assert ours.hex_hash(digits) == theirs.hex_hash(digits)
    assert ours.compute_hkdf(data, bytearray(b"salt")) == theirs.compute_hkdf(data, b"salt")
    assert type(ours.compute_hkdf(bytearray(data), data)) is bytes


@given(number=st.integers(-(2**300), 2**300))
def test_hex(number: int) -> None:
    digits = theirs.long_to_hex(number)
    assert ours.long_to_hex(number) == digits
    for form in (digits, digits.upper(), digits.encode(), bytearray(digits, "ascii")):
        assert ours.hex_to_long(form) == theirs.hex_to_long(form) == number


@given(number=integers)
def test_padding(number: int) -> None:
    for form in (number, f"{number:x}", f"{number:X}"):
        assert ours.pad_hex(form) == theirs.pad_hex(form)
    assert bytes.fromhex(ours.pad_hex(number)) == encoding.pad(number)


@given(number=integers, zeros=st.integers(1, 9))
def test_padding_drops_what_cognito_drops(number: int, zeros: int) -> None:
    """Theirs keeps leading zeros, with which the proof would not be the one expected."""
    assert ours.pad_hex("0" * zeros + f"{number:X}") == theirs.pad_hex(f"{number:X}")


@pytest.mark.parametrize("bad", [-1, -0x80, "-1", "-80", "", "xyz", "0x5", " 5", "1_0"])
def test_padding_refuses_what_is_no_number_of_cognitos(bad: Any) -> None:
    with pytest.raises(ValueError, match="not a hexadecimal number"):
        ours.pad_hex(bad)


@given(A=integers, B=integers)
def test_u(A: int, B: int) -> None:
    for pair in ((A, B), (f"{A:x}", B), (A, f"{B:X}"), (f"{A:x}", f"{B:x}")):
        assert ours.calculate_u(*pair) == theirs.calculate_u(*pair)


@pytest.mark.parametrize("name", ["hex_hash", "hex_to_long"])
@pytest.mark.parametrize("bad", ["xyz", "-", "abc g", "1.5"])
def test_what_theirs_refuse_is_refused(name: str, bad: str) -> None:
    for module in (theirs, ours):
        with pytest.raises(ValueError, match=r"hex|invalid literal"):
            getattr(module, name)(bad)


def test_an_odd_number_of_digits_is_not_hashed() -> None:
    for module in (theirs, ours):
        with pytest.raises(ValueError, match="hexadecimal"):
            module.hex_hash("abc")


def test_random_numbers() -> None:
    numbers = {ours.get_random(16) for _ in range(50)}
    assert len(numbers) == 50
    assert 110 < max(number.bit_length() for number in numbers) <= 128
    for module in (theirs, ours):
        with pytest.raises(ValueError, match="invalid literal"):
            module.get_random(0)


def test_a_new_device(engine: str) -> None:
    keys = DEVICE["device_group_key"], DEVICE["device_key"]
    password, config = ours.generate_hash_device(*keys)
    their_password, their_config = theirs.generate_hash_device(*keys)
    assert len(password) == len(their_password)
    assert config.keys() == their_config.keys()
    salt = encoding.decode_base64(config["Salt"])
    x = srp.private_key(encoding.unpad(salt), srp.device_identity(*keys, password))
    v = pow(2, int.from_bytes(x, "big"), N)
    assert config["PasswordVerifier"] == encoding.encode_base64(encoding.pad(v))
    assert ours.generate_hash_device(*keys)[0] != password


EXCEPTIONS = (
    "ForceChangePasswordException",
    "SMSMFAChallengeException",
    "SoftwareTokenMFAChallengeException",
)


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_pycognitos_own_where_it_is_installed(name: str) -> None:
    assert getattr(ours, name) is getattr(their_exceptions, name)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without pycognito."""
    monkeypatch.setitem(sys.modules, "pycognito.exceptions", None)
    monkeypatch.delitem(sys.modules, "cognito_srp.aws_srp.exceptions", raising=False)
    monkeypatch.delattr(ours, "exceptions", raising=False)


def test_ours_where_it_is_not(alone: None) -> None:
    assert issubclass(ours.ForceChangePasswordException, SignInError)
    assert ours.ForceChangePasswordException is not their_exceptions.ForceChangePasswordException
    for name in EXCEPTIONS[1:]:
        error: Any = getattr(ours, name)("Do MFA", {"Session": "hunter2"})
        assert issubclass(type(error), SignInError)
        assert (error.message, str(error)) == ("Do MFA", "Do MFA")
        assert error.get_tokens() == {"Session": "hunter2"}
        assert repr(error) == f"{name}('Do MFA')"
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.get_tokens()) == (type(error), {})  # a Session is among them


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from cognito_srp import aws_srp\n"
        "helper = aws_srp.AWSSRP('u', 'p', 'eu_P', 'c')\n"
        "assert not hasattr(aws_srp, 'missing')\n"
        "heavy = {'boto3', 'botocore', 'pycognito', 'requests', 'moto'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
