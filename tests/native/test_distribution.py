"""What is released: an sdist of the tree, the wheel that is built from it, and what that installs.

An editable install has every file of the tree at hand, whether or not a release would have it.
Here the sdist is unpacked elsewhere and built where the C extension must not fail, and the wheel is
installed outside the tree.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CSRC = ROOT / "srp_native" / "csrc"

#: Neither belongs to the tree, and SOURCES.txt of an egg-info would add files to an sdist that the
#: tree itself does not.
LEFT_OUT = shutil.ignore_patterns(
    ".*", "build", "dist", "*.egg-info", "__pycache__", "_srp.*", "node_modules"
)


class Release(NamedTuple):
    sdist: frozenset[str]  # paths inside, without the folder that sdists begin with
    wheel: frozenset[str]
    installed: Path


def run(*command: object, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def build(what: str, tree: Path, out: Path) -> Path:
    """Calls one of the hooks of PEP 517 in `tree`; the file that it made in `out`."""
    out.mkdir()
    hook = f"from setuptools import build_meta; build_meta.build_{what}({str(out)!r})"
    run(sys.executable, "-c", hook, cwd=tree, SRP_NATIVE_REQUIRE_C="1")
    (made,) = out.iterdir()
    return made


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    pytest.importorskip("setuptools", minversion="77", reason="setuptools builds the package")
    folder = tmp_path_factory.mktemp("release")
    shutil.copytree(ROOT, folder / "tree", ignore=LEFT_OUT)
    sdist = build("sdist", folder / "tree", folder / "sdist")
    with tarfile.open(sdist) as archive:
        if sys.version_info >= (3, 12):
            archive.extractall(folder / "unpacked", filter="data")
        else:
            archive.extractall(folder / "unpacked")
    (unpacked,) = (folder / "unpacked").iterdir()
    names = files_below(unpacked)
    wheel = build("wheel", unpacked, folder / "wheel")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, "--target", folder / "installed", wheel, cwd=folder)
    with zipfile.ZipFile(wheel) as archive_of_wheel:
        packed = frozenset(archive_of_wheel.namelist())
    return Release(names, packed, folder / "installed")


def files_below(folder: Path) -> frozenset[str]:
    return frozenset(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    )


def is_extension(name: str) -> bool:
    return name.startswith("srp_native/_srp.")


def test_the_sdist_has_every_file_that_the_c_extension_is_built_from(release: Release) -> None:
    needed = {f"srp_native/csrc/{name}" for name in files_below(CSRC)}
    assert {Path(name).suffix for name in needed} == {".c", ".h", ".inc", ".py"}
    assert needed - release.sdist == set()


def test_the_wheel_has_the_files_of_the_packages_and_the_extension(release: Release) -> None:
    tree = {
        f"{package}/{name}"
        for package, folder in (
            ("srp_native", ROOT / "srp_native"),
            ("cognito_srp", ROOT / "python" / "cognito_srp"),
        )
        for name in files_below(folder)
    }
    expected = {n for n in tree if not (n.startswith("srp_native/csrc/") or is_extension(n))}
    expected.add("cognito_srp_pytest.py")
    extensions = {name for name in release.wheel if is_extension(name)}
    packed = {name for name in release.wheel if ".dist-info/" not in name}
    assert len(extensions) == 1
    assert packed - extensions == expected


def test_the_installed_wheel_computes_with_its_c_extension(release: Release) -> None:
    program = (
        "import cognito_srp, srp_native;"
        "print(srp_native.__file__); print(cognito_srp.__file__);"
        "srp_native.use_engine('c');"
        "print(srp_native.engine().name, srp_native.pow_g(3072) == pow(2, 3072, srp_native.N))"
    )
    printed = run(
        sys.executable, "-c", program, cwd=release.installed, PYTHONPATH=str(release.installed)
    )
    native, facade, result = printed.splitlines()
    assert Path(native).parent == release.installed / "srp_native"
    assert Path(facade).parent == release.installed / "cognito_srp"
    assert result == "c True"
