"""Arrow batches whose devices are confirmed as well: outcomes in columns instead of exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, overload

from ..devices.verifiers import DeviceVerifier
from ..enroll import Enroller, EnrollmentRequest, EnrollmentResult
from ..enroll.error_codes import error_code
from ..enroll.retry import may_have_arrived
from ..errors import CognitoSrpError, DeviceKeyExistsError
from .arrow_columns import load_pyarrow, text_type
from .batches import DERIVED_COLUMNS, find_column, over_batches

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["enroll_batches", "enrolled_schema"]

_NEEDED: Final = ("device_key", "device_group_key", *DERIVED_COLUMNS, "access_token")
_OPTIONAL: Final = ("device_name", "remember", "user")


@overload
def enroll_batches(
    batches: Iterable[pa.RecordBatch], *, enroller: Callable[[], Enroller]
) -> Iterator[pa.RecordBatch]: ...
@overload
def enroll_batches(batches: pa.Table, *, enroller: Callable[[], Enroller]) -> pa.Table: ...
def enroll_batches(batches: Any, *, enroller: Callable[[], Enroller]) -> Any:
    """Confirm the devices of rows that `derive_batches` made; a row out for every row in.

    Input: ``device_key``, ``device_group_key``, ``device_password``, ``salt``,
    ``password_verifier`` and ``access_token``; may have ``device_name``, ``remember`` (bool) and
    ``user``. The secrets have to be there because an engine may run a task twice: both runs must
    send the same, so it has to come from where it was stored.

    Output: the input without ``access_token``, then ``outcome`` (confirmed | refused | unknown |
    conflict, as in `cognito_srp.enroll.EnrollmentOutcome`) and ``error_code``, empty when
    confirmed. One bad row is refused and stops no other. ``device_password`` and
    ``password_verifier`` are secrets.

    Args:
        batches: Record batches or a table.
        enroller: Makes an enroller. It is called once for each iterable or table, in the process of
            its task, and what it made is closed at the end. Give it this worker's share of the
            rate, `equal_share` or a `SharedRate`. In a run without a journal a repeated task finds
            its own devices confirmed and has to call them ``conflict``; with a `DynamoJournal` it
            knows them.

    Returns:
        Record batches or a table, as given.
    """

    def enroll(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with enroller() as made:
            for batch in batches:
                yield _enroll(batch, made)

    return over_batches(batches, enroll, enrolled_schema)


def enrolled_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of what `enroll_batches` makes.

    Args:
        schema: The schema of its input.

    Returns:
        The schema.

    Raises:
        InvalidInputError: A column is missing or there twice.
    """
    pa = load_pyarrow()
    for name in _NEEDED:
        find_column(schema, name)
    kind = text_type(schema.field("device_key").type)
    schema = schema.remove(find_column(schema, "access_token"))
    return schema.append(pa.field("outcome", kind)).append(pa.field("error_code", kind))


def _enroll(batch: pa.RecordBatch, enroller: Enroller) -> pa.RecordBatch:
    pa, schema = load_pyarrow(), enrolled_schema(batch.schema)
    names = [name for name in (*_NEEDED, *_OPTIONAL) if name in batch.schema.names]
    rows = batch.select(names).to_pylist()
    ended = [_ended(future) for future in [_submit(enroller, row) for row in rows]]
    arrays = [batch.column(name) for name in schema.names[:-2]]
    for place, name in enumerate(("outcome", "error_code")):
        arrays.append(pa.array([end[place] for end in ended], schema.field(name).type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _submit(enroller: Enroller, row: dict[str, Any]) -> Future[EnrollmentResult] | CognitoSrpError:
    """The row's future, or what is wrong with the row."""
    config = {"PasswordVerifier": row["password_verifier"], "Salt": row["salt"]}
    try:
        keys = {name: row[name] for name in ("device_key", "device_group_key")}
        verifier = DeviceVerifier.from_config(
            **keys, device_password=row["device_password"], config=config
        )
        given = {name: row[name] for name in ("access_token", *_OPTIONAL) if name in row}
        return enroller.submit(EnrollmentRequest(**keys, **given, verifier=verifier))
    except CognitoSrpError as error:
        return error


def _ended(submitted: Future[EnrollmentResult] | CognitoSrpError) -> tuple[str, str]:
    """EnrollmentOutcome and error code of a row."""
    if isinstance(submitted, CognitoSrpError):
        return "refused", error_code(submitted)
    error = submitted.exception()
    if error is None:
        return "confirmed", ""
    if isinstance(error, DeviceKeyExistsError):
        return "conflict", error_code(error)
    return "unknown" if may_have_arrived(error) else "refused", error_code(error)
