"""Arrow batches of every shape: what comes out is what create_device_verifier makes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest
from support.batch_rows import GROUP_KEY, device_key, given_rows, password, salt

from cognito_srp import InvalidInputError, create_device_verifier
from cognito_srp.distributed import DERIVED_COLUMNS, batches, derive_batches, derived_schema

TEXT = [pa.string(), pa.large_string(), pa.string_view()]


def keys(count: int, kind: pa.DataType | None = None) -> pa.RecordBatch:
    return pa.record_batch(
        {
            "device_key": pa.array(map(device_key, range(count)), kind or pa.large_string()),
            "device_group_key": pa.array([GROUP_KEY] * count, kind or pa.large_string()),
        }
    )


def only(made: Iterator[pa.RecordBatch]) -> pa.RecordBatch:
    (batch,) = made
    batch.validate(full=True)
    return batch


def assert_right(batch: pa.RecordBatch | pa.Table) -> None:
    """Every row's verifier is that of its own keys, password and salt."""
    for row in batch.select(["device_key", "device_group_key", *DERIVED_COLUMNS]).to_pylist():
        verifier = create_device_verifier(
            device_group_key=row["device_group_key"],
            device_key=row["device_key"],
            device_password=row["device_password"],
            salt=base64.b64decode(row["salt"]),
        )
        assert row["salt"] == verifier.salt
        assert row["password_verifier"] == verifier.password_verifier


@pytest.mark.parametrize("kind", TEXT, ids=str)
@pytest.mark.parametrize("count", [0, 1, 20])
def test_secrets_are_drawn(kind: pa.DataType, count: int) -> None:
    batch = only(derive_batches([keys(count, kind)]))
    assert batch.schema == derived_schema(keys(0, kind).schema)
    assert batch.schema.names == ["device_key", "device_group_key", *DERIVED_COLUMNS]
    made = pa.string() if kind == pa.string() else pa.large_string()
    assert {batch.schema.field(name).type for name in DERIVED_COLUMNS} == {made}
    assert batch.num_rows == len(set(batch["device_password"].to_pylist())) == count
    assert_right(batch)


@pytest.mark.parametrize("kind", TEXT, ids=str)
def test_given_secrets_are_used(kind: pa.DataType) -> None:
    table = given_rows(0, 30, kind)
    made = derive_batches(table)
    assert made.schema == derived_schema(table.schema)
    assert made.select(["number", "device_key", "device_password"]) == table.select(
        ["number", "device_key", "device_password"]
    )
    for row, text in enumerate(made["salt"].to_pylist()):
        assert int.from_bytes(base64.b64decode(text), "big") == int.from_bytes(salt(row), "big")
    assert_right(made)
    # And what was made can be made again from what was made.
    assert derive_batches(made.drop_columns(["password_verifier"])) == made


@pytest.mark.parametrize(
    "change",
    [
        lambda array: array.dictionary_encode(),
        lambda array: pa.concat_arrays([array[:1], array])[1:],
        lambda array: pa.concat_arrays([array, array])[: len(array)],
        lambda array: pa.array(array.to_pylist(), mask=[False] * len(array)),
    ],
    ids=["dictionary", "offset", "longer-buffers", "mask"],
)
@pytest.mark.parametrize("name", ["device_key", "device_group_key", "device_password", "salt"])
def test_any_layout(name: str, change: Callable[[Any], pa.Array]) -> None:
    table = given_rows(0, 9)
    plain = derive_batches(table)
    column = table.schema.names.index(name)
    changed = table.set_column(column, name, change(table[name].combine_chunks()))
    made = derive_batches(changed)
    for wanted in DERIVED_COLUMNS:
        assert made[wanted].to_pylist() == plain[wanted].to_pylist()


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(16), pa.binary_view()])
def test_salts_of_every_type(kind: pa.DataType) -> None:
    table = given_rows(0, 3)
    made = derive_batches(table.set_column(4, "salt", table["salt"].cast(kind)))
    assert made == derive_batches(table)


def test_slices_of_a_batch_share_its_buffers() -> None:
    whole = given_rows(0, 10).to_batches()[0]
    parts = pa.Table.from_batches(derive_batches([whole.slice(0, 4), whole.slice(4)]))
    assert parts == pa.Table.from_batches(derive_batches([whole]))


