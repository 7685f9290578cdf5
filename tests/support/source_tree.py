"""The packages' files, and what each imports, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set
from pathlib import Path

from . import TESTS

ROOT = TESTS.parent
PACKAGES = {"srp_native": ROOT / "srp_native", "cognito_srp": ROOT / "python" / "cognito_srp"}


def modules(package: str) -> list[Path]:
    return sorted(PACKAGES[package].rglob("*.py"))


def imports(path: Path, *, at_import_time: bool = False) -> set[str]:
    """Dotted names that a module imports, relative ones made absolute."""
    pairs = _imported_names(path, at_import_time=at_import_time)
    return {module for module, _ in pairs} | {f"{module}.{name}" for module, name in pairs if name}


def _imported_names(path: Path, *, at_import_time: bool = False) -> set[tuple[str, str]]:
    """(module, name taken from it); no name where the module itself is imported."""
    package, root = next((p, r) for p, r in PACKAGES.items() if path.is_relative_to(r))
    parts = [package, *path.relative_to(root).with_suffix("").parts]
    tree = ast.parse(path.read_text())
    nodes = tree.body if at_import_time else list(ast.walk(tree))
    found: set[tuple[str, str]] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # In a package's __init__ the last part is the module's own name, as in any other.
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            origin = ".".join(filter(None, (base, node.module)))
            found |= {(origin, alias.name) for alias in node.names}
    return found


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def import_graph(package: str) -> dict[str, set[str]]:
    """Every file of a package by its dotted name, and which of the others it imports.

    A name from a folder is the file of that name there, or else the folder's ``__init__``.
    """
    root = PACKAGES[package].parent
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in modules(package)
    }
    return {name: _imported(path, set(files)) - {name} for name, path in files.items()}


def _imported(path: Path, files: set[str]) -> set[str]:
    found: set[str] = set()
    for module, name in _imported_names(path):
        within = f"{module}.{name}"
        found.add(within if within in files else module)
    return found & files


def import_circles(graph: Mapping[str, Set[str]]) -> list[set[str]]:
    """Every largest set of files that reach each other."""
    reached = {name: _reached(graph, name) for name in graph}
    circles: list[set[str]] = []
    for name in graph:
        circle = {other for other in reached[name] if name in reached[other]}
        if len(circle) > 1 and circle not in circles:
            circles.append(circle)
    return circles


def _reached(graph: Mapping[str, Set[str]], first: str) -> set[str]:
    reached: set[str] = set()
    todo = [first]
    while todo:
        new = (graph[todo.pop()] & graph.keys()) - reached
        reached |= new
        todo += new
    return reached
