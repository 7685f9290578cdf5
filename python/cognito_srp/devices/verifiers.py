"""Devices and their secrets: what sign-in hands out, what ConfirmDevice takes, what to keep."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice, pairwise
from typing import Any, Final, TypeVar

import srp_native
from srp_native import Column
from srp_native._sizes import PASSWORD_RANDOM, SALT_RANDOM
from srp_native.group import ELEMENT_SIZE

from ..errors import InvalidInputError, VerifierFaultError
from ..srp.encoding import decode_base64, encode_base64, pad, read_json, unpad
from ..srp.protocol import device_identity
from ..storage.system_keyring import system_keyring
from .checks import (
    check_device_group_key,
    check_device_key,
    check_salt,
    check_text,
    check_wire_integer,
)

__all__ = [
    "DeviceVerifier",
    "NewDevice",
    "RememberedDevice",
    "create_device_verifier",
    "create_device_verifiers",
]

T = TypeVar("T")

# Rows that are computed at a time: the end of a batch's checks costs as much as some 50 rows.
_BATCH_ROWS: Final = 8192


@dataclass(frozen=True, kw_only=True)
class NewDevice:
    """The two keys that a sign-in without a device hands out (``NewDeviceMetadata``)."""

    device_key: str
    device_group_key: str

    def __post_init__(self) -> None:
        check_device_key(self.device_key)
        check_device_group_key(self.device_group_key)

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> NewDevice:
        """The keys of the device that a sign-in gave.

        Args:
            metadata: ``response["AuthenticationResult"]["NewDeviceMetadata"]``.

        Returns:
            The `NewDevice`.

        Raises:
            InvalidInputError: A key is missing, or is certainly none.
        """
        try:
            keys = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        except (KeyError, TypeError):
            raise InvalidInputError(
                "metadata",
                "needs DeviceKey and DeviceGroupKey",
                "pass AuthenticationResult's NewDeviceMetadata as it came",
            ) from None
        return cls(device_key=keys[0], device_group_key=keys[1])


@dataclass(frozen=True, kw_only=True)
class RememberedDevice:
    """What a confirmed device needs to sign in. Keep it as secret as a password."""

    device_key: str
    device_group_key: str
    device_password: str = field(repr=False)

    def __post_init__(self) -> None:
        check_device_key(self.device_key)
        check_device_group_key(self.device_group_key)
        check_text("device_password", self.device_password, "pass the password it was made with")

    def to_json(self) -> str:
        """A JSON object with the three fields, the password in clear."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> RememberedDevice:
        """The inverse of `to_json`.

        Args:
            text: What `to_json` wrote.

        Returns:
            The `RememberedDevice`.

        Raises:
            InvalidInputError: Anything else.
        """
        try:
            fields = read_json(text)
        except ValueError:
            fields = None
        if not isinstance(fields, dict) or fields.keys() != cls.__dataclass_fields__.keys():
            raise InvalidInputError(
                "device",
                "is not the JSON of a remembered device",
                "pass what RememberedDevice.to_json wrote",
            )
        return cls(**fields)

    def to_keyring(self, service: str, name: str) -> None:
        """Put the device into the operating system's keyring, over an entry of that name.

        Args:
            service: The entry's service, such as the application's name.
            name: The entry's user name, such as the device key.

        Raises:
            ImportError: The extra ``srp-native[keyring]`` is not installed.
        """
        system_keyring().set_password(service, name, self.to_json())

    @classmethod
    def from_keyring(cls, service: str, name: str) -> RememberedDevice | None:
        """The device that `to_keyring` has put there.

        Args:
            service: The entry's service.
            name: The entry's user name.

        Returns:
            The `RememberedDevice`, None where there is no such entry.

        Raises:
            InvalidInputError: The entry is something else.
            ImportError: The extra ``srp-native[keyring]`` is not installed.
        """
        text = system_keyring().get_password(service, name)
        return None if text is None else cls.from_json(text)


