"""Arrow arrays as columns of buffers, and back, without a copy where the types allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from srp_native import Column

from ..errors import InvalidInputError
from ..srp.encoding import decode_base64
from ..storage.extras import needs_extra

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["bytes_column", "load_pyarrow", "text_array", "text_column", "text_type"]

_OFFSET_SIZE: Final = 8


def load_pyarrow() -> Any:
    """The module pyarrow; raises ``ImportError`` that names the extra."""
    try:
        import pyarrow
    except ImportError as error:
        raise needs_extra("this", "pyarrow", "arrow") from error
    return pyarrow


def text_column(name: str, array: pa.Array) -> Column:
    """An array of strings, of any of Arrow's types for them or a dictionary of one.

    Shares the buffers of large_string, the data of string (its offsets are widened), and copies
    the others. Raises `InvalidInputError` for other types, and for a null with its row.
    """
    pa, value = load_pyarrow(), _value_type(array)
    if not _is_text(value):
        rule = f"has type {array.type}, not string"
        raise InvalidInputError(name, rule, "cast the column to string or large_string")
    _refuse_nulls(name, array)
    return _column(array.cast(pa.large_string()))


def bytes_column(name: str, array: pa.Array) -> Column:
    """An array of binary values as they are, or of strings that are base64 of them."""
    pa, value = load_pyarrow(), _value_type(array)
    if _is_text(value):
        _refuse_nulls(name, array)
        return Column.of([_decode(name, row, text) for row, text in enumerate(array.to_pylist())])
    types = pa.types
    if not (
        types.is_binary(value)
        or types.is_large_binary(value)
        or types.is_fixed_size_binary(value)
        or types.is_binary_view(value)
    ):
        rule = f"has type {array.type}, neither binary nor base64 in a string"
        raise InvalidInputError(name, rule, "cast the column to binary, or write it in base64")
    _refuse_nulls(name, array)
    return _column(array.cast(pa.large_binary()))


def text_array(column: Column, kind: pa.DataType) -> pa.Array:
    """A column of texts as an Arrow array of type `kind`; shares its buffers with large_string.

    Raises ``pyarrow.ArrowInvalid`` when a 32-bit type cannot hold it: cut it into pieces before.
    """
    pa = load_pyarrow()
    offsets, data = pa.py_buffer(column.offsets), pa.py_buffer(column.data)
    return pa.LargeStringArray.from_buffers(len(column), offsets, data).cast(kind)


def text_type(array_type: pa.DataType) -> pa.DataType:
    """The type for texts made beside an array of that type.

    Its own if it is a text type with offsets (string, large_string), otherwise large_string.
    """
    pa = load_pyarrow()
    return array_type if pa.types.is_string(array_type) else pa.large_string()


def _column(array: pa.Array) -> Column:
    """The rows of a large_string or large_binary array, in its own buffers."""
    _, offsets, data = array.buffers()
    first, last = _OFFSET_SIZE * array.offset, _OFFSET_SIZE * (array.offset + len(array) + 1)
    # An array of no rows may have no buffers at all.
    places = memoryview(offsets).cast("B")[first:last] if offsets else bytes(_OFFSET_SIZE)
    return Column(data or b"", places or bytes(_OFFSET_SIZE))


def _value_type(array: pa.Array) -> pa.DataType:
    pa = load_pyarrow()
    return array.type.value_type if pa.types.is_dictionary(array.type) else array.type


def _is_text(kind: pa.DataType) -> bool:
    types = load_pyarrow().types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _refuse_nulls(name: str, array: pa.Array) -> None:
    # A dictionary may also hold its null among the values.
    if array.null_count or _is_dictionary_with_null(array):
        row = array.is_null().index(True).as_py()
        if row < 0:
            row = array.to_pylist().index(None)
        rule = f"row {row} is null"
        raise InvalidInputError(name, rule, "drop the row, or give it a value")


def _is_dictionary_with_null(array: pa.Array) -> bool:
    pa = load_pyarrow()
    return pa.types.is_dictionary(array.type) and bool(array.dictionary.null_count)


def _decode(name: str, row: int, text: str) -> bytes:
    try:
        return decode_base64(text)
    except ValueError:
        rule = f"row {row}: must be base64"
        raise InvalidInputError(name, rule, "write it as derive_batches does") from None
