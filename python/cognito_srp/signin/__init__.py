"""Sign-in: its flows, its challenges, and the tokens that they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..devices.verifiers import RememberedDevice
from ..transport.calls import through_client
from ..transport.client import Client
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

    Args:
        client: Any boto3 ``cognito-idp`` client.
        pool_id: The user pool, as in ``eu-west-1_AbCdEfGhI``.
        client_id: The app client.
        username: The user's name or an alias. A refresh needs it with a client secret only, for
            REFRESH_TOKEN_AUTH, and then the internal name (``session.username``).
        password: Proven by SRP, in constant time, or sent, as the flow has it.
        client_secret: The app client's, if it has one.
        device: Signs in with it; left out where the service has forgotten it.
        device_key: To refresh, the key alone of the device that the tokens belong to.
        auth_flow: USER_SRP_AUTH unless told otherwise, or USER_PASSWORD_AUTH, USER_AUTH,
            CUSTOM_AUTH (with SRP if there is a password); with `admin` ADMIN_USER_PASSWORD_AUTH in
            the place of USER_PASSWORD_AUTH; for a `refresh_token` GetTokensFromRefreshToken, which
            is an operation, or REFRESH_TOKEN_AUTH, which alone has an Admin form.
        admin: AdminInitiateAuth in the place of InitiateAuth, signed with IAM credentials.
        refresh_token: Gives new tokens; nobody signs in.
        preferred_challenge: In USER_AUTH the first factor, such as PASSWORD_SRP or EMAIL_OTP.
        session: That of a ConfirmSignUp just made, which USER_AUTH goes on from.
        auth_parameters: Further AuthParameters, such as TARGET_ACR_VALUES.
        client_metadata: ClientMetadata, with every request that takes it.
        user_context_data: UserContextData, or ContextData with `admin`.
        analytics_metadata: AnalyticsMetadata. It, `user_context_data` and `auth_parameters` (but
            for DEVICE_KEY) are refused where GetTokensFromRefreshToken has no place for them.

    Returns:
        A `Session`, or the `SignIn` whose ``challenge`` waits for `answer_challenge`. It can be
        kept meanwhile, by another process too: `SignIn.to_json`.

    Raises:
        CognitoSrpError: As `sign_in` does.
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

    Args:
        client: Any boto3 ``cognito-idp`` client.
        sign_in: What `begin_sign_in` returned, or an exception of a sign-in carries.
        responses: The service's ChallengeResponses, without USERNAME, SECRET_HASH and DEVICE_KEY.
            None are needed to send again what this package had answered by itself. PASSWORD in
            them is proven by SRP, not sent, where PASSWORD_SRP is asked for or chosen; SESSION,
            which VerifySoftwareToken gives for MFA_SETUP, takes the place of the challenge's.

    Returns:
        A `Session`, or the `SignIn` with the next challenge.

    Raises:
        CognitoSrpError: As `sign_in` does. Each carries as ``.sign_in`` the one to go on from: the
            given one while its answer has not arrived.
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
    """Sign a user in, and with a device if one is given; or refresh the tokens of a sign-in.

    Args:
        client: Any boto3 ``cognito-idp`` client.
        pool_id: The user pool, as in ``eu-west-1_AbCdEfGhI``.
        client_id: The app client.
        username: The user's name or an alias. A refresh needs it with a client secret only, for
            REFRESH_TOKEN_AUTH, and then the internal name (``session.username``).
        password: Proven by SRP, in constant time, or sent, as the flow has it.
        client_secret: The app client's, if it has one.
        device: Signs in with it; left out where the service has forgotten it.
        device_key: To refresh, the key alone of the device that the tokens belong to.
        on_challenge: Answers every challenge that is not proven by SRP: is given a `Challenge`,
            and returns its ChallengeResponses.
        auth_flow: USER_SRP_AUTH unless told otherwise, or USER_PASSWORD_AUTH, USER_AUTH,
            CUSTOM_AUTH (with SRP if there is a password); with `admin` ADMIN_USER_PASSWORD_AUTH in
            the place of USER_PASSWORD_AUTH; for a `refresh_token` GetTokensFromRefreshToken, which
            is an operation, or REFRESH_TOKEN_AUTH, which alone has an Admin form.
        admin: AdminInitiateAuth in the place of InitiateAuth, signed with IAM credentials.
        refresh_token: Gives new tokens; nobody signs in.
        preferred_challenge: In USER_AUTH the first factor, such as PASSWORD_SRP or EMAIL_OTP.
        session: That of a ConfirmSignUp just made, which USER_AUTH goes on from.
        auth_parameters: Further AuthParameters, such as TARGET_ACR_VALUES.
        client_metadata: ClientMetadata, with every request that takes it.
        user_context_data: UserContextData, or ContextData with `admin`.
        analytics_metadata: AnalyticsMetadata. It, `user_context_data` and `auth_parameters` (but
            for DEVICE_KEY) are refused where GetTokensFromRefreshToken has no place for them.

    Returns:
        The `Session`: tokens, and the device or the key of a new one.

    Raises:
        InvalidInputError: Something is certainly wrong, and nothing was sent.
        ServiceError: Cognito refused; ``hint`` and ``diagnosis`` tell what may be wrong.
        UnreachableError: No answer came.
        ChallengeError: A challenge that nobody answers.
        SignInError: An answer that makes no sense.
        SrpError: An answer that SRP forbids.

    Once a challenge has come, each carries as ``.sign_in`` what `answer_challenge` can go on
    from.
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
