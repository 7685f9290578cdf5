"""A drop-in for the `aws_srp` modules of pycognito and warrant, on our engines.

    from cognito_srp import aws_srp        # in the place of `from pycognito import aws_srp`

It has their names in both spellings, with their arguments and results. Underneath, integers are
padded as Cognito reads them, times do not depend on the locale, `a` has 256 bits, `AWSSRP` does
everything with a password in constant time, and every call goes through its boto3 client.

    aws_srp.install()                      # or: with aws_srp.install(): …

puts it under an installed pycognito or warrant, whose own classes then run on it.

Wrong values raise ``ValueError``, as theirs do, and no exception holds a secret but those of
theirs that carry a challenge's Session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calls import AWSSRP
from .functions import (
    G_HEX,
    INFO_BITS,
    MONTH_NAMES,
    N_HEX,
    WEEKDAY_NAMES,
    calculate_u,
    compute_hkdf,
    generate_hash_device,
    get_random,
    hash_sha256,
    hex_hash,
    hex_to_long,
    long_to_hex,
    pad_hex,
)
from .functions import G_HEX as g_hex  # noqa: N811 - warrant's spelling, here and below
from .functions import INFO_BITS as info_bits  # noqa: N811
from .functions import N_HEX as n_hex  # noqa: N811
from .replacing import install, uninstall

if TYPE_CHECKING:
    from .exceptions import (
        ForceChangePasswordException,
        SMSMFAChallengeException,
        SoftwareTokenMFAChallengeException,
    )

__all__ = [
    "AWSSRP",
    "G_HEX",
    "INFO_BITS",
    "MONTH_NAMES",
    "N_HEX",
    "WEEKDAY_NAMES",
    "ForceChangePasswordException",
    "SMSMFAChallengeException",
    "SoftwareTokenMFAChallengeException",
    "calculate_u",
    "compute_hkdf",
    "g_hex",
    "generate_hash_device",
    "get_random",
    "hash_sha256",
    "hex_hash",
    "hex_to_long",
    "info_bits",
    "install",
    "long_to_hex",
    "n_hex",
    "pad_hex",
    "uninstall",
]


def __getattr__(name: str) -> Any:
    """The exceptions, which may be pycognito's and are therefore not loaded before use."""
    if name in __all__:
        from . import exceptions

        return getattr(exceptions, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
