"""An open journal's file: who may use it, and one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ...errors import JournalError
from .file import Lock, explained

__all__ = ["OpenFile"]

_Self = TypeVar("_Self")


class OpenFile:
    """The file of a `Journal` that this process owns."""

    def __init__(self, path: Path, lock: Lock, connection: sqlite3.Connection) -> None:
        self.path = path
        self._file_lock = lock
        self._connection = connection
        self._process = os.getpid()
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give it up. What was written is durable already. Not a forked child's to do."""
        if os.getpid() != self._process:
            return
        with self._lock:
            self._connection.close()
            self._file_lock.release()

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if os.getpid() != self._process:
            rule = f"belongs to process {self._process}, of which this is a fork"
            raise JournalError(f"{self.path}: {rule}; open it in one process only")
        with self._lock, explained(self.path):
            yield self._connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _update(self, statement: str, values: Sequence[Any]) -> None:
        with self._transaction() as connection:
            changed = connection.executemany(statement, values).rowcount if values else 0
            if changed != len(values):
                rule = f"{len(values) - changed} of {len(values)} rows cannot become that"
                fix = "they are missing, confirmed already, or never sent"
                raise JournalError(f"{self.path}: {rule}; {fix}")
