"""Why new tokens were refused.

Cognito answers "Invalid Refresh Token." to a token that is none, and to a good one that came
without its device's key, with another's, or with that of a device which was never confirmed or has
been forgotten. Where the user's access token is at hand, GetDevice tells what became of the device:
what the user may ask, and nothing that the service hides from them.
"""

from __future__ import annotations

from typing import Final

from ..errors import CognitoSrpError, ResourceNotFoundError, ServiceError
from ..srp.encoding import token_claims
from ..transport.causes import row_of
from ..transport.explanations import Cause, Explanation, Situation
from ..transport.steps import Call, Steps
from .diagnosis import Diagnosis, of_secret_hash

__all__ = ["explain_refresh"]

_BY_DEVICE: Final = (Cause.DEVICE_KEY_MISSING, Cause.DEVICE_KEY_OTHER)


def explain_refresh(
    error: ServiceError,
    call: Call,
    *,
    has_client_secret: bool,
    access_token: str | None = None,
    confirmed_here: bool = False,
) -> Steps[None]:
    """Give the refusal of a call that refreshes tokens its diagnosis, if there is one.

    `access_token` is the last one of the same sign-in, where it is known; `confirmed_here` tells
    that its device was confirmed. Asks GetDevice only where a device key was refused.
    """
    situation = Situation.of(call.operation, call.parameters)
    row = row_of(error, situation)
    diagnosis = of_secret_hash(error, call, has_client_secret, _username(access_token))
    if diagnosis is None and row is not None:
        if row.causes[0] in _BY_DEVICE:
            diagnosis = yield from _by_device(error, row, call, access_token, confirmed_here)
        elif row.certain:
            diagnosis = Diagnosis(row.causes[0], True, row.hint(), error.clock_offset)
    if diagnosis is not None:
        error.explain(diagnosis)


def _username(access_token: str | None) -> str | None:
    return token_claims(access_token or "").get("username")


def _by_device(
    error: ServiceError, row: Explanation, call: Call, access_token: str | None, confirmed: bool
) -> Steps[Diagnosis]:
    """An "Invalid Refresh Token.", from the most certain evidence to the least."""
    fields = {**call.parameters, **(call.parameters.get("AuthParameters") or {})}
    sent = fields.get("DeviceKey") or fields.get("DEVICE_KEY")
    own = token_claims(access_token or "").get("device_key")
    cause, certain, advice = row.causes[0], False, row.hint()
    if sent and own and sent != own:
        certain = True
        advice = (
            f"the tokens are those of the device {own}, but the key of {sent} was sent: pass the "
            "device of the sign-in that gave them"
        )
    elif sent and access_token:
        known = yield from _is_known(access_token, sent)
        if known is not None:
            cause, certain, advice = _REFUSED[known, confirmed]
    return Diagnosis(cause, certain, advice, error.clock_offset)


_NONE: Final = (
    Cause.REFRESH_TOKEN,
    False,
    "most likely the refresh token: the service knows the device, so the token is none of this app "
    "client's, or another sign-in's; sign in again",
)
#: By whether the service knows the device, and whether it was confirmed here.
_REFUSED: Final = {
    (True, True): _NONE,
    (True, False): _NONE,
    (False, True): (
        Cause.DEVICE_FORGOTTEN,
        True,
        "the service has forgotten this device, and no longer refreshes its tokens: sign in "
        "without it, and enroll it anew",
    ),
    (False, False): (
        Cause.DEVICE_NOT_CONFIRMED,
        True,
        "the device of this sign-in was never confirmed, or was forgotten since, and the tokens of "
        "such a device are not refreshed: enroll the device first, or sign in again",
    ),
}


def _is_known(access_token: str, device_key: str) -> Steps[bool | None]:
    """Whether the service knows the device as the user's; None where it does not say."""
    try:
        yield Call("GetDevice", {"AccessToken": access_token, "DeviceKey": device_key})
    except ResourceNotFoundError as error:
        return False if error.is_about_device else None
    except CognitoSrpError:  # an access token that has expired, most often
        return None
    return True
