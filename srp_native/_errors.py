"""What can go wrong with an engine. Bad arguments are plain ``ValueError`` and ``TypeError``.

::

    EngineError
    ├── EngineUnavailableError        not built, not installed, unknown, or failed its known answers
    ├── ConstantTimeUnavailableError  constant time was asked for and nothing here can promise it
    └── EngineFaultError              a known answer or another engine's result was missed
"""

__all__ = [
    "ConstantTimeUnavailableError",
    "EngineError",
    "EngineFaultError",
    "EngineUnavailableError",
]


class EngineError(Exception):
    """Base of this package's own errors."""


class EngineUnavailableError(EngineError):
    """The engine or kernel asked for cannot run here; the message says why and what can."""


class ConstantTimeUnavailableError(EngineError):
    """Constant time was required, and the engine in use has no routine that promises it."""


class EngineFaultError(EngineError):
    """A result did not agree with a known answer or with another engine's."""
