"""Secrets on disk: readable by their owner alone, whole, durable, and never written over.

On Linux a file has no name until it is whole, so that a kill leaves nothing behind. Where the file
system knows no such files it is ``.FILE.XXXXXXXX.partial`` until then, with a random part that no
other writer has; so is, on Linux, a whole file for the moment in which it replaces another.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from ..errors import InvalidInputError

__all__ = [
    "check_replaceable",
    "new_path",
    "new_secret",
    "replace_secret",
    "save_secret",
    "sync_directory",
]

_log = logging.getLogger(__name__)

#: How much of a file's name is in that of its partial file: file systems take 255 bytes.
_STEM: Final = 48
_RANDOM_BYTES: Final = 4
_ENDING: Final = ".partial"


def save_secret(path: str, text: str) -> None:
    """Write a new file of mode 0600 and return once it would survive a power cut.

    Raises `InvalidInputError` if there is one of that name already, `OSError` otherwise.
    """
    with _naming(path), new_secret(path) as file:
        file.write(text.encode() + b"\n")


def check_replaceable(path: str) -> None:
    """Find out whether `replace_secret` can write there; raises as it does.

    Whoever is writing there meanwhile does not notice.
    """
    _check_regular(path)
    with _naming(path), _writing(Path(path)):
        pass


@contextlib.contextmanager
def new_secret(path: str) -> Iterator[IO[bytes]]:
    """A new file of mode 0600 to write, which appears as `path` once it is whole and durable.

    Of several writers one is first. Raises `InvalidInputError` for the others, `OSError`.
    """
    _tell_leftovers(Path(path))
    with _writing(Path(path)) as new:
        yield new.file
        with _naming(path), _never_over(path):
            new.appear()


@contextlib.contextmanager
def replace_secret(path: str) -> Iterator[IO[bytes]]:
    """A file of mode 0600 to write, which takes the place of `path` once it is whole and durable.

    Whoever is killed on the way leaves `path` as it was. Raises `InvalidInputError` for a device, a
    pipe and the like, which a file must not take the place of, and `OSError`.
    """
    _check_regular(path)
    _tell_leftovers(Path(path))
    with _writing(Path(path)) as new:
        yield new.file
        with _naming(path):
            new.take_place()


@contextlib.contextmanager
def new_path(path: str) -> Iterator[Path]:
    """An empty file of mode 0600 for a writer that needs a path, such as SQLite.

    It gets the name `path` at the end, where it has to be closed and durable. Raises
    `InvalidInputError` if there is a file of that name by then, `OSError`.
    """
    _tell_leftovers(Path(path))
    with _naming(path):
        partial, descriptor = _open_partial(Path(path))
    os.close(descriptor)
    try:
        yield partial
        with _naming(path), _never_over(path):
            _give_name(partial, Path(path))
            sync_directory(Path(path).absolute().parent)
    finally:
        partial.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """Make the names in it durable too. Windows does so by itself and opens no directories."""
    with _opened(path) as directory:
        _sync_names(directory)


@dataclass
class _New:
    """A file that does not have its name yet; `partial` is the one it has meanwhile, if any."""

    path: Path
    file: IO[bytes]
    partial: Path | None
    directory: int | None

    def appear(self) -> None:
        """Give it its name; raises `FileExistsError` rather than take another's."""
        self._sync()
        if self.partial is None:
            self._link(self.path)
        else:
            _give_name(self.partial, self.path)
        _sync_names(self.directory)

    def take_place(self) -> None:
        """Give it its name, whatever had it before."""
        self._sync()
        try:
            if self.partial is None:
                self._link(self.path)
        except FileExistsError:  # which a link never replaces, only a rename does
            partial = _partial_name(self.path)
            self._link(partial)
            self.partial = partial
        if self.partial is not None:
            os.replace(self.partial, self.path)
        _sync_names(self.directory)

    def _sync(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())
        if self.partial is not None:  # Windows renames no open files
            self.file.close()

    def _link(self, path: Path) -> None:
        # src_dir_fd has no meaning beside an absolute path, but it makes Python call linkat, which
        # alone can follow the link in /proc to the file.
        number = self.file.fileno()
        os.link(_in_proc(number), path, src_dir_fd=number, follow_symlinks=True)


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[_New]:
    """A new file in the directory of `path`, gone at the end unless it got its name.

    Its mode is part of its creation: at no time can another user open it.
    """
    with _opened(path.absolute().parent) as directory:
        partial = None
        with _naming(str(path)):
            descriptor = _open_unnamed(path.parent)
            if descriptor is None:
                partial, descriptor = _open_partial(path)
        new = _New(path, os.fdopen(descriptor, "wb"), partial, directory)
        try:
            with new.file:
                yield new
        finally:
            if new.partial is not None:
                new.partial.unlink(missing_ok=True)


def _open_unnamed(directory: Path) -> int | None:
    """A file without a name; None where there are none, or they could not be given one."""
    if not hasattr(os, "O_TMPFILE"):
        return None
    try:
        descriptor = os.open(directory, os.O_WRONLY | os.O_TMPFILE, 0o600)
    except OSError:  # what is wrong beside that shows when a file with a name is made
        return None
    if os.path.exists(_in_proc(descriptor)):
        return descriptor
    os.close(descriptor)
    return None


def _in_proc(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"


def _open_partial(path: Path) -> tuple[Path, int]:
    partial = _partial_name(path)
    return partial, os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _partial_name(path: Path) -> Path:
    return path.with_name(f".{path.name[:_STEM]}.{secrets.token_hex(_RANDOM_BYTES)}{_ENDING}")


def _give_name(partial: Path, path: Path) -> None:
    """Give a whole file its name; raises `FileExistsError` rather than take another's."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links: whoever makes the name may put his file there. A kill in
        # between leaves it empty.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            os.replace(partial, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _opened(directory: Path) -> Iterator[int | None]:
    """A directory, opened before a file is in it: one that cannot be is better known then."""
    if os.name == "nt":
        yield None
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_names(directory: int | None) -> None:
    if directory is not None:
        os.fsync(directory)


@contextlib.contextmanager
def _naming(path: str) -> Iterator[None]:
    """Says of which file an error is, and not of one that nobody has asked for."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def _check_regular(path: str) -> None:
    """Raise unless there is a regular file, or none, by this name."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return  # a link that leads nowhere is replaced itself
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        raise InvalidInputError(path, "is no regular file", "name another")


@contextlib.contextmanager
def _never_over(path: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        rule = "is there already, and may hold the only secret of a device"
        raise InvalidInputError(path, rule, "choose another name") from None


def _tell_leftovers(path: Path) -> None:
    """Name the files that writers of the same file have left.

    Nobody else may remove one, for it may be the file of a process that is writing now.
    """
    start, rest = f".{path.name[:_STEM]}.", 2 * _RANDOM_BYTES
    try:
        names = sorted(os.listdir(path.parent))
    except OSError:  # the writer of today will say what is wrong
        return
    for name in names:
        if name.startswith(start) and name[len(start) + rest :].startswith(_ENDING):
            _log.warning(
                "%s: holds secrets, and is left over from a writer that was killed, unless one is "
                "writing %s now: remove it then",
                path.with_name(name),
                path,
            )