@dataclass(frozen=True, kw_only=True)
class DeviceVerifier:
    """A device's verifier and salt as ConfirmDevice takes them, base64, and what they came from.

    Keep it until the device is confirmed: when the answer to ConfirmDevice is lost, the very same
    verifier has to be sent again. The group key and password are None for a verifier that was
    made elsewhere without them. One that is made by hand is checked as one of `from_config` is.
    """

    device_key: str
    device_group_key: str | None = None
    device_password: str | None = field(default=None, repr=False)
    password_verifier: str = field(repr=False)
    salt: str = field(repr=False)

    def __post_init__(self) -> None:
        check_device_key(self.device_key)
        if self.device_group_key is not None:
            check_device_group_key(self.device_group_key)
        if self.device_password is not None:
            check_text("device_password", self.device_password, "pass the one the verifier is for")
        check_salt(pad(check_wire_integer("Salt", self.salt)))
        verifier = check_wire_integer("PasswordVerifier", self.password_verifier)
        if not 1 < verifier < srp_native.N:
            rule = "must lie between 1 and N"
            raise InvalidInputError("PasswordVerifier", rule, "compute it as g^x mod N")

    def as_config(self) -> dict[str, str]:
        """ConfirmDevice's ``DeviceSecretVerifierConfig``: PasswordVerifier and Salt, base64."""
        return {"PasswordVerifier": self.password_verifier, "Salt": self.salt}

    @classmethod
    def from_config(
        cls,
        *,
        device_key: str,
        config: Mapping[str, str],
        device_group_key: str | None = None,
        device_password: str | None = None,
    ) -> DeviceVerifier:
        """A verifier that was made elsewhere.

        Args:
            device_key: The device's key, 1 to 55 characters.
            config: Its ``DeviceSecretVerifierConfig``: PasswordVerifier and Salt, each base64 of a
                minimal big-endian number.
            device_group_key: With it and the password the verifier is recomputed before it is sent,
                as our own are.
            device_password: The password that the verifier is for.

        Returns:
            The `DeviceVerifier`.

        Raises:
            InvalidInputError: A value that Cognito would refuse or misread.
        """
        given: Mapping[str, Any] = config if isinstance(config, Mapping) else {}
        return cls(
            device_key=device_key,
            device_group_key=device_group_key,
            device_password=device_password,
            password_verifier=given.get("PasswordVerifier"),  # type: ignore[arg-type]
            salt=given.get("Salt"),  # type: ignore[arg-type]
        )

    def remembered(self) -> RememberedDevice | None:
        """What to keep once it is confirmed; None when its secret is not known here."""
        if self.device_group_key is None or self.device_password is None:
            return None
        return _checked(
            RememberedDevice,
            device_key=self.device_key,
            device_group_key=self.device_group_key,
            device_password=self.device_password,
        )

    def recompute(self) -> str | None:
        """Compute the verifier again on another engine.

        Returns:
            The name of that engine; None when the secret is not known here, so that nothing can be
                checked.

        Raises:
            VerifierFaultError: The two engines disagree.
        """
        device = self.remembered()
        if device is None:
            return None
        v = unpad(decode_base64(self.password_verifier)).to_bytes(ELEMENT_SIZE, "big")
        try:
            return srp_native.check_verifier(decode_base64(self.salt), _identity(device), v)
        except srp_native.EngineFaultError as error:
            raise VerifierFaultError(f"{error}; nothing was sent") from error


def create_device_verifier(
    *,
    device_group_key: str,
    device_key: str,
    device_password: str | None = None,
    salt: bytes | None = None,
) -> DeviceVerifier:
    """The verifier for one device, its password and salt random unless given.

    The same password and salt always give the same verifier.

    Args:
        device_group_key: NewDeviceMetadata's DeviceGroupKey.
        device_key: NewDeviceMetadata's DeviceKey, 1 to 55 characters.
        device_password: The base64 of 40 random bytes unless given. One that is given has to be
            random as well: it runs on the fastest engine, which need not be constant-time.
        salt: 16 random bytes unless given; 1 to 64, read as an unsigned big-endian integer.

    Returns:
        The `DeviceVerifier`. Keep it until the device is confirmed.

    Raises:
        InvalidInputError: An argument is certainly wrong.
    """
    if device_password is None:
        device_password = encode_base64(secrets.token_bytes(PASSWORD_RANDOM))
    device = RememberedDevice(
        device_key=device_key, device_group_key=device_group_key, device_password=device_password
    )
    padded = _random_salt() if salt is None else pad(check_salt(salt))
    v = srp_native.verifier(padded, _identity(device))
    return _made(device, encode_base64(pad(v)), encode_base64(padded), device_password)


def create_device_verifiers(
    devices: Iterable[NewDevice], threads: int | None = None
) -> list[DeviceVerifier]:
    """Verifiers for many devices, each with a random password and salt, in the same order.

    Every batch checks itself: no wrong verifier is ever returned (docs/batches.md).
    `create_device_verifier_columns` does the same without an object per device.

    Args:
        devices: The keys of the devices; taken 8,192 at a time.
        threads: How many threads compute, all cores unless told otherwise.

    Returns:
        A `DeviceVerifier` for each device, in the order of `devices`.
    """
    result: list[DeviceVerifier] = []
    remaining = iter(devices)
    while batch := list(islice(remaining, _BATCH_ROWS)):
        result += _create_batch(batch, threads)
    return result


def _create_batch(devices: list[NewDevice], threads: int | None) -> list[DeviceVerifier]:
    result: list[DeviceVerifier] = []

    def on_chunk(first: int, made: srp_native.MadeRows) -> None:
        last = first + len(made.verifiers)
        result[first:] = map(_made, devices[first:last], *map(_texts, made))

    group_keys = Column.of([device.device_group_key.encode() for device in devices])
    keys = Column.of([device.device_key.encode() for device in devices])
    srp_native.verifier_rows(group_keys, keys, threads=threads, on_chunk=on_chunk)
    return result


def _texts(column: Column) -> list[str]:
    """The rows of a column of ASCII."""
    offsets = column.offsets.tolist()
    start = offsets[0]
    text = str(column.data[start : offsets[-1]], "ascii")
    return [text[first - start : last - start] for first, last in pairwise(offsets)]


def _made(
    device: NewDevice | RememberedDevice, verifier: str, salt: str, password: str
) -> DeviceVerifier:
    """A verifier of our own making, for a device whose keys were checked."""
    return _checked(
        DeviceVerifier,
        device_key=device.device_key,
        device_group_key=device.device_group_key,
        device_password=password,
        password_verifier=verifier,
        salt=salt,
    )


def _checked(kind: type[T], **fields: object) -> T:
    """``kind(**fields)`` for fields that were checked before, without checking them again."""
    made = object.__new__(kind)
    made.__dict__.update(fields)
    return made


def _random_salt() -> bytes:
    return pad(secrets.randbelow((1 << 8 * SALT_RANDOM) - 1) + 1)


def _identity(device: RememberedDevice) -> bytes:
    return device_identity(device.device_group_key, device.device_key, device.device_password)
