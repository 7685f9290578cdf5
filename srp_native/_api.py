"""The maths API: checked arguments in, the engine that runs now underneath.

Exponents are non-negative ints of at most 3,072 bits, or big-endian bytes of at most 384:
give secrets as bytes and no Python integer holds them. Elements of the group come back as
ints from the functions named after the operation and as 384 big-endian bytes from those named
after the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ._batch import run_in_chunks
from ._batch_check import BatchCheck, run_checked
from ._columns import ROW_MAX, Column
from ._errors import EngineFaultError
from .engines._engine import Engine
from .engines._registry import (
    constant_time_engine,
    current_engine,
    disable_engine,
    load_engine,
    other_engine,
)
from .group import ELEMENT_SIZE, EXPONENT_BITS, G, N

__all__ = [
    "check_verifier",
    "pow_g",
    "pow_g_many",
    "powmod",
    "powmod_many",
    "powmod_other",
    "premaster_secret",
    "verifier",
    "verifiers",
]

Exponent = int | bytes
_T = TypeVar("_T")

# Exponents that arrive as ints are written in this many bytes, or in a multiple of it and one more,
# so that the time taken tells their order of magnitude and not their exact length. The byte more is
# for a + u·x with numbers of 256 bits: a carry of secrets decides whether it has 512 bits or 513.
_EXPONENT_STEP = 32


def powmod(base: int, exponent: Exponent, modulus: int = N, *, constant_time: bool = False) -> int:
    """Compute base^exponent mod modulus, as ``pow`` does.

    Cognito's N takes the fast path of the engine that runs now, and with base 2 that of `pow_g`.
    Other moduli go to gmpy2, or to ``pow`` when engine ``python`` runs.

    Args:
        base: Any integer.
        exponent: A non-negative integer, or big-endian bytes; with this N at most 3,072 bits.
        modulus: At least 1; Cognito's N unless given.
        constant_time: Run only what takes a time that does not depend on the bits of the exponent.
            gmpy2's still shows how many 64-bit words the exponent fills (docs/engines.md).

    Returns:
        The power.

    Raises:
        ValueError: The exponent is negative or too long, or the modulus is below 1.
        ConstantTimeUnavailableError: Nothing here is constant-time.
    """
    if modulus != N:
        return powmod_other(base, exponent, modulus, constant_time)
    if _integer("base", base) == G:
        return pow_g(exponent, constant_time=constant_time)
    e = _exponent_bytes(exponent)
    b = (base % N).to_bytes(ELEMENT_SIZE, "big")
    return _to_int(
        _run(lambda engine: engine.powmod(b, e, constant_time=constant_time), constant_time)
    )


def pow_g(exponent: Exponent, *, constant_time: bool = False) -> int:
    """Compute 2^exponent mod N.

    Args:
        exponent: A non-negative integer of at most 3,072 bits, or at most 384 big-endian bytes.
        constant_time: As in `powmod`.

    Returns:
        The power.

    Raises:
        ValueError: The exponent is negative or too long.
        ConstantTimeUnavailableError: Nothing here is constant-time.
    """
    e = _exponent_bytes(exponent)
    return _to_int(_run(lambda engine: engine.pow_g(e, constant_time=constant_time), constant_time))


def pow_g_many(exponents: Sequence[Exponent], *, threads: int | None = None) -> list[int]:
    """Compute 2^e mod N for every exponent.

    Args:
        exponents: As in `pow_g`.
        threads: How many threads compute, all cores unless told otherwise.

    Returns:
        The powers, in the same order.

    Raises:
        ValueError: An exponent is negative or too long; names its place.
    """
    width = _exponents_width(exponents)

    def chunk(engine: Engine, first: int, last: int) -> bytes:
        return engine.pow_g_many(_join(exponents[first:last], width), width)

    return _run_rows(chunk, len(exponents), threads)


def powmod_many(
    bases: Sequence[int], exponents: Sequence[Exponent], *, threads: int | None = None
) -> list[int]:
    """Compute bases[i]^exponents[i] mod N.

    Args:
        bases: Any integers.
        exponents: As many exponents, as in `pow_g`.
        threads: How many threads compute, all cores unless told otherwise.

    Returns:
        The powers, in the same order.

    Raises:
        ValueError: The two differ in length, or an exponent is negative or too long.
    """
    _same_length("bases", bases, "exponents", exponents)
    width = _exponents_width(exponents)
    for base in bases:
        _integer("base", base)

    def chunk(engine: Engine, first: int, last: int) -> bytes:
        elements = b"".join((base % N).to_bytes(ELEMENT_SIZE, "big") for base in bases[first:last])
        return engine.powmod_many(elements, _join(exponents[first:last], width), width)

    return _run_rows(chunk, len(exponents), threads)


def verifier(salt: bytes, identity: bytes, *, constant_time: bool = False) -> bytes:
    """Compute the verifier v = 2^x mod N, x = SHA-256(salt ‖ SHA-256(identity)).

    Args:
        salt: Hashed as given, so for Cognito it must be in the form the service hashes
            (`cognito_srp.srp.encoding.pad`).
        identity: Realm ‖ name ‖ ":" ‖ password, hashed as given.
        constant_time: Run only what is constant-time. Ask for it unless the password is random.

    Returns:
        v, 384 bytes, big-endian.

    Raises:
        ConstantTimeUnavailableError: Nothing here is constant-time.
    """
    salt, identity = _octets("salt", salt), _octets("identity", identity)
    return _run(
        lambda engine: engine.verifier(salt, identity, constant_time=constant_time), constant_time
    )


def verifiers(
    salts: Sequence[bytes], identities: Sequence[bytes], *, threads: int | None = None
) -> list[bytes]:
    """Compute the `verifier` of every row. The batch checks itself (docs/batches.md).

    Args:
        salts: The salt of each row, at most 64 KiB.
        identities: The identity of each row, at most 64 KiB.
        threads: How many threads compute, all cores unless told otherwise.

    Returns:
        v for each row, 384 bytes, big-endian.

    Raises:
        ValueError: The two differ in length, or a row is over 64 KiB.
    """
    _same_length("salts", salts, "identities", identities)
    for name, rows in (("salt", salts), ("identity", identities)):
        for i, row in enumerate(rows):
            if len(_octets(name, row, i)) > ROW_MAX:
                raise ValueError(f"{name} {i}: at most {ROW_MAX} bytes, has {len(row)}")
    return run_checked(lambda engine: _verifiers(engine, salts, identities, threads))


def _verifiers(
    engine: Engine, salts: Sequence[bytes], identities: Sequence[bytes], threads: int | None
) -> list[bytes]:
    result: list[bytes] = []

    def chunk(first: int, last: int) -> bytes:
        salt, identity = Column.of(salts[first:last]), Column.of(identities[first:last])
        elements = engine.verifiers(
            bytes(salt.data), salt.offsets, bytes(identity.data), identity.offsets
        )
        check.count(lambda sums: engine.batch_check_verifiers(sums, elements, salt, identity))
        return elements

    def take(elements: bytes) -> None:
        first = len(result)
        result.extend(_split(elements))
        for row in check.sample(first, len(result)):
            check.recompute(salts[row], identities[row], result[row])

    with BatchCheck(engine, len(salts)) as check:
        run_in_chunks(chunk, take, len(salts), threads, parallel=engine.releases_gil)
        check.finish()
    return result


def premaster_secret(B: bytes, a: bytes, u: bytes, x: bytes, k: bytes) -> bytes:
    """Compute S = (B − k·2^x)^(a + u·x) mod N (RFC 5054, section 2.6).

    Its powers are always constant time, and all of it where engine ``c`` runs (docs/engines.md).
    Whether B ≡ 0 or u = 0, which ends an SRP exchange, is the caller's to check.

    Args:
        B: The server's public value, 1 to 384 big-endian bytes; reduced mod N.
        a: The client's private value, 1 to 384 big-endian bytes.
        u: The scrambling parameter, 1 to 32 big-endian bytes.
        x: The private key, 1 to 32 big-endian bytes.
        k: The multiplier, 1 to 32 big-endian bytes.

    Returns:
        S, 384 bytes, big-endian.

    Raises:
        ValueError: A value is too long or empty.
        ConstantTimeUnavailableError: Nothing here is constant-time.
    """
    limits = {"B": ELEMENT_SIZE, "a": ELEMENT_SIZE, "u": 32, "x": 32, "k": 32}
    values = dict(zip(limits, (B, a, u, x, k), strict=True))
    for name, limit in limits.items():
        if not 1 <= len(_octets(name, values[name])) <= limit:
            raise ValueError(f"{name}: needs 1 to {limit} bytes, has {len(values[name])}")
    padded = B.rjust(ELEMENT_SIZE, b"\0")
    return _run(lambda engine: engine.premaster_secret(padded, a, u, x, k), constant_time=True)


def check_verifier(salt: bytes, identity: bytes, expected: bytes) -> str:
    """Compute a verifier again on another engine than the one that runs now.

    Args:
        salt: As in `verifier`.
        identity: As in `verifier`.
        expected: The verifier, 384 bytes, big-endian.

    Returns:
        The name of that engine.

    Raises:
        EngineFaultError: The two engines disagree.
    """
    checker = other_engine(current_engine())
    if checker.verifier(_octets("salt", salt), _octets("identity", identity)) != expected:
        raise EngineFaultError(
            f"engines {current_engine().name!r} and {checker.name!r} disagree about a verifier"
        )
    return checker.name


def _run(call: Callable[[Engine], _T], constant_time: bool = False) -> _T:
    """Call with the engine that runs now.

    One that fails its known answers makes room for the next; a forced one raises.
    """
    choose = constant_time_engine if constant_time else current_engine
    while True:
        engine = choose()
        try:
            return call(engine)
        except EngineFaultError as error:
            disable_engine(engine, str(error))


def _run_rows(
    chunk: Callable[[Engine, int, int], bytes], rows: int, threads: int | None
) -> list[int]:
    """The ints of all chunks, each of which is elements."""

    def call(engine: Engine) -> list[int]:
        result: list[int] = []
        run_in_chunks(
            # Made in the threads: in the caller's own it would take a core from one of them.
            lambda first, last: list(map(_to_int, _split(chunk(engine, first, last)))),
            result.extend,
            rows,
            threads,
            parallel=engine.releases_gil,
        )
        return result

    return _run(call)


def powmod_other(base: int, exponent: Exponent, modulus: int, constant_time: bool) -> int:
    """`powmod` without the fast path: any modulus, and an exponent of any length for it."""
    b, m = _integer("base", base), _integer("modulus", modulus)
    e = int.from_bytes(exponent, "big") if isinstance(exponent, bytes) else exponent
    if _integer("exponent", e) < 0:
        raise ValueError("exponent: must not be negative")
    if m < 1:
        raise ValueError("modulus: must be at least 1")
    runs = constant_time_engine() if constant_time else current_engine()
    if runs.name == "c":  # which knows one modulus only
        runs = load_engine("gmpy2", constant_time=constant_time)
    return runs.powmod_any(b, e, m, constant_time=constant_time)


def _exponent_bytes(exponent: Exponent) -> bytes:
    width = _exponent_width(exponent)
    return exponent.to_bytes(width, "big") if isinstance(exponent, int) else bytes(exponent)


def _exponent_width(exponent: Exponent, name: str = "exponent") -> int:
    """Bytes that an exponent is written in; raises unless it is one."""
    if isinstance(exponent, (bytes, bytearray)):
        if len(exponent) * 8 > EXPONENT_BITS:
            raise ValueError(f"{name}: at most {EXPONENT_BITS // 8} bytes, has {len(exponent)}")
        return len(exponent)
    if _integer(name, exponent) < 0:
        raise ValueError(f"{name}: must not be negative")
    if exponent.bit_length() > EXPONENT_BITS:
        raise ValueError(f"{name}: at most {EXPONENT_BITS} bits, has {exponent.bit_length()}")
    size = (exponent.bit_length() + 7) // 8
    if size <= _EXPONENT_STEP:
        return _EXPONENT_STEP
    return min(EXPONENT_BITS // 8, -(-(size - 1) // _EXPONENT_STEP) * _EXPONENT_STEP + 1)


def _exponents_width(exponents: Sequence[Exponent]) -> int:
    """The width of the longest; raises, with its place, for what is no exponent."""
    try:
        return max(map(_exponent_width, exponents), default=1) or 1
    except (TypeError, ValueError):
        for i, exponent in enumerate(exponents):
            _exponent_width(exponent, f"exponents[{i}]")
        raise


def _join(exponents: Sequence[Exponent], width: int) -> bytes:
    """Some exponents in one buffer, all as wide as the longest."""
    return b"".join(_exponent_bytes(e).rjust(width, b"\0") for e in exponents)


def _integer(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: must be an int, not {type(value).__name__}")
    return value


def _octets(name: str, value: bytes, row: int | None = None) -> bytes:
    if not isinstance(value, (bytes, bytearray)):
        where = name if row is None else f"{name} {row}"
        raise TypeError(f"{where}: must be bytes, not {type(value).__name__}")
    return value


def _same_length(name: str, rows: Sequence[object], other: str, others: Sequence[object]) -> None:
    if len(rows) != len(others):
        raise ValueError(f"{name} and {other} differ in length: {len(rows)} and {len(others)}")


def _split(elements: bytes) -> list[bytes]:
    return [elements[i : i + ELEMENT_SIZE] for i in range(0, len(elements), ELEMENT_SIZE)]


def _to_int(element: bytes) -> int:
    return int.from_bytes(element, "big")
