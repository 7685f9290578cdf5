"""A sign-in that is kept between two requests, by another process too, as JSON.

Its secrets are the password, the client secret, the device's password, a pending SRP exchange and
what was given for InitiateAuth alone. Sealed, the document is opaque and whole; in clear, they are
left out and have to be given again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from ..devices.verifiers import RememberedDevice
from ..errors import InvalidInputError
from ..srp.encoding import decode_base64, encode_base64
from ..transport.steps import Challenge
from .exchange import Exchange
from .request import AppClient, Request

if TYPE_CHECKING:
    from ..storage.sealing import SealingKey
    from .state import SignIn

__all__ = ["dump", "load"]

_VERSION: Final = 1
_PURPOSE: Final = b"cognito_srp sign-in"
#: What of a `Request` is no secret.
_OPEN: Final = (
    "username",
    "auth_flow",
    "admin",
    "preferred_challenge",
    "client_metadata",
    "user_context_data",
    "analytics_metadata",
)
_SECRET: Final = ("password", "refresh_token", "session", "auth_parameters")
_FIX: Final = "pass what SignIn.to_json wrote"


def dump(sign_in: SignIn, seal: SealingKey | None) -> str:
    """The document of a sign-in; raises `InvalidInputError` where it cannot do without secrets."""
    request, exchange = sign_in.request, sign_in.exchange
    document: dict[str, Any] = {
        "version": _VERSION,
        "pool_id": request.app.pool_id,
        "client_id": request.app.client_id,
        "request": {name: getattr(request, name) for name in _OPEN},
        "challenge": asdict(sign_in.challenge),
        "username": sign_in.username,
        "device_forgotten": sign_in.device_forgotten,
        "device_key": request.device.device_key if request.device else None,
        "has_secret": request.app.has_secret,
    }
    if seal is None:
        if exchange is not None and sign_in.proves:
            rule = f"is needed: {sign_in.challenge.name} waits for the proof that SRP began"
            raise InvalidInputError("seal", rule, "pass a SealingKey, or answer it first")
        return json.dumps(document)
    document["secrets"] = {name: getattr(request, name) for name in _SECRET} | {
        "client_secret": request.app.client_secret,
        "device": request.device.to_json() if request.device else None,
        "exchange": exchange.to_fields() if exchange else None,
    }
    sealed = seal.seal(json.dumps(document).encode(), bound_to=_PURPOSE)
    return json.dumps({"sealed": encode_base64(sealed)})


def load(
    text: str | bytes,
    *,
    seal: SealingKey | None,
    password: str | None,
    client_secret: str | None,
    device: RememberedDevice | None,
) -> dict[str, Any]:
    """The fields of the `SignIn` that `dump` wrote."""
    document = _read(text)
    given = {"password": password, "client_secret": client_secret, "device": device}
    if "sealed" in document:
        document = _open(document, seal)
        for name, value in given.items():
            if value is not None:
                raise InvalidInputError(name, "is among what was sealed", "leave it out")
        secrets = document["secrets"]
        device = RememberedDevice.from_json(secrets["device"]) if secrets["device"] else None
    else:
        _check_given(document, given)
        secrets = dict.fromkeys((*_SECRET, "exchange")) | given
    try:
        return _fields(document, secrets, device)
    except (KeyError, TypeError):
        pass
    raise _not_ours()


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:  # holds the document, so it must not become a context
        document = None
    if not isinstance(document, dict) or not ("sealed" in document or "version" in document):
        raise _not_ours()
    if "version" in document and document["version"] != _VERSION:
        raise InvalidInputError("text", f"is of version {document['version']!r}", _FIX)
    return document


def _open(document: Mapping[str, Any], seal: SealingKey | None) -> dict[str, Any]:
    if seal is None:
        raise InvalidInputError("seal", "is needed: this sign-in is sealed", "pass its SealingKey")
    try:
        sealed = decode_base64(document["sealed"])
    except (ValueError, AttributeError):
        raise _not_ours() from None
    return _read(seal.open(sealed, bound_to=_PURPOSE))


def _check_given(document: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """What the sign-in cannot go on without has to be given again."""
    device = given["device"]
    if document.get("has_secret") and given["client_secret"] is None:
        rule = "was left out of the document and is needed"
        raise InvalidInputError("client_secret", rule, "pass it again")
    if (device.device_key if device else None) != document.get("device_key"):
        rule = "is not the one that this sign-in was begun with"
        raise InvalidInputError("device", rule, "pass that device again, or none if it had none")


def _fields(
    document: Mapping[str, Any], secrets: Mapping[str, Any], device: RememberedDevice | None
) -> dict[str, Any]:
    app = AppClient(
        pool_id=document["pool_id"],
        client_id=document["client_id"],
        client_secret=secrets["client_secret"],
    )
    request = {name: document["request"][name] for name in _OPEN}
    request |= {name: secrets[name] for name in _SECRET}
    challenge, exchange = document["challenge"], secrets["exchange"]
    return {
        "request": Request(app=app, device=device, **request),
        "challenge": Challenge(**{**challenge, "available": tuple(challenge["available"])}),
        "username": document["username"],
        "exchange": exchange and Exchange.from_fields(exchange),
        "device_forgotten": document["device_forgotten"],
    }


def _not_ours() -> InvalidInputError:
    return InvalidInputError("text", "is not the JSON of a sign-in", _FIX)
