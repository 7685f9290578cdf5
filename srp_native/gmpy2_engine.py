"""Engine ``gmpy2``: GMP's arithmetic, with a table of powers of two once it pays off.

The only module that imports gmpy2, and it is itself imported only on first use: gmpy2 takes
some 45 ms to import.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from .engine import Engine
from .errors import EngineUnavailableError
from .group import ELEMENT_SIZE, G, N
from .known_answers import check_pow_g

try:
    import gmpy2
    from gmpy2 import mpz
except ImportError as error:  # pragma: no cover - a base dependency
    raise EngineUnavailableError(f"gmpy2 cannot be imported: {error}") from error

__all__ = ["create_engine", "powmod_any"]

_N: Final = mpz(N)
_G: Final = mpz(G)


class Gmpy2Engine(Engine):
    """GMP through gmpy2. Variable-time by default, ``powmod_sec`` where constant time is asked
    for; gmpy2's memory cannot be wiped."""

    name = "gmpy2"
    releases_gil = True
    offers_constant_time = True

    def __init__(self) -> None:
        self._powers = _PowersOfTwo()

    def powmod(self, base: bytes, exponent: bytes, *, constant_time: bool = False) -> bytes:
        return _power(_from_bytes(base), _from_bytes(exponent), constant_time)

    def pow_g(self, exponent: bytes, *, constant_time: bool = False) -> bytes:
        e = _from_bytes(exponent)
        if constant_time or e.bit_length() > _TABLE_BITS or not self._powers.ready(1):
            return _power(_G, e, constant_time)
        return _to_bytes(self._powers.power(e))

    def pow_g_many(self, exponents: bytes, width: int) -> bytes:
        self._powers.ready(len(exponents) // width)
        return super().pow_g_many(exponents, width)


def create_engine() -> Engine:
    """The engine."""
    return Gmpy2Engine()


def powmod_any(base: int, exponent: int, modulus: int, *, constant_time: bool = False) -> int:
    """base^exponent mod any modulus, the GIL released.

    Constant time (``powmod_sec``) needs an odd modulus; raises ``ValueError`` otherwise.
    """
    if not constant_time:
        return int(_without_gil(gmpy2.powmod, base, exponent, modulus))
    if modulus % 2 == 0:
        raise ValueError("modulus: constant time needs an odd modulus")
    return int(_power_sec(mpz(base), mpz(exponent), mpz(modulus)))


def _power(base: mpz, exponent: mpz, constant_time: bool) -> bytes:
    if constant_time:
        return _to_bytes(_power_sec(base, exponent, _N))
    return _to_bytes(_without_gil(gmpy2.powmod, base, exponent, _N))


def _power_sec(base: mpz, exponent: mpz, modulus: mpz) -> mpz:
    if exponent == 0:  # powmod_sec wants it positive
        return mpz(1) % modulus
    return _without_gil(gmpy2.powmod_sec, base, exponent, modulus)


def _without_gil(function: Callable[..., mpz], *arguments: Any) -> mpz:
    """Call a gmpy2 function with the GIL released, and leave the thread's context as it was.

    The setting is per thread and off by default; without it a long call stops every other
    thread. gmpy2 only obeys it in its long-running functions: the table's single
    multiplications (some 4 µs) hold the GIL.
    """
    context = gmpy2.get_context()
    before = context.allow_release_gil
    context.allow_release_gil = True
    try:
        return function(*arguments)
    finally:
        context.allow_release_gil = before


def _from_bytes(data: bytes) -> mpz:
    return mpz.from_bytes(data, "big")


def _to_bytes(element: mpz) -> bytes:
    data: bytes = element.to_bytes(ELEMENT_SIZE, "big")
    return data


# The lowest bits of an exponent cost nothing: 2^(e mod 2^11) is a shift that stays below N.
_FREE_BITS: Final = 11
_WINDOW: Final = 7
_WINDOWS: Final = 35
_TABLE_BITS: Final = _FREE_BITS + _WINDOW * _WINDOWS
# Building the table takes as long as about this many `powmod`. Waiting for as many calls before
# building it never costs more than twice the best that hindsight could choose.
_BREAK_EVEN: Final = 24


class _PowersOfTwo:
    """2^e for e below 2^256 as 35 table look-ups and multiplications, without a squaring.

    Row j holds 2^(d·2^(11 + 7j)) for the 128 values of a window d: 4,480 numbers, some 2 MB.
    """

    def __init__(self) -> None:
        self._rows: list[list[mpz]] = []
        self._asked = 0
        self._lock = threading.Lock()

    def ready(self, wanted: int) -> bool:
        """Whether to use the table for the next `wanted` powers; builds it when it pays off."""
        if self._rows:
            return True
        self._asked += wanted
        if self._asked < _BREAK_EVEN:
            return False
        with self._lock:
            if not self._rows:
                rows = _build_rows()
                check_pow_g(lambda exponent: _to_bytes(_product(rows, _from_bytes(exponent))))
                self._rows = rows
        return True

    def power(self, exponent: mpz) -> mpz:
        """2^exponent mod N, exponent below 2^256."""
        return _product(self._rows, exponent)


def _build_rows() -> list[list[mpz]]:
    rows = []
    step = mpz(1) << (1 << _FREE_BITS)
    for _ in range(_WINDOWS):
        row = [mpz(1)]
        for _ in range((1 << _WINDOW) - 1):
            row.append(row[-1] * step % _N)
        rows.append(row)
        step = row[-1] * step % _N
    return rows


def _product(rows: list[list[mpz]], exponent: mpz) -> mpz:
    e = int(exponent)
    result = mpz(1) << (e & ((1 << _FREE_BITS) - 1))
    e >>= _FREE_BITS
    for row in rows:
        result = result * row[e & ((1 << _WINDOW) - 1)] % _N
        e >>= _WINDOW
    return result
