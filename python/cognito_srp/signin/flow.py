"""A sign-in from its first call to its tokens, through every challenge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ..errors import CognitoSrpError, ResourceNotFoundError, ServiceError, SignInError
from ..srp.encoding import token_claims
from ..srp.protocol import ClientExchange
from ..transport.steps import Steps
from .answers import answer_of, needs_answer
from .diagnosis import explain
from .exchange import Exchange
from .received import challenge_of, new_device
from .refused_refresh import explain_refresh
from .request import Request
from .session import SignedIn, Tokens
from .state import SignIn, internal_name

__all__ = ["answer", "begin"]

#: Of the password, and of a device: it takes four at most, and twice that when the service has
#: forgotten the device.
_MOST_IN_A_ROW: Final = 16


def begin(request: Request, *, device_forgotten: bool = False) -> Steps[SignIn | SignedIn]:
    """The first call, and all that can be answered without asking anyone.

    Begins again without the device where the service has forgotten it.
    """
    request.check()
    exchange = Exchange(ClientExchange(), "PASSWORD_VERIFIER") if request.proves_by_srp else None
    call = request.initiate(exchange.srp_a if exchange else None)
    try:
        response = yield call
    except ServiceError as error:
        if _forgotten(error, request) and not request.refreshes:
            # Nothing has come of it, so this call can be made again.
            return (yield from begin(replace(request, device=None), device_forgotten=True))
        has_secret = request.app.has_secret
        if request.refreshes:
            yield from explain_refresh(error, call, has_client_secret=has_secret)
        else:
            explain(error, call, has_client_secret=has_secret)
        raise
    known = request.username or ""
    progress = _received(request, response, known, exchange, device_forgotten)
    return (yield from _go_on(progress))


def answer(sign_in: SignIn, responses: Mapping[str, str] | None = None) -> Steps[SignIn | SignedIn]:
    """The answer to the challenge, and all that can be answered after it without asking anyone."""
    progress = yield from _answer(sign_in, responses)
    return (yield from _go_on(progress))


def _go_on(progress: SignIn | SignedIn) -> Steps[SignIn | SignedIn]:
    for _ in range(_MOST_IN_A_ROW):
        if not isinstance(progress, SignIn) or needs_answer(progress):
            return progress
        progress = yield from _answer(progress, None)
    raise SignInError("the service asks for proofs without end, and never lets the user in")


def _answer(sign_in: SignIn, responses: Mapping[str, str] | None) -> Steps[SignIn | SignedIn]:
    """One answer. Every exception carries the sign-in as it was before."""
    try:
        given, going_on = answer_of(sign_in, responses)
        call = going_on.respond(given)
        try:
            response = yield call
        except ServiceError as error:
            if _forgotten(error, sign_in.request) and sign_in.can_do_without_device:
                return (yield from _without_device(sign_in, responses))
            explain(
                error,
                call,
                has_client_secret=sign_in.request.app.has_secret,
                challenge=sign_in.challenge,
                device=sign_in.device,
            )
            raise
        return _received(
            going_on.request,
            response,
            going_on.username,
            going_on.exchange,
            going_on.device_forgotten,
        )
    except CognitoSrpError as error:
        error.sign_in = error.sign_in or sign_in
        raise


def _forgotten(error: ServiceError, request: Request) -> bool:
    """Whether the service has said that it does not know the device."""
    about_device = isinstance(error, ResourceNotFoundError) and error.is_about_device
    return request.device is not None and about_device


def _without_device(
    sign_in: SignIn, responses: Mapping[str, str] | None
) -> Steps[SignIn | SignedIn]:
    """Go on without the device.

    The proof of the password can be sent again, as AWS's clients for JavaScript do; other
    challenges are used up, so the sign-in begins again.
    """
    plain = sign_in.without_device()
    if sign_in.challenge.name == "PASSWORD_VERIFIER":
        return (yield from _answer(plain, responses))
    return (yield from begin(plain.request, device_forgotten=True))


def _told(access_token: str, known: str) -> str:
    """The internal name: the token tells it, where it is a JWT."""
    name = token_claims(access_token).get("username")
    return name if isinstance(name, str) else known


def _received(
    request: Request,
    response: Mapping[str, Any],
    known: str,
    exchange: Exchange | None,
    device_forgotten: bool,
) -> SignIn | SignedIn:
    """What the service's answer means: another challenge, or tokens."""
    if "ChallengeName" not in response:
        tokens = Tokens.of(response, request)
        return SignedIn(
            tokens=tokens,
            new_device=new_device(response),
            device=request.device,
            device_forgotten=device_forgotten,
            username=_told(tokens.access_token, known),
            request=request,
        )
    challenge = challenge_of(response)
    return SignIn(
        request=request,
        challenge=challenge,
        username=internal_name(request, known, challenge.parameters),
        exchange=exchange,
        device_forgotten=device_forgotten,
    )
