"""Secrets from a file, the environment or a prompt; never from an argument."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..errors import InvalidInputError

__all__ = [
    "ACCESS_TOKEN",
    "CHALLENGE_ANSWER",
    "CLIENT_SECRET",
    "DEVICE_PASSWORD",
    "MFA_CODE",
    "NEW_PASSWORD",
    "PASSWORD",
    "REFRESH_TOKEN",
    "STDIN",
    "USER_PASSWORD",
    "Secret",
    "is_given",
    "read_secret",
]

#: What stands for stdin where a file is asked for.
STDIN: Final = "-"


@dataclass(frozen=True)
class Secret:
    """A secret that a command takes.

    One that is not `required` has a default, so that it is never prompted for.
    """

    option: str
    variable: str
    title: str
    required: bool

    @property
    def file_argument(self) -> str:
        """What argparse calls ``--NAME-file``."""
        return f"{self.option.removeprefix('--').replace('-', '_')}_file"


ACCESS_TOKEN: Final = Secret("--access-token", "COGNITO_ACCESS_TOKEN", "access token", True)
DEVICE_PASSWORD: Final = Secret(
    "--device-password", "COGNITO_DEVICE_PASSWORD", "device password", False
)
PASSWORD: Final = Secret("--password", "COGNITO_PASSWORD", "user's password", False)
USER_PASSWORD: Final = replace(PASSWORD, title="password", required=True)
NEW_PASSWORD: Final = Secret("--new-password", "COGNITO_NEW_PASSWORD", "new password", True)
MFA_CODE: Final = Secret("--mfa-code", "COGNITO_MFA_CODE", "code", True)
CLIENT_SECRET: Final = Secret("--client-secret", "COGNITO_CLIENT_SECRET", "client secret", False)
REFRESH_TOKEN: Final = Secret("--refresh-token", "COGNITO_REFRESH_TOKEN", "refresh token", True)
CHALLENGE_ANSWER: Final = Secret("--answer", "COGNITO_CHALLENGE_ANSWER", "answer", True)


def is_given(secret: Secret, path: str | None) -> bool:
    """Whether there is a file or an environment variable to read it from."""
    return path is not None or bool(os.environ.get(secret.variable))


def read_secret(secret: Secret, path: str | None) -> str | None:
    """The secret: from `path`, else the environment, else (if required) from a prompt.

    Line ends at the end of a file are not part of it. None only where it is not required and
    was not given. Raises `InvalidInputError` where it is empty or there is nobody to ask.
    """
    value = _find(secret, path)
    if value == "":
        raise InvalidInputError(secret.title, "is empty", f"check what {secret.option}-file names")
    return value


def _find(secret: Secret, path: str | None) -> str | None:
    if path is not None:
        return _read(secret, path).rstrip("\r\n")
    value = os.environ.get(secret.variable)
    # Scripts often set a variable to nothing in order to unset it.
    if value:
        return value
    if not secret.required:
        return None
    if not sys.stdin.isatty():
        fix = f"use {secret.option}-file PATH (- is stdin), or set {secret.variable}"
        raise InvalidInputError(secret.title, "is missing", fix)
    return getpass.getpass(f"{secret.title.capitalize()}: ")


def _read(secret: Secret, path: str) -> str:
    try:
        return sys.stdin.read() if path == STDIN else Path(path).read_text("utf-8")
    except UnicodeDecodeError:
        pass  # it holds the bytes, so it must not become a context
    fix = f"check what {secret.option}-file names"
    raise InvalidInputError(secret.title, "is not UTF-8 text", fix)
