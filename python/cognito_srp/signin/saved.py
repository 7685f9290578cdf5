"""A sign-in that is kept between two requests, by another process too, as JSON.

Its secrets are the password, the client secret, the device's password, a pending SRP exchange and
what was given for InitiateAuth alone. Sealed, the document is opaque and whole; in clear, they are
left out and have to be given again.

With a key, only sealed documents are read: one in clear may come from anyone, and be of a sign-in
that they began in a pool of their own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ..devices.verifiers import RememberedDevice
from ..errors import InvalidInputError, SealingError, SignInError
from ..srp.encoding import decode_base64, encode_base64, encode_text, read_json
from ..storage.sealing import Seal, keys_of, open_with
from ..transport.steps import Challenge
from .exchange import Exchange
from .received import challenge_of, text_of
from .request import AppClient, Request

__all__ = ["LIFETIME", "Expected", "dump", "load"]

#: Seconds: AuthSessionValidity of an app client is at most 15 minutes.
LIFETIME: Final = 900.0
_VERSION: Final = 2
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
_BEGIN_AGAIN: Final = "begin again"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What whoever reads a document expects it to be of; None: anything, but nothing bound."""

    pool_id: str | None
    client_id: str | None
    bound_to: str | bytes | None

    def check(self, document: Mapping[str, Any]) -> None:
        """Raise `SealingError` for a sealed document that is of something else."""
        wrong = self._of_another(document)
        if wrong is not None:
            raise SealingError(f"this sign-in was sealed for another {wrong}; {_BEGIN_AGAIN}")
        bound = document.get("bound_to")
        if bound is None and self.bound_to is not None:
            raise SealingError(f"this sign-in is bound to nothing; {_BEGIN_AGAIN}")
        if bound is not None and self.bound_to is None:
            raise SealingError("this sign-in is bound to something: pass the same bound_to=")
        if bound is not None and not hmac.compare_digest(bound, _digest(self.bound_to) or ""):
            raise SealingError(f"this sign-in is bound to something else; {_BEGIN_AGAIN}")

    def check_open(self, document: Mapping[str, Any]) -> None:
        """Raise `InvalidInputError` for a document in clear that is of something else."""
        wrong = self._of_another(document)
        if wrong is not None:
            raise InvalidInputError(wrong, "is not the one of this sign-in", _BEGIN_AGAIN)
        if self.bound_to is not None:
            raise InvalidInputError("bound_to", "binds what is sealed only", "pass seal=, too")

    def _of_another(self, document: Mapping[str, Any]) -> str | None:
        for name in ("pool_id", "client_id"):
            expected = getattr(self, name)
            if expected is not None and document.get(name) != expected:
                return name
        return None


def dump(
    fields: Mapping[str, Any], seal: Seal | None, expires_in: float, bound_to: str | bytes | None
) -> str:
    """The document of a sign-in, from its fields.

    Raises `InvalidInputError` where it cannot do without secrets.
    """
    request: Request = fields["request"]
    challenge: Challenge = fields["challenge"]
    exchange: Exchange | None = fields["exchange"]
    document: dict[str, Any] = {
        "version": _VERSION,
        "pool_id": request.app.pool_id,
        "client_id": request.app.client_id,
        "request": {name: getattr(request, name) for name in _OPEN},
        "challenge": asdict(challenge),
        "username": fields["username"],
        "device_forgotten": fields["device_forgotten"],
        "device_key": request.device.device_key if request.device else None,
        "has_secret": request.app.has_secret,
    }
    if seal is None:
        if bound_to is not None:
            raise InvalidInputError("bound_to", "binds what is sealed only", "pass seal=, too")
        if exchange is not None and exchange.proof == challenge.name:
            rule = f"is needed: {challenge.name} waits for the proof that SRP began"
            raise InvalidInputError("seal", rule, "pass a SealingKey, or answer it first")
        return json.dumps(document)
    document["expires_at"] = time.time() + _checked(expires_in)
    document["bound_to"] = _digest(bound_to)
    document["secrets"] = {name: getattr(request, name) for name in _SECRET} | {
        "client_secret": request.app.client_secret,
        "device": request.device.to_json() if request.device else None,
        "exchange": exchange.to_fields() if exchange else None,
    }
    sealed = keys_of(seal)[0].seal(json.dumps(document).encode(), bound_to=_PURPOSE)
    return json.dumps({"sealed": encode_base64(sealed)})


