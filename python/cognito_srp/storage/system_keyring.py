"""The operating system's keyring, through the package of that name."""

from __future__ import annotations

from typing import Any

from .extras import needs_extra

__all__ = ["system_keyring"]


def system_keyring() -> Any:
    """The module `keyring`; raises `ImportError` where the extra ``srp-native[keyring]`` is not."""
    try:
        import keyring
    except ImportError as error:
        raise needs_extra("this", "keyring", "keyring") from error
    return keyring
