"""3072-bit modular exponentiation and SHA-256 for Amazon Cognito's SRP, on several engines.

Knows nothing of AWS: see `cognito_srp` for device enrollment and sign-in.
"""

try:
    from ._api import (
        check_verifier,
        pow_g,
        pow_g_many,
        powmod,
        powmod_many,
        premaster_secret,
        verifier,
        verifiers,
    )
    from ._columns import Column, MadeRows
    from ._errors import (
        ConstantTimeUnavailableError,
        EngineError,
        EngineFaultError,
        EngineUnavailableError,
    )
    from ._rows import check_column, verifier_rows
    from ._version import __version__
    from .engines._engine import EngineInfo
    from .engines._registry import available_engines, engine, use_engine
    from .group import G, N
except ImportError as error:
    if not (error.name or "").startswith(__name__):
        raise
    raise ImportError(
        f"srp-native is installed in part: {error}; "
        "`pip install --force-reinstall --no-deps srp-native`",
        name=error.name,
    ) from error

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
    "__version__",
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
