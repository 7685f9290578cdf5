"""The example in docs/batches.md runs."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "batches.md"


def test_the_example() -> None:
    names: dict[str, object] = {}
    exec(re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[0], names)
    assert len(names["made"].password_verifiers) == 2  # type: ignore[attr-defined]
