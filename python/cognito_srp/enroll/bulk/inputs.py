"""Devices from a file: JSON lines, CSV or Parquet, one row at a time in constant memory."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from ...errors import InvalidInputError
from ...srp.encoding import read_json
from ...storage.extras import needs_extra
from ..requests import Credentials, EnrollmentRequest, RefreshToken, TokenSource

__all__ = ["FIELDS", "Input", "RejectedRow", "Row", "read_rows"]

#: What a row may have; which of them it needs is EnrollmentRequest's to say.
FIELDS: Final = (
    "device_key",
    "device_group_key",
    "access_token",
    "device_name",
    "remember",
    "client_id",
    "client_secret",
    "pool_id",
    "refresh_token",
    "username",
    "password",
)
#: Longest line of JSON, in bytes: far more than the longest token and name take.
_LINE_MAX: Final = 1 << 20
_PARQUET_ROWS: Final = 512
_TRUTH: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used.

    ``position`` is its line, or its row in Parquet, from 1. ``reason`` holds no secret.
    """

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be used."""

    position: int
    request: EnrollmentRequest


class Input:
    """The devices of one file, which can be read more than once.

    The name's ending tells its format: ``.jsonl``, ``.ndjson``, ``.csv``, ``.parquet`` (extra
    ``srp-native[arrow]``). `client_id` and `pool_id` stand in for those that rows leave out.
    Raises `InvalidInputError` for other endings, `OSError` if it cannot be read.
    """

    def __init__(
        self, path: str, *, client_id: str | None = None, pool_id: str | None = None
    ) -> None:
        self.path = path
        self._defaults = {"client_id": client_id, "pool_id": pool_id}
        self._read = read_rows(path, FIELDS)

    def __iter__(self) -> Iterator[Row | RejectedRow]:
        for position, fields in self._read():
            if isinstance(fields, str):
                yield RejectedRow(position, fields)
                continue
            try:
                yield Row(position, _request(position, fields, self._defaults))
            except InvalidInputError as error:
                yield RejectedRow(position, str(error))


def read_rows(path: str, columns: Collection[str] = ()) -> Callable[[], _Rows]:
    """A function that reads the rows of a file, as often as it is called.

    Each row comes with its position, and its fields or what is wrong with it. A CSV file may have
    these `columns` only, where any are given. Raises `InvalidInputError` for a name that ends in no
    format that is known.
    """
    try:
        read = _READERS[Path(path).suffix.lower()]
    except KeyError:
        known = ", ".join(_READERS)
        rule = "has a name from which its format cannot be told"
        raise InvalidInputError(path, rule, f"let it end in one of {known}") from None
    return partial(read, path, columns)


def _request(
    position: int, fields: Mapping[str, object], defaults: Mapping[str, str | None]
) -> EnrollmentRequest:
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    unknown = given.keys() - _KNOWN
    if unknown:
        rule, fix = "is not a field of a device", f"rename or remove it; there are {_LISTED}"
        raise InvalidInputError(ascii(min(unknown, key=str))[:60], rule, fix)
    remember = given.get("remember")
    if isinstance(remember, str):
        remember = _TRUTH.get(remember.lower(), remember)
    if remember is not None and not isinstance(remember, bool):
        raise InvalidInputError("remember", "must be true or false", "or leave it out")
    for name, value in given.items():
        if name != "remember" and not isinstance(value, str):
            raise InvalidInputError(name, "must be text", "put it in quotes")
    texts: dict[str, Any] = given
    return EnrollmentRequest(
        device_key=texts.get("device_key"),
        device_group_key=texts.get("device_group_key"),
        access_token=texts.get("access_token"),
        access=_access({**defaults, **texts}),
        device_name=texts.get("device_name"),
        remember=remember,
        reference=position,
    )


def _access(texts: Mapping[str, Any]) -> TokenSource | None:
    """What the row has to get an access token with."""
    if texts.get("refresh_token"):
        return RefreshToken(
            client_id=texts.get("client_id") or "",
            refresh_token=texts["refresh_token"],
            client_secret=texts.get("client_secret"),
        )
    if not texts.get("password"):
        return None
    for name in ("pool_id", "client_id", "username"):
        if not texts.get(name):
            rule = "is needed to sign in with a password"
            raise InvalidInputError(name, rule, "add it to the row")
    names = ("pool_id", "client_id", "username", "password", "client_secret")
    return Credentials(**{name: texts.get(name) for name in names})  # type: ignore[arg-type]


_KNOWN: Final = frozenset(FIELDS)
_LISTED: Final = ", ".join(FIELDS)

#: A row's position, and its fields or what is wrong with it.
_Rows = Iterator[tuple[int, Mapping[str, object] | str]]


def _read_json_lines(path: str, _: Collection[str]) -> _Rows:
    with Path(path).open("rb") as file:
        position = 0
        while line := file.readline(_LINE_MAX):
            position += 1
            if not line.endswith(b"\n") and len(line) == _LINE_MAX:
                while line and not line.endswith(b"\n"):
                    line = file.readline(_LINE_MAX)
                yield position, f"is longer than {_LINE_MAX:,} bytes; one device a line"
            elif line.strip():
                yield position, _parse_json(line.removeprefix(b"\xef\xbb\xbf"))


def _parse_json(line: bytes) -> Mapping[str, object] | str:
    try:
        fields = read_json(line.decode())
    except ValueError:
        return "is not JSON; write one JSON object a line"
    return fields if isinstance(fields, dict) else "is not a JSON object; write one a line"


def _read_csv(path: str, columns: Collection[str]) -> _Rows:
    # Bytes that are not UTF-8 become surrogates, which the checks of each field refuse.
    with Path(path).open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            names = next(reader, [])
        except csv.Error:
            names = []
        if "\0" in "".join(names):
            rule = "is not UTF-8 but, it seems, UTF-16"
            raise InvalidInputError(f"{path}: the header", rule, "save it as CSV in UTF-8")
        separator = next((one for one in ";\t|" if one in "".join(names)), None)
        if len(names) == 1 and separator:
            rule = f"separates the columns by {separator!r}"
            raise InvalidInputError(f"{path}: the header", rule, "save it with commas between them")
        unknown = [name for name in names if columns and name not in columns]
        if not names or unknown or len(set(names)) < len(names):
            wrong = f"has {ascii(unknown[0])[:60]}" if unknown else "is missing or names one twice"
            fix = f"the first line has to name the columns, of {_LISTED}"
            raise InvalidInputError(f"{path}: the header", wrong, fix)
        yield from _csv_rows(enumerate(file, reader.line_num + 1), names)


def _csv_rows(lines: Iterable[tuple[int, str]], names: list[str]) -> _Rows:
    """One row a line.

    No field has line ends, and a quote that is never closed would otherwise take all the rows
    behind it into its own.
    """
    for position, line in lines:
        try:
            cells = next(csv.reader([line], strict=True))
        except csv.Error:
            yield position, "is not CSV; check its quotes, and write one device a line"
            continue
        if len(cells) == len(names):
            yield position, dict(zip(names, cells, strict=True))
        elif cells:
            yield position, f"has {len(cells)} cells where the header has {len(names)}"


def _read_parquet(path: str, _: Collection[str]) -> _Rows:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise needs_extra("Parquet", "pyarrow", "arrow") from error
    with Path(path).open("rb") as source:
        try:
            file = pq.ParquetFile(source)
        except pa.ArrowInvalid:
            fix = "write it again, or rename it if it is JSON lines or CSV"
            raise InvalidInputError(path, "is not a Parquet file", fix) from None
        yield from enumerate(_parquet_rows(file.iter_batches(_PARQUET_ROWS)), 1)


def _parquet_rows(batches: Iterable[Any]) -> Iterator[Mapping[str, object]]:
    for batch in batches:
        yield from batch.to_pylist()


_READERS: Final[dict[str, Callable[[str, Collection[str]], _Rows]]] = {
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
