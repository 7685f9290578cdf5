"""Devices: their verifiers, ConfirmDevice, and what Cognito knows of them."""

from .columns import DeviceVerifierColumns, create_device_verifier_columns
from .confirm import ConfirmedDevice, confirm_device, enroll_device
from .management import KnownDevice, forget_device, get_device, list_devices, update_device_status
from .verifiers import (
    DeviceVerifier,
    NewDevice,
    RememberedDevice,
    create_device_verifier,
    create_device_verifiers,
)

__all__ = [
    "ConfirmedDevice",
    "DeviceVerifier",
    "DeviceVerifierColumns",
    "KnownDevice",
    "NewDevice",
    "RememberedDevice",
    "confirm_device",
    "create_device_verifier",
    "create_device_verifier_columns",
    "create_device_verifiers",
    "enroll_device",
    "forget_device",
    "get_device",
    "list_devices",
    "update_device_status",
]
