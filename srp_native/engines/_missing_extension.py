"""Why the C extension is not there, and the command that mends it."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Final

__all__ = ["REINSTALL", "other_version", "why_missing"]

#: pip keeps what it has built, without the extension as well, and would install that again.
REINSTALL: Final = (
    "to build it, with a C compiler: `pip cache remove srp_native`, then with "
    "SRP_NATIVE_REQUIRE_C=1 in the environment, which makes a failure visible, "
    "`pip install --force-reinstall --no-deps --no-cache-dir srp-native`"
)
_BACKEND: Final = "_cffi_backend"
_LIBRARIES: Final = (".so", ".pyd")


def why_missing(error: ImportError, name: str, package: Path) -> str:
    """What the import of the extension called `name` failed for; `package` is the package's folder.

    The loader's own words where there is nothing to add.
    """
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing == _BACKEND:
        return (
            f"the C extension needs {_BACKEND}, which belongs to cffi and is not installed for "
            f"{sys.executable}: `pip install --force-reinstall cffi`"
        )
    if missing != name:
        return _not_loadable(error)
    archive = next((p for p in package.parents if p.is_file()), None)
    if archive is not None:
        return (
            f"srp_native runs from the archive {archive}, and Python loads no C extension from "
            "inside an archive: install it with pip, or unpack the archive"
        )
    loadable = {f"_srp{suffix}" for suffix in EXTENSION_SUFFIXES}
    others = sorted({p.name for p in package.glob("_srp.*") if p.suffix in _LIBRARIES} - loadable)
    if others:
        return (
            f"the C extension was built for another Python: {', '.join(others)} is there, and "
            f"this one loads names that end in {', '.join(EXTENSION_SUFFIXES)}; {REINSTALL}"
        )
    return f"the C extension was not built when srp-native was installed; {REINSTALL}"


def other_version(found: str, wanted: str) -> str:
    """Say that a package of version `wanted` has the extension of another, unknown if empty."""
    built = f"is that of srp-native {found}" if found else "says no version"
    return (
        f"srp-native {wanted} is installed in part: its C extension {built}; "
        f"stop the programs that use it, then: {REINSTALL}"
    )


def _not_loadable(error: ImportError) -> str:
    if "subinterpreter" in str(error):
        return (
            f"the C extension needs cffi, which cannot be loaded in a subinterpreter: {error}; "
            "call srp_native in the main interpreter"
        )
    return f"the C extension is there and cannot be loaded: {error}; {REINSTALL}"
