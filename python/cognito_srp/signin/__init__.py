"""Sign-in: its flows, its challenges, and the tokens that they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..devices.verifiers import RememberedDevice
from ..transport.calls import Client, through_client
from ..transport.steps import Ask, Challenge, OnChallenge, Steps
from .answers import unanswered
from .flow import answer, begin
from .request import AppClient, AppClientIds, Request, default_flow
from .session import Session, SignedIn, Tokens
from .state import SignIn

__all__ = [
    "AppClient",
    "AppClientIds",
    "Challenge",
    "OnChallenge",
    "Session",
    "SignIn",
    "SignedIn",
    "Tokens",
    "answer_challenge",
    "answer_challenge_steps",
    "begin_sign_in",
    "begin_sign_in_steps",
    "sign_in",
    "sign_in_steps",
]


def begin_sign_in_steps(
    *,
    pool_id: str,
    client_id: str,
    username: str | None = None,
    password: str | None = None,
    client_secret: str | None = None,
    device: RememberedDevice | None = None,
    device_key: str | None = None,
    auth_flow: str | None = None,
    admin: bool = False,
    refresh_token: str | None = None,
    preferred_challenge: str | None = None,
    session: str | None = None,
    auth_parameters: Mapping[str, str] | None = None,
    client_metadata: Mapping[str, str] | None = None,
    user_context_data: Mapping[str, Any] | None = None,
    analytics_metadata: Mapping[str, str] | None = None,
) -> Steps[SignIn | SignedIn]:
    """Begin a sign-in as `sign_in` does, and stop at the first challenge for someone else.

    Returns a `Session`, or the `SignIn` whose ``challenge`` waits for `answer_challenge`. It can
    be kept meanwhile, by another process too: `SignIn.to_json`.
    """
    return begin(
        Request(
            app=AppClient(pool_id=pool_id, client_id=client_id, client_secret=client_secret),
            username=username,
            password=password,
            device=device,
            device_key=device_key,
            auth_flow=auth_flow or default_flow(refresh_token, admin=admin),
            admin=admin,
            refresh_token=refresh_token,
            preferred_challenge=preferred_challenge,
            session=session,
            auth_parameters=auth_parameters,
            client_metadata=client_metadata,
            user_context_data=user_context_data,
            analytics_metadata=analytics_metadata,
        )
    )


def answer_challenge_steps(
    sign_in: SignIn, responses: Mapping[str, str] | None = None
) -> Steps[SignIn | SignedIn]:
    """Answer a sign-in's challenge, and go on to the next one for someone else or to the tokens.

    `responses` are the service's ChallengeResponses, without USERNAME, SECRET_HASH and
    DEVICE_KEY; none are needed to send again what this package had answered by itself. PASSWORD in
    them is proven by SRP, not sent, where PASSWORD_SRP is asked for or chosen; SESSION, which
    VerifySoftwareToken gives for MFA_SETUP, takes the place of the challenge's. Returns
    and raises as `sign_in` and `begin_sign_in` do; every exception carries as ``.sign_in`` the one
    to go on from: the given one while its answer has not arrived.
    """
    return answer(sign_in, responses)


def sign_in_steps(
    *,
    pool_id: str,
    client_id: str,
    username: str | None = None,
    password: str | None = None,
    client_secret: str | None = None,
    device: RememberedDevice | None = None,
    device_key: str | None = None,
    on_challenge: OnChallenge | None = None,
    auth_flow: str | None = None,
    admin: bool = False,
    refresh_token: str | None = None,
    preferred_challenge: str | None = None,
    session: str | None = None,
    auth_parameters: Mapping[str, str] | None = None,
    client_metadata: Mapping[str, str] | None = None,
    user_context_data: Mapping[str, Any] | None = None,
    analytics_metadata: Mapping[str, str] | None = None,
) -> Steps[SignedIn]:
    """Sign a user in, and with a device if one is given.

    `auth_flow` is USER_SRP_AUTH unless told otherwise, or USER_PASSWORD_AUTH, USER_AUTH,
    CUSTOM_AUTH (with SRP if there is a password); with `admin`, AdminInitiateAuth takes the place
    of InitiateAuth, and ADMIN_USER_PASSWORD_AUTH that of USER_PASSWORD_AUTH. A `refresh_token` goes
    to GetTokensFromRefreshToken, or with `admin` to REFRESH_TOKEN_AUTH. SRP proves the password and
    the device's without sending them, in constant time. Any other challenge goes to
    `on_challenge`. A device that the service has forgotten is left out, and the session says so.

    `client` is any boto3 ``cognito-idp`` client. `user_context_data` is sent as UserContextData,
    or as ContextData with `admin`; `auth_parameters` are further AuthParameters, such as
    TARGET_ACR_VALUES; `session` is that of the ConfirmSignUp that USER_AUTH goes on from.

    Raises `InvalidInputError` before anything is sent; `ServiceError`, `UnreachableError`,
    `ChallengeError` for a challenge that nobody answers, `SignInError` for an answer that makes
    no sense and `SrpError` for one that SRP forbids. Once a challenge has come, the exception
    carries as ``.sign_in`` what `answer_challenge` can go on from.
    """
    progress = yield from begin_sign_in_steps(
        pool_id=pool_id,
        client_id=client_id,
        username=username,
        password=password,
        client_secret=client_secret,
        device=device,
        device_key=device_key,
        auth_flow=auth_flow,
        admin=admin,
        refresh_token=refresh_token,
        preferred_challenge=preferred_challenge,
        session=session,
        auth_parameters=auth_parameters,
        client_metadata=client_metadata,
        user_context_data=user_context_data,
        analytics_metadata=analytics_metadata,
    )
    while isinstance(progress, SignIn):
        if on_challenge is None:
            raise unanswered(progress)
        responses = yield Ask(progress.challenge, on_challenge)
        progress = yield from answer(progress, responses)
    return progress


def _session(client: Client, progress: SignIn | SignedIn) -> SignIn | Session:
    return progress if isinstance(progress, SignIn) else Session.of(client, progress)


sign_in = through_client(sign_in_steps, Session.of)
begin_sign_in = through_client(begin_sign_in_steps, _session)
answer_challenge = through_client(answer_challenge_steps, _session)
