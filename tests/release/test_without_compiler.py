"""An installation without a compiler: what is built, and what gets the extension afterwards."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from release.releases import new_python, output

from srp_native.engines._missing_extension import REINSTALL

pytestmark = pytest.mark.long
#: As a shell would find it, and failing like a machine without one.
NO_COMPILER = {"CC": "no-compiler-here", "CXX": "no-compiler-here"}
#: Run with -I: without it Python would find this tree's own package in the folder it starts in.
REPORT = (
    "import srp_native; "
    "info = srp_native.available_engines()[0]; print(info.name, info.kernel, info.reason)"
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def index(dist: Path, tmp_path: Path) -> Iterator[str]:
    """A package index with the sdist alone. pip keeps only wheels of what came from an index."""
    folder = tmp_path / "index" / "srp-native"
    folder.mkdir(parents=True)
    sdist = next(dist.glob("*.tar.gz"))
    (folder / sdist.name).write_bytes(sdist.read_bytes())
    page = f'<!doctype html><a href="{sdist.name}">{sdist.name}</a>'
    (folder / "index.html").write_text(page)
    serve = functools.partial(Quiet, directory=folder.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_the_words_of_the_report_bring_the_extension(index: str, tmp_path: Path) -> None:
    """pip reinstalls what it has kept, without the extension, until it is told to forget it."""
    python = new_python(tmp_path / "venv")
    cache = {"PIP_CACHE_DIR": str(tmp_path / "cache"), "PIP_EXTRA_INDEX_URL": index}
    cache["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    pip = (python, "-m", "pip")
    output(*pip, "install", "--quiet", "cffi", "setuptools>=77", **cache)
    install = ("install", "--quiet", "--no-build-isolation", "--no-deps", "srp-native")
    output(*pip, *install, **cache, **NO_COMPILER)
    assert REINSTALL in output(python, "-I", "-c", REPORT)
    kept = [path.name for path in (tmp_path / "cache").rglob("srp_native-*.whl")]
    assert [name.split("-", 2)[2] for name in kept] == ["py3-none-any.whl"]

    # With a compiler, and without the words: the same again.
    output(*pip, *install, "--force-reinstall", **cache)
    assert REINSTALL in output(python, "-I", "-c", REPORT)

    commands = [part for part in REINSTALL.split("`") if part.startswith("pip ")]
    assert len(commands) == 2
    for command in commands:
        words = command.split()[1:]
        more = ["--no-build-isolation"] if words[0] == "install" else []
        output(*pip, *words, *more, **cache, SRP_NATIVE_REQUIRE_C="1")
    assert output(python, "-I", "-c", REPORT).startswith("c ")
    assert "was not built" not in output(python, "-I", "-c", REPORT)


def test_a_required_extension_that_cannot_be_built_is_an_error(index: str, tmp_path: Path) -> None:
    python = new_python(tmp_path / "venv")
    cache = {"PIP_CACHE_DIR": str(tmp_path / "cache"), "PIP_EXTRA_INDEX_URL": index}
    output(python, "-m", "pip", "install", "--quiet", "cffi", "setuptools>=77", **cache)
    install = ("install", "--quiet", "--no-build-isolation", "--no-deps", "srp-native")
    with pytest.raises(AssertionError, match="no-compiler-here"):
        output(python, "-m", "pip", *install, **cache, **NO_COMPILER, SRP_NATIVE_REQUIRE_C="1")
