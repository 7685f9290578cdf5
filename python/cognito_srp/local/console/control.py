"""The control API: what Cognito's own API has no call for, as JSON under ``/_local/``.

Documented in docs/local-cognito.md. Every change is a POST; errors have the form of Cognito's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ..faults import Faults
from ..refusals import invalid_parameter
from ..store.state import State
from .calls import Answered, CallLog
from .overview import describe_pools
from .requests import clock_offset, fault_rule, read_body, read_number, read_query

__all__ = ["Control"]

_PAGE: Final = Path(__file__).with_name("page")

#: The page and its parts, with their types. They are read when they are asked for.
_FILES: Final = {
    "/": ("console.html", "text/html; charset=utf-8"),
    "/_local/console.css": ("console.css", "text/css; charset=utf-8"),
    "/_local/console.js": ("console.js", "text/javascript; charset=utf-8"),
    "/_local/icon.svg": ("icon.svg", "image/svg+xml"),
}

#: Nothing from elsewhere, and in nobody's frame.
_SAFE: Final = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

#: Users that are shown of each pool, unless a request says otherwise.
_USERS: Final = 100


class Control:
    """Answers what `App` has no operation for; `reset` puts the server back to its beginning."""

    def __init__(
        self, state: State, faults: Faults, calls: CallLog, reset: Callable[[], None]
    ) -> None:
        self._state, self._faults, self._calls, self._reset = state, faults, calls, reset
        self._reads: dict[str, Callable[[str], dict[str, Any]]] = {
            "/health": lambda query: {"Status": "ok"},
            "/_local/state": self._pools,
            "/_local/messages": self._messages,
            "/_local/calls": self._calls_after,
            "/_local/faults": lambda query: self._rules(),
            "/_local/clock": lambda query: self._clock(),
        }
        self._changes: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "/_local/faults": self._add_fault,
            "/_local/faults/clear": self._clear_faults,
            "/_local/clock": self._set_clock,
            "/_local/reset": self._begin_again,
        }

    def answer(self, method: str, target: str, body: bytes) -> Answered | None:
        """The answer to a request, None where there is nothing under its path.

        Raises `Refusal` for a request that breaks a rule.
        """
        path, _, query = target.partition("?")
        reads = method in ("GET", "HEAD")
        if reads and path in _FILES:
            name, kind = _FILES[path]
            return 200, {"Content-Type": kind, **_SAFE}, (_PAGE / name).read_text("utf-8")
        if reads and path in self._reads:
            return _json(self._reads[path](query))
        if method == "POST" and path in self._changes:
            return _json(self._changes[path](read_body(body)))
        return None

    def _pools(self, query: str) -> dict[str, Any]:
        given = read_query(query, {"Username", "Limit"})
        limit = read_number(given, "Limit", _USERS)
        pools = describe_pools(self._state, given.get("Username", ""), limit)
        return {"Region": self._state.region, "UserPools": pools}

    def _messages(self, query: str) -> dict[str, Any]:
        given = read_query(query, {"Username", "Medium"})
        name, medium = given.get("Username"), given.get("Medium")
        with self._state.lock:
            sent = list(self._state.messages)
        shown = [
            message.describe()
            for message in sent
            if name in (None, message.username, message.destination)
            and medium in (None, message.medium)
        ]
        return {"Messages": shown}

    def _calls_after(self, query: str) -> dict[str, Any]:
        number = read_number(read_query(query, {"After"}), "After", 0)
        calls, last = self._calls.after(number)
        return {"Calls": [call.describe() for call in calls], "Last": last}

    def _rules(self) -> dict[str, Any]:
        injected = [
            {"Operation": operation, "Kind": kind, "Count": count}
            for (operation, kind), count in sorted(self._faults.injected.items())
        ]
        rules = [
            {**_capitalized(asdict(rule.fault)), "Calls": rule.calls, "Struck": rule.struck}
            for rule in self._faults.rules()
        ]
        return {"Rules": rules, "Injected": injected}

    def _add_fault(self, params: dict[str, Any]) -> dict[str, Any]:
        fault, seed = fault_rule(params)
        try:
            self._faults.add(fault, seed=seed)
        except ValueError as error:
            raise invalid_parameter(str(error)) from None
        return self._rules()

    def _clear_faults(self, params: dict[str, Any]) -> dict[str, Any]:
        _take_nothing(params)
        self._faults.clear()
        return self._rules()

    def _clock(self) -> dict[str, Any]:
        clock = self._state.clock
        return {"Time": round(clock.time(), 3), "Offset": clock.offset}

    def _set_clock(self, params: dict[str, Any]) -> dict[str, Any]:
        clock = self._state.clock
        clock.offset = clock_offset(params, clock.offset, clock.time())
        return self._clock()

    def _begin_again(self, params: dict[str, Any]) -> dict[str, Any]:
        _take_nothing(params)
        self._reset()
        return {}


def _json(value: dict[str, Any]) -> Answered:
    headers = {"Content-Type": "application/json", **_SAFE}
    return 200, headers, json.dumps(value)


def _capitalized(fields: dict[str, Any]) -> dict[str, Any]:
    return {name.capitalize(): value for name, value in fields.items() if value is not None}


def _take_nothing(params: dict[str, Any]) -> None:
    for name in params:
        raise invalid_parameter(f"{name} is no member here: the request takes none")
