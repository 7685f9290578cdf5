"""What tests and benchmarks share: servers, clients and people to test with, and programs."""

from pathlib import Path
from typing import Final

__all__ = ["PROGRAMS", "TESTS"]

#: What has to be on the path of a process of its own that imports `support`.
TESTS: Final = Path(__file__).parent.parent
#: Programs for interpreters of environments of their own.
PROGRAMS: Final = Path(__file__).parent / "programs"
