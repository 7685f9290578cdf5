"""Which engines exist here, and which one runs."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Final

from . import c_engine, gmpy2_engine, python_engine
from .engine import KERNEL_ENVIRONMENT, Engine, EngineInfo
from .errors import ConstantTimeUnavailableError, EngineFaultError, EngineUnavailableError
from .known_answers import check_constant_time, check_engine

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

#: Every engine there is, in the order in which `auto` tries them. An engine that is vectorised on
#: this CPU goes before all others.
_FACTORIES: Final[dict[str, Callable[[], Engine]]] = {
    "gmpy2": gmpy2_engine.create_engine,
    "c": c_engine.create_engine,
    "python": python_engine.create_engine,
}
_AUTO: Final = "auto"
_ENVIRONMENT: Final = "SRP_NATIVE_ENGINE"

_lock = threading.RLock()


def _renew_lock() -> None:
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    # A child forked while another thread tries an engine out would wait for it for ever.
    os.register_at_fork(after_in_child=_renew_lock)

_created: dict[str, Engine] = {}
_proven: dict[str, Engine] = {}
_proven_constant_time: dict[str, Engine] = {}
_missing: dict[str, str] = {}
_selected: str | None = None
# What the selection came to; None until it is needed and after every change.
_current: Engine | None = None
_current_constant_time: Engine | None = None


def load_engine(name: str, *, constant_time: bool = False) -> Engine:
    """The engine called `name`, proven by its known answers on first use.

    The routines for ``constant_time`` have known answers of their own. Raises
    `EngineUnavailableError`, with the reason, when the engine cannot run here.
    """
    proven = _proven_constant_time if constant_time else _proven
    if name in proven:
        return proven[name]
    with _lock:
        candidate = _create(name)
        if name not in proven:
            try:
                (check_constant_time if constant_time else check_engine)(candidate)
            except EngineFaultError as error:
                disable_engine(name, str(error))
                raise EngineUnavailableError(_unavailable(name)) from error
            proven[name] = candidate
        return candidate


def _create(name: str) -> Engine:
    """The engine, its library loaded but not yet proven."""
    if name not in _FACTORIES:
        raise EngineUnavailableError(
            f"there is no engine {name!r}; the engines are {', '.join(_FACTORIES)}, or {_AUTO}"
        )
    with _lock:
        if name not in _created and name not in _missing:
            try:
                _created[name] = _FACTORIES[name]()
            except EngineUnavailableError as error:
                _missing[name] = str(error)
        if name in _missing:
            raise EngineUnavailableError(_unavailable(name))
        return _created[name]


def _unavailable(name: str) -> str:
    return f"engine {name!r} cannot run here: {_missing[name]}"


def disable_engine(name: str, reason: str) -> None:
    """Take a faulty engine out of use for the rest of the process, and say so."""
    with _lock:
        _created.pop(name, None)
        _proven.pop(name, None)
        _proven_constant_time.pop(name, None)
        _missing[name] = reason
        _select(_selected)
    warnings.warn(
        f"srp_native: engine {name!r} is disabled: {reason}", RuntimeWarning, stacklevel=3
    )


def _selection() -> str:
    """The name that was asked for: by `use_engine`, by the environment, or `auto`.

    Forcing a kernel is asking for the engine that has kernels.
    """
    by_environment = os.environ.get(_ENVIRONMENT)
    if not by_environment and os.environ.get(KERNEL_ENVIRONMENT):
        by_environment = "c"
    return _selected or by_environment or _AUTO


def _preference() -> Iterable[str]:
    """The order of `auto`: by what the CPU offers, never by a timing."""
    try:
        vectorised = _create("c").vectorised
    except EngineUnavailableError:
        vectorised = False
    return sorted(_FACTORIES, key=lambda name: name != "c") if vectorised else _FACTORIES


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
        found = _first_that_runs(_preference()) if name == _AUTO else load_engine(name)
        if found is None:
            raise EngineUnavailableError(f"no engine gives its known answers here: {_missing}")
        _current = chosen = found
    return chosen


def constant_time_engine() -> Engine:
    """The engine that runs where the caller insists on constant time: `c`, else gmpy2's
    ``powmod_sec``; a forced engine is kept to.

    Raises `ConstantTimeUnavailableError` rather than run anything else.
    """
    global _current_constant_time
    chosen = _current_constant_time
    if chosen is None:
        name = _selection()
        found: Engine | None = None
        if name == _AUTO:
            found = _first_that_runs(("c", "gmpy2"), constant_time=True)
        elif _create(name).offers_constant_time:
            found = load_engine(name, constant_time=True)
        if found is None:
            raise ConstantTimeUnavailableError(
                f"constant time was asked for and engine {name!r} cannot promise it here; "
                "use engine 'c' or 'gmpy2'"
            )
        _current_constant_time = chosen = found
    return chosen


def other_engine(than: Engine) -> Engine:
    """Another engine than `than`, to check its results with."""
    found = _first_that_runs(name for name in _preference() if name != than.name)
    if found is None:
        raise EngineUnavailableError(f"there is no engine but {than.name!r} to check results with")
    return found


def engine() -> EngineInfo:
    """What runs now."""
    return current_engine().info


def available_engines() -> tuple[EngineInfo, ...]:
    """Every engine there is, the missing ones with the reason; tries each one out."""

    def report(name: str) -> EngineInfo:
        try:
            return load_engine(name).info
        except EngineUnavailableError:
            return EngineInfo(name, "", False, False, False, False, _missing[name])

    return tuple(map(report, _FACTORIES))


def _select(name: str | None) -> None:
    global _selected, _current, _current_constant_time
    with _lock:
        _selected = name
        _current = _current_constant_time = None


class use_engine(AbstractContextManager[EngineInfo]):  # noqa: N801 - reads as a function
    """Run everything in this process on the engine called `name` (or ``"auto"``) from now on.

    As a context manager it puts the earlier choice back at the end. Overrides
    ``SRP_NATIVE_ENGINE``. Raises `EngineUnavailableError` and changes nothing when the engine
    cannot run here.
    """

    def __init__(self, name: str) -> None:
        if name != _AUTO:
            load_engine(name)
        self._earlier = _selected
        _select(name)

    def __enter__(self) -> EngineInfo:
        return engine()

    def __exit__(self, *_: object) -> None:
        _select(self._earlier)
