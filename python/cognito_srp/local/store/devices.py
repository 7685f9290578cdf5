"""Devices of one user pool: issued, confirmed, remembered, forgotten."""

from __future__ import annotations

import secrets
import string
import uuid
from dataclasses import dataclass

__all__ = ["Device", "DeviceStore"]

#: A group key carries no underscore: that is how a swap with a device key can be told.
_GROUP_KEY_ALPHABET = string.ascii_letters + string.digits + "-"


@dataclass
class Device:
    """A device key and what became of it.

    `verifier` and `salt` stay None for a device confirmed without DeviceSecretVerifierConfig,
    which the API allows and which can therefore never answer DEVICE_SRP_AUTH. `by_alias`: the key
    came of a sign-in whose code was answered under an alias, and AWS then confirms no device.
    """

    key: str
    group_key: str
    user_id: str
    created: float
    modified: float
    last_authenticated: float
    last_ip: str
    name: str | None = None
    salt: int | None = None
    verifier: int | None = None
    confirmed: bool = False
    remembered: bool = False
    by_alias: bool = False

    @property
    def status(self) -> str:
        """The word UpdateDeviceStatus uses for it."""
        return "remembered" if self.remembered else "not_remembered"


class DeviceStore:
    """All devices of a pool, by user (the `sub`) and key. The caller holds the lock."""

    def __init__(self) -> None:
        self._by_user: dict[str, dict[str, Device]] = {}

    def issue(self, region: str, user_id: str, now: float, ip: str) -> Device:
        """A fresh key pair for NewDeviceMetadata; the device exists once it is confirmed."""
        group_key = "-" + "".join(secrets.choice(_GROUP_KEY_ALPHABET) for _ in range(8))
        device = Device(
            key=f"{region}_{uuid.uuid4()}",
            group_key=group_key,
            user_id=user_id,
            created=now,
            modified=now,
            last_authenticated=now,
            last_ip=ip,
        )
        self._by_user.setdefault(user_id, {})[device.key] = device
        return device

    def issued(self, user_id: str, key: str) -> Device | None:
        """The user's device of that key, confirmed or not."""
        return self._by_user.get(user_id, {}).get(key)

    def confirmed(self, user_id: str, key: str) -> Device | None:
        """The user's device of that key if ConfirmDevice has been called for it."""
        device = self.issued(user_id, key)
        return device if device is not None and device.confirmed else None

    def of_user(self, user_id: str) -> list[Device]:
        """The user's confirmed devices, oldest first."""
        return [d for d in self._by_user.get(user_id, {}).values() if d.confirmed]

    def every_of_user(self, user_id: str) -> list[Device]:
        """The user's devices, those without a ConfirmDevice yet included, oldest first."""
        return list(self._by_user.get(user_id, {}).values())

    def forget(self, device: Device) -> None:
        """Forget a device."""
        self._by_user.get(device.user_id, {}).pop(device.key, None)

    def forget_unconfirmed(self, before: float) -> None:
        """Forgets the devices that were handed out before that moment and not confirmed since."""
        for user_id, devices in list(self._by_user.items()):
            for device in list(devices.values()):
                if not device.confirmed and device.created < before:
                    self.forget(device)
            if not devices:
                self.forget_user(user_id)

    def forget_user(self, user_id: str) -> None:
        """Forget all devices of a user."""
        self._by_user.pop(user_id, None)
