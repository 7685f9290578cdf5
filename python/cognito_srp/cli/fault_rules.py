"""``--fault OPERATION:WHAT[:WHEN,…]`` of ``cognito-srp local``, as rules of the local Cognito."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ..local import Fault

__all__ = ["SYNTAX", "parse_fault"]

SYNTAX: Final = """\
--fault OPERATION:WHAT[:WHEN,...] makes calls fail; it may be given several times.
  OPERATION  ConfirmDevice, InitiateAuth, ...; any for all of them
  WHAT       throttle, internal-error, error=CODE, expired-token: refused, without effect
             drop-request, drop-response: the connection closes before, or after, the effect
             malformed: the effect, and half an answer;  delay=SECONDS
  WHEN       10% of the calls; every=5th; 3, 3-7 or 3-: by the number of the call;
             times=4 at most. All of them have to hold; without any, every call suffers.
"""

_WHENS: Final = (
    re.compile(r"(?P<percent>\d+(\.\d+)?)%", re.ASCII),
    re.compile(r"every=(?P<every>\d{1,15})", re.ASCII),
    re.compile(r"times=(?P<times>\d{1,15})", re.ASCII),
    re.compile(r"(?P<first>\d{1,15})(?:(?P<to>-)(?P<last>\d{1,15})?)?", re.ASCII),
)


def parse_fault(text: str) -> Fault:
    """The rule that a value of ``--fault`` describes; `ValueError` says what is wrong with it."""
    from ..local import Fault

    operation, _, rest = text.partition(":")
    what, _, when = rest.partition(":")
    if not operation or not what:
        raise ValueError("needs OPERATION:WHAT, such as ConfirmDevice:throttle:10%")
    kind, _, value = what.partition("=")
    rule = _value(kind, value)
    for part in when.split(",") if when else ():
        new = _when(part)
        if new.keys() & rule.keys():
            raise ValueError(f"{part} says again what was said before")
        rule |= new
    return Fault(kind, None if operation == "any" else operation, **rule)  # type: ignore[arg-type]


def _value(kind: str, value: str) -> dict[str, Any]:
    if kind == "error":
        if not value:
            raise ValueError("error needs a code, such as error=LimitExceededException")
        return {"error": value, "message": "A fault that was asked for."}
    if kind == "delay":
        try:
            return {"seconds": float(value)}
        except ValueError:
            raise ValueError("delay needs seconds, such as delay=0.5") from None
    if value:
        raise ValueError(f"{kind} takes no value")
    return {}


def _when(text: str) -> dict[str, Any]:
    matches = [match for pattern in _WHENS if (match := pattern.fullmatch(text))]
    if not matches:
        raise ValueError(f"{text or 'nothing'} is no WHEN: use 10%, every=5, times=4, 3, 3-7 or 3-")
    found = {name: part for name, part in matches[0].groupdict().items() if part is not None}
    if "percent" in found:
        return {"probability": float(found["percent"]) / 100}
    if "first" in found:
        last = found.get("last", found["first"] if "to" not in found else None)
        return {"first": int(found["first"]), "last": None if last is None else int(last)}
    return {name: int(part) for name, part in found.items()}
