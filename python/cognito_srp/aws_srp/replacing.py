"""Puts the drop-in under an installed pycognito, warrant, or package in their style."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any, Final

from ..errors import InvalidInputError
from . import functions
from .calls import AWSSRP

__all__ = ["install", "uninstall"]

_KNOWN: Final = ("pycognito", "warrant")
_FUNCTIONS: Final = frozenset(name for name in functions.__all__ if name.islower())

#: What is installed: the package's module, and theirs and ours of each name in it.
_installed: dict[str, tuple[ModuleType, dict[str, tuple[object, object]]]] = {}


class install(AbstractContextManager[None]):  # noqa: N801 - reads as a function
    """Run pycognito or warrant, whichever is installed, on this module from now on.

    Their functions and their ``AWSSRP`` are replaced in every module that has them by then, such
    as ``pycognito`` itself; what is derived from their class already stays as it is, so call this
    first. `packages` names others with a module ``aws_srp``. As a context manager it takes back
    at the end what it has put in place; a second call changes nothing.

    Raises `InvalidInputError` when there is nothing to install under.
    """

    def __init__(self, *packages: str) -> None:
        found, missing = {}, []
        for package in packages or _KNOWN:
            try:
                found[package] = import_module(f"{package}.aws_srp")
            except Exception as error:  # what is not kept up may fail in any way
                missing.append(f"{package}: {error}")
        if not found or (packages and missing):
            rule = f"has nothing to go under ({'; '.join(missing)})"
            fix = "install pycognito, or name a package that has a module aws_srp"
            raise InvalidInputError("packages", rule, fix)
        self._mine = [name for name, module in found.items() if _put(name, module)]

    def __exit__(self, *_: object) -> None:
        for package in self._mine:
            _take_back(package)


def uninstall() -> None:
    """Put back all that `install` has replaced, also where it was imported from since."""
    for package in list(_installed):
        _take_back(package)


def _take_back(package: str) -> None:
    pairs = _installed.pop(package)[1]
    _replace({id(ours): theirs for theirs, ours in pairs.values()})


def _put(package: str, module: ModuleType) -> bool:
    """Whether there was something left to replace."""
    if package in _installed and _installed[package][0] is module:
        return False
    ours = {name: _copy(value) for name, value in vars(functions).items() if name in _FUNCTIONS}
    ours["AWSSRP"] = type("AWSSRP", (AWSSRP,), {"__doc__": AWSSRP.__doc__, "_exceptions": module})
    pairs = {
        name: (theirs, ours[name])
        for name, theirs in vars(module).items()
        if name in ours and getattr(theirs, "__module__", None) == module.__name__
    }
    _replace({id(theirs): mine for theirs, mine in pairs.values()})
    _installed[package] = module, pairs
    return True


def _copy(function: FunctionType) -> object:
    """The function as an object of its own: what is replaced by it can be found again."""
    copied = FunctionType(function.__code__, function.__globals__, function.__name__)
    copied.__defaults__, copied.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    copied.__annotations__, copied.__doc__ = function.__annotations__, function.__doc__
    return copied


def _replace(replacements: Mapping[int, object]) -> None:
    """Each object by another, under whatever name a module has it."""
    for namespace in _namespaces():
        for name, value in list(namespace.items()):
            if id(value) in replacements:
                namespace[name] = replacements[id(value)]


def _namespaces() -> Iterator[dict[str, Any]]:
    for module in list(sys.modules.values()):
        try:  # not by getattr, which makes a lazy module load
            namespace = object.__getattribute__(module, "__dict__")
        except AttributeError:
            continue
        if isinstance(namespace, dict):
            yield namespace
