"""What explains a refusal: its cause, what had been done, and a row of the table in `causes`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, Final

__all__ = ["TOLERANCE", "Cause", "Explanation", "Situation"]

#: AWS accepts a TIMESTAMP that is this far from its own clock.
TOLERANCE: Final = timedelta(minutes=5)


class Cause(Enum):
    """What was wrong."""

    ALIAS = "a code of that sign-in was answered under an alias (an e-mail address, a phone number)"
    APP_CLIENT = "there is no such app client, or it belongs to another pool or Region"
    APP_CLIENT_OF_OTHER_POOL = "the app client is not of this user pool, whose id is in the proof"
    CLOCK = "the clock is off by more than five minutes"
    CODE_EXPIRED = "the code is too old, was used already, or was never sent"
    CODE_WRONG = "the code is wrong"
    CONFIRMED_BEFORE = "the device is confirmed already"
    CREDENTIALS = "the AWS credentials are wrong, or have expired"
    DEVICE_FORGOTTEN = "the device is unknown to the service"
    DEVICE_GROUP_KEY = "the device group key is not the one that came with the device key"
    DEVICE_KEY_MISSING = "the tokens belong to a device whose key was not sent"
    DEVICE_KEY_OTHER = "the device key is not that of the sign-in which gave the tokens"
    DEVICE_NOT_CONFIRMED = "the device was never confirmed"
    DEVICE_NOT_REMEMBERED = "the device is confirmed, but not remembered"
    DEVICE_OF_ANOTHER_USER = "the device key was given to another user"
    DEVICE_SECRET = "the device's secret is not the one it was confirmed with"  # noqa: S105
    FLOW = "the app client does not allow this flow"
    KEYS_SWAPPED = "the device key and the device group key are swapped"
    LOCKED_OUT = "too many wrong passwords have locked the user out for a while"
    NOT_TRACKED = "the user pool does not track devices"
    PASSWORD = "the user name or the password is wrong"  # noqa: S105
    PASSWORD_RESET = "the password has to be reset"  # noqa: S105
    PERMISSION = "the AWS credentials do not allow this operation"
    POOL = "there is no such user pool in the Region of the client"
    REFRESH_TOKEN = "the refresh token is none of this app client's"  # noqa: S105
    REFRESH_TOKEN_EXPIRED = "the refresh token has expired"  # noqa: S105
    REFRESH_TOKEN_REVOKED = "the refresh token has been revoked"  # noqa: S105
    REFRESH_TOKEN_ROTATED = "rotation has replaced the refresh token"  # noqa: S105
    ROTATION = "the app client rotates its refresh tokens, which this flow cannot"
    SALT_NOT_MINIMAL = "the device's verifier was made from a salt with leading zeros"
    SCOPE = "the access token lacks the scope aws.cognito.signin.user.admin"
    SECRET_HASH_MISSING = "the app client has a secret, which was not given"  # noqa: S105
    SECRET_HASH_NAME = "the SECRET_HASH was made with a name that is not the internal one"  # noqa: S105
    SECRET_HASH_WRONG = "the client secret is not the app client's"  # noqa: S105
    SERVICE = "the service itself has failed"
    SESSION = "the challenge is too old, or was answered already"
    THROTTLED = "too many calls at once"
    TOKEN = "the access token is none, or of another user pool or Region"  # noqa: S105
    TOKEN_EXPIRED = "the access token has expired"  # noqa: S105
    TOKEN_REVOKED = "the access token has been revoked"  # noqa: S105
    USER_DISABLED = "the user is disabled"
    USER_NOT_CONFIRMED = "the user has not finished signing up"
    USER_UNKNOWN = "there is no user of this name, or the alias is not verified"


@dataclass(frozen=True)
class Situation:
    """What was asked of the service: nothing of it is secret.

    ``names`` are the operation (without ``Admin``), the flow and the challenge.
    """

    names: frozenset[str]
    has_device_key: bool = False

    @classmethod
    def of(cls, operation: str, parameters: Mapping[str, Any]) -> Situation:
        """From a call's operation and its parameters."""
        fields = {**(parameters.get("AuthParameters") or {})}
        fields |= parameters.get("ChallengeResponses") or {}
        names = (parameters.get("AuthFlow"), parameters.get("ChallengeName"))
        return cls(
            frozenset({operation.removeprefix("Admin"), *filter(None, names)}),
            bool(parameters.get("DeviceKey") or fields.get("DEVICE_KEY")),
        )


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A row of the table: what the service says, when, what may be wrong then, and what to do.

    It fits a refusal with one of the ``codes`` and one of the ``words``, whatever their case and
    punctuation, an ellipsis standing for any others; in answer to one of ``at``, which are names as
    in `Situation`; and with or without a device key. What is empty or None fits all. ``certain``
    tells that the words leave no doubt.
    """

    codes: tuple[str, ...]
    words: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    has_device_key: bool | None = None
    causes: tuple[Cause, ...]
    fix: str
    certain: bool = False

    def fits(self, code: str, message: str, situation: Situation) -> bool:
        """Whether this is it."""
        said = _squeezed(message)
        return (
            code in self.codes
            and (not self.words or any(_are_in(said, words) for words in self.words))
            and (not self.at or not situation.names.isdisjoint(self.at))
            and self.has_device_key in (None, situation.has_device_key)
        )

    def hint(self, *, clock_is_right: bool = False) -> str:
        """What may be wrong, and what to do, as a message says it."""
        causes = (cause for cause in self.causes if not (clock_is_right and cause is Cause.CLOCK))
        return f"{', or '.join(cause.value for cause in causes)}: {self.fix}"


def _are_in(said: str, words: str) -> bool:
    return all(_squeezed(part) in said for part in words.split("…"))


def _squeezed(text: str) -> str:
    """Without case, spaces and punctuation: SECRET_HASH, SecretHash and "secret hash" are one."""
    return re.sub(r"[\W_]", "", text.lower())
