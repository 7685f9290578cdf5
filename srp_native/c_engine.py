"""Engine ``c``: this package's own arithmetic, constant time, built by ffi_build.py.

The only module that touches the FFI; loading it takes a millisecond. Every method is one call into
C, over contiguous buffers and with the GIL released; csrc/srp.h documents the C side.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Final

from .engine import KERNEL_ENVIRONMENT, Engine
from .errors import EngineUnavailableError
from .group import ELEMENT_SIZE

try:
    from ._srp import ffi, lib
except ImportError as error:
    ffi = lib = None
    _missing = f"the C extension cannot be loaded: {error}"
    if isinstance(error, ModuleNotFoundError) and error.name == f"{__package__}._srp":
        _missing = (
            "the C extension was not built (no C compiler when srp-native was installed?); "
            "reinstall with a compiler, and SRP_NATIVE_REQUIRE_C=1 to see why it fails"
        )

__all__ = ["create_engine", "kernels", "sha256"]

_DIGEST_SIZE: Final = 32


class CEngine(Engine):
    """One kernel of the C extension. Constant time always: asking for it changes nothing."""

    name = "c"
    constant_time = True
    releases_gil = True
    wipes_secrets = True
    offers_constant_time = True

    def __init__(self, kernel: str) -> None:
        self.kernel = kernel
        self._kernel = next(handle for name, handle in _handles() if name == kernel)
        self.vectorised = bool(lib.srp_kernel_vectorised(self._kernel))

    def powmod(self, base: bytes, exponent: bytes, *, constant_time: bool = False) -> bytes:
        return self.powmod_many(base, exponent, len(exponent))

    def powmod_many(self, bases: bytes, exponents: bytes, width: int) -> bytes:
        rows = _rows("bases", bases, ELEMENT_SIZE)
        if rows * width != len(exponents):
            raise ValueError(f"exponents: {rows} of {width} bytes expected, has {len(exponents)}")
        out = _elements(rows)
        lib.srp_powmod(
            self._kernel, out, ffi.from_buffer(bases), ffi.from_buffer(exponents), width, rows
        )
        return _take(out)

    def pow_g(self, exponent: bytes, *, constant_time: bool = False) -> bytes:
        out = _elements(1)
        lib.srp_pow_g(self._kernel, out, ffi.from_buffer(exponent), len(exponent), 1)
        return _take(out)

    def pow_g_many(self, exponents: bytes, width: int) -> bytes:
        rows = _rows("exponents", exponents, width)
        out = _elements(rows)
        lib.srp_pow_g(self._kernel, out, ffi.from_buffer(exponents), width, rows)
        return _take(out)

    def verifier(self, salt: bytes, identity: bytes, *, constant_time: bool = False) -> bytes:
        return self.verifiers(salt, (0, len(salt)), identity, (0, len(identity)))

    def verifiers(
        self,
        salts: bytes,
        salt_offsets: Sequence[int],
        identities: bytes,
        identity_offsets: Sequence[int],
    ) -> bytes:
        if len(salt_offsets) != len(identity_offsets):
            raise ValueError(
                "salts and identities differ in length: "
                f"{len(salt_offsets) - 1} and {len(identity_offsets) - 1}"
            )
        rows = max(len(salt_offsets) - 1, 0)
        out = _elements(rows)
        code = lib.srp_verifiers(
            self._kernel,
            out,
            ffi.from_buffer(salts),
            _offsets("salts", salts, salt_offsets),
            ffi.from_buffer(identities),
            _offsets("identities", identities, identity_offsets),
            rows,
        )
        if code == lib.SRP_ERROR_OFFSETS:
            raise ValueError("offsets: must not run backwards")
        return _take(out)

    def premaster_secret(self, B: bytes, a: bytes, u: bytes, x: bytes, k: bytes) -> bytes:
        if _rows("B", B, ELEMENT_SIZE) != 1:
            raise ValueError(f"B: must be {ELEMENT_SIZE} bytes, has {len(B)}")
        out = _elements(1)
        numbers = (part for n in (a, u, x, k) for part in (ffi.from_buffer(n), len(n)))
        if lib.srp_premaster(self._kernel, out, ffi.from_buffer(B), *numbers) != lib.SRP_OK:
            raise ValueError(f"a, u, x and k: at most {ELEMENT_SIZE} bytes each")
        return _take(out)


def create_engine() -> Engine:
    """The engine on its fastest kernel, or on the one that ``SRP_NATIVE_KERNEL`` names.

    Raises `EngineUnavailableError` when that one does not exist or this CPU cannot run it, and
    when the extension is not there.
    """
    if lib is None:
        raise EngineUnavailableError(_missing)
    found = kernels()
    runnable = [name for name, runs_here in found.items() if runs_here]
    wanted = os.environ.get(KERNEL_ENVIRONMENT) or runnable[0]
    if wanted not in runnable:
        problem = "this CPU cannot run" if wanted in found else "there is no"
        raise EngineUnavailableError(
            f"{problem} kernel {wanted!r} ({KERNEL_ENVIRONMENT}); "
            f"of the kernels {', '.join(found)} this CPU can run {', '.join(runnable)}"
        )
    return CEngine(wanted)


def kernels() -> dict[str, bool]:
    """The kernels compiled in, the fastest first, and whether this CPU can run each."""
    return {name: bool(lib.srp_kernel_runs_here(handle)) for name, handle in _handles()}


def sha256(data: bytes) -> bytes:
    """The C extension's own SHA-256 of `data`; 32 bytes."""
    out = ffi.new("uint8_t[]", _DIGEST_SIZE)
    lib.srp_sha256(out, ffi.from_buffer(data), len(data))
    return _take(out)


def _handles() -> Iterator[tuple[str, Any]]:
    """Name and pointer of every kernel."""
    index = 0
    while handle := lib.srp_kernel_at(index):
        yield ffi.string(lib.srp_kernel_name(handle)).decode(), handle
        index += 1


def _elements(count: int) -> Any:
    """Room for `count` elements of the group."""
    return ffi.new("uint8_t[]", count * ELEMENT_SIZE)


def _take(out: Any) -> bytes:
    """What C wrote, as bytes; its own copy is wiped, as it may be a premaster secret."""
    view = ffi.buffer(out)
    result: bytes = view[:]
    view[:] = bytes(len(result))
    return result


def _rows(name: str, buffer: bytes, width: int) -> int:
    """How many rows of `width` bytes a buffer holds."""
    rows, rest = divmod(len(buffer), width)
    if rest:
        raise ValueError(f"{name}: must be a multiple of {width} bytes, has {len(buffer)}")
    return rows


def _offsets(name: str, buffer: bytes, offsets: Sequence[int]) -> Any:
    """Offsets as C reads them, checked against the buffer's end; C checks that they ascend."""
    if not (isinstance(offsets, array) and offsets.typecode == "Q"):
        try:
            offsets = array("Q", offsets)
        except OverflowError:
            raise ValueError(f"{name}: an offset is negative or over 64 bits") from None
    if offsets and offsets[-1] > len(buffer):
        raise ValueError(f"{name}: offsets run past the end, {offsets[-1]} > {len(buffer)}")
    return ffi.from_buffer("uint64_t[]", offsets)
