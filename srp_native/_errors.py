"""What can go wrong with an engine, and with a package that is to run on one.

Bad arguments are plain ``ValueError`` and ``TypeError``.

::

    EngineError
    ├── EngineUnavailableError        not built, not installed, unknown, or failed its known answers
    ├── ConstantTimeUnavailableError  constant time was asked for and nothing here can promise it
    └── EngineFaultError              a known answer or another engine's result was missed

    BackendError                      (`srp_native.backends`)
    ├── BackendMissingError           the package is not installed, unknown, or ours is not under it
    ├── BackendUnsuitableError        it lacks what is to be replaced
    └── BackendReplacedError          something else is in that place already
"""

__all__ = [
    "BackendError",
    "BackendMissingError",
    "BackendReplacedError",
    "BackendUnsuitableError",
    "ConstantTimeUnavailableError",
    "EngineError",
    "EngineFaultError",
    "EngineUnavailableError",
]


class EngineError(Exception):
    """Base of the errors about engines."""


class EngineUnavailableError(EngineError):
    """The engine or kernel asked for cannot run here; the message says why and what can."""


class ConstantTimeUnavailableError(EngineError):
    """Constant time was required, and the engine in use has no routine that promises it."""


class EngineFaultError(EngineError):
    """A result did not agree with a known answer or with another engine's."""


class BackendError(Exception):
    """Base of the errors about other packages; the package is left as it was."""


class BackendMissingError(BackendError):
    """The package cannot be imported, is not known here, or does not run on our powers."""


class BackendUnsuitableError(BackendError):
    """The package lacks what is to be replaced; the message says what was looked for."""


class BackendReplacedError(BackendError):
    """Where our function goes there is another one, or ours already."""
