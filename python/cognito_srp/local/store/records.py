"""What a user pool keeps, and what its settings say; `pool.Pool` does something with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPool

from ..authenticators import SoftwareToken
from ..custom_auth import CustomAuth
from ..refusals import Refusal, expired_code
from .devices import DeviceStore
from .user import User

__all__ = ["PasskeyRecord", "PoolRecords", "SentCode", "SignInRecord"]


@dataclass(frozen=True)
class SignInRecord:
    """What the tokens of one sign-in have in common; found by their `origin_jti`."""

    user_id: str
    client_id: str
    auth_time: float
    device_key: str | None
    origin_jti: str = field(default_factory=lambda: str(uuid.uuid4()))
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class PasskeyRecord:
    """What a pool keeps of a passkey.

    Its public key as an uncompressed point in hex, and how often it has been used.
    """

    user_id: str
    credential_id: str
    public_key: str
    uses: int = 0


@dataclass
class SentCode:
    """A code on its way back, under its key in `Pool.codes`.

    `code` is None where it was only pretended to send one.
    """

    key: str
    code: str | None
    attribute: str
    destination: str
    ends: float

    def require_destination(self, current: str | None) -> None:
        """What a code verifies is where it went: ExpiredCodeException if that has changed since."""
        if self.destination != current:
            raise expired_code()


class PoolRecords(CognitoIdpUserPool):
    """The records and the settings of a user pool."""

    users: dict[str, User]  # type: ignore[assignment]
    codes: dict[str, SentCode]
    #: The number of codes at which expired ones are looked for again.
    next_look_at_codes: int = 1000

    #: EmailMfaConfiguration, and the `sub` of those who have it as a second factor.
    email_mfa_config: dict[str, Any] | None = None
    email_mfa_users: tuple[str, ...] = ()
    passkeys: tuple[PasskeyRecord, ...] = ()
    #: The functions of CUSTOM_AUTH. They belong to a process: no state file holds them.
    custom_auth: CustomAuth | None = None
    devices: DeviceStore
    sign_ins: dict[str, SignInRecord]
    #: When refresh tokens end, and since when some are rotated away.
    refresh_ends: dict[str, float]
    retired: dict[str, float]
    #: The number of access tokens at which expired ones are looked for again.
    next_look: int
    software_tokens: dict[str, SoftwareToken]

    @property
    def issuer(self) -> str:
        """The issuer of the pool's tokens, as AWS writes it."""
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.id}"

    @property
    def device_configuration(self) -> dict[str, bool] | None:
        """DeviceConfiguration, or None where the pool does not track devices."""
        return self.extended_config.get("DeviceConfiguration") or None

    def require_device_tracking(self) -> dict[str, bool]:
        """DeviceConfiguration; InvalidUserPoolConfigurationException where there is none."""
        configuration = self.device_configuration
        if configuration is None:
            message = "User pool does not have device tracking configured."
            raise Refusal("InvalidUserPoolConfigurationException", message)
        return configuration

    @property
    def username_attributes(self) -> list[str]:
        """UsernameAttributes: what users sign up and in with, instead of a username."""
        return self.extended_config.get("UsernameAttributes") or []

    @property
    def aliases(self) -> list[str]:
        """The attributes that a user can sign in with."""
        return [*self.username_attributes, *(self.extended_config.get("AliasAttributes") or [])]

    @property
    def case_sensitive(self) -> bool:
        """UsernameConfiguration; True where it is not given."""
        configuration = self.extended_config.get("UsernameConfiguration") or {}
        return bool(configuration.get("CaseSensitive", True))
