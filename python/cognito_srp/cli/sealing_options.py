"""The options that name the key which seals a journal."""

from __future__ import annotations

import argparse
from typing import Final

__all__ = ["KEY_VARIABLE", "add_key_options", "add_new_key_options"]

KEY_VARIABLE: Final = "COGNITO_SEALING_KEY"


def add_key_options(parser: argparse.ArgumentParser) -> None:
    """``--key-file``, ``--keyring`` and ``--kms-key-id``."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--key-file",
        metavar="FILE",
        help="32 random bytes or their base64, mode 0600, which seal the journal's secrets; made "
        f"for a new journal if it does not exist (default: ${KEY_VARIABLE}, base64)",
    )
    group.add_argument(
        "--keyring", metavar="SERVICE/NAME", help="the key in this entry of the system's keyring"
    )
    group.add_argument(
        "--kms-key-id", metavar="KEY", help="a data key of this KMS key, kept in the journal"
    )


def add_new_key_options(parser: argparse.ArgumentParser) -> None:
    """The same for the key that is to take the other's place."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--new-key-file",
        metavar="FILE",
        help="seal the new journal with this key instead; made if it does not exist",
    )
    group.add_argument("--new-keyring", metavar="SERVICE/NAME", help="the same, in the keyring")
    group.add_argument("--new-kms-key-id", metavar="KEY", help="the same, from KMS")
