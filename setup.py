"""What pyproject.toml cannot say: the C extension, archives that depend on the tree alone, links.

The extension fits every Python from 3.10 on. Without a C compiler the build warns and installs the
package without it, unless SRP_NATIVE_REQUIRE_C=1; such a wheel claims no platform.
"""

import gzip
import os
import re
import sys
import sysconfig
import tarfile
from pathlib import Path
from typing import Any

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

# The limited API does not exist in free-threaded builds of Python yet.
LIMITED_API = not sysconfig.get_config_var("Py_GIL_DISABLED")

#: The date of every file of an archive, in seconds, unless the environment says another: the first
#: that a zip file can have. What is built from a tree then depends on nothing but the tree.
DATE = os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")

#: -O3 is a quarter faster than -O2 with GCC, and -g0 takes back the -g that many a Python was built
#: with. Never -march: a wheel runs anywhere.
MSVC_FLAGS = ["/O2", "/std:c11"]
FLAGS = ["-O3", "-std=c11", "-fvisibility=hidden", "-g0"]


class BuildExt(build_ext):
    """With the flags of the compiler that was found, and without traces of this machine."""

    def build_extensions(self) -> None:
        msvc = self.compiler.compiler_type == "msvc"
        for extension in self.extensions:
            extension.extra_compile_args += MSVC_FLAGS if msvc else FLAGS
            if not msvc and sys.platform != "darwin":  # whose linker knows no such option
                extension.extra_link_args.append("-Wl,--strip-all")
        if not msvc:
            # Where this Python looks for its own libraries, of which the extension needs none.
            linker = self.compiler.linker_so
            self.compiler.linker_so = [part for part in linker if not part.startswith("-Wl,-rpath")]
        super().build_extensions()

    def was_built(self) -> bool:
        return all(os.path.exists(path) for path in self.get_outputs())


class BdistWheel(bdist_wheel):
    """A wheel without the extension runs on every platform, and says so."""

    def get_tag(self) -> tuple[str, str, str]:
        self.root_is_pure = not self.get_finalized_command("build_ext").was_built()
        return ("py3", "none", "any") if self.root_is_pure else super().get_tag()


class Sdist(sdist):
    """Sorted, without the builder's name and dates."""

    def make_archive(self, base_name: str, *_: Any, base_dir: str, **__: Any) -> str:
        path = Path(f"{base_name}.tar.gz")
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            path.open("wb") as out,
            gzip.GzipFile("", "wb", mtime=int(DATE), fileobj=out) as packed,
            tarfile.open(mode="w", fileobj=packed, format=tarfile.PAX_FORMAT) as tar,
        ):
            for file in sorted(p for p in Path(base_dir).rglob("*") if p.is_file()):
                tar.add(file, filter=_anonymous)
        return str(path)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = int(DATE)
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    return entry


def readme() -> str:
    """README.md, with links that also work on PyPI once pyproject.toml says where the tree is."""
    text = Path("README.md").read_text(encoding="utf-8")
    project = Path("pyproject.toml").read_text(encoding="utf-8")
    address = re.search(r'^Source = "(.+)"', project, re.M)
    return with_address(text, address[1]) if address else text


def with_address(text: str, address: str) -> str:
    """Markdown whose links and pictures lead to files of the tree at an address like GitHub's."""
    version = Path("srp_native/_version.py").read_text(encoding="utf-8")
    tag = "v" + re.findall(r'= "(.+)"', version)[0]

    def absolute(link: re.Match[str]) -> str:
        kind = "raw" if link[1] else "blob"
        return f"{link[1]}[{link[2]}]({address}/{kind}/{tag}/{link[3]})"

    return re.sub(r"(!?)\[([^]]*)\]\((?!https?:|#)([^)]+)\)", absolute, text)


if __name__ == "__main__":  # as every build runs it
    setup(
        long_description=readme(),
        long_description_content_type="text/markdown",
        cffi_modules=["srp_native/ffi_build.py:ffi"],
        cmdclass={"build_ext": BuildExt, "bdist_wheel": BdistWheel, "sdist": Sdist},
        options={"bdist_wheel": {"py_limited_api": "cp310"}} if LIMITED_API else {},
    )
