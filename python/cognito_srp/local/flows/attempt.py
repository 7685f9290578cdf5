"""One sign-in on its way, from the password to the tokens: which step comes next.

    password ─ NEW_PASSWORD_REQUIRED? ─ second factor? ─ remembered device? ─ tokens
                                        └ skipped for a remembered device, where
                                          ChallengeRequiredOnNewDevice says so

Everything here runs under the state's lock and does no arithmetic.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from moto.cognitoidp.models import UserStatus

from ..refusals import Refusal, device_does_not_exist, not_authorized
from ..store.devices import Device
from ..store.passwords import check_temporary
from ..store.records import SignInRecord
from ..store.user import User
from .issuing import ChallengeIssuer
from .mfa import second_factor

__all__ = ["Attempt", "require_confirmed", "require_enabled", "require_usable"]


@dataclass(frozen=True)
class Attempt(ChallengeIssuer):
    """A sign-in, and which step of it comes next."""

    def after_first_factor(self) -> dict[str, Any]:
        """A password or a code is proven: the next challenge, or tokens."""
        require_usable(self.user)
        self.device()
        if self.user.status == UserStatus.FORCE_CHANGE_PASSWORD:
            check_temporary(self.pool, self.user, self.state.clock.time())
            attributes = {a["Name"]: a["Value"] for a in self.user.attributes if a["Name"] != "sub"}
            shown = {
                "USER_ID_FOR_SRP": self.user.username,
                "requiredAttributes": json.dumps(self._missing_attributes()),
                "userAttributes": json.dumps(attributes),
            }
            return self.challenge("NEW_PASSWORD_REQUIRED", shown)
        return self.after_new_password()

    def _missing_attributes(self) -> list[str]:
        """Attributes that the pool requires and the user lacks, under their names in the answer."""
        known = self.user.attribute_lookup
        schema = self.pool.schema_attributes.values()
        return [f"userAttributes.{a.name}" for a in schema if a.required and a.name not in known]

    def after_new_password(self) -> dict[str, Any]:
        """The password is permanent: a second factor, a device sign-in, or tokens.

        ChallengeRequiredOnNewDevice says that a remembered device stands in for the second
        factor (CreateUserPool, DeviceConfigurationType).
        """
        device, configuration = self.device(), self.pool.device_configuration or {}
        stands_in = configuration.get("ChallengeRequiredOnNewDevice", False)
        if not (stands_in and device is not None and device.remembered):
            challenge = second_factor(self)
            if challenge is not None:
                return challenge
        return self.after_second_factor()

    def after_second_factor(self) -> dict[str, Any]:
        """A device sign-in for a remembered device, or tokens."""
        device = self.device()
        if device is not None and device.remembered:
            shown = {"USERNAME": self.user.username, "DEVICE_KEY": device.key}
            return self.challenge("DEVICE_SRP_AUTH", shown)
        return self.complete()

    def complete(self) -> dict[str, Any]:
        """Tokens; with a new device key unless the client named a device of this user."""
        result: dict[str, Any] = {}
        device = self.device()
        now = self.state.clock.time()
        if device is not None:
            device.last_authenticated, device.last_ip = now, self.ip
        elif self.pool.device_configuration is not None and self.gives_device:
            device = self.pool.devices.issue(self.pool.region, self.user.id, now, self.ip)
            device.by_alias = self.by_alias
            keys = {"DeviceKey": device.key, "DeviceGroupKey": device.group_key}
            result["NewDeviceMetadata"] = keys
        key = device.key if device is not None else None
        sign_in = SignInRecord(self.user.id, self.client.id, self.auth_time, key)
        result |= self.pool.issue_tokens(self.client.id, self.user, sign_in)
        return {"ChallengeParameters": {}, "AuthenticationResult": result}

    def device(self) -> Device | None:
        """The confirmed device the client has named; ResourceNotFoundException for others."""
        if self.device_key is None:
            return None
        device = self.pool.devices.confirmed(self.user.id, self.device_key)
        if device is None:
            raise device_does_not_exist()
        return device


def require_enabled(user: User) -> None:
    """A disabled user may not even begin."""
    if not user.enabled:
        raise not_authorized("User is disabled.")


def require_confirmed(user: User) -> None:
    """Whoever has not confirmed the sign-up hears so, whatever the password."""
    if user.status == UserStatus.UNCONFIRMED:
        raise Refusal("UserNotConfirmedException", "User is not confirmed.")


def require_usable(user: User) -> None:
    """States that only someone who has proven the first factor gets to hear of."""
    require_enabled(user)
    require_confirmed(user)
    if user.status == UserStatus.RESET_REQUIRED:
        message = "Password reset required for the user"
        raise Refusal("PasswordResetRequiredException", message)
