"""What is kept of a run across targets, and when it is found again; and the tables' rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from cross import findings, table
from cross.findings import Finding
from cross.targets import CPUS, TARGETS


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(findings, "KEPT", tmp_path / "cross")
    return tmp_path / "cross"


def test_what_was_found_is_not_found_again_until_its_key_changes() -> None:
    calls = []

    def cross() -> Finding:
        calls.append(1)
        return Finding(0, ["portable"])

    for key, expected in (("a", 1), ("a", 1), ("b", 2), ("b", 2)):
        assert findings._kept("some/target", key, cross) == Finding(0, ["portable"])
        assert len(calls) == expected


def test_a_failure_is_not_kept(kept: Path) -> None:
    def cross() -> Finding:
        raise AssertionError("wrong")

    with pytest.raises(AssertionError, match="wrong"):
        findings._kept("some/target", "a", cross)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("code", "same"),
    [
        ("int a; /* another\n * comment */ int b;\n", True),
        ("int a; /* */\n\n  int b;\n", True),
        ("int a; /* */ int c;\n", False),
    ],
)
def test_a_comment_leaves_what_was_found_and_code_does_not(
    code: str, same: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source.c"
    monkeypatch.setattr(findings, "_sources", lambda: iter([source]))

    def key(text: str) -> str:
        source.write_text(text)
        findings._code.cache_clear()
        return findings._key(TARGETS[0])

    try:
        assert (key("int a; /* a comment */ int b;\n") == key(code)) == same
    finally:
        findings._code.cache_clear()


def test_every_target_has_a_key_of_its_own() -> None:
    assert len({findings._key(target) for target in TARGETS}) == len(TARGETS)


def test_a_row_takes_its_place_and_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    monkeypatch.setattr(table, "PAGE", page)
    page.write_text(
        "above\n<!-- targets: written by tests/cross/table.py -->\n| target |\n|---|\n"
        f"| {TARGETS[1].name} | zig | old |\n| gone | zig | old |\n<!-- end of targets -->\n"
        "<!-- cpus: written by tests/cross/table.py -->\n| cpu |\n|---|\n"
        "<!-- end of cpus -->\nbelow\n"
    )
    rows = {t: f"| {t.name} | {t.compiler_name} | new |" for t in (TARGETS[2], TARGETS[0])}
    for target, row in rows.items():
        table._write(target, row)
    table._write(CPUS[0], table.cpu_row(CPUS[0], Finding(0, ["portable"])))
    assert page.read_text() == (
        "above\n<!-- targets: written by tests/cross/table.py -->\n| target |\n|---|\n"
        f"{rows[TARGETS[0]]}\n| {TARGETS[1].name} | zig | old |\n{rows[TARGETS[2]]}\n"
        "<!-- end of targets -->\n"
        "<!-- cpus: written by tests/cross/table.py -->\n| cpu |\n|---|\n"
        f"| `{CPUS[0].model}` | `portable` |\n<!-- end of cpus -->\nbelow\n"
    )
