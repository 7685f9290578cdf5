"""The pages of docs/ with steps to follow: each is followed as it stands, and works."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import TESTS
from support.pages import blocks, follow

from cognito_srp import redaction

pytest.importorskip("moto", reason="the extra [local] is not installed")
pytest.importorskip("cryptography", reason="the extra [enroll] is not installed")

DOCS = TESTS.parent / "docs"
ON_POSIX = pytest.mark.skipif(os.name != "posix", reason="the pages are for a Unix shell")
FOLDERS = ("tutorial", "how-to", "operations", "reference", "explanation")
PAGES = [page for folder in FOLDERS for page in sorted((DOCS / folder).glob("*.md"))]
FOLLOWED = [page for page in PAGES if any(block.is_run for block in blocks(page))]


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """What a page shows of logging ends with it."""
    botocore = logging.getLogger("botocore")
    level = botocore.level
    yield
    botocore.setLevel(level)
    redaction.uninstall()


@ON_POSIX
@pytest.mark.usefixtures("logging_as_before")
@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_the_page_can_be_followed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    follow(page, tmp_path, names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_every_block_is_run_or_read(page: Path) -> None:
    """Python and what is typed is run; JSON is read; other files are read by another test."""
    for block in blocks(page):
        if block.language == "json":
            json.loads(block.text)
        else:
            assert block.is_run or block.said("file") or block.said("run by"), block


def test_an_output_that_differs_and_a_command_that_fails_are_told(tmp_path: Path) -> None:
    """The runner itself: a page that does not say what happens fails."""
    for text in ("$ echo one\ntwo\n", "$ false\n", "$ echo one\none\n$ exit 3\n"):
        page = tmp_path / "page.md"
        page.write_text(f"```console\n{text}```\n")
        with pytest.raises(AssertionError):
            follow(page, tmp_path, {})
    page.write_text("<!-- status: 1 -->\n```console\n$ echo a b c\na … c\n$ false\n```\n")
    follow(page, tmp_path, {})
