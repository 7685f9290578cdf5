"""Device verifiers from buffers to buffers: no Python object per row, nothing copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import srp_native
from srp_native import Column
from srp_native._columns import ROW_MAX
from srp_native._sizes import SALT_MAX

from ..errors import InvalidInputError
from .checks import DEVICE_KEY_BYTES, check_rows

__all__ = ["DeviceVerifierColumns", "create_device_verifier_columns"]

_PIECE: Final = 1 << 18
_UNDERSCORE: Final = re.compile(b"_")


@dataclass(frozen=True, kw_only=True)
class DeviceVerifierColumns:
    """What `create_device_verifier_columns` makes: a column of ASCII texts each.

    An Arrow large_string array takes ``column.data`` and ``column.offsets`` without a copy.
    Drawn passwords lie in memory that is yours to wipe: ``device_passwords.data[:] = bytes(n)``.
    """

    password_verifiers: Column = field(repr=False)
    salts: Column = field(repr=False)
    device_passwords: Column = field(repr=False)


def create_device_verifier_columns(
    *,
    device_group_keys: Column,
    device_keys: Column,
    device_passwords: Column | None = None,
    salts: Column | None = None,
    threads: int | None = None,
) -> DeviceVerifierColumns:
    """`create_device_verifiers`, from buffers to buffers and without a Python object per row.

    A column is UTF-8 strings one after the other in any object that has a buffer, and 64-bit
    offsets into it, one more than there are rows.

    Args:
        device_group_keys: NewDeviceMetadata's DeviceGroupKey of each device.
        device_keys: NewDeviceMetadata's DeviceKey of each, 1 to 220 bytes.
        device_passwords: Drawn at random unless given; those that are given have to be random.
        salts: Unsigned integers of 1 to 64 bytes; 16 random bytes each unless given.
        threads: How many threads compute, all cores unless told otherwise.

    Returns:
        The `DeviceVerifierColumns`, with as many rows.

    Raises:
        InvalidInputError: A column is certainly wrong, and nothing was computed.
    """
    fix = "pass NewDeviceMetadata's DeviceGroupKey and DeviceKey; they may have been swapped"
    columns = {
        "device_group_keys": (device_group_keys, 1, ROW_MAX),
        "device_keys": (device_keys, 1, DEVICE_KEY_BYTES),
        "device_passwords": (device_passwords, 1, ROW_MAX),
        "salts": (salts, 1, SALT_MAX),
    }
    for name, (column, shortest, longest) in columns.items():
        if column is not None:
            check_rows(name, column, len(device_group_keys), shortest, longest)
    if any(_UNDERSCORE.search(part) for part in _parts(device_group_keys)):
        raise InvalidInputError("device_group_keys", "has a '_', as only device keys have", fix)
    made = srp_native.verifier_rows(
        device_group_keys, device_keys, passwords=device_passwords, salts=salts, threads=threads
    )
    return DeviceVerifierColumns(
        password_verifiers=made.verifiers, salts=made.salts, device_passwords=made.passwords
    )


def _parts(column: Column) -> Iterator[memoryview]:
    """What a column holds, in pieces that a search is done with in well under a millisecond."""
    end = column.offsets[-1] if len(column) else 0
    for start in range(column.offsets[0] if len(column) else 0, end, _PIECE):
        yield column.data[start : min(start + _PIECE, end)]
