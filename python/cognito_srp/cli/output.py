"""What goes to stdout: JSON, the AWS CLI's text form, or a table, after ``--query``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from ..errors import InvalidInputError
from .printable import printable
from .streams import printing

__all__ = ["FORMATS", "time_text", "write", "write_table"]

#: What ``--output`` takes, the default first.
FORMATS: Final = ("json", "text", "table")


def write(arguments: argparse.Namespace, document: Any) -> None:
    """Print the document, or what ``--query`` selects of it, in the form ``--output`` asks for."""
    if arguments.query is not None:
        document = _select(arguments.query, document)
    if arguments.output == "table":
        _write_tables(document)
        return
    lines = _text(document) if arguments.output == "text" else [json.dumps(document, indent=4)]
    with printing():
        print("".join(f"{line}\n" for line in lines), end="")


def time_text(moment: datetime) -> str:
    """A time as every command shows it: ISO 8601 to the second, in the zone of this machine."""
    return moment.astimezone().isoformat(timespec="seconds")


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: int = 0) -> None:
    """A table; the last `numeric` columns are flush right. Drawn where rich and a terminal are."""
    rows = [tuple(map(printable, row)) for row in rows]
    left = len(columns) - numeric
    if sys.stdout.isatty():
        try:
            from rich.console import Console
            from rich.table import Table
        except ImportError:
            pass
        else:
            table = Table()
            for index, column in enumerate(columns):
                table.add_column(column, justify="left" if index < left else "right")
            for row in rows:
                table.add_row(*row)
            with printing():
                Console().print(table, markup=False)
            return
    with printing():
        print("\n".join(_plain_table(columns, rows, left)))


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> Iterator[str]:
    """Its lines; all columns but the first `left` are flush right."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    for row in (columns, ["-" * width for width in widths], *rows):
        cells = (
            cell.ljust(width) if index < left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _write_tables(document: Any) -> None:
    """The values of a document by name, and below a table for each list of objects in it."""
    lists: list[tuple[str, list[Any]]] = []
    values = list(_flat(document, "", lists))
    if isinstance(document, dict) and values:
        write_table(("name", "value"), values)
    elif values:
        write_table(("value",), [(value,) for _, value in values])
    for name, rows in lists:
        if name:
            with printing():
                print(f"\n{name}")
        columns = list(dict.fromkeys(column for row in rows for column in row))
        write_table(columns, ([_cell(row.get(column)) for column in columns] for row in rows))


def _flat(item: Any, name: str, lists: list[tuple[str, list[Any]]]) -> Iterator[tuple[str, str]]:
    """Every value with its name, ``Outer.Inner`` where objects are nested.

    Lists of objects are put aside into `lists`.
    """
    if isinstance(item, dict):
        for key, value in item.items():
            yield from _flat(value, f"{name}.{key}" if name else key, lists)
    elif isinstance(item, list) and item and all(isinstance(row, dict) for row in item):
        lists.append((name, item))
    elif isinstance(item, list) and not name:
        yield from (("", _cell(value)) for value in item)
    else:
        yield name, _cell(item)


def _cell(value: Any) -> str:
    if isinstance(value, list) and value:
        return ", ".join(map(_cell, value))
    if isinstance(value, dict):
        return json.dumps(value)
    return "-" if value in (None, []) else str(value)


def _select(query: Any, document: Any) -> Any:
    from jmespath.exceptions import JMESPathError

    try:
        return query.search(document)
    except JMESPathError:
        # Its message quotes the document.
        rule = "does not fit this command's output"
        raise InvalidInputError("--query", rule, "try it without") from None


def _text(item: Any, name: str = "") -> Iterable[str]:
    """The AWS CLI's text form.

    Tabs between values in the order of their keys, and a line for each nested object, which begins
    with its key in capitals.
    """
    if isinstance(item, dict):
        members = sorted(item.items())
        plain = [_plain(value) for _, value in members if not isinstance(value, (dict, list))]
        if plain:
            yield "\t".join([name.upper(), *plain] if name else plain)
        for key, value in members:
            if isinstance(value, (dict, list)):
                yield from _text(value, key)
    elif isinstance(item, list):
        plain = [_plain(value) for value in item if not isinstance(value, (dict, list))]
        if plain:
            yield "\t".join([name.upper(), *plain] if name else plain)
        for value in item:
            if isinstance(value, (dict, list)):
                yield from _text(value, name)
    else:
        yield _plain(item)


def _plain(value: Any) -> str:
    return printable(str(value))
