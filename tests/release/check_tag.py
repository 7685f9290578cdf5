"""Refuses a tag that is not the version of the tree, or one that the changelog does not date.

PYTHONPATH=tests python -m release.check_tag v0.1.0
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import srp_native

CHANGELOG = Path(__file__).resolve().parent.parent.parent / "CHANGELOG.md"


def problem(tag: str, version: str, changelog: str) -> str:
    """What is wrong with the tag; empty when nothing is."""
    if tag != f"v{version}":
        return f"the tag is {tag} and the version {version}: srp_native/_version.py says it"
    if not re.search(rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$", changelog, re.M):
        return f"CHANGELOG.md has no heading `## {version} - YEAR-MONTH-DAY`"
    return ""


if __name__ == "__main__":
    found = problem(sys.argv[1], srp_native.__version__, CHANGELOG.read_text(encoding="utf-8"))
    sys.exit(found or 0)
