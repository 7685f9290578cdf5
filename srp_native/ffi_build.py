"""Builds `srp_native._srp`, the C routines as cffi sees them (out-of-line API mode).

setup.py names it in ``cffi_modules``; what it needs is the standard library, cffi and a C compiler.
The constants that C reads are computed here, at build time, by csrc/tables.py.
"""

from __future__ import annotations

import os
import re
import runpy
import sys
from pathlib import Path
from typing import Final

from cffi import FFI

#: Set to 1, a C extension that cannot be built is an error and not a warning.
_REQUIRE_C: Final = "SRP_NATIVE_REQUIRE_C"

# setuptools wants paths relative to setup.py, which is also where it runs this file.
_HERE: Final = Path(os.path.relpath(os.path.dirname(os.path.abspath(__file__))))
_CSRC: Final = _HERE / "csrc"


def _declarations() -> str:
    """What srp.h has between its two cffi marks."""
    header = (_CSRC / "srp.h").read_text(encoding="ascii")
    found = re.search(r"/\* cffi: begin \*/(.*)/\* cffi: end \*/", header, re.DOTALL)
    if not found:
        raise ValueError("srp.h has lost its cffi marks")
    return found[1]


def _files(*endings: str) -> list[str]:
    """The files of csrc and of the folders in it that end in one of `endings`."""
    return sorted(path.as_posix() for path in _CSRC.rglob("*") if path.suffix in endings)


_VERSION: Final[str] = runpy.run_path(str(_HERE / "_version.py"))["__version__"]
#: What engine c compares with the package's own, of which an interrupted installation may have two.
_VERSION_SOURCE: Final = f'static const char *srp_version(void) {{ return "{_VERSION}"; }}\n'

ffi = FFI()
ffi.cdef(_declarations() + "const char *srp_version(void);")
ffi.set_source(
    "srp_native._srp",
    '#include "srp.h"\n' + _VERSION_SOURCE + runpy.run_path(str(_CSRC / "tables.py"))["c_source"](),
    sources=_files(".c"),
    depends=_files(".h", ".inc", ".py"),  # what puts them into the sdist
    libraries=["bcrypt"] if sys.platform == "win32" else [],  # its random generator
    include_dirs=[_CSRC.as_posix()],
    optional=os.environ.get(_REQUIRE_C) != "1",
)
