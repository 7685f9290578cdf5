"""Checks request parameters against the service's own model (botocore's), as AWS's front end does.

A value of the wrong JSON type is a SerializationException; one that breaks a length, pattern,
range or enum of the model is an InvalidParameterException that lists every breach, in the words
that AWS's front end uses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from moto.core.utils import get_service_model

from ..refusals import Refusal, invalid_parameter
from .model_lags import OPTIONAL, PATTERNS

__all__ = ["declared_errors", "operations", "validate"]

SERVICE = "cognito-idp"

_Check = Callable[[Any, str], Iterator[str]]

_NUMERIC = ("integer", "long", "float", "double")
_FAILED = "failed to satisfy constraint"

#: A pattern that is text with runs of characters around it, such as [A]*X[A]*Y[A]+.
_RUN = r"(\.|\[(?:[^\]\\]|\\.)+\]|\(\?:(?:[^()]|\(\?![^()]+\))+\))([*+])"
_AROUND_TEXT = re.compile(rf"{_RUN}(?:(?:[^\\\[\](){{}}.*+?|^$]|\\[{{}}])+{_RUN})+")

#: Java's "any letter, mark, symbol, number or punctuation": Python's re has no \p{…}.
_VISIBLE = re.compile(r"\[\\p\{L\}\\p\{M\}\\p\{S\}\\p\{N\}\\p\{P\}([^\]]*)\]")


@lru_cache(maxsize=1)
def operations() -> frozenset[str]:
    """Every operation of the service model."""
    return frozenset(get_service_model(SERVICE).operation_names)


@cache
def declared_errors(operation: str) -> frozenset[str]:
    """The errors that an operation of the service model may answer with."""
    shapes = get_service_model(SERVICE).operation_model(operation).error_shapes
    return frozenset(shape.name for shape in shapes)


def validate(operation: str, params: dict[str, Any]) -> None:
    """Raises SerializationException or InvalidParameterException unless the model allows it."""
    breaches = list(_checker(operation)(params, ""))
    if breaches:
        noun = "error" if len(breaches) == 1 else "errors"
        text = "; ".join(breaches)
        raise invalid_parameter(f"{len(breaches)} validation {noun} detected: {text}")


@cache
def _checker(operation: str) -> _Check:
    shape = get_service_model(SERVICE).operation_model(operation).input_shape
    return _compile(shape) if shape is not None else lambda value, path: iter(())


def _compile(shape: Any) -> _Check:
    """A closure per shape: walking botocore's shapes anew for every request is slow."""
    makers = {"structure": _structure, "list": _list, "map": _map, "string": _string}
    if shape.type_name in makers:
        return makers[shape.type_name](shape)
    if shape.type_name in _NUMERIC:
        return _number(shape)
    if shape.type_name == "boolean":
        return _boolean
    return lambda value, path: iter(())  # timestamps and blobs: no operation here takes one


def _structure(shape: Any) -> _Check:
    members = {name: _compile(member) for name, member in shape.members.items()}
    optional = OPTIONAL.get(shape.name, ())
    required = [name for name in shape.required_members if name not in optional]

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            raise _unexpected(value, "structure")
        for name in required:
            if value.get(name) is None:
                yield f"Value null at '{_join(path, name)}' {_FAILED}: Member must not be null"
        for name, member in members.items():
            if value.get(name) is not None:
                yield from member(value[name], _join(path, name))

    return check


def _list(shape: Any) -> _Check:
    member = _compile(shape.member)
    limits = _limits(shape, len)

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            raise _unexpected(value, "list")
        yield from limits(value, path)
        for number, item in enumerate(value, 1):
            yield from member(item, f"{path}.{number}.member")

    return check


def _map(shape: Any) -> _Check:
    member = _compile(shape.value)

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            raise _unexpected(value, "structure")
        for key, item in value.items():
            # JavaScript clients send null for a parameter they do not have.
            if item is not None:
                yield from member(item, f"{path}.{key}.member")

    return check


