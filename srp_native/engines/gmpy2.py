"""Engine ``gmpy2``: GMP's arithmetic, with a table of powers of two once it pays off.

The only module that imports gmpy2, and only when the engine is made: that takes some 45 ms.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Final

from .._errors import EngineUnavailableError
from ..group import ELEMENT_SIZE, G, N
from ._engine import Engine
from ._known_answers import check_pow_g

__all__ = ["create_engine"]

# gmpy2 has no type stubs: an mpz is Any here.
Mpz = Any


class Gmpy2Engine(Engine):
    """GMP through gmpy2: ``powmod_sec`` where constant time is asked for, else variable time.

    gmpy2's memory cannot be wiped.
    """

    name = "gmpy2"
    releases_gil = True
    offers_constant_time = True

    def __init__(self, gmpy2: Any) -> None:
        self._gmpy2 = gmpy2
        self._N, self._g = gmpy2.mpz(N), gmpy2.mpz(G)
        self._powers = _PowersOfTwo(self._N, self._g)

    def powmod(self, base: bytes, exponent: bytes, *, constant_time: bool = False) -> bytes:
        b, e = self._from_bytes(base), self._from_bytes(exponent)
        return _to_bytes(self._power(b, e, self._N, constant_time))

    def pow_g(self, exponent: bytes, *, constant_time: bool = False) -> bytes:
        e = self._from_bytes(exponent)
        if constant_time or e.bit_length() > _TABLE_BITS or not self._powers.ready(1):
            return _to_bytes(self._power(self._g, e, self._N, constant_time))
        return _to_bytes(self._powers.power(int(e)))

    def pow_g_many(self, exponents: bytes, width: int) -> bytes:
        self._powers.ready(len(exponents) // width)
        return super().pow_g_many(exponents, width)

    def product(self, elements: list[bytes]) -> bytes:
        result = self._gmpy2.mpz(1)
        for element in elements:
            result = result * self._from_bytes(element) % self._N
        return _to_bytes(result)

    def powmod_any(
        self, base: int, exponent: int, modulus: int, *, constant_time: bool = False
    ) -> int:
        if constant_time and modulus % 2 == 0:
            raise ValueError("modulus: constant time needs an odd modulus")
        b, e, m = map(self._gmpy2.mpz, (base, exponent, modulus))
        return int(self._power(b, e, m, constant_time))

    def _power(self, base: Mpz, exponent: Mpz, modulus: Mpz, constant_time: bool) -> Mpz:
        if not constant_time:
            return self._without_gil(self._gmpy2.powmod, base, exponent, modulus)
        if exponent == 0:  # powmod_sec wants it positive
            return self._gmpy2.mpz(1) % modulus
        return self._without_gil(self._gmpy2.powmod_sec, base, exponent, modulus)

    def _without_gil(self, function: Callable[..., Mpz], *arguments: Mpz) -> Mpz:
        """Call a gmpy2 function with the GIL released, and leave the thread's context as it was.

        The setting is per thread and off by default; without it a long call stops every other
        thread. gmpy2 only obeys it in its long-running functions: the table's single
        multiplications (some 4 µs) hold the GIL.
        """
        context = self._gmpy2.get_context()
        before = context.allow_release_gil
        context.allow_release_gil = True
        try:
            return function(*arguments)
        finally:
            context.allow_release_gil = before

    def _from_bytes(self, data: bytes) -> Mpz:
        return self._gmpy2.mpz.from_bytes(data, "big")


def create_engine() -> Engine:
    """The engine; raises `EngineUnavailableError` where gmpy2 cannot be imported."""
    try:
        import gmpy2
    except ImportError as error:
        raise EngineUnavailableError(f"gmpy2 cannot be imported: {error}") from error
    return Gmpy2Engine(gmpy2)


def _to_bytes(element: Mpz) -> bytes:
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

    def __init__(self, modulus: Mpz, generator: Mpz) -> None:
        self._N, self._g = modulus, generator
        self._rows: list[list[Mpz]] = []
        self._asked = 0
        self._renew_lock()
        if hasattr(os, "register_at_fork"):
            # A child forked while another thread builds the table would wait for it for ever.
            os.register_at_fork(after_in_child=self._renew_lock)

    def _renew_lock(self) -> None:
        self._lock = threading.Lock()

    def ready(self, wanted: int) -> bool:
        """Whether to use the table for the next `wanted` powers; builds it when it pays off.

        Raises `EngineFaultError` when the table does not give its known answer.
        """
        if self._rows:
            return True
        self._asked += wanted
        if self._asked < _BREAK_EVEN:
            return False
        with self._lock:
            if not self._rows:
                rows = self._build()
                check_pow_g(lambda e: _to_bytes(self._product(rows, int.from_bytes(e, "big"))))
                self._rows = rows
        return True

    def power(self, exponent: int) -> Mpz:
        """2^exponent mod N, exponent below 2^256."""
        return self._product(self._rows, exponent)

    def _build(self) -> list[list[Mpz]]:
        rows = []
        step = self._g ** (1 << _FREE_BITS)
        for _ in range(_WINDOWS):
            row = [self._g // self._g]
            for _ in range((1 << _WINDOW) - 1):
                row.append(row[-1] * step % self._N)
            rows.append(row)
            step = row[-1] * step % self._N
        return rows

    def _product(self, rows: list[list[Mpz]], exponent: int) -> Mpz:
        result = self._g ** (exponent & ((1 << _FREE_BITS) - 1))
        exponent >>= _FREE_BITS
        for row in rows:
            result = result * row[exponent & ((1 << _WINDOW) - 1)] % self._N
            exponent >>= _WINDOW
        return result
