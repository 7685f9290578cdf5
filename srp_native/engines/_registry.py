"""Which engines exist here, and which one runs."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Final

from .._errors import ConstantTimeUnavailableError, EngineFaultError, EngineUnavailableError
from . import c as c_engine
from . import gmpy2 as gmpy2_engine
from . import python as python_engine
from ._engine import Engine, EngineInfo
from ._known_answers import check_constant_time, check_engine

__all__ = [
    "available_engines",
    "constant_time_engine",
    "current_engine",
    "disable_engine",
    "engine",
    "load_engine",
    "other_engine",
    "use_engine",
]

#: Every engine, in the order in which `auto` tries them; docs/engines.md gives the reasons.
_FACTORIES: Final[dict[str, Callable[..., Engine]]] = {
    "c": c_engine.create_engine,
    "gmpy2": gmpy2_engine.create_engine,
    "python": python_engine.create_engine,
}
#: The engine that has kernels, and is made with the name of one.
_WITH_KERNELS: Final = "c"
_AUTO: Final = "auto"
_ENVIRONMENT: Final = "SRP_NATIVE_ENGINE"
_KERNEL_ENVIRONMENT: Final = "SRP_NATIVE_KERNEL"

_lock = threading.RLock()


def _renew_lock() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    # A child forked while another thread tries an engine out would wait for it for ever.
    os.register_at_fork(after_in_child=_renew_lock)


@dataclass
class _Known:
    """What is known of an engine on one kernel."""

    engine: Engine | None = None
    #: Why it cannot run here; empty as long as it can.
    missing: str = ""
    #: Routines that gave their known answers: those that run by default (False), and those for
    #: callers that insist on constant time (True).
    proven: set[bool] = field(default_factory=set)


#: By name and kernel.
_known: dict[tuple[str, str], _Known] = {}
#: What `use_engine` chose: a name, and a kernel or nothing.
_selected: tuple[str, str] | None = None
# What the selection came to; None until it is needed and after every change.
_current: Engine | None = None
_current_constant_time: Engine | None = None


def load_engine(name: str, kernel: str | None = None, *, constant_time: bool = False) -> Engine:
    """The engine called `name`, proven by its known answers on first use.

    It runs on `kernel`, or on the one that was chosen (None), or on the fastest that gives its
    known answers (empty). The routines for ``constant_time`` have known answers of their own.
    Raises `EngineUnavailableError`, with the reason, when the engine cannot run here.
    """
    if name not in _FACTORIES:
        raise EngineUnavailableError(
            f"there is no engine {name!r}; the engines are {', '.join(_FACTORIES)}, or {_AUTO}"
        )
    key = name, _kernel_to_run(name, kernel)
    while True:
        known = _known.setdefault(key, _Known())
        if constant_time not in known.proven:
            with _lock:
                _prove(key, known, constant_time)
        if (found := known.engine) is not None:
            return found
        # One that was just found faulty makes room for the next, unless it was asked for.
        failed, key = key, (name, _kernel_to_run(name, kernel))
        if key == failed:
            raise EngineUnavailableError(f"engine {name!r} cannot run here: {known.missing}")


def _prove(key: tuple[str, str], known: _Known, constant_time: bool) -> None:
    """Make the engine unless it is there already, and ask for its known answers."""
    name, kernel = key
    if known.engine is None and not known.missing:
        try:
            known.engine = _FACTORIES[name](kernel) if kernel else _FACTORIES[name]()
        except EngineUnavailableError as error:
            known.missing = str(error)
    if known.engine is not None and constant_time not in known.proven:
        try:
            (check_constant_time if constant_time else check_engine)(known.engine)
            known.proven.add(constant_time)
        except EngineFaultError as error:
            disable_engine(known.engine, str(error))


def _kernel_to_run(name: str, kernel: str | None = None) -> str:
    """The kernel that an engine runs on, empty for an engine without kernels.

    It is `kernel`, or `use_engine`'s if that is None, else the environment's, else the fastest that
    this CPU can run and that has not computed wrongly.
    """
    if name != _WITH_KERNELS:
        return ""
    if kernel is None and _selected:
        kernel = _selected[1]
    forced = kernel or os.environ.get(_KERNEL_ENVIRONMENT)
    return forced or next(iter(_sound_kernels()), c_engine.fastest_kernel())


def _sound_kernels() -> tuple[str, ...]:
    """The kernels that this CPU can run, the fastest first, without those that are disabled."""
    disabled = {kernel for kernel, _ in _disabled_kernels()}
    return tuple(kernel for kernel in c_engine.runnable_kernels() if kernel not in disabled)


def _disabled_kernels() -> tuple[tuple[str, str], ...]:
    """The kernels that computed wrongly, and how."""
    return tuple(
        (kernel, known.missing)
        for kernel in c_engine.runnable_kernels()
        if (known := _known.get((_WITH_KERNELS, kernel))) and known.missing
    )


def disable_engine(engine: Engine, reason: str) -> None:
    """Take a faulty engine out of use for the rest of the process, and say so.

    Of an engine with kernels the one that it ran on: the next call finds another.
    """
    with _lock:
        known = _known.setdefault((engine.name, engine.kernel), _Known())
        known.missing, known.engine = reason, None
        known.proven.clear()
        _select(_selected)
    where = f" on kernel {engine.kernel!r}" if engine.kernel else ""
    warnings.warn(
        f"srp_native: engine {engine.name!r} is disabled{where}: {reason}",
        RuntimeWarning,
        stacklevel=3,
    )


def _selection() -> str:
    """The name that was asked for: by `use_engine`, by the environment, or `auto`.

    Forcing a kernel is asking for the engine that has kernels.
    """
    if _selected:
        return _selected[0]
    by_kernel = _WITH_KERNELS if os.environ.get(_KERNEL_ENVIRONMENT) else _AUTO
    return os.environ.get(_ENVIRONMENT) or by_kernel


def _first_that_runs(names: Iterable[str], *, constant_time: bool = False) -> Engine | None:
    for name in names:
        try:
            return load_engine(name, constant_time=constant_time)
        except EngineUnavailableError:
            continue
    return None


def current_engine() -> Engine:
    """The engine that runs now. Raises `EngineUnavailableError` when a forced one cannot."""
    global _current
    chosen = _current
    if chosen is None:
        name = _selection()
        found = _first_that_runs(_FACTORIES) if name == _AUTO else load_engine(name)
        if found is None:
            raise EngineUnavailableError("no engine gives its known answers here")
        _current = chosen = found
    return chosen


def constant_time_engine() -> Engine:
    """The engine that runs where the caller insists on constant time.

    That is `c`, else gmpy2's ``powmod_sec``; a forced engine is kept to.

    Raises `ConstantTimeUnavailableError` rather than run anything else.
    """
    global _current_constant_time
    chosen = _current_constant_time
    if chosen is None:
        name = _selection()
        found: Engine | None = None
        if name == _AUTO:
            found = _first_that_runs(("c", "gmpy2"), constant_time=True)
        elif load_engine(name).offers_constant_time:
            found = load_engine(name, constant_time=True)
        if found is None:
            raise ConstantTimeUnavailableError(
                f"constant time was asked for and engine {name!r} cannot promise it here; "
                "use engine 'c' or 'gmpy2' (`cognito-srp engines` says why one is missing)"
            )
        _current_constant_time = chosen = found
    return chosen


def other_engine(than: Engine) -> Engine:
    """Another engine than `than`, to check its results with."""
    found = _first_that_runs(name for name in _FACTORIES if name != than.name)
    if found is None:
        raise EngineUnavailableError(f"there is no engine but {than.name!r} to check results with")
    return found


def engine() -> EngineInfo:
    """What runs now."""
    return _info(current_engine())


def _info(found: Engine) -> EngineInfo:
    if found.name != _WITH_KERNELS:
        return found.info
    return replace(found.info, kernels=_sound_kernels(), disabled_kernels=_disabled_kernels())


def available_engines() -> tuple[EngineInfo, ...]:
    """Every engine there is, the missing ones with the reason; tries each one out."""

    def report(name: str) -> EngineInfo:
        try:
            return _info(load_engine(name))
        except EngineUnavailableError:
            reason = _known[name, _kernel_to_run(name)].missing
            return EngineInfo(name, "", False, False, False, False, reason)

    return tuple(map(report, _FACTORIES))


def _select(choice: tuple[str, str] | None) -> None:
    global _selected, _current, _current_constant_time
    with _lock:
        _selected = choice
        _current = _current_constant_time = None


class use_engine(AbstractContextManager[EngineInfo]):  # noqa: N801 - reads as a function
    """Run everything in this process on the engine called `name` (or ``"auto"``) from now on.

    If it is ``"c"``, on the `kernel` called so.

    As a context manager it puts the earlier choice back at the end. Overrides
    ``SRP_NATIVE_ENGINE`` and, with a kernel, ``SRP_NATIVE_KERNEL``. Raises
    `EngineUnavailableError`, which names those that run here, and changes nothing when the engine
    or kernel cannot.
    """

    def __init__(self, name: str, kernel: str | None = None) -> None:
        if kernel is not None and name != _WITH_KERNELS:
            raise EngineUnavailableError(
                f"engine {name!r} has no kernel {kernel!r}: only {_WITH_KERNELS!r} has kernels"
            )
        choice = name, kernel or ""
        if name != _AUTO:
            load_engine(*choice)
        self._earlier = _selected
        _select(choice)

    def __enter__(self) -> EngineInfo:
        return engine()

    def __exit__(self, *_: object) -> None:
        _select(self._earlier)
