"""The journal as a file: who owns it, its schema, and what SQLite's complaints mean."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import sqlite3
import stat
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, Literal

from ...errors import JournalBusyError, JournalError
from ...storage.secret_files import sync_directory

__all__ = ["Lock", "connect", "connect_existing", "explained"]

#: PRAGMA application_id: "CSRJ".
_APPLICATION: Final = 0x4353524A

# Each brings the schema to the next version, PRAGMA user_version; a new file begins at 0.
_MIGRATIONS: Final = (
    """
    CREATE TABLE header (
        key_id TEXT NOT NULL,           -- of the key that seals the rows
        encrypted_key BLOB,             -- that key, as KMS has encrypted it
        source TEXT,                    -- fingerprint of the input
        created_at REAL NOT NULL        -- times are seconds since 1970 throughout
    );
    -- Rows are appended, so that a group of them shares pages; a primary key of random device keys
    -- would scatter them.
    CREATE TABLE device (
        id INTEGER PRIMARY KEY,
        device_key TEXT NOT NULL UNIQUE,
        device_group_key TEXT,          -- not known of a verifier that was made elsewhere
        state TEXT NOT NULL CHECK
            (state IN ('prepared', 'sent', 'confirmed', 'refused', 'unknown', 'conflict')),
        position INTEGER,               -- line or row of the input
        device_name TEXT,
        remember INTEGER,
        sealed BLOB NOT NULL,           -- verifier, salt, device password
        sealed_grant BLOB,              -- tokens, of a sign-in that gave the keys
        attempts INTEGER NOT NULL DEFAULT 0,
        error TEXT NOT NULL DEFAULT '',
        prepared_at REAL NOT NULL,
        sent_at REAL,                   -- before the first send: it may have been sent since then
        finished_at REAL,
        latency REAL                    -- seconds from the first send to the last answer
    );
    CREATE INDEX device_position ON device (position);
    CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        started_at REAL NOT NULL,
        rate REAL                       -- ConfirmDevice calls per second that it may send
    );
    CREATE TABLE pace (                 -- how many calls since the last row
        run INTEGER NOT NULL REFERENCES run,
        at REAL NOT NULL,
        sent INTEGER NOT NULL,
        throttled INTEGER NOT NULL
    );
    """,
    """
    ALTER TABLE device ADD COLUMN message TEXT NOT NULL DEFAULT '';
    ALTER TABLE device ADD COLUMN proven INTEGER;   -- 0: confirmed, by a send without an answer
    ALTER TABLE run ADD COLUMN rows INTEGER;        -- how many the input has
    ALTER TABLE pace ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE pace ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE pace ADD COLUMN conflicts INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE failed (               -- rows of the input that ended without a row above
        id INTEGER PRIMARY KEY,
        position INTEGER UNIQUE,
        device_key TEXT,
        state TEXT NOT NULL CHECK (state IN ('refused', 'rejected')),
        error TEXT NOT NULL,
        message TEXT NOT NULL
    );
    -- One for each row of the input that has come to one. A device that was never confirmed for
    -- certain, and that a later sign-in for the same row has replaced, is none.
    CREATE VIEW outcome AS
        SELECT position, state, error, message, proven FROM device AS mine
        WHERE position IS NULL OR state NOT IN ('prepared', 'refused') OR NOT (
            EXISTS (SELECT 1 FROM device WHERE position = mine.position AND id > mine.id)
            OR EXISTS (SELECT 1 FROM failed WHERE position = mine.position))
        UNION ALL SELECT position, state, error, message, NULL FROM failed;
    """,
)

# By what SQLite or the system says, in lower case; the first that fits counts.
_FIXES: Final = (
    (("full", "no space"), "free some space and resume: what it has taken is safe"),
    (("readonly", "read-only", "permission denied"), "make it and its directory writable"),
    (("unable to open", "no such file"), "check that its directory exists and is writable"),
    (("locked",), "wait for whoever has it open"),
    (("not a database",), "name the journal of an earlier run, or a new file"),
    (("malformed",), "restore it from a backup, or try `sqlite3 FILE .recover`"),
    (("i/o error",), "check the disk and its space, then resume: what it has taken is safe"),
)


_log = logging.getLogger(__name__)

_held: weakref.WeakSet[Lock] = weakref.WeakSet()
#: Guards the taking of locks: those of a process itself do not keep each other out.
_taking = threading.Lock()

#: The byte of the journal that its owner locks, far from those that SQLite locks.
_OWNED_BYTE: Final = 1 << 62


def _let_go() -> None:
    """A forked child has copies of the handles, which would keep the locks when its parent dies."""
    for lock in list(_held):
        lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


class Lock:
    """Ownership of a journal, given up when the process dies, however it does.

    On a file beside the journal, which names its owner, and on a byte of the journal itself,
    whatever other name (a hard link) leads to it. Makes the journal (mode 0600) if there is none.
    """

    def __init__(self, path: Path) -> None:
        #: device and inode
        self.journal: tuple[int, int] | None = None
        check_own(path)  # a directory has no lock beside it
        beside = path.with_name(path.name + ".lock")
        check_own(beside)
        self._files = [os.fdopen(_open(beside), "r+")]
        try:
            self._own(self._files[0], _lock, path)
            self._tell_owner()
            with _taking:
                self._take(path)
        except BaseException:
            self.release()
            raise

    def _tell_owner(self) -> None:
        file = self._files[0]
        file.seek(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.truncate()
        file.flush()

    def _take(self, path: Path) -> None:
        """Lock the journal itself.

        A handle of one that this process owns is not even opened: closing it would drop SQLite's
        locks, which are per process, as this one is.
        """
        check_own(path)
        if os.path.lexists(path):
            state = os.stat(path)
            if any(lock.journal == (state.st_dev, state.st_ino) for lock in _held):
                raise JournalBusyError(str(path), "")
            descriptor = _open(path)
        else:
            descriptor = _open(path)
            sync_directory(path.absolute().parent)
        self._files.append(os.fdopen(descriptor, "r+"))
        self._own(self._files[1], _lock_journal, path)
        state = os.fstat(descriptor)
        self.journal = state.st_dev, state.st_ino
        _held.add(self)
        if state.st_nlink > 1:
            rule = "use always the same, for what a killed run has left lies beside that one"
            _log.warning("%s: has %d names (hard links); %s", path, state.st_nlink, rule)

    def _own(self, file: IO[str], lock: Callable[[IO[str]], None], path: Path) -> None:
        try:
            lock(file)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                raise  # a file system without locks
            owner = self._files[0].read(100).strip() if file is self._files[0] else ""
            raise JournalBusyError(str(path), owner) from None

    def release(self) -> None:
        """Let others lock the journal."""
        _held.discard(self)
        for file in reversed(self._files):
            file.close()


def check_own(path: Path) -> None:
    """Refuse a file that another user may have put there, and close one of ours to others.

    Raises `JournalError` for a symbolic link, for what is no file, and for another user's.
    """
    try:
        state = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(state.st_mode):
        raise JournalError(f"{path}: is a symbolic link; name the file itself, or remove the link")
    if not stat.S_ISREG(state.st_mode):
        raise JournalError(f"{path}: is no regular file; name another")
    if os.name != "posix":
        return
    if state.st_uid != os.geteuid():
        rule = f"belongs to another user (id {state.st_uid})"
        raise JournalError(f"{path}: {rule}; run as that user, or name another file")
    if state.st_mode & 0o077:
        mode = stat.S_IMODE(state.st_mode)
        path.chmod(mode & 0o600)
        _log.warning(
            "%s: other users could use it (mode %04o): it is %04o now", path, mode, mode & 0o600
        )


def _check_with_log(path: Path) -> None:
    """The journal and what SQLite keeps beside it."""
    check_own(path)
    for ending in ("-wal", "-shm"):
        check_own(path.with_name(path.name + ending))


def _open(path: Path) -> int:
    """Made with mode 0600 if it does not exist; not through a link that has just appeared."""
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        # Locks are mandatory here, so the byte lies where nothing is written or read.
        file.seek(1 << 30)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _lock_journal(file: IO[str]) -> None:
        """SQLite could not use it then."""
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _lock_journal(file: IO[str]) -> None:
        # Not flock, which some systems take for a lock of the whole file: SQLite's own bytes too.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _OWNED_BYTE)


def connect(path: Path) -> sqlite3.Connection:
    """The journal at `path`, which its owner's `Lock` has made; its header may be empty."""
    with explained(path):
        _check_with_log(path)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            _check_application(path, connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            _migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def connect_existing(path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection | None:
    """The journal at `path`, while another process may be using it; None if it has no schema yet.

    ``rw`` also tidies up after a process that was killed as it made the file.
    """
    with explained(path):
        _check_with_log(path)
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
        try:
            version = _check_application(path, connection)
        except BaseException:
            connection.close()
            raise
        if version:
            return connection
        connection.close()
        return None


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns SQLite's errors and the system's into a `JournalError` that says what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        words = str(error.strerror if isinstance(error, OSError) else error)
        found = (fix for parts, fix in _FIXES if any(part in words.lower() for part in parts))
        fix = next(found, "check the file")
        raise JournalError(f"{path}: {words}; {fix}") from error


def _check_application(path: Path, connection: sqlite3.Connection) -> int:
    """The version of the schema, once it is clear that it is one of ours; 0 for an empty file."""
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != _APPLICATION and tables:
        raise JournalError(f"{path}: is another program's database; name a journal or a new file")
    if version > len(_MIGRATIONS):
        raise JournalError(f"{path}: was made by a newer srp-native; update this one")
    return int(version)


def _migrate(connection: sqlite3.Connection) -> None:
    """All in one transaction: a process that dies here leaves the file as it was."""
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version == len(_MIGRATIONS):
        return
    steps = "".join(_MIGRATIONS[version:])
    connection.executescript(
        f"BEGIN IMMEDIATE; {steps} PRAGMA application_id = {_APPLICATION};"
        f"PRAGMA user_version = {len(_MIGRATIONS)}; COMMIT;"
    )
