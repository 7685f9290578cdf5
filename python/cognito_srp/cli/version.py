"""What ``cognito-srp --version`` says: all that a report of a fault has to name."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import srp_native

__all__ = ["version_text"]


def version_text() -> str:
    """The program, the engine and kernel that compute, Python and the platform, in one line."""
    try:
        own = version("srp-native")
    except PackageNotFoundError:  # run from a source tree
        own = "(not installed)"
    system = f"{platform.system()} {platform.machine()}"
    return f"cognito-srp {own}, {_engine()}, Python {platform.python_version()}, {system}"


def _engine() -> str:
    try:
        info = srp_native.engine()
    except srp_native.EngineUnavailableError as error:
        return f"no engine ({error})"
    return f"engine {info.name}" + (f", kernel {info.kernel}" if info.kernel else "")
