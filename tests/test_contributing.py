"""CONTRIBUTING.md: the names that it tells newcomers to look for are in the source."""

from __future__ import annotations

import re
import subprocess

import pytest
from support.source_tree import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
#: Names that stand for one of the reader's own, and programs.
OF_THE_READER = {"NAME_pow_g", "NAME_powmod", "NAME_product_start", "_add", "_finish"}


def named() -> set[str]:
    """Identifiers between backticks, those of calls and keyword arguments included."""
    code = re.findall(r"`([^`\n]+)`", TEXT)
    plain = {text for text in code if re.fullmatch(r"[A-Za-z_]\w*", text)}
    calls = {word for text in code if "(" in text for word in re.findall(r"[A-Za-z_]\w+", text)}
    return (plain | calls) - OF_THE_READER


def test_what_contributors_look_for_is_there() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.c", "*.h", "*.inc", "*.toml", "Makefile"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a checkout of git")
    texts = [(ROOT / name).read_text() for name in listed.stdout.split() if (ROOT / name).exists()]
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    assert len(named()) > 10
    assert named() - words == set()
