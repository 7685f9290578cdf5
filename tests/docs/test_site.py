"""The site that `make docs` builds: without a warning, complete, and it finds what people see."""

from __future__ import annotations

import importlib
import json
import re
import runpy
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from support import TESTS
from test_tree import PUBLIC

from cognito_srp.cli.program import COMMANDS, program
from cognito_srp.transport.causes import EXPLANATIONS

pytest.importorskip("furo", reason="the extra [docs] is not installed")

ROOT = TESTS.parent
DOCS = ROOT / "docs"


class Page(HTMLParser):
    """What a page of the site leads to and loads, and where one can lead to in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.links, self.loaded, self.ids = path, set[str](), set[str](), set[str]()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "a":
            self.links.add(given.get("href", ""))
        elif tag in {"script", "img", "iframe", "source", "video"}:
            self.loaded.add(given.get("src", ""))
        elif tag == "link" and given.get("rel") in {
            "stylesheet",
            "preload",
            "icon",
            "modulepreload",
        }:
            self.loaded.add(given.get("href", ""))


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Page]:
    return {path.resolve(): Page(path) for path in site.rglob("*.html")}


def test_no_internal_link_is_dead(pages: dict[Path, Page]) -> None:
    seen = 0
    for path, page in pages.items():
        for link in page.links | page.loaded:
            if re.match(r"[a-z]+:|//|$", link):
                continue
            name, _, anchor = unquote(link.partition("?")[0]).partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.is_file(), (path.name, link)
            if anchor and target in pages:
                assert anchor in pages[target].ids, (path.name, link)
            seen += 1
    assert seen > 1000


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    for page in pages.values():
        assert not [name for name in page.loaded if re.match(r"https?:|//", name)], page.path
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:|//)|@import", style.read_text()), style


def _described(pages: dict[Path, Page]) -> set[str]:
    return {name for page in pages.values() for name in page.ids}


def test_every_public_name_is_in_the_reference(pages: dict[Path, Page]) -> None:
    described = _described(pages)
    for module in sorted(PUBLIC):
        for name in importlib.import_module(module).__all__:
            anywhere = {f"{module}.{name}", f"cognito_srp.errors.{name}"}
            assert anywhere & described, f"{module}.{name}"


def test_every_command_and_option_is_in_the_reference(pages: dict[Path, Page]) -> None:
    described = _described(pages)
    assert "cmdoption-cognito-srp-enroll-key-file" in described
    for name in COMMANDS:
        assert f"cognito-srp-{name}" in described
        if name not in {"devices", "bench", "engines", "report", "completion"}:
            options = {one for one in described if one.startswith(f"cmdoption-cognito-srp-{name}-")}
            assert options, name
    assert len([one for one in described if one.startswith("cmdoption-")]) > 150
    assert program().prog == "cognito-srp"


def test_every_module_has_a_page_of_its_own() -> None:
    pages = "".join(path.read_text() for path in (DOCS / "reference").glob("*.md"))
    assert set(re.findall(r"automodule:: (\S+)", pages)) == PUBLIC
    assert set(runpy.run_path(str(DOCS / "_extensions" / "public_names.py"))["MODULES"]) == PUBLIC


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (DOCS / "index.md").read_text()
    named = set(re.findall(r"^([a-z][\w/-]+|changes/README)$", index, re.MULTILINE))
    there = {
        str(path.relative_to(DOCS).with_suffix(""))
        for path in DOCS.rglob("*.md")
        if path.name != "index.md" and not path.name.startswith("+")
    }
    assert named == there


def _searched(site: Path, words: str) -> Iterator[set[str]]:
    """For each word that the index keeps: the pages that have it, as the search sees them."""
    text = (site / "searchindex.js").read_text()
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    from sphinx.search.en import SearchEnglish

    language = SearchEnglish({})
    for word in language.split(words):
        if not language.word_filter(word) or word.lower() in language.stopwords:
            continue
        stem = language.stem(word.lower())
        found = index["terms"].get(stem, []), index["titleterms"].get(stem, [])
        numbers = {
            number for each in found for number in (each if isinstance(each, list) else [each])
        }
        yield {index["docnames"][number] for number in numbers}


def test_the_search_finds_every_message_by_its_words(site: Path) -> None:
    """All words of it are on the page, so a search for them shows the page."""
    messages = {words for row in EXPLANATIONS for words in row.words or row.codes}
    assert len(messages) > 20
    for message in messages:
        hits = list(_searched(site, message.replace("…", " ")))
        assert hits, message
        assert "troubleshooting" in set.intersection(*hits), message
