"""What a journal keeps of a device, sealed: bound to the device's keys and to what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...devices.verifiers import DeviceVerifier
from ...errors import SealingError
from ...srp.encoding import encode_text
from ...storage.sealing import SealingKey

__all__ = ["open_texts", "open_verifier", "seal_texts", "seal_verifier"]

_VERIFIER: Final = "secret"


def seal_texts(
    key: SealingKey, device_key: str, device_group_key: str | None, kind: str, texts: Sequence[str]
) -> bytes:
    """Texts of a device, of which only the last may contain a zero character."""
    bound_to = _bound_to(device_key, device_group_key, kind)
    # Each by itself: no error of one may hold the others.
    return key.seal(b"\0".join(map(encode_text, texts)), bound_to=bound_to)


def open_texts(
    key: SealingKey, device_key: str, device_group_key: str | None, kind: str, sealed: bytes
) -> list[str]:
    """The inverse of `seal_texts`, of at most three. Raises `SealingError`, with the device."""
    bound_to = _bound_to(device_key, device_group_key, kind)
    try:
        # At most two: a password may have any character.
        return key.open(sealed, bound_to=bound_to).decode().split("\0", 2)
    except SealingError as error:
        raise SealingError(f"device {device_key}: {error}") from None


def seal_verifier(key: SealingKey, verifier: DeviceVerifier) -> bytes:
    """A verifier, its salt, and its password if it is known."""
    texts = [verifier.password_verifier, verifier.salt]
    if verifier.device_password is not None:
        texts.append(verifier.device_password)
    return seal_texts(key, verifier.device_key, verifier.device_group_key, _VERIFIER, texts)


def open_verifier(
    key: SealingKey, device_key: str, device_group_key: str | None, sealed: bytes
) -> DeviceVerifier:
    """The inverse of `seal_verifier`. Raises `SealingError`."""
    texts = open_texts(key, device_key, device_group_key, _VERIFIER, sealed)
    return DeviceVerifier(
        device_key=device_key,
        device_group_key=device_group_key,
        device_password=texts[2] if len(texts) > 2 else None,
        password_verifier=texts[0],
        salt=texts[1],
    )


def _bound_to(device_key: str, device_group_key: str | None, kind: str) -> bytes:
    return f"{device_key}\0{device_group_key or ''}\0{kind}".encode()
