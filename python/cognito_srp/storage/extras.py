"""The error for a missing package, which names the extra that installs it."""

from __future__ import annotations

__all__ = ["needs_extra"]


def needs_extra(what: str, package: str | None, extra: str) -> ImportError:
    """The error to raise: `what` needs `package`, which ``srp-native[extra]`` installs."""
    return ImportError(f"{what} needs {package}: pip install 'srp-native[{extra}]'", name=package)
