"""Inside the local Cognito, too, imports point one way: server → operations → flows → store.

Between flows two modules name each other's types; what the interpreter runs has no circle.
"""

from __future__ import annotations

import graphlib
from pathlib import Path

import pytest
from support.source_tree import PACKAGES, imports

LOCAL = PACKAGES["cognito_srp"] / "local"
#: Lower folders first.
FOLDERS = ("store", "flows", "operations", "server")


def module_name(path: Path) -> str:
    """Dotted, as `imports` gives it."""
    relative = path.relative_to(PACKAGES["cognito_srp"].parent).with_suffix("")
    return ".".join(relative.parts).removesuffix(".__init__")


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_point_down(folder: str) -> None:
    above = FOLDERS[FOLDERS.index(folder) + 1 :]
    used = {name for path in (LOCAL / folder).glob("*.py") for name in imports(path)}
    for other in above:
        assert not [n for n in used if n.startswith(f"cognito_srp.local.{other}")]


def test_no_circle_at_import() -> None:
    names = {module_name(path): path for path in LOCAL.rglob("*.py")}
    graph = {
        name: imports(path, at_import_time=True) & set(names) - {name}
        for name, path in names.items()
    }
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(names)
