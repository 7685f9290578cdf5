"""The sdist and the wheel: what is in them, and that they depend on the tree alone."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from release.check_tag import problem
from release.check_wheels import LARGEST, check
from release.releases import ROOT, output

#: Of a clone, what no sdist needs: it is about the repository.
OF_THE_REPOSITORY = {".gitignore"}


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


@pytest.mark.long
def test_two_builds_in_two_folders_are_equal_byte_for_byte(dist: Path, dist_again: Path) -> None:
    assert sorted(digests(dist)) == [
        next(dist.glob("*.whl")).name,
        next(dist.glob("*.tar.gz")).name,
    ]
    assert digests(dist) == digests(dist_again)


@pytest.mark.long
def test_the_sdist_is_the_project(dist: Path) -> None:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this tree is no clone, so nothing says what belongs to it")
    tracked = set(output("git", "-C", ROOT, "ls-files").splitlines()) - OF_THE_REPOSITORY
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
        assert {entry.mtime for entry in archive} == {315532800}
        assert {(entry.uid, entry.uname) for entry in archive} == {(0, "")}
    assert not tracked - inside


@pytest.mark.long
def test_the_wheel_may_be_published(dist: Path) -> None:
    check(dist)
    assert next(dist.glob("*.whl")).stat().st_size <= LARGEST


@pytest.mark.long
def test_the_extension_carries_nothing_of_the_machine_that_built_it(
    dist: Path, tmp_path: Path
) -> None:
    readelf = shutil.which("readelf")
    if not readelf:
        pytest.skip("readelf is not installed")
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if "_srp." in name)
        extension = wheel.extract(name, tmp_path)
    said = output(readelf, "--wide", "--dynamic", "--section-headers", extension)
    assert "NEEDED" in said
    assert not {word for word in ("RUNPATH", "RPATH", ".debug_", ".symtab") if word in said}
    assert str(dist.parent).encode() not in Path(extension).read_bytes()


def test_a_wheel_without_the_extension_is_refused(tmp_path: Path) -> None:
    (tmp_path / "srp_native-0.1.0-py3-none-any.whl").write_bytes(b"")
    with pytest.raises(SystemExit, match="without the C extension, so it is no release"):
        check(tmp_path)


def test_a_wheel_that_is_too_large_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "srp_native-0.1.0-cp310-abi3-linux_x86_64.whl"
    wheel.write_bytes(bytes(LARGEST + 1))
    with pytest.raises(SystemExit, match="has 6000001 bytes"):
        check(tmp_path)


@pytest.mark.parametrize(
    ("tag", "changelog", "words"),
    [
        ("v0.1.0", "## 0.1.0 - 2026-12-01\n", ""),
        ("v0.1.1", "## 0.1.1 - 2026-12-01\n", "the tag is v0.1.1 and the version 0.1.0"),
        ("v0.1.0", "## Unreleased\n", "no heading `## 0.1.0 - YEAR-MONTH-DAY`"),
    ],
)
def test_a_tag_is_the_version_and_dated(tag: str, changelog: str, words: str) -> None:
    found = problem(tag, "0.1.0", changelog)
    assert words in found
    assert bool(words) == bool(found)


@pytest.mark.long
def test_the_unpacked_sdist_runs_tests_of_its_own_without_git(dist: Path, tmp_path: Path) -> None:
    """All of them would take minutes: those that read the most of the tree."""
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    tree = next(tmp_path.iterdir())
    tests = ("tests/maths", "tests/test_layers.py", "tests/test_readme.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not long", *tests],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
