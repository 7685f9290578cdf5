"""The example in docs/enrolling.md runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the extra [local] is not installed")

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "enrolling.md"


def test_the_example() -> None:
    names: dict[str, object] = {}
    exec(re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[0], names)
    assert len(names["devices"]) == 20  # type: ignore[arg-type]
    assert names["session"].tokens.access_token  # type: ignore[attr-defined]
