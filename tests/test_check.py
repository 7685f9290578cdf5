"""`make check` remembers which of its parts have passed, and on which code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import check
import pytest


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two parts, each of one file of tests."""
    (tmp_path / ".gitignore").write_text("__pycache__/\nbuild/\n.pytest_cache/\n")
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--long', action='store_true')\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = paced\n")
    for name in ("one", "two"):
        (tmp_path / f"test_{name}.py").write_text("def test_it(): pass\n")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    parts = {
        name: check.Part((f"test_{name}.py",), (f"test_{name}.py",), options=("-q",))
        for name in ("one", "two")
    }
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "RESULTS", tmp_path / "build" / "check")
    monkeypatch.setattr(check, "PARTS", parts)
    return tmp_path


def test_what_has_passed_does_not_run_again_until_its_code_changes(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main(["status"]) == 1
    assert capsys.readouterr().out.count("has not run") == 2
    assert check.main(["run", "one"]) == 0
    assert check.describe("one").startswith("passed, after")
    assert check.main(["run"]) == 0  # the other one
    shown = capsys.readouterr().out
    assert (shown.count("check one: build"), shown.count("check two: build")) == (1, 1)
    assert check.main(["status"]) == 0

    (tree / "test_two.py").write_text("def test_it(): assert False\n")
    assert check.describe("two").startswith("code changed since it passed")
    assert check.main(["run"]) == 1
    assert check.describe("one").startswith("passed")
    assert check.describe("two").startswith("failed")
    assert "assert False" in (tree / "build" / "check" / "two.log").read_text()


def test_a_part_that_was_killed_counts_as_not_run(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    assert check.main(["run", "one"]) == 0
    monkeypatch.setattr(check, "_passes", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check.main(["run", "one"])
    assert check.describe("one") == "did not run to its end"
    assert check.main(["status"]) == 1


def test_a_new_file_counts(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = check.Part((), ("folder",))
    before = check.fingerprint(part)
    (tree / "folder").mkdir()
    (tree / "folder" / "new.py").touch()
    assert check.fingerprint(part) != before


def test_a_part_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["run", "nothing"]) == 2
    assert "Parts: tree, maths" in capsys.readouterr().err


def test_every_folder_of_tests_is_in_a_part() -> None:
    tests = Path(check.__file__).parent
    folders = {str(path.parent.relative_to(tests.parent)) for path in tests.rglob("test_*.py")}
    covered = {name for part in check.PARTS.values() for name in part.tests}
    assert folders - {"tests"} <= covered
