"""Checks that a path on the command line is a journal, before it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..errors import InvalidInputError

__all__ = ["check_is_journal"]

#: How a file of SQLite begins.
_MAGIC: Final = b"SQLite format 3\0"


def check_is_journal(path: str) -> str:
    """The path, if there may be a journal.

    Raises `InvalidInputError` for a path without a file, and for a file of another kind, such as
    the input in the place of its journal.
    """
    named_so = f"{path}.journal"
    made = f"`enroll` has made {named_so}: name that" if Path(named_so).exists() else None
    if not Path(path).exists():
        fix = made or "name the one that `enroll` made: INPUT.journal, unless --journal said else"
        raise InvalidInputError(path, "there is no such journal", fix)
    if Path(path).is_dir():
        raise InvalidInputError(path, "is a directory and no journal", "name the file in it")
    with Path(path).open("rb") as file:
        start = file.read(len(_MAGIC))
    if start != _MAGIC:
        rule = "is empty" if not start else "is no journal"
        raise InvalidInputError(path, rule, made or "name the one that `enroll` made")
    return path
