"""Docstrings of what is public can be looked up: a line for each argument, and for no other.

Comments and docstrings of all sources name files that are there.
"""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.source_tree import ROOT
from test_tree import PUBLIC

#: One argument that the summary tells of by itself may do without a section.
MOST_WITHOUT_SECTIONS = 1


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function, and every public method of a public class."""
    for package in sorted(PUBLIC):
        module = importlib.import_module(package)
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{package}.{name}", value
            elif inspect.isclass(value):
                for own in vars(value):
                    member = getattr(value, own)
                    if not own.startswith("_") and callable(member):
                        yield f"{package}.{name}.{own}", member


FUNCTIONS = dict(functions())


def arguments(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


def section(documentation: str, name: str) -> str:
    found = re.search(rf"^{name}:\n((?:    .*\n|\n)+)", f"{documentation}\n", re.M)
    return found[1] if found else ""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_has_its_line(name: str) -> None:
    documentation = inspect.getdoc(FUNCTIONS[name])
    assert documentation, "no docstring"
    told = set(re.findall(r"^    (\w+): \S", section(documentation, "Args"), re.M))
    takes = arguments(FUNCTIONS[name])
    if told or len(takes) > MOST_WITHOUT_SECTIONS:
        assert told == takes


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_takes_arguments_says_what_comes_back(name: str) -> None:
    function, documentation = FUNCTIONS[name], str(inspect.getdoc(FUNCTIONS[name]))
    returned = inspect.signature(function).return_annotation
    gives = returned not in (None, "None", inspect.Signature.empty)
    if gives and section(documentation, "Args"):
        assert section(documentation, "Returns") or section(documentation, "Yields")


#: Of the system, of the build, and a pattern.
NOT_OURS = {"sysexits.h", "tables.c", "NAME.h"}


def test_sources_name_files_that_are_there() -> None:
    command = ["git", "ls-files"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout of git")
    there = listed.stdout.split()
    ends = {"/".join(name.split("/")[-n:]) for name in there for n in range(1, name.count("/") + 2)}
    missing = []
    for name in there:
        if (
            not re.match(r"(python|srp_native)/.*\.(py|c|h|inc)$", name)
            or not (ROOT / name).exists()
        ):
            continue
        text = re.sub(r"^#include <.*$", "", (ROOT / name).read_text(), flags=re.M)
        for named in re.findall(r"[\w/-]*\w\.(?:py|c|h|inc|md|mjs)\b", text):
            if named not in ends and named.rpartition("/")[2] not in NOT_OURS:
                missing.append((name, named))
    assert missing == []
