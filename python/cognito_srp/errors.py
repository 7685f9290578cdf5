"""Everything this package raises. No message, argument or repr holds a secret.

::

    CognitoSrpError
    ├── InvalidInputError (ValueError)   refused before anything was sent: field, rule, fix
    ├── VerifierFaultError               two engines disagree about a verifier; nothing was sent
    ├── SrpError                         a value that SRP forbids (RFC 5054, sections 2.5.3, 2.5.4)
    ├── SealingError                     a sealed value that cannot be opened
    │   └── WrongSealingKeyError         because another key has sealed it
    ├── EnrollerClosedError              the enroller takes nothing more
    ├── EnrollerFullError                the enroller has all it can hold, and was not to wait
    ├── NotSentError                     something failed before a device could be sent
    ├── JournalError                     the journal of an enrollment cannot be used
    │   └── JournalBusyError             because another process is using it
    ├── SignInError                      the sign-in cannot go on
    │   └── ChallengeError               a challenge that nobody here can answer
    └── CallError                        a call to Cognito failed
        ├── UnreachableError             no answer came; it may have had an effect all the same
        └── ServiceError                 Cognito refused: code, message, hint
            ├── InvalidDeviceKeyError
            ├── DeviceKeyExistsError
            ├── NotAuthorizedError
            │   └── TokenExpiredError
            ├── ResourceNotFoundError
            ├── ServiceFaultError        the service's own fault; it may have had an effect
            ├── ThrottledError
            └── UserStateError
"""

from __future__ import annotations

import copyreg
import re
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from datetime import timedelta

    from .devices.verifiers import DeviceVerifier
    from .signin import SignIn
    from .signin.diagnosis import Diagnosis

__all__ = [
    "CallError",
    "ChallengeError",
    "CognitoSrpError",
    "DeviceKeyExistsError",
    "EnrollerClosedError",
    "EnrollerFullError",
    "InvalidDeviceKeyError",
    "InvalidInputError",
    "JournalBusyError",
    "JournalError",
    "NotAuthorizedError",
    "NotSentError",
    "ResourceNotFoundError",
    "SealingError",
    "ServiceError",
    "ServiceFaultError",
    "SignInError",
    "SrpError",
    "ThrottledError",
    "TokenExpiredError",
    "UnreachableError",
    "UserStateError",
    "VerifierFaultError",
    "WrongSealingKeyError",
    "service_error",
]


class CognitoSrpError(Exception):
    """Base of this package's errors.

    ``verifier`` is the verifier that was being confirmed, if any: send the very same one again.
    ``sign_in`` is the sign-in that was on its way, if it had come to a challenge: the answer can
    be sent again with `answer_challenge`.

    Every error can be pickled and copied, as process pools and task queues do. All of it travels,
    ``verifier`` included, which may be the only copy of a secret that Cognito has by now; what
    stays behind is ``sign_in``, which holds the password and the client secret.
    """

    verifier: DeviceVerifier | None = None
    sign_in: SignIn | None = None
    #: The attributes that stay behind.
    _left_behind: ClassVar[frozenset[str]] = frozenset({"sign_in"})

    def __reduce__(self) -> tuple[Any, ...]:
        # Not by way of __init__: what it takes is not what it leaves in args.
        kept = {name: value for name, value in vars(self).items() if name not in self._left_behind}
        return copyreg.__newobj__, (type(self), *self.args), kept or None  # type: ignore[attr-defined]


class InvalidInputError(CognitoSrpError, ValueError):
    """An argument that is certainly wrong, found before anything was sent."""

    def __init__(self, field: str, rule: str, fix: str) -> None:
        super().__init__(f"{field}: {rule}; {fix}")
        self.field = field
        self.rule = rule
        self.fix = fix


class VerifierFaultError(CognitoSrpError):
    """Two engines computed different verifiers, and nothing was sent.

    Cognito would have accepted the wrong one silently, and the device could never have signed in.
    """


class SrpError(CognitoSrpError):
    """The other side sent a value that SRP forbids, so the exchange must be abandoned."""


class SealingError(CognitoSrpError):
    """A sealed value is damaged, or was sealed for something else, or is none at all."""


class WrongSealingKeyError(SealingError):
    """Another key has sealed this. The two are named by their key ids, which tell no key."""

    def __init__(self, sealed_with: str, have: str) -> None:
        super().__init__(
            f"sealed with key {sealed_with}, but the key at hand is {have}: use the key it was "
            "sealed with"
        )


class EnrollerClosedError(CognitoSrpError):
    """The enroller is closed, or closing, and takes nothing more."""


class EnrollerFullError(CognitoSrpError):
    """The enroller holds as many requests as it may, and was told not to wait, or not so long."""


class NotSentError(CognitoSrpError):
    """Nothing was sent for this device, because what has to come before failed.

    ``__cause__`` says what: the journal could not be written, or no engine works.
    """


class JournalError(CognitoSrpError):
    """The journal cannot be read or written as asked. What it has taken before is safe."""


