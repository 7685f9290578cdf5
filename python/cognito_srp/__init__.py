"""Enroll devices with Amazon Cognito and sign in with them.

Importing this package loads neither boto3 nor gmpy2; each is loaded on first use.
"""

from srp_native import __version__

from .devices.columns import DeviceVerifierColumns, create_device_verifier_columns
from .devices.confirm import ConfirmedDevice, confirm_device, enroll_device
from .devices.management import (
    Device,
    forget_device,
    get_device,
    list_devices,
    update_device_status,
)
from .devices.verifiers import (
    DeviceVerifier,
    NewDevice,
    RememberedDevice,
    create_device_verifier,
    create_device_verifiers,
)
from .errors import (
    CallError,
    ChallengeError,
    CognitoSrpError,
    DeviceKeyExistsError,
    EnrollerClosedError,
    EnrollerFullError,
    InvalidDeviceKeyError,
    InvalidInputError,
    JournalBusyError,
    JournalError,
    NotAuthorizedError,
    NotSentError,
    ResourceNotFoundError,
    SealingError,
    ServiceError,
    ServiceFaultError,
    SignInError,
    SrpError,
    ThrottledError,
    TokenExpiredError,
    UnreachableError,
    UserStateError,
    VerifierFaultError,
    WrongSealingKeyError,
)
from .signin import (
    Challenge,
    Session,
    SignIn,
    Tokens,
    answer_challenge,
    begin_sign_in,
    sign_in,
)
from .signin.diagnosis import Cause, Diagnosis
from .storage.sealing import SealingKey

__all__ = [
    "CallError",
    "Cause",
    "Challenge",
    "ChallengeError",
    "CognitoSrpError",
    "ConfirmedDevice",
    "Device",
    "DeviceKeyExistsError",
    "DeviceVerifier",
    "DeviceVerifierColumns",
    "Diagnosis",
    "EnrollerClosedError",
    "EnrollerFullError",
    "InvalidDeviceKeyError",
    "InvalidInputError",
    "JournalBusyError",
    "JournalError",
    "NewDevice",
    "NotAuthorizedError",
    "NotSentError",
    "RememberedDevice",
    "ResourceNotFoundError",
    "SealingError",
    "SealingKey",
    "ServiceError",
    "ServiceFaultError",
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
    "__version__",
    "answer_challenge",
    "begin_sign_in",
    "confirm_device",
    "create_device_verifier",
    "create_device_verifier_columns",
    "create_device_verifiers",
    "enroll_device",
    "forget_device",
    "get_device",
    "list_devices",
    "sign_in",
    "update_device_status",
]
