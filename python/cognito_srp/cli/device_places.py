"""Where a device's secret is kept: a file of mode 0600, or an entry of the system's keyring."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from ..devices.verifiers import RememberedDevice
from ..errors import InvalidInputError
from ..storage.secret_files import save_secret

__all__ = ["DevicePlace", "device_place", "read_device"]

_KEYRING = "keyring:"
#: What the entries belong to, in the keyring's own words.
_SERVICE = "cognito-srp"


@dataclass(frozen=True)
class DevicePlace:
    """A place named on the command line: a path, or ``keyring:NAME``."""

    text: str

    @property
    def _entry(self) -> str | None:
        """The name in the keyring; None for a file."""
        return self.text.removeprefix(_KEYRING) if self.text.startswith(_KEYRING) else None

    def load(self) -> RememberedDevice:
        """The device that is kept there. Raises `InvalidInputError` or `OSError`."""
        if self._entry is None:
            return read_device(self.text)
        device = RememberedDevice.from_keyring(_SERVICE, self._entry)
        if device is None:
            fix = "name the entry that --save-device has made"
            raise InvalidInputError(self.text, "is not in the keyring", fix)
        return device

    def check_free(self) -> None:
        """Raise `InvalidInputError` where something is kept already.

        It may be the only secret of a device.
        """
        taken = (
            Path(self.text).exists()
            if self._entry is None
            else RememberedDevice.from_keyring(_SERVICE, self._entry) is not None
        )
        if taken:
            rule = "is there already, and may hold the only secret of a device"
            raise InvalidInputError(self.text, rule, "choose another name")

    def save(self, device: RememberedDevice) -> None:
        """Keep a device there; it is durable on return. Never over another one."""
        if self._entry is None:
            save_secret(self.text, device.to_json())
        else:
            self.check_free()
            device.to_keyring(_SERVICE, self._entry)


def read_device(path: str) -> RememberedDevice:
    """The device in a file. Raises `InvalidInputError`, which names the file, or `OSError`."""
    data = Path(path).read_bytes()
    try:
        return RememberedDevice.from_json(data)
    except InvalidInputError as error:
        if error.field != "device":
            raise
    raise InvalidInputError(
        path, "is not the secret of a device", "name what --save or --save-device has written"
    )


def device_place(text: str) -> DevicePlace:
    """An argparse type: the place that is named."""
    if text.removeprefix(_KEYRING) == "":
        raise argparse.ArgumentTypeError("needs a file or keyring:NAME")
    return DevicePlace(text)
