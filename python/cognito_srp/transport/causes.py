"""What may be wrong when Cognito refuses a call, by what was asked of it and its words.

One table, `EXPLANATIONS`: the words of a refusal, what had been asked for (operation, flow,
challenge, with or without a device key), and what may be wrong then. Every hint comes from it, and
docs/troubleshooting.md is made from it. A sign-in knows more, and says so in its `Diagnosis`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from ..errors import ServiceError, ServiceFaultError, ThrottledError, service_error
from .explanations import TOLERANCE, Cause, Explanation, Situation

__all__ = ["EXPLANATIONS", "find", "refused", "row_of"]

_SIGN_IN: Final = ("InitiateAuth", "RespondToAuthChallenge")
_REFRESH: Final = ("GetTokensFromRefreshToken", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN")
_DEVICES: Final = ("GetDevice", "UpdateDeviceStatus", "ForgetDevice")
_AUTHORIZED: Final = ("NotAuthorizedException",)
_TOO_MANY: Final = (
    "TooManyRequestsException",
    "ThrottlingException",
    "LimitExceededException",
)
_OWN_FAULT: Final = ("InternalErrorException",)
_SEND_AGAIN: Final = (
    "sign in again as the same user, and send the very same verifier with the new token; tokens of "
    "a device that is not confirmed cannot be refreshed"
)
_WRONG_PASSWORD: Final = ("Incorrect username or password.",)
_NO_HASH: Final = (
    "Client … is configured with secret but SECRET_HASH was not received",
    "Client … is configured for secret but secret was not received",
)
_WRONG_HASH: Final = (
    "SecretHash does not match for the client: …",
    "Unable to verify secret hash for client …",
    "Unable to verify the secret of client …",
)

_SIGN_INS: Final = (
    Explanation(
        codes=_AUTHORIZED,
        words=("Password attempts exceeded",),
        causes=(Cause.LOCKED_OUT,),
        fix="wait before the next try; after five wrong passwords the wait is a second, and each "
        "further one doubles it, up to about 15 minutes",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=_WRONG_PASSWORD,
        at=("DEVICE_PASSWORD_VERIFIER",),
        causes=(Cause.DEVICE_SECRET, Cause.DEVICE_GROUP_KEY, Cause.CLOCK),
        fix="pass the device as it was kept, or forget it and enroll it again",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=_WRONG_PASSWORD,
        at=("PASSWORD_VERIFIER",),
        causes=(Cause.PASSWORD, Cause.APP_CLIENT_OF_OTHER_POOL, Cause.CLOCK),
        fix="check them and try again",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=_WRONG_PASSWORD,
        at=_SIGN_IN,
        causes=(Cause.PASSWORD,),
        fix="check both; an app client that hides which users exist says so of unknown users, too",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=_NO_HASH,
        causes=(Cause.SECRET_HASH_MISSING,),
        fix="pass client_secret=",
        certain=True,
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=_WRONG_HASH,
        at=("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"),
        causes=(Cause.SECRET_HASH_NAME, Cause.SECRET_HASH_WRONG),
        fix="pass the internal user name, which is session.username, and compare client_secret "
        "with the client's settings",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=_WRONG_HASH,
        causes=(Cause.SECRET_HASH_WRONG,),
        fix="compare client_secret with the client's settings, or leave it out if it has none",
    ),
    Explanation(
        codes=("InvalidParameterException",),
        words=("… flow not enabled for this client",),
        causes=(Cause.FLOW,),
        fix="add it to the client's ExplicitAuthFlows, or pass another auth_flow",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Invalid session for the user",),
        causes=(Cause.SESSION,),
        fix="sign in again; a challenge is open for 3 minutes unless the app client's "
        "AuthSessionValidity says otherwise",
    ),
    Explanation(
        codes=("CodeMismatchException", "EnableSoftwareTokenMFAException"),
        causes=(Cause.CODE_WRONG,),
        fix="ask for it again, and answer error.sign_in with it",
    ),
    Explanation(
        codes=("ExpiredCodeException",),
        causes=(Cause.CODE_EXPIRED,),
        fix="sign in again for a new one",
    ),
    Explanation(
        codes=("ChallengeError",),
        words=("the service wants …: pass on_challenge= to answer it",),
        at=("EMAIL_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE"),
        has_device_key=True,
        causes=(Cause.DEVICE_NOT_REMEMBERED, Cause.DEVICE_NOT_CONFIRMED),
        fix="answer the code, then call update_device_status with remembered=True",
    ),
)

_REFRESHING: Final = (
    Explanation(
        codes=_AUTHORIZED,
        words=("Invalid Refresh Token.",),
        at=_REFRESH,
        has_device_key=False,
        causes=(Cause.DEVICE_KEY_MISSING, Cause.REFRESH_TOKEN),
        fix="in a pool that tracks devices pass device= or device_key=, of the sign-in that gave "
        "the token, once that device is confirmed; where it never was, sign in again and enroll "
        "the device first",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Invalid Refresh Token.",),
        at=_REFRESH,
        has_device_key=True,
        causes=(
            Cause.DEVICE_KEY_OTHER,
            Cause.DEVICE_NOT_CONFIRMED,
            Cause.DEVICE_FORGOTTEN,
            Cause.REFRESH_TOKEN,
        ),
        fix="pass the device of the sign-in that gave the token; where there is none any more, "
        "sign in again",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Refresh Token has expired",),
        causes=(Cause.REFRESH_TOKEN_EXPIRED,),
        fix="sign in again; how long it lives is the app client's RefreshTokenValidity",
        certain=True,
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Refresh Token has been revoked",),
        causes=(Cause.REFRESH_TOKEN_REVOKED,),
        fix="sign in again",
        certain=True,
    ),
    Explanation(
        codes=("RefreshTokenReuseException",),
        causes=(Cause.REFRESH_TOKEN_ROTATED,),
        fix="keep the refresh token that came with the last rotation; where it is lost, sign in "
        "again",
        certain=True,
    ),
    Explanation(
        codes=("UnsupportedOperationException",),
        words=("… rotation …",),
        at=_REFRESH,
        causes=(Cause.ROTATION,),
        fix="leave auth_flow out, which takes GetTokensFromRefreshToken",
        certain=True,
    ),
)

_TOKENS: Final = (
    Explanation(
        codes=_AUTHORIZED,
        words=("Access Token does not have required scopes",),
        causes=(Cause.SCOPE,),
        fix="ask for it: tokens of managed login (the hosted UI) have it only where the app client "
        "allows it and the authorization request names it",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Access Token has expired",),
        at=("ConfirmDevice",),
        causes=(Cause.TOKEN_EXPIRED,),
        fix=_SEND_AGAIN,
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Access Token has expired",),
        causes=(Cause.TOKEN_EXPIRED,),
        fix="refresh the tokens or sign in again, and call once more",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Access Token has been revoked",),
        at=("ConfirmDevice",),
        causes=(Cause.TOKEN_REVOKED,),
        fix=_SEND_AGAIN,
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Access Token has been revoked",),
        causes=(Cause.TOKEN_REVOKED,),
        fix="sign in again, and call once more",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("Invalid Access Token", "Could not verify signature for Access Token"),
        causes=(Cause.TOKEN,),
        fix="pass AuthenticationResult's AccessToken (not its IdToken) to a client of its Region",
    ),
)

_DEVICE_KEYS: Final = (
    Explanation(
        codes=("InvalidParameterException",),
        words=("Invalid device key given.",),
        causes=(
            Cause.DEVICE_OF_ANOTHER_USER,
            Cause.ALIAS,
            Cause.DEVICE_FORGOTTEN,
            Cause.KEYS_SWAPPED,
        ),
        fix="sign in again, answer its challenges under the internal name (the challenge's "
        "USERNAME or USER_ID_FOR_SRP), and take token and key from that sign-in",
    ),
    Explanation(
        codes=("DeviceKeyExistsException",),
        causes=(Cause.CONFIRMED_BEFORE,),
        fix="if this very verifier was sent before, that send worked; otherwise the device has "
        "another secret, and only a device sign-in can tell whose",
    ),
    Explanation(
        codes=("ResourceNotFoundException",),
        words=("Device does not exist.",),
        at=_DEVICES,
        causes=(
            Cause.DEVICE_NOT_CONFIRMED,
            Cause.DEVICE_FORGOTTEN,
            Cause.DEVICE_OF_ANOTHER_USER,
        ),
        fix="list_devices shows the user's devices",
    ),
    Explanation(
        codes=("ResourceNotFoundException",),
        words=("Device does not exist.",),
        causes=(Cause.DEVICE_FORGOTTEN,),
        fix="sign in without it, and enroll it anew",
    ),
    Explanation(
        codes=("InvalidUserPoolConfigurationException",),
        words=("… device …",),
        causes=(Cause.NOT_TRACKED,),
        fix="set the pool's DeviceConfiguration",
    ),
)

_POOLS_AND_USERS: Final = (
    Explanation(
        codes=("ResourceNotFoundException",),
        words=("User pool client … does not exist.",),
        causes=(Cause.APP_CLIENT,),
        fix="check client_id, pool_id, and the Region of the boto3 client",
    ),
    Explanation(
        codes=("ResourceNotFoundException",),
        words=("User pool … does not exist.",),
        causes=(Cause.POOL,),
        fix="check pool_id, and the Region of the boto3 client",
    ),
    Explanation(
        codes=("UserNotConfirmedException",),
        causes=(Cause.USER_NOT_CONFIRMED,),
        fix="call ConfirmSignUp with the code that was sent, or AdminConfirmSignUp",
    ),
    Explanation(
        codes=("PasswordResetRequiredException",),
        causes=(Cause.PASSWORD_RESET,),
        fix="call ForgotPassword, then ConfirmForgotPassword with the code",
    ),
    Explanation(
        codes=_AUTHORIZED,
        words=("User is disabled.",),
        causes=(Cause.USER_DISABLED,),
        fix="an administrator can call AdminEnableUser",
    ),
    Explanation(
        codes=("UserNotFoundException",),
        causes=(Cause.USER_UNKNOWN,),
        fix="check the name; a sub does not sign in, and an alias only once it is verified",
    ),
)

_CALLS: Final = (
    Explanation(
        codes=_TOO_MANY,
        at=("ConfirmDevice",),
        causes=(Cause.THROTTLED,),
        fix="wait, then send the very same verifier again",
    ),
    Explanation(
        codes=_TOO_MANY,
        at=("RespondToAuthChallenge",),
        causes=(Cause.THROTTLED,),
        fix="wait, then answer error.sign_in with answer_challenge",
    ),
    Explanation(codes=_TOO_MANY, causes=(Cause.THROTTLED,), fix="wait, then call again"),
    Explanation(
        codes=_OWN_FAULT,
        at=("ConfirmDevice",),
        causes=(Cause.SERVICE,),
        fix="it may have worked all the same: send the very same verifier again",
    ),
    Explanation(
        codes=_OWN_FAULT,
        causes=(Cause.SERVICE,),
        fix="it may have worked all the same: try again later",
    ),
    Explanation(
        codes=("UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException"),
        causes=(Cause.CREDENTIALS,),
        fix="check those of the boto3 client, which the Admin operations are signed with",
    ),
    Explanation(
        codes=("AccessDeniedException",),
        causes=(Cause.PERMISSION,),
        fix="allow it (cognito-idp:OPERATION) in the IAM policy of whoever calls",
    ),
)

#: What the service says and what may be wrong. The first row that fits a refusal counts.
EXPLANATIONS: Final = (
    *_SIGN_INS,
    *_REFRESHING,
    *_TOKENS,
    *_POOLS_AND_USERS,
    *_DEVICE_KEYS,
    *_CALLS,
)


def find(code: str, message: str, situation: Situation) -> Explanation | None:
    """The row for a refusal; None for one that nothing is known of."""
    return next((row for row in EXPLANATIONS if row.fits(code, message, situation)), None)


def refused(
    operation: str,
    code: str,
    message: str,
    parameters: Mapping[str, Any] | None = None,
    clock_offset: timedelta | None = None,
) -> ServiceError:
    """The error for an exception of the service, with the hint for what was done.

    `parameters` are those of the call, of which the error keeps nothing; `clock_offset` is how far
    the clock here is ahead of the service's, where that is known.
    """
    error = service_error(operation, code, message)
    error.clock_offset = clock_offset
    row = row_of(error, Situation.of(operation, parameters or {}))
    if row is not None:
        right = clock_offset is not None and abs(clock_offset) < TOLERANCE
        error.suggest(row.hint(clock_is_right=right))
    return error


def row_of(error: ServiceError, situation: Situation) -> Explanation | None:
    """The row for an error. All of one kind, such as answers of status 500 and above, are one."""
    kinds = {
        ThrottledError: "TooManyRequestsException",
        ServiceFaultError: "InternalErrorException",
    }
    return find(kinds.get(type(error), error.code), error.message, situation)
