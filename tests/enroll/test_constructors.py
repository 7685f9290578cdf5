"""What is put together is put together from values and objects: of callables there are three."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from types import UnionType
from typing import Any

import cognito_srp.enroll

#: The caller's own: what is told of events, what supplies tokens, what answers a challenge.
OF_THE_CALLER = {"on_event", "access", "on_challenge"}


def is_callable(hint: Any) -> bool:
    """Whether a function may be given: a Callable, an object that can be called, or either."""
    if typing.get_origin(hint) in (typing.Union, UnionType):
        return any(map(is_callable, typing.get_args(hint)))
    called = getattr(hint, "_is_protocol", False) and "__call__" in vars(hint)
    return called or hint is Callable or typing.get_origin(hint) is Callable


def classes() -> Iterator[type]:
    package = cognito_srp.enroll
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == module.__name__:
                yield kind


def parameters(kind: type) -> dict[str, Any]:
    """What a constructor takes, with the types."""
    if not dataclasses.is_dataclass(kind):
        return typing.get_type_hints(vars(kind).get("__init__", object.__init__))
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind) if field.init}


def test_constructors_take_values_and_objects_and_three_callables_of_the_caller() -> None:
    taken = {
        name: kind
        for kind in classes()
        for name, hint in parameters(kind).items()
        if name != "return" and is_callable(hint)
    }
    assert taken.keys() == OF_THE_CALLER, taken
