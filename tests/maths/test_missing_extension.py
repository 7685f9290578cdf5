"""Why engine `c` is missing, in the ways in which it can be, each with its own remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

import srp_native
from srp_native.engines import c as c_engine
from srp_native.engines._missing_extension import REINSTALL, other_version

INSTALLED = Path(srp_native.__file__).parent
REPORT = """
    import srp_native
    print({info.name: info for info in srp_native.available_engines()}["c"].reason)
"""
LIB = "from srp_native.engines import c; print(c.lib)"


def reason(folder: Path, code: str = REPORT) -> str:
    """What a fresh process says that finds `srp_native` in a folder or an archive."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SRP_NATIVE")}
    # Without site, whose finder of an editable install would find the extension after all.
    start = f"import sys\nsys.path[:] = {[str(folder), *sys.path]!r}\n"
    done = subprocess.run(
        [sys.executable, "-S", "-c", start + textwrap.dedent(code)],
        env=environment,
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package, without the extension."""
    left_out = shutil.ignore_patterns("_srp*", "__pycache__", "csrc")
    shutil.copytree(INSTALLED, tmp_path / "site" / "srp_native", ignore=left_out)
    return tmp_path / "site"


def test_an_extension_that_was_not_built(copy: Path) -> None:
    said = reason(copy)
    assert "was not built" in said
    assert "pip cache remove srp_native" in said
    assert "pip install --force-reinstall --no-deps --no-cache-dir srp-native" in said
    assert "SRP_NATIVE_REQUIRE_C=1" in said


def test_an_extension_for_another_python(copy: Path) -> None:
    (copy / "srp_native" / "_srp.cpython-399-somewhere.so").write_bytes(b"")
    said = reason(copy)
    assert "built for another Python: _srp.cpython-399-somewhere.so" in said
    assert "pip cache remove srp_native" in said


@pytest.mark.skipif(sys.platform == "win32", reason="a .pyd there")
def test_an_extension_that_the_loader_refuses(copy: Path) -> None:
    (copy / "srp_native" / "_srp.abi3.so").write_bytes(b"not a library")
    said = reason(copy)
    assert "is there and cannot be loaded" in said
    assert "_srp.abi3.so" in said
    assert REINSTALL in said


def test_an_extension_of_another_version(copy: Path) -> None:
    """An interrupted upgrade leaves one behind; so does Windows, where a program has it open."""
    if c_engine.lib is None:
        pytest.skip("the C extension was not built")
    package = copy / "srp_native"
    # Not always beside the package: an unpacked sdist takes it from an installation.
    shutil.copy(str(sys.modules["srp_native._srp"].__file__), package)
    assert "None" not in reason(copy, LIB)
    version = package / "_version.py"
    version.write_text(version.read_text().replace(f'"{srp_native.__version__}"', '"9.8.7"'))
    said = reason(copy)
    assert "srp-native 9.8.7 is installed in part" in said
    assert f"its C extension is that of srp-native {srp_native.__version__}" in said
    assert REINSTALL in said


def test_an_extension_that_says_no_version() -> None:
    said = other_version("", "9.8.7")
    assert said.startswith("srp-native 9.8.7 is installed in part: its C extension says no version")
    assert REINSTALL in said


@pytest.mark.parametrize(
    ("file", "left", "words"),
    [
        ("group.py", None, "No module named 'srp_native.group'"),
        ("group.py", "G = 2", "cannot import name 'ELEMENT_SIZE' from 'srp_native.group'"),
    ],
    ids=["missing", "of another version"],
)
def test_a_python_file_that_is_missing(copy: Path, file: str, left: str | None, words: str) -> None:
    path = copy / "srp_native" / file
    path.unlink() if left is None else path.write_text(left)
    said = reason(copy, "try: import srp_native\nexcept ImportError as error: print(error)")
    assert said.startswith(f"srp-native is installed in part: {words}")
    assert "`pip install --force-reinstall --no-deps srp-native`" in said


def test_a_package_in_an_archive(copy: Path, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for file in copy.rglob("*.py"):
            out.write(file, file.relative_to(copy))
    said = reason(archive)
    assert f"from the archive {archive}" in said
    assert "unpack" in said


@pytest.mark.skipif(sys.version_info < (3, 13), reason="only _interpreters has such interpreters")
def test_a_subinterpreter_that_cffi_refuses(tmp_path: Path) -> None:
    if c_engine.lib is None:
        pytest.skip("the C extension was not built")
    code = f"""
        import _interpreters
        inside = "import sys; sys.path[:] = {sys.path!r}\\n" + {textwrap.dedent(REPORT)!r}
        _interpreters.run_string(_interpreters.create("isolated"), inside)
    """
    said = reason(tmp_path, code)
    assert "subinterpreter" in said
    assert "main interpreter" in said
