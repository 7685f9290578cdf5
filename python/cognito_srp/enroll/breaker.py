"""Whether the service answers at all: what pauses a run while it does not, and when to give up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from ..transport.client import Client

__all__ = ["CircuitBreaker"]

_NEVER: Final = float("inf")


class CircuitBreaker:
    """Watches the calls of an enroller for silence. All times in seconds.

    Silence counts from the first call that was begun since the last answer; without calls there is
    none. Any answer ends it, a refusal and throttling too; a connection that cannot be made or
    breaks, and an answer that cannot be read, are none.

    After `pause_after` of silence calls wait, and one is let through every `probe_every`, until an
    answer comes. `over` tells when nothing has been answered for `first` since the start, or later
    for `give_up_after`. By default it never pauses and never gives up.
    """

    def __init__(
        self,
        *,
        first: float = _NEVER,
        pause_after: float = _NEVER,
        probe_every: float = 5.0,
        give_up_after: float = _NEVER,
    ) -> None:
        self._first, self._pause_after = first, pause_after
        self._probe_every, self._give_up_after = probe_every, give_up_after
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._ever = False
        self._silent_since: float | None = None
        self._next_probe = 0.0
        self._pauses: list[tuple[float, float]] = []
        #: The words of the last failure.
        self.last_error = ""

    @property
    def silence(self) -> float:
        """How long no call has been answered."""
        since = self._silent_since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def paused(self) -> bool:
        """Whether calls wait for an answer to one of them."""
        return self._ever and self.silence >= self._pause_after

    def over(self) -> str:
        """Why it is time to give up; empty while it is not."""
        silence = self.silence
        if not self._ever and silence >= self._first:
            return f"nothing has been answered for {silence:.0f} s since the start"
        if self._ever and silence >= self._give_up_after:
            return f"nothing has been answered any more for {silence:.0f} s"
        return ""

    def paused_since(self, moment: float) -> float:
        """For how long calls have waited since a moment, as time.monotonic() counts."""
        with self._lock:
            pauses = list(self._pauses)
        if self.paused and self._silent_since is not None:
            pauses.append((self._silent_since + self._pause_after, time.monotonic()))
        return sum(max(0.0, end - max(begin, moment)) for begin, end in pauses)

    def wait(self, stopped: threading.Event) -> None:
        """Wait while calls are paused, unless this one is to try it, or until `stopped`."""
        if not self.paused:
            return
        with self._lock:
            while self.paused and not stopped.is_set():
                now = time.monotonic()
                if now >= self._next_probe:
                    self._next_probe = now + self._probe_every
                    return
                self._changed.wait(self._next_probe - now)

    def wake(self) -> None:
        """Let those who wait look at `stopped`."""
        with self._lock:
            self._changed.notify_all()

    def watching(self, client: Client) -> Client:
        """The client, each of its calls watched."""
        watched: Any = _Watched(client, self)
        return watched  # type: ignore[no-any-return]

    def began(self) -> None:
        """A call goes out."""
        with self._lock:
            if self._silent_since is None:
                self._silent_since = time.monotonic()

    def answered(self) -> None:
        """An answer came, whatever it says."""
        with self._lock:
            if self.paused and self._silent_since is not None:
                self._pauses.append((self._silent_since + self._pause_after, time.monotonic()))
                self._changed.notify_all()
            self._ever, self._silent_since = True, None


class _Watched:
    def __init__(self, client: Client, breaker: CircuitBreaker) -> None:
        self._client, self._breaker = client, breaker

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Once for each method: it is an attribute from then on."""
        from botocore import exceptions

        operation: Callable[..., Any] = getattr(self._client, name)
        breaker = self._breaker

        def call(**parameters: Any) -> Any:
            breaker.began()
            try:
                response = operation(**parameters)
            except exceptions.ClientError:
                breaker.answered()
                raise
            except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
                breaker.last_error = str(error)
                raise
            breaker.answered()
            return response

        setattr(self, name, call)
        return call
