"""Verifiers for Arrow record batches: one pure function, the same under Ray, Spark or alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, overload

from srp_native import Column
from srp_native._columns import ROW_MAX
from srp_native._sizes import SALT_MAX

from ..devices.checks import DEVICE_KEY_BYTES, check_rows
from ..devices.columns import create_device_verifier_columns
from ..errors import InvalidInputError
from .arrow_columns import bytes_column, load_pyarrow, text_array, text_column, text_type

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DERIVED_COLUMNS", "derive_batches", "derived_schema", "find_column", "over_batches"]

#: What `derive_batches` makes, in this order. All three belong to the device alone: whoever reads
#: device_password can sign in as the device, and password_verifier lets its holder search for it.
DERIVED_COLUMNS: Final = ("device_password", "salt", "password_verifier")

#: Rows made at a time: at most 516 bytes each, so that no column of 32-bit offsets overflows (that
#: takes 4 million), memory stays at 34 MB, and the checks of a batch cost nothing any more.
_PIECE_ROWS: Final = 1 << 16


@overload
def derive_batches(
    batches: Iterable[pa.RecordBatch], *, threads: int | None = 1
) -> Iterator[pa.RecordBatch]: ...
@overload
def derive_batches(batches: pa.Table, *, threads: int | None = 1) -> pa.Table: ...
def derive_batches(batches: Any, *, threads: int | None = 1) -> Any:
    """A device password, salt and verifier for every row, beside the columns that are there.

    Input: ``device_key`` and ``device_group_key`` (string, large_string, string_view, or a
    dictionary of one). ``device_password`` (the same types) and ``salt`` (binary: an unsigned
    big-endian integer of 1 to 64 bytes; or string: base64 of it) are drawn at random where the
    column is absent, and used as they are where it is there: the same input then gives the same
    output. Passwords that are given have to be random.

    Output: the input's columns as they were, ``salt`` in base64, and what of `DERIVED_COLUMNS` was
    not there after them: `derived_schema`. An engine may run a task twice. So what is drawn here
    becomes a device's secret only through the one copy that was stored: store the output, then
    confirm from there.

    Args:
        batches: Record batches, as Spark's ``mapInArrow`` hands them over, or a table, as Ray's
            ``map_batches`` does with ``batch_format="pyarrow"``.
        threads: How many threads compute: one, because engines run a task per core. None uses all
            cores.

    Returns:
        Record batches or a table, as given. Rows keep their order; batches of more than 65,536 rows
            come back in several.

    Raises:
        InvalidInputError: Names the column and the row of the batch.
    """

    def derive(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return (made for batch in batches for made in _derive(batch, threads))

    return over_batches(batches, derive, derived_schema)


def derived_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of what `derive_batches` makes.

    Args:
        schema: The schema of its input.

    Returns:
        The schema. New texts have the type of ``device_key`` where that is string, and are
            large_string otherwise.

    Raises:
        InvalidInputError: A column is missing, there twice, or already made.
    """
    pa = load_pyarrow()
    if "password_verifier" in schema.names:
        rule = "is there already"
        raise InvalidInputError("password_verifier", rule, "drop it, or confirm these rows")
    find_column(schema, "device_group_key")
    kind = text_type(schema.field(find_column(schema, "device_key")).type)
    for name in DERIVED_COLUMNS:
        if name not in schema.names:
            schema = schema.append(pa.field(name, kind))
        elif name == "salt":
            schema = schema.set(find_column(schema, name), pa.field(name, kind))
    return schema


def find_column(schema: pa.Schema, name: str) -> int:
    """Where a column is; raises `InvalidInputError` unless it is there once."""
    found = schema.get_all_field_indices(name)
    if len(found) != 1:
        rule = "is there more than once" if found else "is missing"
        raise InvalidInputError(name, rule, f"the columns are {', '.join(schema.names)}")
    return int(found[0])


def over_batches(batches: Any, make: Any, schema_of: Any) -> Any:
    """`make`, from an iterable of batches to an iterator of them, over such or over a table."""
    pa = load_pyarrow()
    if not isinstance(batches, pa.Table):
        return make(batches)
    schema = schema_of(batches.schema)
    whole = batches.combine_chunks().to_batches()
    return pa.Table.from_batches(list(make(whole)), schema)


def _derive(batch: pa.RecordBatch, threads: int | None) -> Iterator[pa.RecordBatch]:
    """The batch with its secrets, in pieces."""
    schema, columns = derived_schema(batch.schema), _columns(batch)
    for first in range(0, max(batch.num_rows, 1), _PIECE_ROWS):
        last = min(first + _PIECE_ROWS, batch.num_rows)
        part = {n: c and c.part(first, last) for n, c in columns.items()}
        made = _make(part, threads)
        texts = {
            "device_password": made.device_passwords,
            "salt": made.salts,
            "password_verifier": made.password_verifiers,
        }
        if columns["device_passwords"] is not None:
            del texts["device_password"]
        yield _beside(batch.slice(first, last - first), schema, texts)


def _columns(batch: pa.RecordBatch) -> dict[str, Column | None]:
    """What create_device_verifier_columns takes, each column checked as a whole.

    Rows that an error names are those of the batch, not of a piece.
    """
    columns: dict[str, Column | None] = {}
    for name, read, longest in (
        ("device_group_key", text_column, ROW_MAX),
        ("device_key", text_column, DEVICE_KEY_BYTES),
        ("device_password", text_column, ROW_MAX),
        ("salt", bytes_column, SALT_MAX),
    ):
        column = None
        if name in batch.schema.names:
            column = read(name, batch.column(find_column(batch.schema, name)))
            check_rows(name, column, batch.num_rows, 1, longest)
        columns[f"{name}s"] = column
    _refuse_zeros(columns["salts"] or ())
    return columns


def _refuse_zeros(salts: Iterable[bytes]) -> None:
    for row, salt in enumerate(salts):
        if not salt.strip(b"\0"):
            rule = f"row {row}: must not be zero"
            raise InvalidInputError("salt", rule, "give 16 random bytes, or leave the column out")


def _make(columns: dict[str, Any], threads: int | None) -> Any:
    try:
        return create_device_verifier_columns(**columns, threads=threads)
    except InvalidInputError as error:
        # The column form names its arguments, which are in the plural.
        raise InvalidInputError(error.field.removesuffix("s"), error.rule, error.fix) from None


def _beside(batch: pa.RecordBatch, schema: pa.Schema, texts: dict[str, Column]) -> pa.RecordBatch:
    """The batch's columns, and `texts` in place of or beside them, as `schema` has it."""
    pa = load_pyarrow()
    arrays = [
        text_array(texts[field.name], field.type)
        if field.name in texts
        else batch.column(field.name)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
