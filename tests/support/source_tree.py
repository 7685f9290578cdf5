"""The packages' files, and what each imports, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

from . import TESTS

ROOT = TESTS.parent
PACKAGES = {"srp_native": ROOT / "srp_native", "cognito_srp": ROOT / "python" / "cognito_srp"}


def modules(package: str) -> list[Path]:
    return sorted(PACKAGES[package].rglob("*.py"))


def imports(path: Path, *, at_import_time: bool = False) -> set[str]:
    """Dotted names that a module imports, relative ones made absolute."""
    package, root = next((p, r) for p, r in PACKAGES.items() if path.is_relative_to(r))
    parts = [package, *path.relative_to(root).with_suffix("").parts]
    tree = ast.parse(path.read_text())
    nodes = tree.body if at_import_time else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # In a package's __init__ the last part is the module's own name, as in any other.
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            origin = ".".join(filter(None, (base, node.module)))
            found |= {origin} | {f"{origin}.{alias.name}" for alias in node.names}
    return found


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}
