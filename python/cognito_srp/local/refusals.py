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
    """An error of the service model: `code` is its `__type`, `message` what the client reads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)

    def __reduce__(self) -> tuple[type[Refusal], tuple[str, str]]:
        return type(self), (self.code, self.message)  # args is the message alone


def not_authorized(message: str) -> Refusal:
    return Refusal("NotAuthorizedException", message)


def incorrect() -> Refusal:
    """What AWS says to every wrong proof, whatever is wrong with it."""
    return not_authorized("Incorrect username or password.")


def invalid_session() -> Refusal:
    return not_authorized("Invalid session for the user.")


def expired_session() -> Refusal:
    return not_authorized("Invalid session for the user, session is expired.")


def invalid_parameter(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message)


def missing_parameter(name: str) -> Refusal:
    return invalid_parameter(f"Missing required parameter {name}")


def device_does_not_exist() -> Refusal:
    """Clients match on the word "device" here (amazon-cognito-identity-js), then drop the key."""
    return Refusal("ResourceNotFoundException", "Device does not exist.")


def user_does_not_exist() -> Refusal:
    return Refusal("UserNotFoundException", "User does not exist.")


def code_mismatch(message: str = "Invalid code received for user") -> Refusal:
    return Refusal("CodeMismatchException", message)


def expired_code() -> Refusal:
    message = "Invalid code provided, please request a code again."
    return Refusal("ExpiredCodeException", message)


def pool_does_not_exist(pool_id: str) -> Refusal:
    return Refusal("ResourceNotFoundException", f"User pool {pool_id} does not exist.")
