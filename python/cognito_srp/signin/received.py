"""What the service answered, checked once, as it comes in.

Any endpoint may answer, such as a proxy with an error page. What is accepted here is text where the
API has text, and text that UTF-8 can encode. So no later computation, which may have a password at
hand, can fail on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..devices.verifiers import NewDevice
from ..errors import InvalidInputError, SignInError
from ..srp.encoding import is_text, jwt_claims
from ..transport.steps import Challenge
from .request import AppClient

__all__ = ["challenge_of", "check_origin", "new_device", "result_of", "text_of"]


def text_of(name: str, value: Any) -> str:
    """A text of the answer. Raises `SignInError`, which names it and does not quote it."""
    if not is_text(value):
        raise SignInError(f"the service's answer: {name} is not text that UTF-8 can encode")
    return str(value)


def challenge_of(response: Mapping[str, Any]) -> Challenge:
    """The challenge of an answer. Raises `SignInError`."""
    name = text_of("ChallengeName", response["ChallengeName"])
    given, offered = response.get("ChallengeParameters"), response.get("AvailableChallenges")
    session = response.get("Session")
    if not isinstance(given or {}, Mapping) or not isinstance(offered or [], (list, tuple)):
        raise SignInError(f"the service's answer: challenge {name} is not of the API's form")
    parameters = {}
    for key, value in (given or {}).items():
        text_of(f"the name of a parameter of challenge {name}", key)
        if value is not None:
            parameters[key] = text_of(f"{key} of challenge {name}", value)
    available = [text_of(f"AvailableChallenges of challenge {name}", one) for one in offered or ()]
    if session is not None:
        text_of(f"Session of challenge {name}", session)
    return Challenge(name, parameters, tuple(available), session)


def result_of(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """The AuthenticationResult of an answer. Raises `SignInError`."""
    result = response.get("AuthenticationResult")
    if not isinstance(result, Mapping):
        raise SignInError("the service's last answer has no 'AuthenticationResult'")
    return result


def new_device(response: Mapping[str, Any]) -> NewDevice | None:
    """The device keys that came with an AuthenticationResult. Raises `SignInError`."""
    metadata = result_of(response).get("NewDeviceMetadata")
    try:
        return NewDevice.from_metadata(metadata) if metadata else None
    except InvalidInputError as error:
        raise SignInError(f"the service's NewDeviceMetadata: {error.field} {error.rule}") from None


def check_origin(app: AppClient, *tokens: str) -> None:
    """Raise `SignInError` for the token of another user pool or app client.

    By what a JWT says of itself, unverified; what is none is passed on: stubs hand out such.
    """
    for token in tokens:
        claims = jwt_claims(token)
        if claims is None:
            continue
        issuer, audience = claims.get("iss"), claims.get("aud")
        if not isinstance(issuer, str) or not issuer.endswith(f"/{app.pool_id}"):
            raise SignInError(f"the service's token is not of the user pool {app.pool_id}")
        named = [claims.get("client_id"), *(audience if isinstance(audience, list) else [audience])]
        if app.client_id not in named:
            raise SignInError(f"the service's token is not of the app client {app.client_id}")