def test_large_string_is_not_copied() -> None:
    batch = only(derive_batches([keys(50)]))
    column = batches._columns(batch)["device_passwords"]
    assert column is not None
    address = batch["device_password"].buffers()[2].address
    assert pa.py_buffer(column.data).address == address
    # Nor are the results: they lie in what the column form has made.
    assert batch["password_verifier"].buffers()[2].is_mutable


def test_large_batches_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_PIECE_ROWS", 7)
    table = given_rows(0, 24, pa.string())
    pieces = list(derive_batches(table.to_batches()))
    assert [piece.num_rows for piece in pieces] == [7, 7, 7, 3]
    monkeypatch.undo()
    assert pa.Table.from_batches(pieces).equals(derive_batches(table))
    # 516 bytes are the most that a row of a made column has.
    assert batches._PIECE_ROWS * 516 < 2**31


def test_batches_are_made_when_they_are_asked_for() -> None:
    asked = []

    def source() -> Iterator[pa.RecordBatch]:
        for i in range(3):
            asked.append(i)
            yield keys(1)

    made = derive_batches(source())
    assert asked == []
    next(made)
    assert asked == [0]
    assert list(derive_batches([])) == []


def test_a_table_without_rows() -> None:
    table = given_rows(0, 0)
    assert derive_batches(table).schema == derived_schema(table.schema)


def with_column(name: str, values: list[Any], kind: pa.DataType | None = None) -> pa.Table:
    table = given_rows(0, 3)
    return table.set_column(table.schema.names.index(name), name, pa.array(values, kind))


@pytest.mark.parametrize(
    ("table", "field", "words"),
    [
        (with_column("device_key", ["a_1", None, "a_2"]), "device_key", "row 1 is null"),
        (
            with_column("device_key", ["a_1", "a_2", None]).set_column(
                1, "device_key", pa.array(["a_1", "a_2", None]).dictionary_encode()
            ),
            "device_key",
            "row 2 is null",
        ),
        (
            with_column("device_key", ["", "", ""]).set_column(
                1,
                "device_key",
                pa.DictionaryArray.from_arrays([0, 1, 0], pa.array(["a_1", None])),
            ),
            "device_key",
            "row 1 is null",
        ),
        (with_column("salt", [b"1", b"1", None]), "salt", "row 2 is null"),
        (with_column("salt", [b"1", b"1", b"\0\0"]), "salt", "row 2: must not be zero"),
        (with_column("salt", [b"1", b"1", b""]), "salt", "row 2: 1 to 64 bytes, has 0"),
        (with_column("salt", ["MQ==", "M", "MQ=="]), "salt", "row 1: must be base64"),
        (with_column("salt", [1, 2, 3]), "salt", "type int64, neither binary nor base64"),
        (with_column("device_key", [1, 2, 3]), "device_key", "type int64, not string"),
        (with_column("device_key", ["a_1", "", "a_2"]), "device_key", "row 1: 1 to 220 bytes"),
        (with_column("device_group_key", ["a", "a", "a_1"]), "device_group_key", "has a '_'"),
        (given_rows(0, 3).drop_columns(["device_key"]), "device_key", "is missing"),
        (given_rows(0, 3).drop_columns(["device_group_key"]), "device_group_key", "is missing"),
        (
            given_rows(0, 3).append_column("device_key", pa.array(["", "", ""])),
            "device_key",
            "more than once",
        ),
        (
            given_rows(0, 3).append_column("password_verifier", pa.array(["", "", ""])),
            "password_verifier",
            "is there already",
        ),
    ],
)
def test_what_is_refused(table: pa.Table, field: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as caught:
        list(derive_batches(table.to_batches()))
    assert caught.value.field == field
    assert password(0) not in str(caught.value)


def test_rows_are_counted_in_the_batch_not_in_the_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_PIECE_ROWS", 2)
    table = with_column("device_key", ["a_1", "a_2", "a_3" * 100])
    with pytest.raises(InvalidInputError, match="row 2: 1 to 220 bytes"):
        derive_batches(table)
