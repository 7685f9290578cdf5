"""The column form: rows of every kind, buffers of every kind, and what is refused."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import sys
from array import array
from collections.abc import Callable
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import srp_native
from cognito_srp import (
    DeviceVerifier,
    InvalidInputError,
    NewDevice,
    create_device_verifier,
    create_device_verifier_columns,
    create_device_verifiers,
)
from srp_native import Column, N

#: 64-bit integers of the other byte order.
SWAPPED: Any = getattr(ctypes.c_int64, f"__ctype_{'be' if sys.byteorder == 'little' else 'le'}__")
SIZES = [0, 1, 7, 8, 9, 63, 64, 65]
DEVICE = NewDevice(device_key="eu_1", device_group_key="-AbC")


def expected(identity: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Texts of verifier and salt, by hashlib, pow and base64 alone."""
    number = int.from_bytes(salt, "big")
    padded = number.to_bytes(number.bit_length() // 8 + 1, "big")
    x = hashlib.sha256(padded + hashlib.sha256(identity).digest()).digest()
    v = pow(2, int.from_bytes(x, "big"), N)
    return base64.b64encode(v.to_bytes(v.bit_length() // 8 + 1, "big")), base64.b64encode(padded)


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("threads", [None, 1, 3, 100])
def test_every_size_and_more_threads_than_rows(engine: str, rows: int, threads: int | None) -> None:
    if engine == "python" and rows > 9:
        pytest.skip("the reference takes 5 ms a row, and its loop has no sizes")
    realms = Column.of([b"-AbCdEf12"] * rows)
    names = Column.of([b"eu-west-1_%d" % i for i in range(rows)])
    made = srp_native.verifier_rows(realms, names, threads=threads)
    assert [len(column) for column in made] == [rows] * 3
    assert len(set(made.passwords)) == len(set(made.salts)) == rows
    for i in range(rows):
        assert len(base64.b64decode(made.passwords[i])) == 40
        identity = realms[i] + names[i] + b":" + made.passwords[i]
        texts = expected(identity, base64.b64decode(made.salts[i]))
        assert (made.verifiers[i], made.salts[i]) == texts


def test_several_chunks(engine: str) -> None:
    if engine == "python":
        pytest.skip("the reference takes 5 ms a row, and chunks are not its own")
    count = 1100
    names = [b"eu_%d" % i for i in range(count)]
    made = srp_native.verifier_rows(Column.of([b"g"] * count), Column.of(names), threads=2)
    for i in (0, 511, 512, 1023, 1024, count - 1):
        identity = b"g" + names[i] + b":" + made.passwords[i]
        assert made.verifiers[i] == expected(identity, base64.b64decode(made.salts[i]))[0]
    assert made.verifiers.offsets[-1] == len(made.verifiers.data)


text = st.one_of(st.binary(max_size=90), st.text(max_size=30).map(str.encode))
salts = st.one_of(
    st.binary(min_size=1, max_size=64).filter(any),
    st.sampled_from([b"\1", b"\x7f", b"\x80", b"\0\x80", b"\0\0\x7f", b"\xff" * 64]),
)


# The engine is the same for all examples of a run, which is what is wanted.
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(st.tuples(text, text, text, salts), max_size=70),
    before=st.integers(0, 9),
    behind=st.binary(max_size=9),
)
def test_any_strings_at_any_place(
    engine: str, rows: list[tuple[bytes, bytes, bytes, bytes]], before: int, behind: bytes
) -> None:
    def at_odd_places(strings: list[bytes]) -> Column:
        plain = Column.of(strings)
        data = memoryview(b"?" * before + bytes(plain.data) + behind)
        offsets = array("Q", [offset + before for offset in plain.offsets])
        shifted = memoryview(b"\0" * (before % 8) + offsets.tobytes())[before % 8 :]
        return Column(data, shifted)

    columns = [at_odd_places([row[i] for row in rows]) for i in range(4)]
    made = srp_native.verifier_rows(*columns[:2], passwords=columns[2], salts=columns[3])
    assert made.passwords is columns[2]
    for i, (realm, name, password, salt) in enumerate(rows):
        assert (made.verifiers[i], made.salts[i]) == expected(realm + name + b":" + password, salt)


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, lambda b: array("b", b)])
@pytest.mark.parametrize("code", ["Q", "q", "B"])
def test_buffers_of_every_kind(
    wrap: Callable[[bytes], object], code: Literal["Q", "q", "B"]
) -> None:
    offsets = array("Q", [0, 2, 4])
    view = memoryview(offsets).cast("B").cast(code)
    column = Column(wrap(b"abcd"), view)
    assert list(column) == [b"ab", b"cd"]
    assert list(Column(b"abcd", (ctypes.c_int64 * 3)(0, 2, 4))) == [b"ab", b"cd"]
    assert column.part(1, 2)[0] == b"cd"
    with pytest.raises(IndexError):
        column[2]
    assert repr(column).startswith("<srp_native._columns.Column object")