def load(
    text: str | bytes, seal: Seal | None, expected: Expected, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of the `SignIn` that `dump` wrote; `given` is what it may have left out."""
    if seal is None:
        document = _read(text)
        expected.check_open(document)
        _check_given(document, given)
        secrets, device = {**dict.fromkeys((*_SECRET, "exchange")), **given}, given["device"]
    else:
        document = _open(text, seal)
        expected.check(document)
        for name, value in given.items():
            if value is not None:
                raise InvalidInputError(name, "is among what was sealed", "leave it out")
        secrets, device = document["secrets"], _device(document["secrets"])
    try:
        return _fields(document, secrets, device)
    except InvalidInputError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError, SignInError):
        pass
    raise _not_ours()


def _read(text: str | bytes) -> dict[str, Any]:
    """A document in clear, of our version."""
    try:
        document = read_json(text)
    except ValueError:
        document = None
    if isinstance(document, dict) and "sealed" in document:
        raise InvalidInputError("seal", "is needed: this sign-in is sealed", "pass its SealingKey")
    if not isinstance(document, dict) or "version" not in document:
        raise _not_ours()
    if document["version"] != _VERSION:
        rule = "is of another version of srp-native"
        raise InvalidInputError("text", rule, f"{_BEGIN_AGAIN}: this one cannot go on")
    return document


def _open(text: str | bytes, seal: Seal) -> dict[str, Any]:
    """The document in a sealed one, and in nothing else."""
    keys = keys_of(seal)
    try:
        sealed = decode_base64(read_json(text)["sealed"])
    except (AttributeError, LookupError, TypeError, ValueError):
        sealed = None
    if sealed is None:
        rule = "this sign-in is not sealed, so that anyone may have made it"
        raise SealingError(f"{rule}; {_BEGIN_AGAIN}")
    document = _read(open_with(keys, sealed, bound_to=_PURPOSE))
    _check_sealed(document)
    return document


def _check_sealed(document: Mapping[str, Any]) -> None:
    """What only a sealed document has: its end, what it is bound to, its secrets."""
    end, bound, secrets = (document.get(name) for name in ("expires_at", "bound_to", "secrets"))
    if not isinstance(secrets, dict) or not isinstance(bound, (str, type(None))):
        raise _not_ours()
    if not isinstance(end, (int, float)) or isinstance(end, bool):
        raise _not_ours()
    if not time.time() < end:
        raise SealingError(f"this sign-in has expired; {_BEGIN_AGAIN}")


def _device(secrets: Mapping[str, Any]) -> RememberedDevice | None:
    text = secrets.get("device")
    return None if text is None else RememberedDevice.from_json(text)


def _checked(expires_in: float) -> float:
    """Seconds, more than none."""
    fix = "pass seconds, 900 for Cognito's longest session"
    if isinstance(expires_in, bool) or not isinstance(expires_in, (int, float)):
        raise InvalidInputError("expires_in", "must be a number", fix)
    if not 0 < expires_in < math.inf:
        raise InvalidInputError("expires_in", "must be finite and above 0", fix)
    return float(expires_in)


def _digest(bound_to: str | bytes | None) -> str | None:
    """What it is bound to, without telling it; a text is the same as its UTF-8."""
    fix = "pass a str or bytes, such as the id of the browser's session"
    if bound_to is None:
        return None
    if not isinstance(bound_to, (str, bytes)) or not bound_to:
        raise InvalidInputError("bound_to", "must be a str or bytes, and not empty", fix)
    try:
        data = bound_to if isinstance(bound_to, bytes) else encode_text(bound_to)
    except ValueError as error:
        raise InvalidInputError("bound_to", f"is {error}", fix) from None
    return hashlib.sha256(data).hexdigest()


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
        "challenge": challenge_of(
            {
                "ChallengeName": challenge["name"],
                "ChallengeParameters": challenge["parameters"],
                "AvailableChallenges": challenge["available"],
                "Session": challenge["session"],
            }
        ),
        "username": text_of("username", document["username"]),
        "exchange": None if exchange is None else Exchange.from_fields(exchange),
        "device_forgotten": document["device_forgotten"],
    }


def _not_ours() -> InvalidInputError:
    return InvalidInputError("text", "is not the JSON of a sign-in", _FIX)
