"""The shape of the tree: no import circles, files and folders small enough to know, and examples
that use what is public alone."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.source_tree import PACKAGES, ROOT, import_circles, import_graph

#: What users may import from; everything else may change without notice.
PUBLIC = {
    "cognito_srp", "cognito_srp.aio", "cognito_srp.aws_srp", "cognito_srp.distributed",
    "cognito_srp.enroll", "cognito_srp.enroll.aio", "cognito_srp.errors", "cognito_srp.local",
    "cognito_srp.redaction", "srp_native", "srp_native.backends",
}  # fmt: skip
#: Where files are that documents name.
TOPS = ("srp_native", "python", "tests", "benchmarks", "examples", "docs")
MOST_LINES = 400
MOST_ON_THE_GROUND_FLOOR = 14


@pytest.mark.parametrize("package", list(PACKAGES))
def test_imports_have_no_circle(package: str) -> None:
    """Type-only imports included, but for those of `errors`: they name what an exception carries,
    so that ``answer_challenge(client, error.sign_in)`` type-checks."""
    graph = import_graph(package)
    graph.pop("cognito_srp.errors", None)
    assert not import_circles(graph)


def test_a_circle_is_found() -> None:
    """The search itself: three files in a row, and a fourth beside them."""
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set[str]()}
    assert import_circles(graph) == [{"a", "b", "c"}]
    assert import_circles({"a": {"b"}, "b": {"a", "c"}, "c": {"c"}}) == [{"a", "b"}]


def test_no_file_is_too_long_to_know() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "*.c", "*.h", "*.inc", "*.mjs"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a checkout of git")
    long = {
        name
        for name in listed.stdout.split()
        if (ROOT / name).exists() and len((ROOT / name).read_text().splitlines()) > MOST_LINES
    }
    assert not long


def test_the_ground_floor_has_few_doors() -> None:
    folder = PACKAGES["cognito_srp"]
    names = {p.stem for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    names -= {"__init__", "__main__"}
    assert len(names) <= MOST_ON_THE_GROUND_FLOOR, sorted(names)


@pytest.mark.parametrize("package", sorted(PUBLIC))
def test_no_public_name_hides_a_file(package: str) -> None:
    """``import cognito_srp.local.totp`` would put the module in the place of a function `totp`."""
    module = importlib.import_module(package)
    folder = Path(str(module.__file__))
    if folder.name == "__init__.py":
        files = {path.stem for path in folder.parent.iterdir()}
        names = {n for n in module.__all__ if not inspect.ismodule(getattr(module, n))}
        assert not names & files


def samples() -> Iterator[tuple[str, str]]:
    """Every example file, and every Python block of README and docs."""
    for path in sorted((ROOT / "examples").rglob("*.py")):
        yield str(path.relative_to(ROOT)), path.read_text()
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        blocks = re.findall(r"```python\n(.*?)```", path.read_text(), re.DOTALL)
        for number, block in enumerate(blocks):
            yield f"{path.relative_to(ROOT)} {number}", block


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in samples()])
def test_samples_import_what_is_public(code: str) -> None:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            used = {alias.name for alias in node.names}
            assert {name for name in used if name.startswith(tuple(PACKAGES))} <= PUBLIC
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(tuple(PACKAGES)):
            assert node.module in PUBLIC
            offered = importlib.import_module(str(node.module)).__all__
            for alias in node.names:
                assert alias.name in offered or f"{node.module}.{alias.name}" in PUBLIC


DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_files_that_are_there(document: Path) -> None:
    there = {path.name for top in TOPS for path in (ROOT / top).rglob("*.*")}
    there |= {path.name for path in ROOT.iterdir()}
    text = document.read_text()
    there |= set(re.findall(r"^<!-- file: (\S+) -->$", text, re.MULTILINE))  # the reader's own
    named = re.findall(r"`([\w./-]+\.(?:py|c|h|inc|mjs))`", text)
    assert {name for name in named if name.rpartition("/")[2] not in there} <= {"cli/NAME.py"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_what_can_be_imported(document: Path) -> None:
    pattern = r"\b(?:cognito_srp|srp_native)(?:\.[a-z]\w*)+"
    for name in set(re.findall(pattern, document.read_text())):
        module, *parts = name.split(".")
        found = importlib.import_module(module)
        for part in parts:
            module = f"{module}.{part}"
            found = getattr(found, part, None) or importlib.import_module(module)
