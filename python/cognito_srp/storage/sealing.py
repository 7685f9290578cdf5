"""Seal secrets before they are stored: AES-256-GCM (NIST SP 800-38D), bound to what they are for.

A sealed value is 37 bytes longer than its data::

    version 1 (1 byte) ‖ key id (8) ‖ nonce (12, random) ‖ ciphertext ‖ tag (16)

The tag covers the header and ``bound_to`` as well. The key id is a truncated hash of the key: it
tells a wrong key from damage and says nothing about the key's 256 random bits. A value that is
damaged and one that was sealed for something else look the same: the tag covers both.

Random nonces allow 2³² values per key (SP 800-38D, section 8.3), which is not counted here.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ..errors import InvalidInputError, SealingError, WrongSealingKeyError
from ..srp.encoding import decode_base64
from .extras import needs_extra
from .secret_files import save_secret
from .system_keyring import system_keyring

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["Seal", "SealingKey", "keys_of", "open_with"]

_KEY_SIZE: Final = 32
_ID_SIZE: Final = 8
_NONCE_SIZE: Final = 12
_TAG_SIZE: Final = 16
_VERSION: Final = b"\x01"
_HEADER_SIZE: Final = len(_VERSION) + _ID_SIZE
_BODY: Final = _HEADER_SIZE + _NONCE_SIZE
_ID_LABEL: Final = b"cognito_srp sealing key id\0"
_FORMS: Final = f"{_KEY_SIZE} random bytes, as they are or in base64"


class SealingKey:
    """32 random bytes that seal and open. Safe to use from several threads.

    ``key_id`` names it without telling it. ``encrypted`` is the data key as KMS has encrypted it
    (`from_kms`), to be stored with what the key seals; None for other keys. Needs the extra
    ``srp-native[enroll]``; raises `ImportError` without it.
    """

    __slots__ = ("_aead", "_header", "_key", "encrypted")

    def __init__(self, key: bytes, *, encrypted: bytes | None = None) -> None:
        if not isinstance(key, bytes) or len(key) != _KEY_SIZE:
            raise InvalidInputError("key", f"must be {_KEY_SIZE} bytes", "use SealingKey.generate")
        self._aead = _cipher()(key)
        self._key = key
        self._header = _VERSION + hashlib.sha256(_ID_LABEL + key).digest()[:_ID_SIZE]
        self.encrypted = encrypted

    def __repr__(self) -> str:
        return f"<SealingKey {self.key_id}>"

    @property
    def key_id(self) -> str:
        """Sixteen hex digits."""
        return self._header[len(_VERSION) :].hex()

    def seal(self, data: bytes, *, bound_to: bytes) -> bytes:
        """Encrypt and authenticate `data` (AES-256-GCM).

        Args:
            data: Any bytes; the result is 37 bytes longer.
            bound_to: What `open` has to be given, too, such as a device key. It is not in the
                result.

        Returns:
            The sealed value: version, key id, nonce, ciphertext, tag.
        """
        nonce = os.urandom(_NONCE_SIZE)
        header = self._header
        return header + nonce + self._aead.encrypt(nonce, data, header + bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """The inverse of `seal`.

        Args:
            sealed: What `seal` returned.
            bound_to: What was given to `seal`.

        Returns:
            The data.

        Raises:
            WrongSealingKeyError: Another key has sealed it.
            SealingError: It is damaged, or was sealed for something else.
        """
        if len(sealed) < _BODY + _TAG_SIZE or sealed[: len(_VERSION)] != _VERSION:
            raise SealingError("this is not a sealed value of a version known here")
        header = sealed[:_HEADER_SIZE]
        if header != self._header:
            raise WrongSealingKeyError(header[len(_VERSION) :].hex(), self.key_id)
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(sealed[_HEADER_SIZE:_BODY], sealed[_BODY:], header + bound_to)
        except InvalidTag:
            pass
        raise SealingError("a sealed value is damaged, or was sealed for something else")

    @classmethod
    def generate(cls) -> SealingKey:
        """A new random key; keep it with `save`, `to_keyring` or `to_base64`."""
        return cls(os.urandom(_KEY_SIZE))

    def to_base64(self) -> str:
        """The key itself, for a secret store of your own. Keep it as secret as what it seals."""
        return base64.b64encode(self._key).decode("ascii")

    def save(self, path: str | PathLike[str]) -> None:
        """Write the key to a new file of mode 0600, in base64; durable on return.

        Args:
            path: The file.

        Raises:
            InvalidInputError: There is a file of that name.
            OSError: It cannot be written.
        """
        save_secret(os.fspath(path), self.to_base64())

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> SealingKey:
        """The key in a file.

        Args:
            path: The file. It holds 32 bytes, or their base64 with or without a line end.

        Returns:
            The key.

        Raises:
            InvalidInputError: It is no key, or other users can read the file.
            OSError: It cannot be read.
        """
        name = os.fspath(path)
        with Path(path).open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(_FILE_MAX + 1)
        if os.name == "posix" and mode & 0o077:  # elsewhere the mode says nothing
            rule = f"can be read by other users (mode {mode:04o})"
            raise InvalidInputError(name, rule, f"chmod 600 it; if they may have, {_REPLACE}")
        return cls(data if len(data) == _KEY_SIZE else _from_text(name, data.decode("latin-1")))

    @classmethod
    def from_environment(cls, name: str = "COGNITO_SEALING_KEY") -> SealingKey:
        """The key in an environment variable.

        Args:
            name: The variable. It holds 32 bytes in base64.

        Returns:
            The key.

        Raises:
            InvalidInputError: It is not set, or holds no key.
        """
        text = os.environ.get(name)
        if not text:
            rule = "is not set in the environment"
            raise InvalidInputError(name, rule, f"set it to {_KEY_SIZE} random bytes in base64")
        return cls(_from_text(name, text))

    @classmethod
    def from_keyring(cls, service: str, name: str) -> SealingKey:
        """The key that `to_keyring` has put into the operating system's keyring.

        Args:
            service: The entry's service, such as the application's name.
            name: The entry's user name.

        Returns:
            The key.

        Raises:
            InvalidInputError: There is no such entry, or it holds no key.
            ImportError: The extra ``srp-native[keyring]`` is not installed.
        """
        text = system_keyring().get_password(service, name)
        entry = f"keyring entry {service}/{name}"
        if text is None:
            fix = "make one: SealingKey.generate().to_keyring(service, name)"
            raise InvalidInputError(entry, "does not exist", fix)
        return cls(_from_text(entry, text))

    def to_keyring(self, service: str, name: str) -> None:
        """Put the key into the operating system's keyring, over no other entry.

        Args:
            service: The entry's service, such as the application's name.
            name: The entry's user name.

        Raises:
            InvalidInputError: There is such an entry already.
            ImportError: The extra ``srp-native[keyring]`` is not installed.
        """
        keyring = system_keyring()
        if keyring.get_password(service, name) is not None:
            rule = "is there already, and may be all that opens a journal"
            entry = f"keyring entry {service}/{name}"
            raise InvalidInputError(entry, rule, "choose another name")
        keyring.set_password(service, name, self.to_base64())

    @classmethod
    def from_kms(cls, client: Any, *, key_id: str, encrypted: bytes | None = None) -> SealingKey:
        """A data key of AWS KMS: a new one, or one that was made before.

        Args:
            client: A boto3 ``kms`` client.
            key_id: The KMS key's id, ARN or alias.
            encrypted: None for a new one (GenerateDataKey). Its ``encrypted`` has to be stored with
                what it seals, and be given here later (Decrypt).

        Returns:
            The key.

        Raises:
            ClientError: botocore's, as KMS refuses.
        """
        context = {"purpose": "cognito_srp sealing"}
        named = {"KeyId": key_id, "EncryptionContext": context}
        if encrypted is not None:
            return cls(
                client.decrypt(CiphertextBlob=encrypted, **named)["Plaintext"], encrypted=encrypted
            )
        made = client.generate_data_key(KeySpec="AES_256", **named)
        return cls(made["Plaintext"], encrypted=made["CiphertextBlob"])


#: A key, or several in rotation: the first seals, each opens.
Seal: TypeAlias = SealingKey | Sequence[SealingKey]


def keys_of(seal: Seal) -> tuple[SealingKey, ...]:
    """The keys of a rotation, the one that seals first. Raises `InvalidInputError`."""
    keys = (seal,) if isinstance(seal, SealingKey) else seal
    if not isinstance(keys, Sequence) or not all(isinstance(key, SealingKey) for key in keys):
        rule = "must be a SealingKey, or several of them"
        raise InvalidInputError("seal", rule, "pass one, or [new, old] while keys change")
    if not keys:
        raise InvalidInputError("seal", "has no key", "pass one, or [new, old] while keys change")
    return tuple(keys)


def open_with(seal: Seal, sealed: bytes, *, bound_to: bytes) -> bytes:
    """What one of the keys has sealed. Raises as `SealingKey.open` does."""
    keys = keys_of(seal)
    named = sealed[len(_VERSION) : _HEADER_SIZE].hex()
    right = next((key for key in keys if key.key_id == named), None)
    if right is None and len(keys) > 1 and sealed[: len(_VERSION)] == _VERSION:
        raise WrongSealingKeyError(named, " or ".join(key.key_id for key in keys))
    return (right or keys[0]).open(sealed, bound_to=bound_to)


_REPLACE: Final = "make a new key for what comes next"
#: More than base64 of a key with line ends around it.
_FILE_MAX: Final = 64


def _from_text(where: str, text: str) -> bytes:
    try:
        key = decode_base64(text.strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_SIZE:
        raise InvalidInputError(where, "is not a sealing key", f"it has to hold {_FORMS}")
    return key


def _cipher() -> type[AESGCM]:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise needs_extra("sealing", "cryptography", "enroll") from error
    return AESGCM
