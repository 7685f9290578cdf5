"""The exceptions of pycognito's `aws_srp` module.

Where pycognito is installed they are its own classes, so that code which catches those goes on
working; elsewhere they are ours, of the same names. Loaded when one of them is first asked for,
because importing pycognito loads boto3.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import SignInError

__all__ = [
    "ForceChangePasswordException",
    "SMSMFAChallengeException",
    "SoftwareTokenMFAChallengeException",
]


class ForceChangePasswordException(SignInError):  # noqa: N818 - pycognito's names, here and below
    """The user has to choose a new password first."""


class _MFAChallengeException(SignInError):  # noqa: N818
    """A second factor is asked for; `get_tokens` gives the service's answer."""

    _left_behind = SignInError._left_behind | {"_tokens"}
    _tokens: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, message: str, tokens: Mapping[str, Any]) -> None:
        super().__init__(message)  # not the tokens, which a Session is among
        self.message = message
        self._tokens = tokens

    def get_tokens(self) -> Mapping[str, Any]:
        """The answer that holds the challenge and its Session; empty once it has been pickled."""
        return self._tokens


class SoftwareTokenMFAChallengeException(_MFAChallengeException):
    """A code from an authenticator app is asked for."""


class SMSMFAChallengeException(_MFAChallengeException):
    """A code from a text message is asked for."""


if not TYPE_CHECKING:  # its have no types, and the same methods
    with suppress(ImportError):
        from pycognito.exceptions import (
            ForceChangePasswordException,
            SMSMFAChallengeException,
            SoftwareTokenMFAChallengeException,
        )
