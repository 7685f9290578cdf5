"""What the proofs share."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from proofs.proof_trace import Recorder


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Recorder:
    """Kernels compiled to record; every process of a run shares the objects."""
    if not shutil.which("gcc"):
        pytest.skip("gcc is not installed")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "recorded"
    folder.mkdir(exist_ok=True)
    return Recorder(folder)


#: Of the planted faults of each proof, one in so many is tried without --long.
FEW = 5


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without --long, a part of the faults: a change breaks the proofs themselves first."""
    if config.getoption("--long"):
        return
    seen: Counter[str] = Counter()
    left_out = []
    for item in items:
        name = item.nodeid.split("[")[0]
        if Path(__file__).parent in item.path.parents and "fault" in name.split("::")[-1]:
            if seen[name] % FEW:
                left_out.append(item)
            seen[name] += 1
    config.hook.pytest_deselected(items=left_out)
    without = set(left_out)
    items[:] = [item for item in items if item not in without]
