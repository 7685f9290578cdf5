"""The pages of docs/ with steps to follow: each is followed as it stands, and works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import TESTS
from support.pages import blocks, follow

pytest.importorskip("moto", reason="the extra [local] is not installed")
pytest.importorskip("cryptography", reason="the extra [enroll] is not installed")

DOCS = TESTS.parent / "docs"
FOLDERS = ("tutorial", "how-to", "operations", "reference")
PAGES = [page for folder in FOLDERS for page in sorted((DOCS / folder).glob("*.md"))]
FOLLOWED = [page for page in PAGES if any(block.is_run for block in blocks(page))]


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_the_page_can_be_followed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    follow(page, tmp_path, names)
