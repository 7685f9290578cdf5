"""Enroll devices with Amazon Cognito and sign in with them.

Importing this package loads nothing but itself: every name loads its module when it is first asked
for, boto3 and gmpy2 when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from srp_native import __version__

    from .devices.columns import DeviceVerifierColumns, create_device_verifier_columns
    from .devices.confirm import ConfirmedDevice, confirm_device, enroll_device
    from .devices.management import (
        KnownDevice,
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
        AppClientIds,
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
    "AppClientIds",
    "CallError",
    "Cause",
    "Challenge",
    "ChallengeError",
    "CognitoSrpError",
    "ConfirmedDevice",
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
    "KnownDevice",
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

#: The module of every public name. tests/test_layers.py compares it with the imports above.
_NAMES: Final = {
    "srp_native": ("__version__",),
    ".devices.columns": (
        "DeviceVerifierColumns",
        "create_device_verifier_columns",
    ),
    ".devices.confirm": (
        "ConfirmedDevice",
        "confirm_device",
        "enroll_device",
    ),
    ".devices.management": (
        "KnownDevice",
        "forget_device",
        "get_device",
        "list_devices",
        "update_device_status",
    ),
    ".devices.verifiers": (
        "DeviceVerifier",
        "NewDevice",
        "RememberedDevice",
        "create_device_verifier",
        "create_device_verifiers",
    ),
    ".errors": tuple(name for name in __all__ if name.endswith("Error")),
    ".signin": (
        "AppClientIds",
        "Challenge",
        "Session",
        "SignIn",
        "Tokens",
        "answer_challenge",
        "begin_sign_in",
        "sign_in",
    ),
    ".signin.diagnosis": (
        "Cause",
        "Diagnosis",
    ),
    ".storage.sealing": ("SealingKey",),
}
_MODULES: Final = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