def _string(shape: Any) -> _Check:
    limits = _limits(shape, len)
    enum = shape.metadata.get("enum")
    pattern = shape.metadata.get("pattern")
    pattern, applied = PATTERNS.get(shape.name, (pattern, pattern))
    match = _java_pattern(applied).fullmatch if applied else None
    longest = shape.metadata.get("max", math.inf)
    hidden = bool(shape.metadata.get("sensitive"))

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str):
            raise _unexpected(value, "String")
        shown = "Value" if hidden else f"Value '{value}'"
        if enum and value not in enum:
            allowed = ", ".join(enum)
            yield f"{shown} at '{path}' {_FAILED}: Member must satisfy enum value set: [{allowed}]"
        # What is too long is refused for that alone: a pattern may take its time over it.
        if match is not None and len(value) <= longest and match(value) is None:
            rule = f"Member must satisfy regular expression pattern: {pattern}"
            yield f"{shown} at '{path}' {_FAILED}: {rule}"
        yield from limits(value, path)

    return check


def _number(shape: Any) -> _Check:
    limits = _limits(shape, lambda value: value)
    types = int if shape.type_name in ("integer", "long") else (int, float)

    def check(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, types):
            raise _unexpected(value, shape.type_name.capitalize())
        yield from limits(value, path)

    return check


def _boolean(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, bool):
        raise _unexpected(value, "Boolean")
    return iter(())


def _limits(shape: Any, measure: Callable[[Any], float]) -> _Check:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    noun = "have value" if shape.type_name in _NUMERIC else "have length"
    hidden = bool(shape.metadata.get("sensitive"))

    def check(value: Any, path: str) -> Iterator[str]:
        size = measure(value)
        shown = "Value" if hidden else f"Value '{value}'"
        if low is not None and size < low:
            rule = f"Member must {noun} greater than or equal to {low}"
            yield f"{shown} at '{path}' {_FAILED}: {rule}"
        if high is not None and size > high:
            rule = f"Member must {noun} less than or equal to {high}"
            yield f"{shown} at '{path}' {_FAILED}: {rule}"

    return check


@cache
def _java_pattern(pattern: str) -> re.Pattern[str]:
    r"""A pattern of the model, which is Java's: its \w and \d are ASCII."""
    translated = _VISIBLE.sub(_visible, pattern).replace(r"\p{Z}", r"\s")
    return re.compile(_up_to_text(translated), re.ASCII)


def _visible(found: re.Match[str]) -> str:
    visible = r"[^\s\x00-\x1f\x7f-\x9f]"
    # No character fits both: a run of n that did would be tried in 2^n ways.
    return f"(?:{visible}|(?!{visible})[{found[1]}])" if found[1] else visible


def _up_to_text(pattern: str) -> str:
    """The same pattern without backtracking, where it has the form of [A]+@[A]+.

    That is runs of one set of characters with text between them. Python tries every place where a
    run might end, and every further run multiplies that. As all runs take the same characters, the
    first place where the text stands is as good as any other: each run but the last may end there
    and nowhere else.
    """
    if not _AROUND_TEXT.fullmatch(pattern):
        return pattern
    *runs_and_texts, last_run, last_count, _ = re.split(_RUN, pattern)
    made = ""
    for run, count, text in zip(*(iter(runs_and_texts[1:]),) * 3, strict=True):
        if run != last_run:
            return pattern
        made += (run if count == "+" else "") + f"(?:(?!{text}){run})*{text}"
    return made + last_run + last_count


def _join(path: str, name: str) -> str:
    return f"{path}.{name[:1].lower()}{name[1:]}".lstrip(".")


def _unexpected(value: Any, wanted: str) -> Refusal:
    """AWS names the JSON token it met, not the field it stood in."""
    if isinstance(value, dict):
        text = "Start of structure or map found where not expected."
    elif isinstance(value, list):
        text = "Start of list found where not expected."
    elif value is None:
        text = f"NULL_VALUE can not be converted to {wanted}"
    elif isinstance(value, bool):
        text = f"{str(value).upper()}_VALUE can not be converted to {wanted}"
    else:
        token = "NUMBER" if isinstance(value, (int, float)) else "STRING"
        text = f"{token}_VALUE can not be converted to {wanted}"
    return Refusal("SerializationException", text)
