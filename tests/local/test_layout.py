"""Inside the local Cognito, too, imports point one way: server → operations → flows → store."""

from __future__ import annotations

import pytest
from support.source_tree import PACKAGES, imports

LOCAL = PACKAGES["cognito_srp"] / "local"
#: Lower folders first.
FOLDERS = ("store", "flows", "operations", "server")


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_point_down(folder: str) -> None:
    above = FOLDERS[FOLDERS.index(folder) + 1 :]
    used = {name for path in (LOCAL / folder).glob("*.py") for name in imports(path)}
    for other in above:
        assert not [n for n in used if n.startswith(f"cognito_srp.local.{other}")]