class JournalBusyError(JournalError):
    """Another process, or another `Journal` of this one, owns the journal."""

    def __init__(self, path: str, owner: str) -> None:
        who = owner or "another process"
        super().__init__(f"{path}: {who} is using it; wait for it to end, or stop it")


class SignInError(CognitoSrpError):
    """The sign-in cannot go on with what the service answered."""


class ChallengeError(SignInError):
    """A challenge came that nobody here can answer: pass ``on_challenge``.

    ``name`` is the challenge's name.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class CallError(CognitoSrpError):
    """A call to Cognito failed. ``operation`` is its API name, such as ``ConfirmDevice``."""

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation


class UnreachableError(CallError):
    """No answer came from Cognito.

    ``may_have_had_effect`` is False when the request certainly never arrived.
    """

    def __init__(self, operation: str, message: str, *, may_have_had_effect: bool) -> None:
        super().__init__(operation, message)
        self.may_have_had_effect = may_have_had_effect


class ServiceError(CallError):
    """Cognito refused. ``code`` and ``message`` are the service's.

    ``hint`` says what may be wrong, for what was asked of it, and what to do; it is empty where
    nothing is known. docs/troubleshooting.md lists them all.
    ``clock_offset`` is how far the clock here was ahead of the service's, if its answer told.
    ``diagnosis`` is what a sign-in was refused for, as far as can be told.
    """

    hint = ""
    clock_offset: timedelta | None = None
    diagnosis: Diagnosis | None = None

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(operation, f"{code}: {message}")
        self.code = code
        self.message = message

    def suggest(self, hint: str) -> None:
        """Add to the service's message what may be wrong.

        Args:
            hint: What may be wrong and what to do, in words.
        """
        self.hint = hint
        self.args = (f"{self.operation}: {self.code}: {self.message} ({hint})",)

    def explain(self, diagnosis: Diagnosis) -> None:
        """Say what was wrong, in the place of the service's message and our hint.

        Args:
            diagnosis: What the evidence of the sign-in says.
        """
        self.diagnosis = diagnosis
        self.args = (f"{self.operation}: {self.code}: {diagnosis.advice}",)


class InvalidDeviceKeyError(ServiceError):
    """InvalidParameterException "Invalid device key given."."""


class DeviceKeyExistsError(ServiceError):
    """DeviceKeyExistsException: this device key is confirmed already."""


class NotAuthorizedError(ServiceError):
    """NotAuthorizedException: the token, the password or the proof is not accepted."""


class TokenExpiredError(NotAuthorizedError):
    """NotAuthorizedException because the token has expired or was revoked."""


class ResourceNotFoundError(ServiceError):
    """ResourceNotFoundException: no such pool, client, or device."""

    @property
    def is_about_device(self) -> bool:
        """Whether it is the device that is unknown; AWS's own clients go by the message as well."""
        return "device" in self.message.lower()


class ServiceFaultError(ServiceError):
    """InternalErrorException and other answers with a status of 500 and above.

    The call may have had an effect all the same.
    """


class ThrottledError(ServiceError):
    """TooManyRequestsException and its kin: nothing was done."""


class UserStateError(ServiceError):
    """UserNotConfirmedException or PasswordResetRequiredException."""


_BY_CODE: dict[str, type[ServiceError]] = {
    "DeviceKeyExistsException": DeviceKeyExistsError,
    "NotAuthorizedException": NotAuthorizedError,
    "ResourceNotFoundException": ResourceNotFoundError,
    "InternalErrorException": ServiceFaultError,
    "InternalFailure": ServiceFaultError,
    "ServiceUnavailable": ServiceFaultError,
    "ServiceUnavailableException": ServiceFaultError,
    "TooManyRequestsException": ThrottledError,
    "LimitExceededException": ThrottledError,
    "ThrottlingException": ThrottledError,
    "UserNotConfirmedException": UserStateError,
    "PasswordResetRequiredException": UserStateError,
}


def _is_of_a_spent_token(words: str) -> bool:
    _, _, rest = words.partition("token")
    return "expired" in rest or "revoked" in rest


def service_error(operation: str, code: str, message: str) -> ServiceError:
    """The error for an exception of the service, by its code and the messages it is known for.

    Args:
        operation: The operation that was called, such as ``ConfirmDevice``.
        code: The exception's code, such as ``NotAuthorizedException``.
        message: What the service says.

    Returns:
        The `ServiceError`, or the subclass of it for that code.
    """
    kind = _BY_CODE.get(code, ServiceError)
    words = message.lower()
    if code == "InvalidParameterException" and "device key" in words:
        kind = InvalidDeviceKeyError
    elif code == "NotAuthorizedException" and _is_of_a_spent_token(words):
        kind = TokenExpiredError
    elif re.fullmatch(r"5\d\d", code):  # an answer without a code: botocore takes the status
        kind = ServiceFaultError
    return kind(operation, code, message)
