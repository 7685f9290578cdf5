"""``BN_mod_exp`` with our powers in it, for pysrp's ``_ctsrp``, which calls OpenSSL by ctypes."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from ._api import powmod
from .group import ELEMENT_SIZE, EXPONENT_BITS, N

__all__ = ["NEEDED", "drop_in_mod_exp"]

#: What the module must have for it.
NEEDED = ("BN_mod_exp", "BN_bin2bn", "bn_to_bytes", "BIGNUM_Struct")


def drop_in_mod_exp(module: ModuleType) -> Callable[..., int]:
    """A ``BN_mod_exp`` for the module: N of `srp_native.group` on our powers, in constant time.

    Other moduli, exponents over 3,072 bits and negative ones stay with OpenSSL's. It takes and
    gives what OpenSSL's does: pointers to BIGNUMs and a context, 1 for success.
    """
    theirs: Callable[..., int] = module.BN_mod_exp

    def BN_mod_exp(result: Any, base: Any, exponent: Any, modulus: Any, context: Any) -> int:  # noqa: N802
        if _number(module, modulus) == N:
            e = _number(module, exponent)
            if 0 <= e and e.bit_length() <= EXPONENT_BITS:
                power = powmod(_number(module, base), e, constant_time=True)
                written = module.BN_bin2bn(
                    power.to_bytes(ELEMENT_SIZE, "big"), ELEMENT_SIZE, result
                )
                return 1 if written else 0
        return theirs(result, base, exponent, modulus, context)

    return BN_mod_exp


def _number(module: ModuleType, pointer: Any) -> int:
    magnitude = int.from_bytes(module.bn_to_bytes(pointer), "big")
    return -magnitude if pointer[0].neg else magnitude
