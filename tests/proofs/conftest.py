"""What the proofs share."""

from __future__ import annotations

import shutil

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
