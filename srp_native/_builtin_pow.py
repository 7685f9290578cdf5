"""The built-in ``pow`` with our powers in it, and whether a module has any use for that."""

from __future__ import annotations

import builtins
import dis
import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from ._api import powmod, powmod_other
from ._errors import EngineUnavailableError
from .group import EXPONENT_BITS, N

__all__ = ["calls_pow", "drop_in_pow"]

#: The built-in's own for its three arguments.
_NAMES: Final = ("base", "exp", "mod")


def drop_in_pow(*arguments: Any, **named: Any) -> Any:
    """What the built-in ``pow`` gives for the same arguments, its exceptions included.

    Three ints with an odd modulus above 1 are taken for secrets: N of `srp_native.group` goes to
    the engine that runs in constant time, other moduli and exponents over 3,072 bits to gmpy2's
    ``powmod_sec`` where gmpy2 is installed. Everything else is the built-in's.
    """
    given = dict(zip(_NAMES, arguments, strict=False)) | named
    if len(arguments) + len(named) != 3 or given.keys() != set(_NAMES):
        return builtins.pow(*arguments, **named)
    base, exponent, modulus = (given[name] for name in _NAMES)
    if not (_is_int(base) and _is_int(exponent) and _is_int(modulus)):
        return builtins.pow(base, exponent, modulus)
    # Of a subclass, bool among them, the plain int.
    b, e, m = int.__index__(base), int.__index__(exponent), int.__index__(modulus)
    if m < 2 or m % 2 == 0:
        return builtins.pow(b, e, m)
    if e < 0:
        b, e = builtins.pow(b, -1, m), -e
    if m == N and e.bit_length() <= EXPONENT_BITS:
        return powmod(b, e, constant_time=True)
    try:
        return powmod_other(b, e, m, constant_time=True)
    except EngineUnavailableError:  # there is no gmpy2, which the installation says
        return builtins.pow(b, e, m)


def _is_int(value: object) -> bool:
    """An int whose powers are int's own."""
    kind = type(value)
    return (
        isinstance(value, int)
        and getattr(kind, "__pow__", None) is int.__pow__
        and getattr(kind, "__rpow__", None) is int.__rpow__
    )


def calls_pow(module: ModuleType) -> bool:
    """Whether a function or method of the module looks up the name ``pow``."""
    return any(
        instruction.opname == "LOAD_GLOBAL" and instruction.argval == "pow"
        for value in list(vars(module).values())
        for function in _functions(value, vars(module))
        for code in _codes(function.__code__)
        for instruction in dis.get_instructions(code)
    )


def _functions(value: object, namespace: dict[str, Any]) -> Iterator[FunctionType]:
    """The functions that a value of a module is or has, if they look names up in the module."""
    if isinstance(value, FunctionType) and value.__globals__ is namespace:
        yield value
    if isinstance(value, property):
        inner: list[object] = [value.fget, value.fset, value.fdel]
    elif isinstance(value, (classmethod, staticmethod)):
        inner = [value.__func__]
    elif isinstance(value, type) and value.__module__ == namespace["__name__"]:
        inner = list(vars(value).values())
    else:  # what functools.wraps and lru_cache made, cached_property
        inner = [inspect.getattr_static(value, name, None) for name in ("__wrapped__", "func")]
    for each in inner:
        if each is not None and each is not value:
            yield from _functions(each, namespace)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
