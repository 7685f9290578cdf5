"""The examples in docs/bulk.md are true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.journal_rows import KEY, enroll, opened

from cognito_srp.enroll.bulk.inputs import FIELDS, Input, Row
from cognito_srp.enroll.bulk.outputs import write_devices

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "bulk.md").read_text()


def example(language: str, number: int = 0) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return found[number]


@pytest.mark.parametrize(("language", "suffix"), [("json", ".jsonl"), ("csv", ".csv")])
def test_inputs(tmp_path: Path, language: str, suffix: str) -> None:
    path = tmp_path / f"devices{suffix}"
    path.write_text(example(language))
    rows = list(Input(str(path)))
    assert len(rows) >= 2
    assert all(isinstance(row, Row) for row in rows)


def test_the_fields_are_all_there() -> None:
    table = DOCUMENT.partition("| field | |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table)) == {*FIELDS, "NewDeviceMetadata", "true", "false"}


def test_reading_output_and_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    KEY.save("run.key")
    with opened(Path("run.journal")) as journal:
        enroll(journal, range(3))
        write_devices(journal, "enrolled.jsonl")
    for number in range(2):
        names: dict[str, Any] = {}
        exec(example("python", number), names)
        assert len(names.get("devices", [1, 2, 3])) == 3
    assert names["device"].device_password.startswith("password")
