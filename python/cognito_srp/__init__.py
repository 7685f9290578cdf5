"""Enroll devices with Amazon Cognito and sign in with them.

Importing this package loads neither boto3 nor gmpy2; each is loaded on first use.
"""

from .confirm import ConfirmedDevice, confirm_device, enroll_device, update_device_status
from .device import (
    DeviceVerifier,
    NewDevice,
    RememberedDevice,
    create_device_verifier,
    create_device_verifiers,
)
from .device_columns import DeviceVerifierColumns, create_device_verifier_columns
from .errors import (
    CallError,
    ChallengeError,
    CognitoSrpError,
    DeviceKeyExistsError,
    InvalidDeviceKeyError,
    InvalidInputError,
    NotAuthorizedError,
    ResourceNotFoundError,
    SealingError,
    ServiceError,
    SignInError,
    SrpError,
    ThrottledError,
    TokenExpiredError,
    UnreachableError,
    UserStateError,
    VerifierFaultError,
    WrongSealingKeyError,
)
from .sealing import SealingKey
from .signin import (
    Challenge,
    Session,
    SignIn,
    Tokens,
    answer_challenge,
    begin_sign_in,
    sign_in,
)

__all__ = [
    "CallError",
    "Challenge",
    "ChallengeError",
    "CognitoSrpError",
    "ConfirmedDevice",
    "DeviceKeyExistsError",
    "DeviceVerifier",
    "DeviceVerifierColumns",
    "InvalidDeviceKeyError",
    "InvalidInputError",
    "NewDevice",
    "NotAuthorizedError",
    "RememberedDevice",
    "ResourceNotFoundError",
    "SealingError",
    "SealingKey",
    "ServiceError",
    "Session",
    "SignIn",
    "SignInError",
    "SrpError",
    "ThrottledError",
    "TokenExpiredError",
    "Tokens",
    "UnreachableError",
    "UserStateError",
    "VerifierFaultError",
    "WrongSealingKeyError",
    "answer_challenge",
    "begin_sign_in",
    "confirm_device",
    "create_device_verifier",
    "create_device_verifier_columns",
    "create_device_verifiers",
    "enroll_device",
    "sign_in",
    "update_device_status",
]
