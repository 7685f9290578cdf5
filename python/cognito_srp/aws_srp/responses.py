"""What pycognito's device calls return: the service's answer as a ``Response`` of requests.

Theirs post with requests; ours go through the boto3 client. Where requests is installed the
answer is a real ``requests.Response``, and a server that cannot be reached a
``requests.ConnectionError``; elsewhere they are ours, of the same names. Loaded when a device
call is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import ServiceError, UnreachableError

__all__ = ["Response", "respond"]

if TYPE_CHECKING:
    Unreachable: Any

    class Response(Protocol):
        """What callers may rely on, wherever it comes from."""

        status_code: int
        reason: str
        url: str
        headers: Mapping[str, str]

        @property
        def ok(self) -> bool:
            """Whether the status is below 400."""

        @property
        def content(self) -> bytes:
            """The body."""

        @property
        def text(self) -> str:
            """The body as text."""

        def json(self) -> Any:
            """The body, which is JSON."""

        def raise_for_status(self) -> None:
            """Raise requests' ``HTTPError`` for a status of 400 or more."""

else:
    try:
        from requests import ConnectionError as Unreachable
        from requests import HTTPError, Response
    except ImportError:
        HTTPError = Unreachable = OSError

        class Response:
            """As requests' own, as far as an answer in JSON goes."""

            _content = b""

            def __init__(self) -> None:
                self.headers = {}

            ok = property(lambda self: self.status_code < 400)
            content = property(lambda self: self._content)
            text = property(lambda self: self._content.decode())

            def json(self) -> Any:
                """The body, which is JSON."""
                return json.loads(self._content)

            def raise_for_status(self) -> None:
                """Raise ``HTTPError`` for a status of 400 or more."""
                if not self.ok:
                    raise HTTPError(f"{self.status_code} {self.reason} for url: {self.url}")

            def __bool__(self) -> bool:
                return self.ok

            def __repr__(self) -> str:
                return f"<Response [{self.status_code}]>"


def respond(url: str, call: Callable[[], Mapping[str, Any]]) -> Response:
    """The answer to a call of ours: its fields, or the refusal that it raises.

    Raises requests' ``ConnectionError`` when no answer comes, with what ours carries.
    """
    try:
        return _response(url, HTTPStatus.OK, {}, call())
    except ServiceError as error:
        met = getattr(error.__cause__, "response", {}).get("ResponseMetadata", {})
        status = HTTPStatus(met.get("HTTPStatusCode", HTTPStatus.BAD_REQUEST))
        fields = {"__type": error.code, "message": error.message}
        return _response(url, status, met.get("HTTPHeaders", {}), fields)
    except UnreachableError as error:
        failure = Unreachable(str(error))
        failure.verifier = error.verifier
        raise failure from error


def _response(
    url: str, status: HTTPStatus, headers: Mapping[str, str], fields: Mapping[str, Any]
) -> Response:
    response = cast(Any, Response)()
    response.status_code, response.reason, response.url = int(status), status.phrase, url
    response.headers.update({"Content-Type": "application/x-amz-json-1.1", **headers})
    response.encoding = "utf-8"
    response._content = json.dumps(fields).encode()
    return cast("Response", response)
