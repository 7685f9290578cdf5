"""The refusals of the local server: AWS's exception types, and its words where known."""

from __future__ import annotations

from moto.core.exceptions import ServiceException

__all__ = [
    "Refusal",
    "code_mismatch",
    "device_does_not_exist",
    "expired_code",
    "expired_session",
    "incorrect",
    "invalid_parameter",
    "invalid_session",
    "missing_parameter",
    "not_authorized",
    "pool_does_not_exist",
    "user_does_not_exist",
]


class Refusal(ServiceException):
    """An error of the service model: `code` is its `__type`, `message` what the client reads.

    `reason` is what the developer reads in the log and the console, where AWS's words tell clients
    less than that on purpose.
    """

    def __init__(self, code: str, message: str, reason: str | None = None) -> None:
        super().__init__(code, message)
        self.reason = reason or message

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str, str]]:
        return type(self), (self.code, self.message, self.reason)  # args is the message alone


def not_authorized(message: str, reason: str | None = None) -> Refusal:
    """NotAuthorizedException; the log gives the `reason`, which the client does not hear."""
    return Refusal("NotAuthorizedException", message, reason)


def incorrect(reason: str) -> Refusal:
    """What AWS says to every wrong proof, whatever is wrong with it."""
    return not_authorized("Incorrect username or password.", reason)


def invalid_session(reason: str) -> Refusal:
    """NotAuthorizedException for a Session that is not that of the challenge."""
    return not_authorized("Invalid session for the user.", reason)


def expired_session() -> Refusal:
    """NotAuthorizedException for a Session whose time has run out."""
    return not_authorized("Invalid session for the user, session is expired.")


def invalid_parameter(message: str) -> Refusal:
    """InvalidParameterException."""
    return Refusal("InvalidParameterException", message)


def missing_parameter(name: str) -> Refusal:
    """InvalidParameterException for a required parameter that is absent."""
    return invalid_parameter(f"Missing required parameter {name}")


def device_does_not_exist() -> Refusal:
    """Clients match on the word "device" here (amazon-cognito-identity-js), then drop the key."""
    return Refusal("ResourceNotFoundException", "Device does not exist.")


def user_does_not_exist() -> Refusal:
    """UserNotFoundException."""
    return Refusal("UserNotFoundException", "User does not exist.")


def code_mismatch(message: str = "Invalid code received for user") -> Refusal:
    """CodeMismatchException."""
    return Refusal("CodeMismatchException", message)


def expired_code() -> Refusal:
    """ExpiredCodeException."""
    message = "Invalid code provided, please request a code again."
    return Refusal("ExpiredCodeException", message)


def pool_does_not_exist(pool_id: str) -> Refusal:
    """ResourceNotFoundException for a user pool."""
    return Refusal("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
