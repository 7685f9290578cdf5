"""ConfirmDevice, UpdateDeviceStatus, GetDevice, ListDevices and ForgetDevice, which moto lacks."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from srp_native import N
from srp_native._sizes import SALT_MAX

from ...srp.encoding import decode_base64, unpad
from ..refusals import Refusal, device_does_not_exist, invalid_parameter
from ..store.devices import Device
from ..store.pool import Pool
from ..store.user import User
from .base import Operations, Result

__all__ = ["DeviceOperations", "describe", "page_of", "set_status", "shown_devices"]


class DeviceOperations(Operations):
    """The device operations of a signed-in user, by access token."""

    def confirm_device(self) -> Result:
        tracking = self.caller.pool.require_device_tracking()
        on_prompt = bool(tracking.get("DeviceOnlyRememberedOnUserPrompt"))
        config = self.params.get("DeviceSecretVerifierConfig")
        device = self._device_to_confirm()
        if device.confirmed:
            raise Refusal("DeviceKeyExistsException", "Device already exists.")
        if config:
            device.verifier, device.salt = _read_verifier(config)
        device.name = self.params.get("DeviceName")
        device.confirmed, device.remembered = True, not on_prompt
        device.created = device.modified = self.state.clock.time()
        device.last_ip = self.ip
        return Result({"UserConfirmationNecessary": on_prompt})

    def update_device_status(self) -> Result:
        status = self.params.get("DeviceRememberedStatus")
        set_status(self._device(), status, self.state.clock.time())
        return Result({})

    def get_device(self) -> Result:
        return Result({"Device": describe(self._device())})

    def list_devices(self) -> Result:
        self.caller.pool.require_device_tracking()
        devices = shown_devices(self.caller.pool, self.caller.user)
        return Result(page_of(devices, self.params))

    def forget_device(self) -> Result:
        self.caller.pool.devices.forget(self._device())
        return Result({})

    def _device_to_confirm(self) -> Device:
        """The user's device of that key, whichever sign-in has given it.

        AWS confirms none that came of a code answered under an alias (docs/protocol.md, section 5).
        """
        key = self.params["DeviceKey"]
        device = self.caller.pool.devices.issued(self.caller.user.id, key)
        if device is None or device.by_alias:
            raise invalid_parameter("Invalid device key given.")
        return device

    def _device(self) -> Device:
        self.caller.pool.require_device_tracking()
        key = self.params["DeviceKey"]
        device = self.caller.pool.devices.confirmed(self.caller.user.id, key)
        if device is None:
            raise device_does_not_exist()
        return device


def shown_devices(pool: Pool, user: User) -> list[Device]:
    """The devices that ListDevices shows.

    In a pool that remembers devices on the user's word only those that are remembered
    (aws-amplify/amplify-js#12171).
    """
    on_prompt = (pool.device_configuration or {}).get("DeviceOnlyRememberedOnUserPrompt")
    return [d for d in pool.devices.of_user(user.id) if d.remembered or not on_prompt]


def set_status(device: Device, status: str | None, now: float) -> None:
    """UpdateDeviceStatus; the parameter may be left out, and then nothing changes."""
    if status is not None:
        device.remembered = status == "remembered"
        device.modified = now


def describe(device: Device, admin_of: tuple[Pool, str] | None = None) -> dict[str, Any]:
    """A DeviceType. The Admin forms show `dev:` attributes as well, and pass pool and username."""
    attributes = {"device_status": "valid", "last_ip_used": device.last_ip}
    if device.name is not None:
        attributes["device_name"] = device.name
    if admin_of is not None:
        pool, username = admin_of
        owner = f"{username}.{pool.id}"
        prefix = pool.arn.rpartition(":userpool/")[0]
        attributes["dev:device_arn"] = f"{prefix}:owner/{owner}/device/{device.key}"
        attributes["dev:device_owner"] = owner
        attributes["dev:device_remembered_status"] = device.status
    return {
        "DeviceKey": device.key,
        "DeviceAttributes": [{"Name": n, "Value": v} for n, v in attributes.items()],
        "DeviceCreateDate": device.created,
        "DeviceLastModifiedDate": device.modified,
        "DeviceLastAuthenticatedDate": device.last_authenticated,
    }


def page_of(
    devices: list[Device], params: dict[str, Any], admin_of: tuple[Pool, str] | None = None
) -> dict[str, Any]:
    """One page of ListDevices: Limit is 0 to 60, and 60 where it is not given."""
    start = _read_page_token(params.get("PaginationToken"), devices)
    end = start + (params.get("Limit") or 60)
    page: dict[str, Any] = {"Devices": [describe(d, admin_of) for d in devices[start:end]]}
    if end < len(devices):
        page["PaginationToken"] = base64.b64encode(devices[end - 1].key.encode()).decode()
    return page


def _read_page_token(token: str | None, devices: list[Device]) -> int:
    """Where the page begins: after the device that the token names."""
    if token is None:
        return 0
    try:
        last = base64.b64decode(token, validate=True).decode()
        return 1 + [device.key for device in devices].index(last)
    except (binascii.Error, ValueError):
        raise invalid_parameter("Invalid pagination token given.") from None


def _read_verifier(config: dict[str, str]) -> tuple[int, int]:
    """Verifier and salt, read as AWS reads them: signed (docs/protocol.md, section 2)."""
    verifier = _read_integer(config, "PasswordVerifier")
    salt = _read_integer(config, "Salt")
    if not 1 < verifier < N:
        raise invalid_parameter("Invalid PasswordVerifier given.")
    if not 0 < salt < 1 << (8 * SALT_MAX):
        raise invalid_parameter("Invalid Salt given.")
    return verifier, salt


def _read_integer(config: dict[str, str], name: str) -> int:
    try:
        return unpad(decode_base64(config.get(name) or ""))
    except ValueError:
        raise invalid_parameter(f"Invalid {name} given.") from None
