"""The socket: the app on an address of our choosing, started and stopped.

On http.server and not on werkzeug, which moto brings along: werkzeug's server closes the
connection after every request, and SDKs, which pool connections, would pay for a new one each time.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Listener", "RequestHandler"]

_log = logging.getLogger(__name__)

#: A request of the user pools API is far smaller.
_LARGEST_BODY = 1 << 20

#: method, path, headers, body, client's address → status, headers, body; None closes the
#: connection without an answer.
RequestHandler = Callable[[str, str, Message, bytes, str], tuple[int, dict[str, str], bytes] | None]


class Listener:
    """An app served from threads until `stop`, one thread per connection. `now` gives the seconds
    since the epoch that the Date header of every answer shows."""

    def __init__(
        self,
        app: RequestHandler,
        host: str,
        port: int,
        now: Callable[[], float],
        *,
        allow_remote: bool,
    ) -> None:
        if not allow_remote and not _is_loopback(host):
            raise ValueError(
                f"{host} is not a loopback address: whoever reaches this server can read and "
                "change everything in it; pass allow_remote=True if that is meant"
            )
        try:
            self._server = _Server(app, host, port, now)
        except OSError as error:
            raise OSError(
                error.errno, f"the local Cognito cannot listen on {host}:{port}: {error.strerror}"
            ) from error
        self.host, self.port = host, int(self._server.server_address[1])
        # A short poll: `shutdown` waits for it to end.
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            name=f"local-cognito-{self.port}",
            daemon=True,
        )
        try:
            self._thread.start()
        except (RuntimeError, MemoryError) as error:
            self._server.server_close()
            fix = "raise the limits of memory and of threads (ulimit -v, -u)"
            raise RuntimeError(f"the local Cognito cannot start its thread; {fix}") from error

    def stop(self) -> None:
        """Stops listening and closes the connections that clients keep alive."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for connection in list(self._server.connections):
            with contextlib.suppress(OSError):  # the client may have gone already
                connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # A burst of connections waits here; the kernel drops what does not fit, and the client of a
    # dropped one tries again only after a second.
    request_queue_size = 1024

    def __init__(self, app: RequestHandler, host: str, port: int, now: Callable[[], float]) -> None:
        self.app, self.now = app, now
        self.connections: set[socket.socket] = set()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own looks up the host's full name, which can take seconds without a network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that goes away in the middle of a request is no event.
        _log.debug("connection from %s ended early", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "local-cognito"
    sys_version = ""
    # Headers and body leave together; else Nagle holds the body back for the ACK, 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > _LARGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            body = self.rfile.read(int(length))
            peer = str(self.client_address[0])
            answer = self.server.app(self.command, self.path, self.headers, body, peer)
            if answer is None:
                self.close_connection = True
            else:
                self._send(*answer)

    do_POST = do_GET = do_HEAD = do_OPTIONS = _answer  # noqa: N815

    def _refuse(self, status: HTTPStatus) -> None:
        """For a body that is left unread, so that the connection cannot be used again."""
        self.close_connection = True
        self._send(status, {"connection": "close"}, b"")

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The server's clock and not the system's: clients tell from it how wrong theirs is."""
        return super().date_time_string(self.server.now() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        _log.debug("%s %s", self.address_string(), format % args)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
