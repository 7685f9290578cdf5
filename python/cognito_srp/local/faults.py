"""Failures on demand, to test what a client does when a call is throttled, slow, lost or garbled.

A `Fault` is a rule: what goes wrong, with which operation, and at which of its calls. Each rule
counts its own calls and draws its own chances. Only calls over HTTP meet them.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, get_args

__all__ = ["Fault", "Faults", "Kind", "Lost", "Rule", "Suffered"]

#: throttle, error, internal-error, expired-token: refused, and without any effect.
#: delay: late. drop-request: closed without an answer, and without effect; drop-response: the same
#: after the effect. malformed: the effect, and an answer that is cut in half.
Kind = Literal[
    "delay",
    "drop-request",
    "drop-response",
    "error",
    "expired-token",
    "internal-error",
    "malformed",
    "throttle",
]

#: What goes missing on the way: the request, which then has no effect, or only the response.
Lost = Literal["request", "response"]

#: Seconds of a day: no client waits longer, and a thread cannot sleep for just any number.
_LONGEST_DELAY: Final = 86400.0

_REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "error": ("TooManyRequestsException", "Rate exceeded"),
    "expired-token": ("NotAuthorizedException", "Access Token has expired"),
    "internal-error": ("InternalErrorException", "Something went wrong."),
    "throttle": ("TooManyRequestsException", "Rate exceeded"),
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and when. A call suffers it if all that is said here holds.

    `operation` is one operation, or None for any. `first` and `last` are the first and the last
    call to suffer it (of that operation, from 1, since the rule was made; `last` None: no end);
    `every` picks each n-th call; `probability` is that of a call that the others allow; `times` is
    how often it happens at most. `seconds` is the length of a delay; `error` and `message` are
    those of a refusal of kind ``error``, InternalErrorException with status 500, others with 400.

    ``expired-token`` counts only calls that carry an access or refresh token, and that token stays
    expired. `ValueError` for a rule that could never happen.
    """

    kind: Kind
    operation: str | None = None
    probability: float = 1.0
    every: int = 1
    first: int = 1
    last: int | None = None
    times: int | None = None
    seconds: float = 0.0
    error: str | None = None
    message: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.kind} is no fault: use {', '.join(get_args(Kind))}")
        if not 0 < self.probability <= 1:
            raise ValueError("a probability is above 0 and at most 1")
        if min(self.every, self.first, 1 if self.times is None else self.times) < 1:
            raise ValueError("every, first and times count from 1")
        if self.last is not None and self.last < self.first:
            raise ValueError("the last call comes before the first")
        if (self.kind == "delay") != (0 < self.seconds <= _LONGEST_DELAY):
            rule = f"seconds above 0 and up to {_LONGEST_DELAY:.0f}"
            raise ValueError(f"a delay, and nothing else, takes {rule}")
        if self.kind != "error" and (self.error or self.message):
            raise ValueError("only the kind error takes an error and a message of its own")

    @property
    def refusal(self) -> tuple[str, str] | None:
        """Error and message of a call that is refused, None for other kinds."""
        if self.kind not in _REFUSALS:
            return None
        error, message = _REFUSALS[self.kind]
        return self.error or error, self.message or message


@dataclass(eq=False)
class Rule:
    """A fault, the calls that it has seen and its own source of chance."""

    fault: Fault
    chance: random.Random = field(repr=False)
    calls: int = 0
    struck: int = 0

    def wants(self) -> bool:
        """Counts a call of the rule's operation; True if it has to suffer."""
        fault = self.fault
        self.calls += 1
        # Drawn for every call: what one call suffers must not depend on where a window begins.
        drawn = fault.probability == 1 or self.chance.random() < fault.probability
        in_place = fault.first <= self.calls <= (fault.last or self.calls)
        return drawn and in_place and self.calls % fault.every == 0

    def used_up(self) -> bool:
        """Whether the rule has struck as often as it may."""
        done = self.fault.last is not None and self.calls >= self.fault.last
        return done or self.struck == self.fault.times


