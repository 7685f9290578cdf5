"""The open connections of a listener: how many there may be, and how long each may take.

Without limits, whoever opens sockets and sends nothing takes a thread and a file descriptor for
each, for good.
"""

from __future__ import annotations

import contextlib
import math
import socket
import threading
import time
from typing import Final

__all__ = ["Connections"]

#: More connections than this at a time are told to come back. SDKs hold ten per client.
_MOST: Final = 1000
#: Seconds a connection may be kept without a request.
_IDLE: Final = 300.0
#: Seconds from a request's first byte to its last, and for the answer to be taken.
_REQUEST: Final = 30.0
#: Seconds between two looks at all connections.
_BETWEEN_LOOKS: Final = 0.5


class Connections:
    """Sockets, and until when each has to go on.

    A socket that is late is shut down: the thread that reads it finds its end.

    The seconds are wall time on the monotonic clock; the server's own, movable clock has no part
    in it. An operation, which may be delayed on purpose, has no limit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: the end of its time, and whether it is between requests
        self._ends: dict[socket.socket, tuple[float, bool]] = {}
        self._next_look = 0.0

    def add(self, connection: socket.socket) -> bool:
        """Takes one more connection; False if there is no place for it.

        Where there are too many, it gets the place of the one that is idle the longest.
        """
        if len(self._ends) >= _MOST and not self.close_idlest():
            return False
        self.waits(connection)
        return True

    def discard(self, connection: socket.socket) -> None:
        """It is closed."""
        with self._lock:
            self._ends.pop(connection, None)

    def waits(self, connection: socket.socket) -> None:
        """Between two requests."""
        self._set(connection, time.monotonic() + _IDLE, is_idle=True)

    def begins(self, connection: socket.socket) -> None:
        """In the middle of a request, or of an answer."""
        self._set(connection, time.monotonic() + _REQUEST, is_idle=False)

    def works(self, connection: socket.socket) -> None:
        """The request is being performed."""
        self._set(connection, math.inf, is_idle=False)

    def _set(self, connection: socket.socket, end: float, *, is_idle: bool) -> None:
        with self._lock:
            self._ends.pop(connection, None)  # the oldest entry stays the first
            self._ends[connection] = (end, is_idle)

    def close_idlest(self) -> bool:
        """Closes the connection that has had no request for the longest; False if there is none."""
        with self._lock:
            for connection, (_, is_idle) in self._ends.items():
                if is_idle:
                    del self._ends[connection]
                    _shut(connection)
                    return True
        return False

    def close_late(self) -> None:
        """Closes what has had its time; cheap to call often."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _BETWEEN_LOOKS
        with self._lock:
            late = [connection for connection, (end, _) in self._ends.items() if end <= now]
            for connection in late:
                del self._ends[connection]
                _shut(connection)

    def close_all(self) -> None:
        """Shut every connection down."""
        with self._lock:
            for connection in self._ends:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the client may have gone already
        connection.shutdown(socket.SHUT_RDWR)
