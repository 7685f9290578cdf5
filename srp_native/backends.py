"""Our powers under other people's SRP packages: pysrp, srptools, and any module that uses ``pow``.

::

    with backends.install("srp", "srptools"): ...    # until the end of the block
    backends.install("srptools")                     # from now on, in the whole process
    backends.under(pyhap.hsrp)                       # any module that calls the built-in pow
    backends.uninstall()                             # everything as it was

What a package computes stays the same, bit for bit; docs/backends.md says which powers run where.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.metadata
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

from ._builtin_pow import calls_pow, drop_in_pow
from ._errors import (
    BackendError,
    BackendMissingError,
    BackendReplacedError,
    BackendUnsuitableError,
    EngineUnavailableError,
)
from ._openssl_pow import NEEDED, drop_in_mod_exp
from .engines._engine import EngineInfo
from .engines._registry import constant_time_engine, load_engine

__all__ = [
    "BackendError",
    "BackendMissingError",
    "BackendReplacedError",
    "BackendUnsuitableError",
    "Installation",
    "Replacement",
    "install",
    "under",
    "uninstall",
]

#: By package: modules that compute with ``pow``, and modules that call OpenSSL, if they are loaded.
_PACKAGES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "srp": (("srp._pysrp",), ("srp._ctsrp",)),
    "srptools": (("srptools.context",), ()),
}
_ABSENT: Final = object()


@dataclass(frozen=True)
class Replacement:
    """One function of a module that is ours for now.

    Attributes:
        asked: what `install` or `under` was given, which is what `uninstall` takes.
        module: the module's dotted name.
        name: the function's: ``pow``, or ``BN_mod_exp`` where pysrp calls OpenSSL.
    """

    asked: str
    module: str
    name: str
    _namespace: dict[str, Any] = field(repr=False, compare=False)
    _ours: Callable[..., Any] = field(repr=False, compare=False)
    _before: object = field(repr=False, compare=False)

    @property
    def package(self) -> str:
        """The package on PyPI and its version, or the module's name where it is of none."""
        return _package_of(self.module.partition(".")[0]) or self.module

    def _put(self) -> None:
        self._namespace[self.name] = self._ours

    def _take_back(self) -> None:
        if self._before is _ABSENT:
            del self._namespace[self.name]
        else:
            self._namespace[self.name] = self._before


_lock = threading.Lock()
_replacements: list[Replacement] = []


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


class Installation(AbstractContextManager["Installation"]):
    """What `install` or `under` did; takes it back at the end of a ``with`` block.

    Attributes:
        replacements: every function that was replaced.
        engine: the engine that the group of `srp_native.group` runs on, as it was chosen then.
        other_groups: what other moduli run on where the module uses ``pow``.
    """

    def __init__(
        self, replacements: tuple[Replacement, ...], engine: EngineInfo, other_groups: str
    ) -> None:
        self.replacements = replacements
        self.engine = engine
        self.other_groups = other_groups

    def uninstall(self) -> None:
        """Take these replacements back; what has been taken back already is left alone.

        Raises:
            BackendReplacedError: something has been put over one of ours since; nothing changes.
        """
        with _lock:
            _take_back([each for each in self.replacements if _is_active(each)])

    def __enter__(self) -> Installation:
        if not all(map(_is_active, self.replacements)):
            raise BackendMissingError("the installation has been taken back; install again")
        return self

    def __exit__(self, *_: object) -> None:
        self.uninstall()

    def __repr__(self) -> str:
        packages: dict[str, list[str]] = {}
        for each in self.replacements:
            packages.setdefault(each.package, []).append(f"{each.module}.{each.name}")
        under = "; ".join(f"{name} ({', '.join(spots)})" for name, spots in packages.items())
        kernel = f", kernel {self.engine.kernel}" if self.engine.kernel else ""
        state = "under" if any(map(_is_active, self.replacements)) else "no longer under"
        return (
            f"<srp_native {state} {under}: engine {self.engine.name}{kernel}, "
            f"other groups {self.other_groups}>"
        )


def install(*packages: str) -> Installation:
    """Put our powers under packages: all of those named, or none.

    Args:
        packages: ``"srp"`` (pysrp, its Python and its OpenSSL variant) and ``"srptools"``.

    Returns:
        What was replaced; as a context manager it takes that back at the end.

    Raises:
        ValueError: no package is named.
        BackendMissingError: the package is not installed, or not known here (see `under`).
        BackendUnsuitableError: it lacks what is to be replaced.
        BackendReplacedError: something else is in that place, or ours already.
        ConstantTimeUnavailableError: no engine here computes in constant time.
    """
    if not packages:
        raise ValueError(f"packages: name one or more of {', '.join(_PACKAGES)}")
    found = [each for name in dict.fromkeys(packages) for each in _modules_of(name)]
    with _lock:
        return _put([_replacement(*each) for each in found])


