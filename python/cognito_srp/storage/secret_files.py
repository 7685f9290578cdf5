"""Secrets on disk: only their owner's, durable, never over another one by mistake."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..errors import InvalidInputError

__all__ = ["check_replaceable", "replace_secret", "save_secret", "sync_directory"]


def save_secret(path: str, text: str) -> None:
    """Write a new file of mode 0600 and return once it would survive a power cut.

    Raises `InvalidInputError` if there is one of that name already, `OSError` otherwise.
    """
    try:
        with _partial(path) as (partial, file):
            file.write(text.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            _give_name(partial, path)
    except FileExistsError:
        rule = "is there already, and may hold the only secret of a device"
        raise InvalidInputError(path, rule, "choose another name") from None
    sync_directory(Path(path).absolute().parent)


def check_replaceable(path: str) -> None:
    """Find out whether `replace_secret` can write there; raises `OSError`."""
    with _partial(path):
        pass


@contextlib.contextmanager
def replace_secret(path: str) -> Iterator[IO[bytes]]:
    """A file of mode 0600 to write, which takes the place of `path` once it is whole and durable.

    Whoever is killed on the way leaves `path` as it was. Raises `OSError`.
    """
    with _partial(path) as (partial, file):
        yield file
        file.flush()
        os.fsync(file.fileno())
        os.replace(partial, path)
    sync_directory(Path(path).absolute().parent)


@contextlib.contextmanager
def _partial(path: str) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file beside `path`, gone at the end unless it was renamed; a kill may leave it, for
    the next attempt to remove. Its mode is part of its creation: at no time can another user open
    it."""
    partial = Path(f"{path}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            yield partial, file
    finally:
        partial.unlink(missing_ok=True)


def _give_name(partial: Path, path: str) -> None:
    """Give a whole file its name; raises `FileExistsError` rather than take another's."""
    try:
        os.link(partial, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.rename(partial, path)


def sync_directory(path: Path) -> None:
    """Make the file's name durable too. Windows does so by itself and opens no directories."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
