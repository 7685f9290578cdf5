"""The socket: the app on an address of our choosing, started and stopped.

On http.server and not on werkzeug, which moto brings along: werkzeug's server closes the
connection after every request, and SDKs, which pool connections, would pay for a new one each time.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from ...errors import InvalidInputError
from .connections import Connections

__all__ = ["Listener", "RequestHandler"]

_log = logging.getLogger(__name__)

#: A request of the user pools API is far smaller.
_LARGEST_BODY: Final = 1 << 20

#: method, path, headers, body, client's address → status, headers, body; None closes the
#: connection without an answer.
RequestHandler = Callable[[str, str, Message, bytes, str], tuple[int, dict[str, str], bytes] | None]


class Listener:
    """An app served from threads until `stop`, one thread per connection.

    `now` gives the seconds since the epoch that the Date header of every answer shows.
    """

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
            rule = (
                f"{host} is not a loopback address: whoever reaches this server can read and "
                "change everything in it"
            )
            raise InvalidInputError("host", rule, "pass allow_remote=True if that is meant")
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
        self._server.connections.close_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # A burst of connections waits here; the kernel drops what does not fit, and the client of a
    # dropped one tries again only after a second.
    request_queue_size = 1024

    def __init__(self, app: RequestHandler, host: str, port: int, now: Callable[[], float]) -> None:
        self.app, self.now = app, now
        self.connections = Connections()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own looks up the host's full name, which can take seconds without a network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):  # no file descriptor left
                self.connections.close_idlest()
                time.sleep(0.05)  # the socket stays readable: without this the loop would spin
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serves one more connection in a thread of its own.

        Where there are too many, or no thread can be started, the client is told to come back.
        """
        is_taken = self.connections.add(request)
        try:
            if is_taken:
                super().process_request(request, client_address)
        except RuntimeError:
            is_taken = False
        if not is_taken:
            with contextlib.suppress(OSError):
                request.settimeout(0.1)
                request.sendall(_TOO_MANY)
            self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        self.connections.close_late()

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that goes away in the middle of a request is no event.
        _log.debug("connection from %s ended early", client_address, exc_info=True)


#: SDKs wait and try again after a 503.
_TOO_MANY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-length: 0\r\n\r\n"
)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "local-cognito"
    sys_version = ""
    # Headers and body leave together; else Nagle holds the body back for the ACK, 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def handle_one_request(self) -> None:
        connections = self.server.connections
        connections.waits(self.connection)
        if not self.rfile.peek(1):  # type: ignore[attr-defined]  # a BufferedReader
            self.close_connection = True
            return
        connections.begins(self.connection)
        super().handle_one_request()

    def _answer(self) -> None:
        length = self._length()
        if length is None:
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif length > _LARGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            body = self.rfile.read(length)
            if len(body) < length:  # cut short: what is there may be a request of another meaning
                self._refuse(HTTPStatus.BAD_REQUEST)
                return
            self.server.connections.works(self.connection)
            peer = str(self.client_address[0])
            answer = self.server.app(self.command, self.path, self.headers, body, peer)
            self.server.connections.begins(self.connection)  # to be written in time, too
            if answer is None:
                self.close_connection = True
            else:
                self._send(*answer)

    do_POST = do_GET = do_HEAD = do_OPTIONS = _answer  # noqa: N815

    def _length(self) -> int | None:
        """The body's length in bytes; None where it cannot be told."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        digits = lengths[0].strip()
        if "Transfer-Encoding" in self.headers or len(set(lengths)) > 1:
            return None
        if not (digits.isascii() and digits.isdecimal()):
            return None
        # Python refuses to read a number of thousands of digits; any of this many is too large.
        digits = digits.lstrip("0")[: len(str(_LARGEST_BODY)) + 1]
        return int(digits or "0")

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
