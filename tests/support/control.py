"""Requests to the control API of a local Cognito."""

from __future__ import annotations

import http.client
import json
from typing import Any

from cognito_srp.local import LocalCognito


def raw(
    cognito: LocalCognito,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    method: str | None = None,
) -> tuple[int, Any, str]:
    """Status, headers and text; a POST where there is a body."""
    host, port = cognito.endpoint_url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method or ("GET" if body is None else "POST"), path, body, headers or {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, response.headers, text


def control(
    cognito: LocalCognito,
    path: str,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    status: int = 200,
) -> Any:
    """The parsed answer, whose status has to be this."""
    sent = None if body is None else json.dumps(body).encode()
    answered, _, text = raw(cognito, path, sent, headers)
    assert answered == status, text
    return json.loads(text)
