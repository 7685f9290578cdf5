"""Whose devices the rows of an input are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ..requests import Credentials, EnrollmentRequest
from .inputs import Input, Row

__all__ = ["Usernames"]


class Usernames:
    """The user names of an input's rows, by position.

    They are on disk, since millions would fill the memory. A row that signs in says its name
    itself, any other by its token, expired or not.
    """

    def __init__(self, source: Input) -> None:
        # "" is a temporary database, which SQLite writes out once its cache (2 MB) is full.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE user (position INTEGER PRIMARY KEY, name TEXT)")
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO user VALUES (?, ?)", _named(source))

    def at(self, position: int) -> str | None:
        """The user of the row at a position; None where nothing tells."""
        query = "SELECT name FROM user WHERE position = ?"
        found = self._database.execute(query, (position,)).fetchone()
        return None if found is None else found[0]


def _named(source: Input) -> Iterator[tuple[int, str]]:
    for row in source:
        if isinstance(row, Row) and (name := _username(row.request)):
            yield row.position, name


def _username(request: EnrollmentRequest) -> str | None:
    if isinstance(request.access, Credentials):
        return request.access.username
    grant = request.grant()
    name = None if grant is None else grant.claims.get("username")
    return name if isinstance(name, str) else None