def test_nothing_is_copied() -> None:
    data, offsets = bytearray(b"abcd"), array("Q", [0, 4])
    column = Column(data, offsets)
    data[0:1] = b"x"
    assert column[0] == b"xbcd"


def device_columns(rows: int = 3) -> dict[str, Any]:
    return {
        "device_group_keys": Column.of([b"-AbCdEf12"] * rows),
        "device_keys": Column.of([b"eu-west-1_%d" % i for i in range(rows)]),
    }


def test_the_columns_are_what_the_objects_are(engine: str) -> None:
    made = create_device_verifier_columns(**device_columns(), threads=1)
    for i in range(3):
        single = create_device_verifier(
            device_group_key="-AbCdEf12",
            device_key=f"eu-west-1_{i}",
            device_password=made.device_passwords[i].decode(),
            salt=base64.b64decode(made.salts[i]),
        )
        assert made.password_verifiers[i].decode() == single.password_verifier
        assert made.salts[i].decode() == single.salt
    assert repr(made) == "DeviceVerifierColumns()"


def odd(data: bytes, *offsets: int) -> Column:
    return Column(data, array("Q", offsets))


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"device_keys": odd(b"abcd", 0, 3, 2, 4)}, "device_keys", "row 1: .*backwards, from 3 to"),
        ({"device_keys": odd(b"abcd", 0, 1, 2, 5)}, "device_keys", "row 2: .*past the end.*5 > 4"),
        ({"device_keys": odd(b"abcd", 0, 2**63, 1, 2)}, "device_keys", "row 0"),
        ({"device_keys": odd(b"abcd", 2**64 - 1, 0, 1, 2)}, "device_keys", "row 0"),
        (
            {"device_keys": odd(b"abcd", 0, 4)},
            "device_keys",
            "1 rows where device_group_keys has 3",
        ),
        ({"device_keys": Column(b"", b"")}, "device_keys", "0 rows"),
        ({"device_keys": odd(b"abcd", 0, 2, 2, 4)}, "device_keys", "row 1: 1 to 220 bytes, has 0"),
        ({"device_keys": [b"a", b"b", b"c"]}, "device_keys", "a Column, not list"),
        ({"device_group_keys": odd(b"a_cd", 0, 1, 2, 4)}, "device_group_keys", "has a '_'"),
        (
            {"device_passwords": Column.of([b"x" * 65537] * 3)},
            "device_passwords",
            "1 to 65536 bytes",
        ),
        ({"salts": Column.of([b"1", b"", b"1"])}, "salts", "row 1: 1 to 64 bytes"),
        ({"salts": Column.of([b"1", b"1", b"1" * 65])}, "salts", "row 2: 1 to 64 bytes"),
    ],
)
def test_bad_columns_name_the_row(
    engine: str, change: dict[str, Column], field: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as caught:
        create_device_verifier_columns(**{**device_columns(), **change})
    assert caught.value.field == field


def test_a_zero_salt_names_its_row(engine: str) -> None:
    with pytest.raises(ValueError, match="salts: row 2: must not be zero"):
        create_device_verifier_columns(
            **device_columns(), salts=Column.of([b"1", b"1", b"\0\0"]), threads=1
        )


def test_long_rows_are_refused(engine: str) -> None:
    long, longest = Column.of([b"x" * 65537]), Column.of([b"x" * 65536])
    with pytest.raises(ValueError, match="names: row 0: 0 to 65536 bytes, has 65537"):
        srp_native.verifier_rows(longest, long)
    with pytest.raises(ValueError, match="identity 0: at most 65536 bytes, has 65537"):
        srp_native.verifiers([b"salt"], [b"x" * 65537])
    assert len(srp_native.verifier_rows(longest, longest).verifiers) == 1


@pytest.mark.parametrize("threads", [0, -1])
@pytest.mark.parametrize(
    "call",
    [
        lambda threads: create_device_verifier_columns(**device_columns(), threads=threads),
        lambda threads: create_device_verifiers([DEVICE], threads),
        lambda threads: srp_native.verifiers([b"salt"], [b"identity"], threads=threads),
        lambda threads: srp_native.pow_g_many([5], threads=threads),
        lambda threads: srp_native.powmod_many([3], [5], threads=threads),
    ],
)
def test_threads_below_one(engine: str, call: Callable[[int], object], threads: int) -> None:
    with pytest.raises(ValueError, match="threads: must be at least 1"):
        call(threads)


@pytest.mark.parametrize("rows", SIZES)
def test_objects_of_every_size_and_more_threads_than_rows(engine: str, rows: int) -> None:
    if engine == "python" and rows > 9:
        pytest.skip("the reference takes 5 ms a row, and its loop has no sizes")
    devices = [NewDevice(device_key=f"eu_{i}", device_group_key="-AbC") for i in range(rows)]
    made = create_device_verifiers(devices, threads=100)
    assert [v.device_key for v in made] == [device.device_key for device in devices]
    assert len({v.device_password for v in made}) == rows
    for v in made:
        identity = f"-AbC{v.device_key}:{v.device_password}".encode()
        texts = expected(identity, base64.b64decode(v.salt))
        assert (v.password_verifier.encode(), v.salt.encode()) == texts
        assert v.recompute()
        same = DeviceVerifier(**{name: getattr(v, name) for name in v.__dataclass_fields__})
        assert (same, hash(same), repr(same)) == (v, hash(v), repr(v))


@pytest.mark.parametrize(
    ("data", "offsets", "error", "words"),
    [
        (b"", array("I", [0]), ValueError, "64-bit"),
        (b"", array("d", [0.0]), ValueError, "64-bit"),
        (b"", (SWAPPED * 1)(0), ValueError, "64-bit"),
        (b"", (ctypes.c_void_p * 1)(), ValueError, "64-bit"),
        (b"", (ctypes.c_double * 1)(), ValueError, "64-bit"),
        (b"", b"1234567", ValueError, "7 bytes"),
        ("text", b"", TypeError, "bytes-like"),
        (b"", [0, 1], TypeError, "bytes-like"),
    ],
)
def test_what_is_no_column(
    data: object, offsets: object, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Column(data, offsets)


@pytest.mark.parametrize("size", [1 << 44, 1 << 62, 1 << 70])
def test_a_batch_larger_than_memory(
    engine: str, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    from srp_native import _rows as rows

    monkeypatch.setattr(rows, "VERIFIER_TEXT_MAX", size)
    with pytest.raises(MemoryError, match="a batch of 3 rows makes a column of up to"):
        create_device_verifier_columns(**device_columns())


def test_a_random_generator_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(size: int) -> bytes:
        raise OSError("no entropy")

    monkeypatch.setattr(os, "urandom", broken)
    monkeypatch.setattr("srp_native.engines._row_formulas.secrets.token_bytes", broken)
    with srp_native.use_engine("python"), pytest.raises(OSError, match="no entropy"):
        create_device_verifier_columns(**device_columns())
