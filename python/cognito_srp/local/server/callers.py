"""Which requests a page in a browser may send here: the rules for Host and Origin.

A server on loopback is reached by every page that the developer's browser shows. Two headers tell
such a page's requests from others, because no page can choose them: Origin names the site that the
page came from, and Host the name that the browser looked up. A foreign Host means that someone
else's name was made to point here ("DNS rebinding"): to the browser that site and this server are
one. An IP address is never looked up, so it is always good as a Host.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from email.message import Message
from typing import Final
from urllib.parse import urlsplit

from ...errors import InvalidInputError

__all__ = ["Callers"]

#: What DNS and container networks call machines. One character after the other: no backtracking.
_NAME: Final = re.compile(r"[a-z0-9._-]+", re.ASCII)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*", re.ASCII)
#: DNS allows names of 255 bytes (RFC 1035, section 2.3.4); a scheme and a port are added to that.
_LONGEST: Final = 300
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


class Callers:
    """Accepts or refuses a request by its Host and Origin headers.

    `hosts` are names besides localhost and IP addresses, `origins` what a browser sends as Origin
    (``https://app.example``, or ``null``), `public_url` the URL by which others know the server:
    its host and its origin are accepted, too. `own_host` is the name the server listens on.
    Raises `InvalidInputError` for what is no name, origin or URL.
    """

    def __init__(
        self,
        own_host: str,
        hosts: Iterable[str] = (),
        origins: Iterable[str] = (),
        public_url: str | None = None,
    ) -> None:
        self.public_url = None if public_url is None else _check_url(public_url)
        self._hosts = {own_host.lower(), *map(_check_host, _several("allowed_hosts", hosts))}
        self._origins = set(map(_check_origin, _several("allowed_origins", origins)))
        if self.public_url is not None:
            url = urlsplit(self.public_url)
            self._hosts.add(str(url.hostname))
            self._origins.add(_normal_origin(f"{url.scheme}://{url.netloc}"))

    def refusal(self, headers: Message) -> str | None:
        """Why a request with these headers is refused; None where it is not."""
        hosts, origins = headers.get_all("Host", []), headers.get_all("Origin", [])
        if len(hosts) != 1 or len(origins) > 1:
            return "A request has one Host header, and at most one Origin header."
        if not self._is_good_host(hosts[0]):
            return (
                f"The Host header is {hosts[0][:_LONGEST]!r}, a name that is not this server's: a "
                "web page may have made it point here. If it is meant, start the server with "
                "--allow-host NAME, or LocalCognito(allowed_hosts=[NAME])."
            )
        if origins and not self._is_good_origin(origins[0], hosts[0]):
            return (
                f"The Origin header is {origins[0][:_LONGEST]!r}: a web page of another site sent "
                "this. If it is meant, start the server with --allow-origin ORIGIN, or "
                "LocalCognito(allowed_origins=[ORIGIN])."
            )
        return None

    def _is_good_host(self, text: str) -> bool:
        host = _split(text)[0]
        return host is not None and (
            host in self._hosts or _is_local_name(host) or _address(host) is not None
        )

    def _is_good_origin(self, text: str, own: str) -> bool:
        origin = _normal_origin(text)
        if origin in self._origins or origin == _normal_origin(f"http://{own}"):
            return origin != ""
        scheme, _, authority = origin.partition("://")
        host = _split(authority)[0]
        if host is None or not _SCHEME.fullmatch(scheme):
            return False
        address = _address(host)
        return _is_local_name(host) or (address is not None and address.is_loopback)


def _split(authority: str) -> tuple[str | None, str]:
    """Host and port of ``host``, ``host:port`` or ``[address]:port``, in lower case.

    The host is None where it is none of them.
    """
    if len(authority) > _LONGEST:
        return None, ""
    if authority.startswith("["):
        host, closed, rest = authority[1:].partition("]")
        is_host = bool(closed) and ":" in host and "%" not in host and _address(host) is not None
    else:
        host, colon, port = authority.lower().partition(":")
        rest = colon + port
        host = host.removesuffix(".")
        is_host = _NAME.fullmatch(host) is not None
    port = rest[1:]
    is_port = not rest or (rest[0] == ":" and port.isascii() and port.isdecimal())
    return (host if is_host and is_port else None), port


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_local_name(host: str) -> bool:
    """True for localhost and names under it: no browser looks them up (RFC 6761, section 6.3)."""
    return host == "localhost" or host.endswith(".localhost")


def _normal_origin(text: str) -> str:
    """In lower case and without a scheme's own port, as browsers send it; empty if too long."""
    if len(text) > _LONGEST:
        return ""
    scheme, _, authority = text.lower().partition("://")
    port = _DEFAULT_PORTS.get(scheme)
    return text.lower() if port is None else f"{scheme}://{authority.removesuffix(f':{port}')}"


def _several(field: str, values: Iterable[str]) -> list[str]:
    if isinstance(values, str):
        raise InvalidInputError(field, "must be a list of names, not one str", "put it into a list")
    return list(values)


def _check_host(name: str) -> str:
    host, port = _split(name)
    if host is None or port or name.endswith(":"):
        fix = "give a name such as cognito, without scheme, port and path"
        raise InvalidInputError("allowed_hosts", f"{name!r} is not a host name", fix)
    return host


def _check_origin(text: str) -> str:
    origin = _normal_origin(text)
    scheme, _, authority = origin.partition("://")
    if origin != "null" and (not _SCHEME.fullmatch(scheme) or _split(authority)[0] is None):
        fix = "give scheme, host and port, as in https://app.example:8443, or null"
        raise InvalidInputError("allowed_origins", f"{text!r} is not an origin", fix)
    return origin


def _check_url(text: str) -> str:
    fix = "give a URL such as https://cognito.example/"
    try:
        url = urlsplit(text)
        is_url = url.scheme in _DEFAULT_PORTS and _split(url.netloc)[0] is not None
    except ValueError:
        is_url = False
    if not is_url or url.query or url.fragment:
        rule = f"{text!r} is not an http or https URL of a host, with nothing behind its path"
        raise InvalidInputError("public_url", rule, fix)
    return text.rstrip("/")
