"""The parameters of the operations that are called from more than one place, each built once.

What goes in has been checked before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .steps import Call

__all__ = [
    "REFRESH_OPERATION",
    "confirm_device_call",
    "refresh_call",
    "update_device_status_parameters",
]

#: An operation of its own, and the only one for clients whose refresh tokens rotate.
REFRESH_OPERATION: Final = "GetTokensFromRefreshToken"


def confirm_device_call(
    *,
    access_token: str,
    device_key: str,
    config: Mapping[str, str] | None,
    device_name: str | None,
) -> Call:
    """ConfirmDevice. `config` is the DeviceSecretVerifierConfig, None for a device without one."""
    parameters: dict[str, Any] = {"AccessToken": access_token, "DeviceKey": device_key}
    if config is not None:
        parameters["DeviceSecretVerifierConfig"] = config
    if device_name is not None:
        parameters["DeviceName"] = device_name
    return Call("ConfirmDevice", parameters)


def update_device_status_parameters(*, device_key: str, remembered: bool) -> dict[str, str]:
    """What UpdateDeviceStatus and its Admin form take besides whose device it is."""
    status = "remembered" if remembered else "not_remembered"
    return {"DeviceKey": device_key, "DeviceRememberedStatus": status}


def refresh_call(
    *,
    client_id: str,
    refresh_token: str,
    client_secret: str | None = None,
    device_key: str | None = None,
    client_metadata: Mapping[str, str] | None = None,
) -> Call:
    """GetTokensFromRefreshToken, which takes the client's secret itself and no SECRET_HASH.

    A pool that tracks devices asks for the key of the token's device.
    """
    optional = {
        "ClientSecret": client_secret,
        "DeviceKey": device_key,
        "ClientMetadata": client_metadata,
    }
    parameters: dict[str, Any] = {"ClientId": client_id, "RefreshToken": refresh_token}
    parameters |= {name: value for name, value in optional.items() if value is not None}
    return Call(REFRESH_OPERATION, parameters)
