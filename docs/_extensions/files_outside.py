"""Links out of docs/ to files that have a page in the site. Those to source files are downloads."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from sphinx.application import Sphinx

__all__ = ["setup"]

#: Files beside docs/ that a page of docs/project includes.
_PAGES: Final = {
    "SECURITY.md": "project/security.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
}
_LINK: Final = re.compile(rf"\]\((?:\.\./)*({'|'.join(map(re.escape, _PAGES))})(#[^)]*)?\)")


def _read(app: Sphinx, docname: str, content: list[str]) -> None:
    """What Sphinx calls with a page's text, to be changed in place."""
    folder = posixpath.dirname(docname) or "."

    def other(match: re.Match[str]) -> str:
        return f"]({posixpath.relpath(_PAGES[match[1]], folder)}{match[2] or ''})"

    content[0] = _LINK.sub(other, content[0])


def _read_included(app: Sphinx, path: Path, docname: str, content: list[str]) -> None:
    """The same for the text of one of those files, whose links begin at the project's root."""
    text = [content[0].replace("](docs/", "](../")]
    _read(app, "project/", text)
    content[0] = text[0]


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls."""
    app.connect("source-read", _read)
    app.connect("include-read", _read_included)
    return {"parallel_read_safe": True}
