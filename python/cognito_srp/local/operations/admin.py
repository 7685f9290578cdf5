"""The Admin forms of sign-in and of the device operations: by pool and username, with no token."""

from __future__ import annotations

from ..refusals import device_does_not_exist
from ..store.devices import Device
from ..store.pool import Pool
from ..store.user import User
from .base import Operations, Result
from .devices import describe, page_of, set_status, shown_devices
from .sign_in import answer_challenge, begin

__all__ = ["AdminOperations"]

_ADMIN_FLOWS = (
    "ADMIN_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "USER_SRP_AUTH",
    "USER_AUTH",
    "CUSTOM_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
)


class AdminOperations(Operations):
    """Signed operations of an administrator.

    AdminInitiateAuth and AdminRespondToAuthChallenge take the lock themselves, as their public
    forms do.
    """

    def admin_initiate_auth(self) -> Result:
        return begin(self, self.named_client(), _ADMIN_FLOWS)

    def admin_respond_to_auth_challenge(self) -> Result:
        return answer_challenge(self, self.named_client())

    def admin_get_device(self) -> Result:
        pool, user, device = self._device_of_user()
        return Result({"Device": describe(device, (pool, user.username))})

    def admin_list_devices(self) -> Result:
        pool, user = self._user()
        only_remembered = self.state.settings.admin_lists_remembered_only
        devices = shown_devices(pool, user) if only_remembered else pool.devices.of_user(user.id)
        return Result(page_of(devices, self.params, (pool, user.username)))

    def admin_forget_device(self) -> Result:
        pool, _, device = self._device_of_user()
        pool.devices.forget(device)
        return Result({})

    def admin_update_device_status(self) -> Result:
        _, _, device = self._device_of_user()
        set_status(device, self.params.get("DeviceRememberedStatus"), self.state.clock.time())
        return Result({})

    def _user(self) -> tuple[Pool, User]:
        pool, user = self.named_user()
        pool.require_device_tracking()
        return pool, user

    def _device_of_user(self) -> tuple[Pool, User, Device]:
        pool, user = self._user()
        device = pool.devices.confirmed(user.id, self.params["DeviceKey"])
        if device is None:
            raise device_does_not_exist()
        return pool, user, device