class Suffered(NamedTuple):
    """What a call has met: the seconds it was delayed, and what else happens to it, if anything."""

    delay: float
    fault: Fault | None

    def __str__(self) -> str:
        words = [f"delay of {self.delay:g} s"] if self.delay else []
        return ", ".join([*words, *([self.fault.kind] if self.fault is not None else [])])


_NOTHING: Final = Suffered(0.0, None)


class Faults:
    """The rules of one server. Safe to use from several threads.

    The same rules with the same seeds strike the same calls, as far as the order in which calls
    arrive is the same. `operations` gives the names that a rule may have.
    """

    def __init__(self, operations: Callable[[], Collection[str]]) -> None:
        self._operations = operations
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._added = 0
        self._expired: set[bytes] = set()
        self._injected: Counter[tuple[str, str]] = Counter()

    def add(self, fault: Fault, *, seed: int | None = None) -> None:
        """Adds a rule. Rules that share a `seed` (None: a random one) draw different chances.

        Where several fit a call, delays add up, and of the others the one added first counts: it
        alone uses up one of its `times`. `ValueError` for an operation that does not exist.
        """
        if fault.operation is not None and fault.operation not in self._operations():
            raise ValueError(f"{fault.operation} is not an operation of Cognito user pools")
        with self._lock:
            source = None if seed is None else f"{seed}/{self._added}"
            self._rules.append(Rule(fault, random.Random(source)))  # noqa: S311
            self._added += 1

    def clear(self) -> None:
        """Takes every rule back, its expired tokens and the counts."""
        with self._lock:
            self._rules.clear()
            self._expired.clear()
            self._injected.clear()
            self._added = 0

    @property
    def injected(self) -> Counter[tuple[str, str]]:
        """How often each kind has struck each operation: ``("ConfirmDevice", "throttle")`` → 3."""
        with self._lock:
            return self._injected.copy()

    def rules(self) -> list[Rule]:
        """The rules that are not used up, in the order in which they were added."""
        with self._lock:
            return list(self._rules)

    def meet(self, operation: str, params: Mapping[str, Any]) -> Suffered:
        """What a call has to suffer, after the delays that it had to wait for here."""
        if not self._rules and not self._expired:
            return _NOTHING
        token = _token(params)
        with self._lock:
            delay, fault = self._strike(operation, token)
        if delay:
            time.sleep(delay)
        if fault is not None and fault.kind == "expired-token" and "AccessToken" not in params:
            error, message = "NotAuthorizedException", "Refresh Token has expired"
            fault = Fault("error", operation, error=error, message=message)
        return Suffered(delay, fault)

    def _strike(self, operation: str, token: str | None) -> tuple[float, Fault | None]:
        digest = hashlib.sha256((token or "").encode()).digest()
        delay, strikes = 0.0, None
        for rule in [rule for rule in self._rules if _concerns(rule.fault, operation, token)]:
            wanted = rule.wants()
            if wanted and (strikes is None or rule.fault.kind == "delay"):
                rule.struck += 1
                self._injected[operation, rule.fault.kind] += 1
                if rule.fault.kind == "delay":
                    delay += rule.fault.seconds
                else:
                    strikes = rule.fault
            if rule.used_up():
                self._rules.remove(rule)
        if strikes is not None and strikes.kind == "expired-token":
            self._expired.add(digest)
        if strikes is None and digest in self._expired:
            strikes = Fault("expired-token", operation)
        return delay, strikes


def _concerns(fault: Fault, operation: str, token: str | None) -> bool:
    if fault.operation not in (None, operation):
        return False
    return fault.kind != "expired-token" or token is not None


def _token(params: Mapping[str, Any]) -> str | None:
    """The access or refresh token of a request."""
    parameters = params.get("AuthParameters")
    nested = parameters.get("REFRESH_TOKEN") if isinstance(parameters, dict) else None
    token = params.get("AccessToken") or params.get("RefreshToken") or nested
    return token if isinstance(token, str) else None
