"""The last calls of a server, one record each: who called what, and what came of it.

No record holds a secret: no password, proof, token, session or code.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult

from ...srp.encoding import token_claims
from ..store.tokens import Caller

__all__ = ["Answered", "CallLog", "HttpExchange", "LoggedCall"]

#: HTTP status, headers and body.
Answered = tuple[int, dict[str, str], str]

#: Calls that a server keeps, and the characters that it keeps of what a request says.
_KEPT: Final = 1000
_LONGEST: Final = 500


class LoggedCall(NamedTuple):
    """A call that has ended. `time` is in seconds since the epoch, by the server's clock.

    `step` is the flow of an InitiateAuth, or the challenge that was answered. `status` is that of
    HTTP, 0 where the connection was closed without an answer. `outcome` is the next challenge,
    ``tokens``, ``done``, ``no answer``, or the type of the error; `reason` says why, more exactly
    than the client hears. `fault` names the faults that were injected.
    """

    number: int
    time: float
    operation: str
    step: str | None
    username: str | None
    client_id: str | None
    device_key: str | None
    status: int
    outcome: str
    reason: str | None
    fault: str | None
    seconds: float

    def __str__(self) -> str:
        at = time.strftime("%H:%M:%S", time.localtime(self.time))
        words = [at, self.operation, *([self.step] if self.step else [])]
        if self.username:
            words.append(f"user {self.username}")
        if self.client_id:
            words.append(f"client {self.client_id}")
        reason = f": {self.reason}" if self.reason else ""
        fault = f" [fault: {self.fault}]" if self.fault else ""
        return f"{' '.join(words)} -> {self.outcome}{reason}{fault}"

    def describe(self) -> dict[str, Any]:
        """The call as JSON; what there is nothing to say about is absent."""
        said = {
            "Number": self.number,
            "Time": round(self.time, 3),
            "Operation": self.operation,
            "Step": self.step,
            "Username": self.username,
            "ClientId": self.client_id,
            "DeviceKey": self.device_key,
            "Status": self.status,
            "Outcome": self.outcome,
            "Reason": self.reason,
            "Fault": self.fault,
            "Milliseconds": round(1000 * self.seconds, 1),
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass
class HttpExchange:
    """A request on its way to its answer, and what becomes known of it meanwhile."""

    peer: str = ""
    operation: str = ""
    params: dict[str, Any] = field(default_factory=dict, repr=False)
    caller: Caller | None = None
    #: what the operation has returned, or why it refused
    result: ActionResult | None = field(default=None, repr=False)
    reason: str | None = None
    #: the faults that were injected, in words
    fault: str | None = None
    begun: float = field(default_factory=time.perf_counter)

    def refuse(self, error: ServiceException | JsonRESTError) -> None:
        """Keeps why the operation was refused."""
        self.reason = getattr(error, "reason", None) or error.message

    def named(self, name: str, name_in_sign_in: str = "") -> str | None:
        """A parameter of the request, or the one of a sign-in that means the same."""
        params = self.params
        value = params.get(name)
        if value is None and name_in_sign_in:
            inner = params.get("ChallengeResponses") or params.get("AuthParameters")
            value = inner.get(name_in_sign_in) if isinstance(inner, dict) else None
        return value[:_LONGEST] if isinstance(value, str) else None


class CallLog:
    """The last thousand calls of a server. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[LoggedCall] = deque(maxlen=_KEPT)
        self._last = 0
        #: is told of every call as it ends
        self.listener: Callable[[LoggedCall], None] | None = None

    def add(self, exchange: HttpExchange, answered: Answered | None, now: float) -> None:
        """Keeps a call that has ended, and tells the listener."""
        outcome, reason = _outcome(exchange, answered)
        username, client_id = _who(exchange)
        with self._lock:
            self._last += 1
            call = LoggedCall(
                number=self._last,
                time=now,
                operation=exchange.operation,
                step=exchange.named("ChallengeName") or exchange.named("AuthFlow"),
                username=username,
                client_id=client_id,
                device_key=exchange.named("DeviceKey", "DEVICE_KEY"),
                status=answered[0] if answered is not None else 0,
                outcome=outcome,
                reason=reason[:_LONGEST] if reason else None,
                fault=exchange.fault,
                seconds=time.perf_counter() - exchange.begun,
            )
            self._kept.append(call)
        if self.listener is not None:
            self.listener(call)

    def after(self, number: int) -> tuple[list[LoggedCall], int]:
        """The calls that are kept and came after the one of that number, oldest first.

        With them comes the number of the last call of all.
        """
        with self._lock:
            newer = min(len(self._kept), max(0, self._last - number))
            return [self._kept[place - newer] for place in range(newer)], self._last

    def clear(self) -> None:
        """Forgets all calls. Numbers go on, so that whoever follows them sees no call twice."""
        with self._lock:
            self._kept.clear()


def _who(exchange: HttpExchange) -> tuple[str | None, str | None]:
    """The username and the app client of a call.

    Those that its access token claims, where it was refused before anybody has looked at that.
    """
    if exchange.caller is not None:
        return exchange.caller.user.username, exchange.caller.client_id
    token = exchange.params.get("AccessToken")
    claims = token_claims(token) if isinstance(token, str) else {}
    names = (exchange.named("Username", "USERNAME"), exchange.named("ClientId"))
    claimed = (claims.get("username"), claims.get("client_id"))
    username, client_id = (
        name or (claim[:_LONGEST] if isinstance(claim, str) else None)
        for name, claim in zip(names, claimed, strict=True)
    )
    return username, client_id


def _outcome(exchange: HttpExchange, answered: Answered | None) -> tuple[str, str | None]:
    """Outcome and reason of a call."""
    if answered is None:
        effect = "the call has had its effect" if exchange.result else None
        return "no answer", effect or exchange.reason
    status, headers, text = answered
    if status >= 400:
        kind = str(headers.get("x-amzn-errortype", status)).rstrip(":")
        return kind, exchange.reason or json.loads(text).get("message")
    result = exchange.result.result if exchange.result is not None else None
    if isinstance(result, dict):
        if "ChallengeName" in result:
            return str(result["ChallengeName"]), None
        if "AuthenticationResult" in result:
            new = "NewDeviceMetadata" in result["AuthenticationResult"]
            return "tokens", "with a new device key" if new else None
    return "done", None
