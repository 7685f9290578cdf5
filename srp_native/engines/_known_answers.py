"""What every engine must answer before anyone may rely on it.

The expected values are SHA-256 digests of the 384-byte results, one after the other where there
are several; `tests/maths/test_known_answers.py` derives each again from ``pow`` and hashlib.
Exponents are short where the cost of a first call matters, and full-length where an engine may
have a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from .._errors import EngineFaultError
from ..group import ELEMENT_SIZE
from ._engine import Engine

__all__ = ["check_constant_time", "check_engine", "check_pow_g"]

EXPONENT: Final = hashlib.sha256(b"srp-native known answer").digest()
BASE: Final = hashlib.shake_256(b"srp-native known answer").digest(ELEMENT_SIZE)
SHORT: Final = b"\xc3\x5a\x0f\x96"

#: As many numbers as any kernel computes side by side, which is other code than one alone.
MANY: Final = 8
EXPONENTS: Final = hashlib.shake_256(b"srp-native known exponents").digest(MANY * len(EXPONENT))
BASES: Final = hashlib.shake_256(b"srp-native known bases").digest(MANY * ELEMENT_SIZE)

#: A device of a published client's test data: salt base64 ``AOuW``, device password ``BAUl``.
#: Its verifier has the top bit set, so that it needs a leading 00 on the wire.
SALT: Final = b"\x00\xeb\x96"
IDENTITY: Final = b"-FDRunwQveu-west-2_627477ae-3631-4248-bed9-d2e934100372:BAUl"

DIGESTS: Final = {
    "pow_g short": "885bd7a2e28c1c3e50039bc325b6e5e19fda4fbf3f6add4281c12808f407014b",
    "pow_g": "b928f284c1c45be45deef4fd46124c0ad5fb612e6d9d553966d7b16500e3cfaf",
    "pow_g_many": "45a75444e63fd93340fd413eb79bdafc7a76ac4b78a7e665d5f92eed1b3de566",
    "powmod_many": "051eb5484d9659be5f663dbf6812ae5828c47f28d88c08ec4fc59864822a51f0",
    "powmod": "9cef17d5d507eb0dcffbf63107443c2c4c8fa0bda942c68a805bef8232d2af36",
    "verifier": "19049d07840a814580fe7a421be36b83cb0abd6d134334563792dc04cdb6ba7e",
    "premaster_secret": "9b84862b383c7a38ccbe9d822bd913183de33265f0111d8a5eb28262ed1a589f",
}


def check_engine(engine: Engine) -> None:
    """Raise `EngineFaultError` unless the default routines give their known answers."""
    _expect("pow_g short", engine.pow_g(SHORT))
    _expect("powmod", engine.powmod(BASE, SHORT))
    if type(engine).verifier is not Engine.verifier:
        # A routine of its own, and with it a table of full length.
        _expect("verifier", engine.verifier(SALT, IDENTITY))
    if engine.kernel:
        _expect("pow_g_many", engine.pow_g_many(EXPONENTS, len(EXPONENT)))
        _expect("powmod_many", engine.powmod_many(BASES, SHORT[:1] * MANY, 1))


def check_constant_time(engine: Engine) -> None:
    """The same for the routines that run where constant time is asked for."""
    _expect("powmod", engine.powmod(BASE, SHORT, constant_time=True))
    _expect("verifier", engine.verifier(SALT, IDENTITY, constant_time=True))
    _expect("premaster_secret", engine.premaster_secret(BASE, SHORT, SHORT, SHORT, SHORT))


def check_pow_g(pow_g: Callable[[bytes], bytes]) -> None:
    """The same for one way to raise g to a 256-bit exponent."""
    _expect("pow_g", pow_g(EXPONENT))


def _expect(name: str, result: bytes) -> None:
    if hashlib.sha256(result).hexdigest() != DIGESTS[name]:
        raise EngineFaultError(f"{name} does not give its known answer")
