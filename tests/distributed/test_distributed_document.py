"""The examples in docs/distributed.md run; on_ray.py and on_spark.py have those for engines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support import PROGRAMS
from support.lean_cognito import LeanCognito
from support.moto_tables import REGION

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "distributed.md").read_text()


def test_the_examples(aws_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = re.findall(r"(<!-- test: [^\n]* -->\n)?```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert [bool(marked) for marked, _ in examples] == [False, True, True, False, False]
    names: dict[str, Any] = {}
    with LeanCognito() as server:
        for name, value in {
            "AWS_ENDPOINT_URL": aws_endpoint,
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.endpoint_url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }.items():
            monkeypatch.setenv(name, value)
        for marked, example in examples:
            if not marked:
                exec(example, names)
        assert names["outcomes"]["outcome"].to_pylist() == ["confirmed", "confirmed"]
        names["pace"].reserve()
        names["enroller"].close()


def test_the_engines_get_the_function_as_it_is() -> None:
    on_ray, on_spark = ((PROGRAMS / name).read_text() for name in ("on_ray.py", "on_spark.py"))
    assert 'rows.map_batches(derive_batches, batch_format="pyarrow")' in DOCUMENT
    assert 'rows.map_batches(function, batch_format="pyarrow"' in on_ray
    assert "df.mapInArrow(derive_batches, " in DOCUMENT
    assert "rows.mapInArrow(function, schema)" in on_spark
