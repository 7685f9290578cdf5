"""What is certainly wrong with an argument, found before anything is sent.

Only what no server could accept is refused here; finer patterns are the service's to judge.
Messages never repeat a secret.
"""

from __future__ import annotations

import re
from typing import Final

from srp_native import Column, check_column
from srp_native._sizes import SALT_MAX

from ..errors import InvalidInputError
from ..srp.encoding import decode_base64, is_text, pad, unpad

__all__ = [
    "DEVICE_KEY_BYTES",
    "check_access_token",
    "check_device_group_key",
    "check_device_key",
    "check_device_name",
    "check_rows",
    "check_salt",
    "check_text",
    "check_wire_integer",
]

#: DeviceKeyType of the API: 1 to 55 characters, Region_UUID.
_DEVICE_KEY_LENGTH: Final = 55
#: The same in UTF-8, to check a whole column.
DEVICE_KEY_BYTES: Final = 4 * _DEVICE_KEY_LENGTH
#: DeviceNameType of the API: 1 to 1,024 characters.
_DEVICE_NAME_LENGTH: Final = 1024
#: TokenModelType of the API.
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-_=.]+")
#: What is hex, though base64 in form as well: one of 2²³ texts of 16 characters, and far fewer of
#: those as long as a salt or a verifier.
_HEX: Final = re.compile(r"[0-9A-Fa-f]{16,}")


def check_text(field: str, value: str, fix: str) -> str:
    """A string that is not empty and can be sent as UTF-8."""
    if not isinstance(value, str):
        raise InvalidInputError(field, f"must be a str, not {type(value).__name__}", fix)
    if not value:
        raise InvalidInputError(field, "must not be empty", fix)
    if not is_text(value):
        rule = "must be text that UTF-8 can encode"
        raise InvalidInputError(field, rule, "remove the lone surrogates")
    return value


def check_device_key(value: str) -> str:
    """A device key: Region_UUID, at most 55 characters."""
    fix = "pass NewDeviceMetadata's DeviceKey (Region_UUID)"
    check_text("device_key", value, fix)
    if "_" not in value:
        raise InvalidInputError("device_key", "has no '_', so it is not a device key", fix)
    _check_trimmed("device_key", value, fix)
    if len(value) > _DEVICE_KEY_LENGTH:
        rule = f"at most {_DEVICE_KEY_LENGTH} characters, has {len(value)}"
        raise InvalidInputError("device_key", rule, fix)
    return value


def check_device_group_key(value: str) -> str:
    """A device group key; a device key in its place is the common mistake."""
    fix = "pass NewDeviceMetadata's DeviceGroupKey; the two keys may have been swapped"
    check_text("device_group_key", value, fix)
    if "_" in value:
        raise InvalidInputError("device_group_key", "has a '_', as only device keys have", fix)
    _check_trimmed("device_group_key", value, fix)
    return value


def _check_trimmed(field: str, value: str, fix: str) -> None:
    """Both keys are hashed: with the line end of a file they would make a verifier of their own."""
    if value != value.strip():
        raise InvalidInputError(field, "has white space around it", fix)


def check_device_name(value: str | None) -> str | None:
    """A device name of 1 to 1,024 characters, or None for no name."""
    if value is None:
        return None
    check_text("device_name", value, "leave it out, or give 1 to 1,024 characters")
    if len(value) > _DEVICE_NAME_LENGTH:
        rule = f"at most {_DEVICE_NAME_LENGTH} characters, has {len(value)}"
        raise InvalidInputError("device_name", rule, "shorten it")
    return value


def check_access_token(value: str) -> str:
    """An access token, of the characters that the API takes."""
    fix = "pass AuthenticationResult's AccessToken as it came"
    check_text("access_token", value, fix)
    if not _TOKEN.fullmatch(value):
        raise InvalidInputError("access_token", "has characters no token has", fix)
    return value


def check_salt(value: bytes) -> int:
    """The unsigned integer that a salt of 1 to 64 bytes stands for; never zero."""
    fix = "pass 16 random bytes, or leave it out"
    if not isinstance(value, (bytes, bytearray)):
        raise InvalidInputError("salt", f"must be bytes, not {type(value).__name__}", fix)
    if not 1 <= len(value) <= SALT_MAX:
        raise InvalidInputError("salt", f"1 to {SALT_MAX} bytes, has {len(value)}", fix)
    salt = int.from_bytes(value, "big")
    if salt == 0:
        raise InvalidInputError("salt", "must not be zero", fix)
    return salt


def check_rows(name: str, column: Column, rows: int, shortest: int, longest: int) -> None:
    """A column of that many rows, each `shortest` to `longest` bytes within its buffer."""
    fix = "pass a srp_native.Column with one more offset than rows"
    if not isinstance(column, Column):
        raise InvalidInputError(name, f"must be a Column, not {type(column).__name__}", fix)
    if len(column) != rows:
        rule = f"has {len(column)} rows where device_group_keys has {rows}"
        raise InvalidInputError(name, rule, fix)
    try:
        check_column(name, column, shortest=shortest, longest=longest)
    except ValueError as error:
        raise InvalidInputError(name, str(error).partition(": ")[2], fix) from None


def check_wire_integer(name: str, text: object) -> int:
    """A positive integer in the one form that the service hashes as it was sent."""
    try:
        data = decode_base64(text)  # type: ignore[arg-type]
    except (TypeError, AttributeError, ValueError):
        data = None
    if isinstance(text, str) and _HEX.fullmatch(text):
        fix = "pass the base64 of the same number, a zero byte before a first byte above 7F"
        raise InvalidInputError(name, "is hex, where Cognito takes base64", fix)
    if data is None:
        raise InvalidInputError(name, "must be base64", "pass the config as it was made")
    value = unpad(data)
    if value <= 0:
        rule = "is zero or negative to Cognito, which reads signed integers"
        raise InvalidInputError(name, rule, "put a zero byte before a first byte above 7F")
    if data != pad(value):
        rule = "has redundant leading zero bytes, which Cognito drops before it hashes"
        raise InvalidInputError(name, rule, "make the verifier again from the minimal form")
    return value
