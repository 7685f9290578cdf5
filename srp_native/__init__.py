"""3072-bit modular exponentiation and SHA-256 for Amazon Cognito's SRP, on several engines.

Knows nothing of AWS: see `cognito_srp` for device enrollment and sign-in.
"""

from .arithmetic import (
    check_verifier,
    pow_g,
    pow_g_many,
    powmod,
    powmod_many,
    premaster_secret,
    verifier,
    verifiers,
)
from .columns import Column, MadeRows
from .engine import EngineInfo
from .errors import (
    ConstantTimeUnavailableError,
    EngineError,
    EngineFaultError,
    EngineUnavailableError,
)
from .group import G, N
from .registry import available_engines, engine, use_engine
from .rows import check_column, verifier_rows

__all__ = [
    "Column",
    "ConstantTimeUnavailableError",
    "EngineError",
    "EngineFaultError",
    "EngineInfo",
    "EngineUnavailableError",
    "G",
    "MadeRows",
    "N",
    "available_engines",
    "check_column",
    "check_verifier",
    "engine",
    "pow_g",
    "pow_g_many",
    "powmod",
    "powmod_many",
    "premaster_secret",
    "use_engine",
    "verifier",
    "verifier_rows",
    "verifiers",
]
