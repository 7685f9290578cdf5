"""Secrets on disk: only their owner's, durable, never over another one by mistake."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .errors import InvalidInputError

__all__ = ["check_replaceable", "replace_secret", "save_secret", "sync_directory"]


def save_secret(path: str, text: str) -> None:
    """Write a new file of mode 0600 and return once it would survive a power cut.

    Raises `InvalidInputError` if there is one of that name already, `OSError` otherwise.
    """
    data = text.encode() + b"\n"
    try:
        # The mode is part of the creation: at no time can another user open the file.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        rule = "is there already, and may hold the only secret of a device"
        raise InvalidInputError(path, rule, "choose another name") from None
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(Path(path).absolute().parent)
    except BaseException:
        # Half a secret is none, and it would stand in the way of the next attempt.
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


def check_replaceable(path: str) -> None:
    """Find out whether `replace_secret` can write there; raises `OSError`."""
    partial = Path(f"{path}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    partial.unlink()


@contextlib.contextmanager
def replace_secret(path: str) -> Iterator[IO[bytes]]:
    """A file of mode 0600 to write, which takes the place of `path` once it is whole and durable.

    Whoever is killed on the way leaves `path` as it was, and a file of the same name with
    ``.partial`` behind it, which the next attempt replaces. Raises `OSError`.
    """
    partial = Path(f"{path}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        sync_directory(Path(path).absolute().parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sync_directory(path: Path) -> None:
    """Make the file's name durable too. Windows does so by itself and opens no directories."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