def under(module: ModuleType) -> Installation:
    """Put our ``pow`` into one module that computes with the built-in.

    Args:
        module: a module with a function that looks ``pow`` up, as ``pyhap.hsrp`` has.

    Returns:
        What was replaced; as a context manager it takes that back at the end.

    Raises:
        TypeError: this is no module.
        BackendUnsuitableError: nothing in it looks ``pow`` up.
        BackendReplacedError: something else is in that place, or ours already.
        ConstantTimeUnavailableError: no engine here computes in constant time.
    """
    if not isinstance(module, ModuleType):
        raise TypeError(f"module: must be a module, not {type(module).__name__}")
    with _lock:
        return _put([_replacement(module.__name__, module, "pow")])


def uninstall(*names: str) -> None:
    """Leave packages and modules as they were before `install` and `under`: all of them, or none.

    Args:
        names: packages as for `install`, dotted names of modules for `under`; everything that is
            ours where none is given.

    Raises:
        BackendMissingError: ours is not under one of them.
        BackendReplacedError: something has been put over one of ours since.
    """
    with _lock:
        for name in names:
            if name not in {each.asked for each in _replacements}:
                raise BackendMissingError(f"{name}: does not run on srp_native; nothing to undo")
        _take_back([each for each in _replacements if not names or each.asked in names])


def _modules_of(package: str) -> Iterable[tuple[str, ModuleType, str]]:
    """What to replace in a package: what it is called, the module, the function's name."""
    if package not in _PACKAGES:
        raise BackendMissingError(
            f"{package}: not known here, which knows {', '.join(_PACKAGES)}; "
            "give the module that calls pow to under()"
        )
    with_pow, with_openssl = _PACKAGES[package]
    try:
        importlib.import_module(package)
        found = [(package, importlib.import_module(name), "pow") for name in with_pow]
    except ImportError as error:
        raise BackendMissingError(
            f"{package}: cannot be imported ({error}); pip install {package}"
        ) from error
    loaded = [sys.modules.get(name) for name in with_openssl]
    return [*found, *((package, module, "BN_mod_exp") for module in loaded if module)]


def _replacement(asked: str, module: ModuleType, name: str) -> Replacement:
    """A replacement that can be made; raises unless the module has what is to be replaced."""
    namespace, where = vars(module), f"{module.__name__}.{name}"
    before = namespace.get(name, _ABSENT)
    for each in _replacements:
        if each._namespace is namespace and each._ours is before:
            how = f"uninstall({each.asked!r}) first"
            raise BackendReplacedError(f"{where}: is srp_native's already; {how}")
    if name == "pow":
        if before is not _ABSENT and before is not builtins.pow:
            raise BackendReplacedError(f"{where}: is {before!r} and not the built-in; remove that")
        if not calls_pow(module):
            raise BackendUnsuitableError(f"{where}: no function of the module calls pow")
        return Replacement(asked, module.__name__, name, namespace, drop_in_pow, before)
    missing = [needed for needed in NEEDED if needed not in namespace]
    if missing:
        raise BackendUnsuitableError(f"{module.__name__}: has no {', '.join(missing)}")
    if not hasattr(before, "argtypes"):
        raise BackendReplacedError(f"{where}: is {before!r} and not OpenSSL's; remove that")
    return Replacement(asked, module.__name__, name, namespace, drop_in_mod_exp(module), before)


def _put(replacements: list[Replacement]) -> Installation:
    info = constant_time_engine().info
    try:
        load_engine("gmpy2", constant_time=True)
        other_groups = "gmpy2.powmod_sec"
    except EngineUnavailableError:
        other_groups = "the built-in pow"
    for each in replacements:
        each._put()
    _replacements.extend(replacements)
    return Installation(tuple(replacements), info, other_groups)


def _take_back(replacements: list[Replacement]) -> None:
    for each in replacements:
        if each._namespace.get(each.name) is not each._ours:
            raise BackendReplacedError(
                f"{each.module}.{each.name}: is not srp_native's any more; put that back first"
            )
    for each in replacements:
        each._take_back()
        _replacements[:] = [other for other in _replacements if other is not each]


def _is_active(replacement: Replacement) -> bool:
    return any(each is replacement for each in _replacements)


@functools.cache
def _package_of(top: str) -> str:
    """The distribution that a top-level module came with, and its version; empty if with none."""
    try:
        return f"{top} {importlib.metadata.version(top)}"
    except importlib.metadata.PackageNotFoundError:
        names = importlib.metadata.packages_distributions().get(top)  # reads all that is installed
        return f"{names[0]} {importlib.metadata.version(names[0])}" if names else ""
