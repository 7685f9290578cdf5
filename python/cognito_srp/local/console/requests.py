"""What requests to the control API say: bodies, queries and the rules for their members."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from ...srp.encoding import read_json
from ..faults import Fault
from ..refusals import Refusal, invalid_parameter

__all__ = ["clock_offset", "fault_rule", "read_body", "read_number", "read_query"]

#: Member of a fault's rule → what `Fault` calls it, and what JSON it may be.
_FAULT: Final[dict[str, tuple[str, tuple[type, ...]]]] = {
    "Kind": ("kind", (str,)),
    "Operation": ("operation", (str,)),
    "Probability": ("probability", (int, float)),
    "Every": ("every", (int,)),
    "First": ("first", (int,)),
    "Last": ("last", (int,)),
    "Times": ("times", (int,)),
    "Seconds": ("seconds", (int, float)),
    "Error": ("error", (str,)),
    "Message": ("message", (str,)),
    "Seed": ("seed", (int,)),
}
_NAMES: Final = {str: "a string", int: "a whole number"}

#: 9999-12-31: Python's dates end there.
_LAST_MOMENT: Final = 253402300799.0


def read_body(body: bytes) -> dict[str, Any]:
    """A JSON object; an empty body is an empty one. SerializationException for anything else."""
    try:
        params = read_json(body) if body.strip() else {}
    except ValueError:
        params = None
    if not isinstance(params, dict):
        raise Refusal("SerializationException", "The request body is not a JSON object")
    return params


def read_query(text: str, allowed: set[str]) -> dict[str, str]:
    """The parameters behind the question mark; InvalidParameterException for others."""
    given = dict(parse_qsl(text, keep_blank_values=True))
    for name in given.keys() - allowed:
        names = ", ".join(sorted(allowed)) or "none"
        raise invalid_parameter(f"{name} is no parameter here: there is {names}")
    return given


def read_number(given: dict[str, str], name: str, default: int) -> int:
    """A parameter of 0 or more."""
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise invalid_parameter(f"{name} has to be a whole number of 0 or more")
    return int(text)


def fault_rule(params: dict[str, Any]) -> tuple[Fault, int | None]:
    """A rule and its seed. InvalidParameterException names the member that is wrong."""
    given: dict[str, Any] = {}
    for name, value in params.items():
        if name not in _FAULT:
            known = ", ".join(_FAULT)
            raise invalid_parameter(f"{name} is no member of a fault: there is {known}")
        field, kinds = _FAULT[name]
        if isinstance(value, bool) or not isinstance(value, kinds):
            wanted = _NAMES.get(kinds[0], "a number") if len(kinds) == 1 else "a number"
            raise invalid_parameter(f"{name} has to be {wanted}")
        given[field] = value
    if "kind" not in given:
        raise invalid_parameter("Kind is missing, such as throttle")
    seed = given.pop("seed", None)
    try:
        return Fault(**given), seed
    except ValueError as error:
        raise invalid_parameter(str(error)) from None


def clock_offset(params: dict[str, Any], offset: float, now: float) -> float:
    """The clock's new offset: exactly one of Advance, Time and Offset, all in seconds."""
    [name, value] = next(iter(params.items()), ("", None))
    if len(params) != 1 or name not in ("Advance", "Time", "Offset"):
        raise invalid_parameter("Give one of Advance, Time and Offset, in seconds")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise invalid_parameter(f"{name} has to be a number of seconds")
    new = {"Advance": offset, "Time": offset - now, "Offset": 0.0}[name]
    # The sum of a float and an integer of hundreds of digits is an OverflowError.
    new += max(-2 * _LAST_MOMENT, min(value, 2 * _LAST_MOMENT))
    if not 0 <= now - offset + new <= _LAST_MOMENT:
        raise invalid_parameter(f"{name} moves the clock out of the years 1970 to 9999")
    return float(new)
