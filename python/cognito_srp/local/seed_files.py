"""Seed files as they are read: pools of app clients and users, each with its line in the file."""

from __future__ import annotations

import csv
import io
import json
import json.decoder
import json.scanner
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import InvalidInputError

__all__ = ["Entry", "SeedPool", "read_seed", "seed_error"]

#: Columns of CSV that are no attributes.
_COLUMNS: Final = ("pool", "client", "username", "password", "temporary")
#: A pool of CSV remembers every device, and whoever signs up there gets a code by e-mail.
_CSV_POOL: Final = {
    "AutoVerifiedAttributes": ["email"],
    "DeviceConfiguration": {
        "ChallengeRequiredOnNewDevice": True,
        "DeviceOnlyRememberedOnUserPrompt": False,
    },
}
_TRUTH: Final = {"": False, "false": False, "true": True}


@dataclass(frozen=True)
class Entry:
    """An object of the file, and the line that it begins in."""

    values: dict[str, Any]
    line: int


@dataclass(frozen=True)
class SeedPool:
    """A pool of the file: parameters of CreateUserPool, its app clients and its users."""

    pool: Entry
    clients: list[Entry]
    users: list[Entry]


def read_seed(path: Path) -> list[SeedPool]:
    """The pools of a file: CSV if its name ends so, else JSON.

    `InvalidInputError` for what is neither, `OSError` where it cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise seed_error(path, line, "is not UTF-8") from None
    return _from_csv(path, text) if path.suffix.lower() == ".csv" else _from_json(path, text)


def seed_error(path: Path, line: int, rule: str) -> InvalidInputError:
    """What is wrong with a line of the file."""
    return InvalidInputError("seed", f"{path}, line {line}: {rule}", "correct that line")


class _Object(dict[str, Any]):
    """A JSON object that knows its line."""

    line = 1


def _decoder(text: str) -> Any:
    """Python's decoder, but for objects that keep their lines."""
    decoder: Any = json.JSONDecoder()

    def parse_object(at: tuple[str, int], *others: Any) -> tuple[Any, int]:
        found, end = json.decoder.JSONObject(at, *others)  # type: ignore[attr-defined]
        made = _Object(found)
        made.line = text.count("\n", 0, at[1]) + 1
        return made, end

    decoder.parse_object = parse_object
    # The scanner in C makes its objects by itself.
    decoder.scan_once = json.scanner.py_make_scanner(decoder)  # type: ignore[attr-defined]
    return decoder


def _from_json(path: Path, text: str) -> list[SeedPool]:
    try:
        data = _decoder(text).decode(text)
    except json.JSONDecodeError as error:
        raise seed_error(path, error.lineno, f"is not JSON: {error.msg}") from None
    except RecursionError:
        raise seed_error(path, 1, "is nested too deeply") from None
    if not isinstance(data, _Object):
        raise seed_error(path, 1, 'has to be an object, {"Pools": [...]}')
    made = []
    for pool in _objects(path, data, "Pools"):
        clients, users = (_objects(path, pool.values, name) for name in ("Clients", "Users"))
        params = {n: value for n, value in pool.values.items() if n not in ("Clients", "Users")}
        made.append(SeedPool(Entry(params, pool.line), clients, users))
    for name in data.keys() - {"Pools"}:
        raise seed_error(path, data.line, f"{name} is no member here: there is Pools")
    return made


def _objects(path: Path, holder: dict[str, Any], name: str) -> list[Entry]:
    line = getattr(holder, "line", 1)
    listed = holder.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(item, _Object) for item in listed):
        raise seed_error(path, line, f"{name} has to be a list of objects")
    return [Entry(item, item.line) for item in listed]


def _from_csv(path: Path, text: str) -> list[SeedPool]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    pools: dict[str, SeedPool] = {}
    header: list[str] = []
    try:
        for cells in reader:
            if header and cells:
                _add_row(path, reader.line_num, dict(zip(header, cells, strict=True)), pools)
            elif cells:
                header = cells
                _check_header(path, reader.line_num, header)
    except csv.Error as error:
        raise seed_error(path, reader.line_num, f"is not CSV: {error}") from None
    except ValueError as error:
        if isinstance(error, InvalidInputError):
            raise
        rule = f"has to have {len(header)} cells, as the header has"
        raise seed_error(path, reader.line_num, rule) from None
    return list(pools.values())


def _check_header(path: Path, line: int, header: list[str]) -> None:
    for name in ("username", "password"):
        if name not in header:
            raise seed_error(path, line, f"the header has no column {name}")
    for name in header:
        if not name or header.count(name) > 1:
            rule = f"has {name} twice" if name else "has a column without a name"
            raise seed_error(path, line, f"the header {rule}")


def _add_row(path: Path, line: int, row: dict[str, str], pools: dict[str, SeedPool]) -> None:
    """A user, and the pool and the app client that are named for the first time."""
    name, client = row.get("pool") or "local", row.get("client") or "local"
    pool = pools.setdefault(name, SeedPool(Entry({"PoolName": name, **_CSV_POOL}, line), [], []))
    if client not in [known.values["ClientName"] for known in pool.clients]:
        pool.clients.append(Entry({"ClientName": client}, line))
    temporary = row.get("temporary", "").lower()
    if temporary not in _TRUTH:
        raise seed_error(path, line, "temporary has to be true, false or empty")
    attributes = {n: value for n, value in row.items() if value and n not in _COLUMNS}
    user = {"Username": row["username"], "Password": row["password"]}
    values = {**user, "Temporary": _TRUTH[temporary], "Attributes": attributes}
    pool.users.append(Entry(values, line))
