"""A loopback server of ConfirmDevice and UpdateDeviceStatus alone: thousands of calls a second.

For tests of rates that the local Cognito, which does all that AWS does, cannot serve. It runs in a
process of its own, so that it neither takes the GIL of the test nor loses time to it, and ends with
the test's process even if that is killed. Limits, all on purpose:

- HTTP/1.1 with Content-Length and keep-alive on 127.0.0.1; no TLS, chunked bodies or pipelining;
  bodies up to 64 KiB, and at most `CALLS_MAX` calls in its life, after which it answers 500.
- Every access token is good. A device key is confirmed once, whoever asks; then it answers
  DeviceKeyExistsException, as AWS does. Verifiers are recorded, not checked.
- Arrival times are ``time.monotonic()`` when the request was read whole: Linux has one such clock
  for all processes.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, NamedTuple

__all__ = ["CALLS_MAX", "Call", "LeanCognito", "LeanFaults", "busiest"]

CALLS_MAX = 2_000_000
_BODY_MAX = 1 << 16
_TARGET = "AWSCognitoIdentityProviderService."


class Call(NamedTuple):
    """One call as it arrived. `verifier` is the DeviceSecretVerifierConfig's PasswordVerifier.

    `outcome`: confirmed | exists | updated | unknown (no such device) | throttled | failed (500) |
    lost-before (dropped, no effect) | lost-after (committed, then dropped).
    """

    at: float
    operation: str
    device_key: str
    token: str
    verifier: str
    salt: str
    outcome: str


@dataclass(frozen=True)
class LeanFaults:
    """Failures by probability, drawn in this order from one generator with `seed`.

    `delay` and `jitter` are seconds before each answer: delay + uniform(0, jitter).
    """

    throttle: float = 0.0
    fail: float = 0.0
    lose_before: float = 0.0
    lose_after: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        chances = (self.throttle, self.fail, self.lose_before, self.lose_after)
        if min(chances) < 0 or sum(chances) > 1:
            raise ValueError(f"probabilities must not be negative nor add up to over 1: {chances}")


class LeanCognito:
    """The server, as a context manager. Counts and records of all calls: `calls`, `confirmed`."""

    def __init__(
        self, faults: LeanFaults | None = None, *, confirmation_necessary: bool = False
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        start = (theirs, faults or LeanFaults(), confirmation_necessary)
        self._process = context.Process(target=_serve, args=start, daemon=True)

    def __enter__(self) -> LeanCognito:
        self._process.start()
        self.endpoint_url = f"http://127.0.0.1:{self._answer()}"
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()  # which ends it
        self._process.join(10)

    def use_faults(self, faults: LeanFaults) -> None:
        """From now on, these and no others."""
        self._ask(("faults", faults))

    def calls(self, first: int = 0) -> list[Call]:
        """All calls in the order they arrived, from number `first` on."""
        return [Call(*row) for row in self._ask(("calls", first))]

    def confirmed(self) -> dict[str, tuple[str, str]]:
        """Device key → (PasswordVerifier, Salt) of every confirmed device."""
        confirmed: dict[str, tuple[str, str]] = self._ask(("confirmed",))
        return confirmed

    def client(self, **settings: Any) -> Any:
        """A boto3 client for it, without retries of its own; `settings` go to its Config."""
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config

        settings = {"retries": {"total_max_attempts": 1}, "signature_version": UNSIGNED, **settings}
        return boto3.client(
            "cognito-idp",
            region_name="eu-west-1",
            endpoint_url=self.endpoint_url,
            config=Config(**settings),
        )

    def _ask(self, question: tuple[Any, ...]) -> Any:
        self._pipe.send(question)
        return self._answer()

    def _answer(self) -> Any:
        if not self._pipe.poll(30):
            raise TimeoutError("the lean server does not answer")
        return self._pipe.recv()


def busiest(times: Iterable[float], window: float) -> int:
    """The largest number of `times` that lie within any `window` seconds."""
    ordered = sorted(times)
    first = most = 0
    for last, time in enumerate(ordered):
        while time - ordered[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


class _State:
    """What the server knows."""

    def __init__(self, faults: LeanFaults, necessary: bool) -> None:
        self.calls: list[Call] = []
        self.confirmed: dict[str, tuple[str, str]] = {}
        self.answer = json.dumps({"UserConfirmationNecessary": necessary}).encode()
        self.use(faults)

    def use(self, faults: LeanFaults) -> None:
        self.faults, self.random = faults, random.Random(faults.seed)

    def handle(self, operation: str, body: bytes) -> tuple[int, bytes] | None:
        """Status and body of the answer; None: drop the connection."""
        at, params = monotonic(), json.loads(body)
        key, token = params["DeviceKey"], params["AccessToken"]
        config = params.get("DeviceSecretVerifierConfig", {})
        verifier, salt = config.get("PasswordVerifier", ""), config.get("Salt", "")
        outcome, answer = self._decide(operation, key, verifier, salt)
        self.calls.append(Call(at, operation, key, token, verifier, salt, outcome))
        return answer

    def _decide(
        self, operation: str, key: str, verifier: str, salt: str
    ) -> tuple[str, tuple[int, bytes] | None]:
        drawn, faults = self.random.random(), self.faults
        if len(self.calls) >= CALLS_MAX:
            return "failed", _refusal(500, "InternalErrorException", "CALLS_MAX calls were served")
        if (drawn := drawn - faults.throttle) < 0:
            return "throttled", _refusal(400, "TooManyRequestsException", "Rate exceeded")
        if (drawn := drawn - faults.fail) < 0:
            return "failed", _refusal(500, "InternalErrorException", "Something went wrong")
        if (drawn := drawn - faults.lose_before) < 0:
            return "lost-before", None
        outcome, answer = self._commit(operation, key, verifier, salt)
        if drawn < faults.lose_after:
            return "lost-after", None
        return outcome, answer

    def _commit(
        self, operation: str, key: str, verifier: str, salt: str
    ) -> tuple[str, tuple[int, bytes]]:
        if operation == "UpdateDeviceStatus":
            if key in self.confirmed:
                return "updated", (200, b"{}")
            return "unknown", _refusal(400, "ResourceNotFoundException", "Device does not exist.")
        if key in self.confirmed:
            return "exists", _refusal(400, "DeviceKeyExistsException", "Device already exists.")
        self.confirmed[key] = verifier, salt
        return "confirmed", (200, self.answer)


def _refusal(status: int, code: str, message: str) -> tuple[int, bytes]:
    return status, json.dumps({"__type": code, "message": message}).encode()


class _Connection(asyncio.Protocol):
    """One client's requests, one after the other."""

    def __init__(self, state: _State) -> None:
        self.state, self.received = state, bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, _ = bytes(self.received).partition(b"\r\n\r\n")
        if not end:
            if len(self.received) > _BODY_MAX:
                self.transport.abort()
            return
        lines = head.decode("latin-1").split("\r\n")[1:]
        headers = {
            name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)
        }
        size = int(headers.get("content-length", 0))
        if size > _BODY_MAX:
            self.transport.abort()
            return
        if headers.get("expect") == "100-continue" and len(self.received) == len(head) + 4:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        whole = len(head) + 4 + size
        if len(self.received) >= whole:
            body = bytes(self.received[whole - size : whole])
            self.received.clear()
            self._answer(headers.get("x-amz-target", "").removeprefix(_TARGET), body)

    def _answer(self, operation: str, body: bytes) -> None:
        if operation not in {"ConfirmDevice", "UpdateDeviceStatus"}:
            answer: tuple[int, bytes] | None = _refusal(400, "UnknownOperationException", "")
        else:
            answer = self.state.handle(operation, body)
        faults = self.state.faults
        wait = faults.delay + faults.jitter * (self.state.random.random() if faults.jitter else 0)
        if wait:
            asyncio.get_running_loop().call_later(wait, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: tuple[int, bytes] | None) -> None:
        if answer is None:
            self.transport.abort()
            return
        status, body = answer
        self.transport.write(
            b"HTTP/1.1 %d -\r\nContent-Type: application/x-amz-json-1.1\r\n"
            b"x-amzn-RequestId: lean\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)
        )


def _serve(pipe: Connection, faults: LeanFaults, necessary: bool) -> None:
    """The process: serves until the other end of the pipe is closed."""
    asyncio.run(_run(pipe, _State(faults, necessary)))


async def _run(pipe: Connection, state: _State) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def command() -> None:
        try:
            name, *arguments = pipe.recv()
        except EOFError:
            loop.remove_reader(pipe.fileno())
            ended.set()
            return
        if name == "faults":
            state.use(*arguments)
            pipe.send(None)
        elif name == "calls":
            pipe.send([tuple(call) for call in state.calls[arguments[0] :]])
        else:
            pipe.send(state.confirmed)

    server = await loop.create_server(lambda: _Connection(state), "127.0.0.1", 0, backlog=1024)
    loop.add_reader(pipe.fileno(), command)
    pipe.send(server.sockets[0].getsockname()[1])
    await ended.wait()
