"""Engine ``c``: this package's own arithmetic, constant time, built by ffi_build.py.

The only module that touches the FFI; loading it takes a millisecond. Every method is one call into
C, over contiguous buffers and with the GIL released; csrc/srp.h documents the C side.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from .._columns import Buffer, Column, MadeRows, OutputBuffers, Rows
from .._errors import EngineFaultError, EngineUnavailableError
from .._version import __version__
from ..group import ELEMENT_SIZE
from ._engine import Engine
from ._missing_extension import other_version, why_missing
from ._row_formulas import ZeroSaltError

try:
    # What the extension itself imports, where packagers of whole programs see it.
    import _cffi_backend  # noqa: F401

    from .._srp import ffi, lib
except ImportError as error:
    ffi = lib = None
    _missing = why_missing(error, "srp_native._srp", Path(__file__).parent.parent)
else:
    _built = ffi.string(lib.srp_version()).decode() if hasattr(lib, "srp_version") else ""
    if _built != __version__:
        ffi = lib = None
        _missing = other_version(_built, __version__)

_uncleared: Any = ffi.new_allocator(should_clear_after_alloc=False) if ffi else None

__all__ = [
    "KERNEL_NEEDS",
    "create_engine",
    "fastest_kernel",
    "kernels",
    "lib",
    "runnable_kernels",
    "sha256",
]

_DIGEST_SIZE: Final = 32

#: What a CPU must have for a kernel, as its maker's manuals call it; dispatch.c asks for it.
KERNEL_NEEDS: Final = {
    "avx512ifma": "AVX512F and AVX512IFMA",
    "avx2": "AVX2 and FMA",
    "adx": "ADX, BMI2 and AVX2",
}


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
        self.kernels = runnable_kernels()

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
        salt_ends = _offsets("salts", salt_offsets)
        identity_ends = _offsets("identities", identity_offsets)
        if len(salt_ends) != len(identity_ends):
            raise ValueError(
                "salts and identities differ in length: "
                f"{len(salt_ends) - 1} and {len(identity_ends) - 1}"
            )
        rows = max(len(salt_ends) - 1, 0)
        columns = (
            *_pointers("salts", salts, salt_ends, rows),
            *_pointers("identities", identities, identity_ends, rows),
        )
        out = _elements(rows)
        _raise_unless_ok(lib.srp_verifiers(self._kernel, out, *columns, rows))
        return _take(out)

    def first_invalid_row(self, offsets: memoryview, size: int, shortest: int, longest: int) -> int:
        words = _aligned(offsets)
        rows = max(len(words) - 1, 0)
        row: int = lib.srp_first_invalid_row(words, rows, size, shortest, longest)
        return row

    def new_buffer(self, size: int) -> memoryview:
        # From malloc, which has the pages of the last batch at hand: fresh ones cost 3 % of a row.
        return memoryview(ffi.buffer(_uncleared("uint8_t[]", size)))

    def shift(self, offsets: memoryview, by: int) -> None:
        words = ffi.from_buffer("uint64_t[]", offsets, require_writable=True)
        lib.srp_shift(words, len(words), by)

    def make_rows(self, rows: Rows, room: OutputBuffers) -> MadeRows:
        count = len(rows.realms)
        salt_max = lib.SRP_DRAWN_SALT_TEXT_MAX if rows.salts is None else lib.SRP_SALT_TEXT_MAX
        verifiers = _WrittenColumn(room.verifiers, count, lib.SRP_VERIFIER_TEXT_MAX)
        salts = _WrittenColumn(room.salts, count, salt_max)
        columns = [verifiers.pointers, salts.pointers, (ffi.NULL, ffi.NULL)]
        if rows.passwords is None:
            passwords = _WrittenColumn(room.passwords, count, lib.SRP_PASSWORD_SIZE)
            columns[2] = passwords.pointers
        given, _keep = _rows_struct(rows, count)
        out = ffi.new("srp_new_rows *", columns)
        code = lib.srp_make_rows(self._kernel, out, given, count)
        if code == lib.SRP_ERROR_SALT and rows.salts is not None:
            zero = (row for row, salt in enumerate(rows.salts) if salt and not any(salt))
            if (row := next(zero, None)) is not None:
                raise ZeroSaltError(row)
            raise ValueError(f"salts: each must have 1 to {lib.SRP_SALT_MAX} bytes")
        _raise_unless_ok(code)
        used = passwords.column() if rows.passwords is None else rows.passwords
        return MadeRows(verifiers.column(), salts.column(), used)

    def new_batch_check(self) -> bytearray:
        sums = bytearray(lib.SRP_BATCH_CHECK_SIZE)
        lib.srp_batch_check_start(self._kernel, ffi.from_buffer("uint8_t[]", sums))
        return sums

    def batch_check_rows(self, sums: bytearray, rows: Rows, made: MadeRows) -> None:
        count = len(rows.realms)
        used, _keep = _rows_struct(Rows(rows.realms, rows.names, None, None), count)
        try:
            columns = [_column(name, column, count) for name, column in made._asdict().items()]
        except ValueError as error:
            raise EngineFaultError(f"a batch made an unsound column: {error}") from None
        verifiers, used.salts, used.passwords = columns
        texts = ffi.new("srp_column *", verifiers)
        _raise_unless_ok(lib.srp_batch_check_rows(self._kernel, _sums(sums), used, texts, count))

    def batch_check_verifiers(
        self, sums: bytearray, elements: bytes, salts: Column, identities: Column
    ) -> None:
        count = _rows("elements", elements, ELEMENT_SIZE)
        columns = [_column("salts", salts, count), _column("identities", identities, count)]
        code = lib.srp_batch_check_verifiers(
            self._kernel,
            _sums(sums),
            ffi.from_buffer("uint8_t[]", elements),
            *(ffi.new("srp_column *", pointers) for pointers in columns),
            count,
        )
        _raise_unless_ok(code)

    def join_batch_checks(self, sums: bytearray, other: bytearray) -> None:
        lib.srp_batch_check_join(self._kernel, _sums(sums), _sums(other))

    def batch_check_holds(self, sums: bytearray) -> bool:
        return bool(lib.srp_batch_check_holds(self._kernel, _sums(sums)))

    def premaster_secret(self, B: bytes, a: bytes, u: bytes, x: bytes, k: bytes) -> bytes:
        if _rows("B", B, ELEMENT_SIZE) != 1:
            raise ValueError(f"B: must be {ELEMENT_SIZE} bytes, has {len(B)}")
        out = _elements(1)
        numbers = (part for n in (a, u, x, k) for part in (ffi.from_buffer(n), len(n)))
        if lib.srp_premaster(self._kernel, out, ffi.from_buffer(B), *numbers) != lib.SRP_OK:
            raise ValueError(f"a, u, x and k: at most {ELEMENT_SIZE} bytes each")
        return _take(out)


def create_engine(kernel: str = "") -> Engine:
    """The engine on the kernel called so, or on its fastest.

    Raises `EngineUnavailableError` when that one does not exist or this CPU cannot run it, and
    when the extension is not there.
    """
    if lib is None:
        raise EngineUnavailableError(_missing)
    wanted = kernel or fastest_kernel()
    if wanted not in runnable_kernels():
        found = kernels()
        problem = f"there is no kernel {wanted!r}"
        if wanted in found:
            problem = f"this CPU cannot run kernel {wanted!r}, which needs {KERNEL_NEEDS[wanted]}"
        raise EngineUnavailableError(
            f"{problem}; of the kernels {', '.join(found)} this CPU can run "
            f"{', '.join(runnable_kernels())}: name one of them, or none for the fastest "
            "(`unset SRP_NATIVE_KERNEL` where the environment names it)"
        )
    return CEngine(wanted)


def fastest_kernel() -> str:
    """The fastest kernel that this CPU can run; empty where the extension is not there."""
    return next(iter(runnable_kernels()), "")


@cache
def runnable_kernels() -> tuple[str, ...]:
    """The kernels that this CPU can run, the fastest first; none where there is no extension."""
    # Kept: a CPU stays what it is, and under a hypervisor it is slow to answer.
    return tuple(name for name, runs_here in kernels().items() if runs_here) if lib else ()


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


def _offsets(name: str, offsets: Sequence[int]) -> array[int]:
    """A copy of offsets as C reads them."""
    try:
        return array("Q", offsets)
    except OverflowError:
        raise ValueError(f"{name}: an offset is negative or over 64 bits") from None


def _pointers(name: str, data: Buffer, offsets: array[int], rows: int) -> tuple[Any, Any]:
    """A column of `rows` rows as C reads it. `offsets` are a copy that nobody else has.

    C trusts them, so they are checked here, whoever did it before: what a caller passes may be
    written to by another thread, between that check and now or while C runs.
    """
    if max(len(offsets) - 1, 0) != rows:
        raise ValueError(f"{name}: {rows} rows expected, has {len(offsets) - 1}")
    data, ends = ffi.from_buffer("uint8_t[]", data), ffi.from_buffer("uint64_t[]", offsets)
    if lib.srp_first_invalid_row(ends, rows, len(data), 0, len(data)) < rows:
        raise ValueError(f"{name}: offsets must not run backwards or past the end of the buffer")
    return data, ends


def _column(name: str, column: Column, rows: int) -> tuple[Any, Any]:
    return _pointers(name, column.data, array("Q", column.offsets.tobytes()), rows)


def _rows_struct(rows: Rows, count: int) -> tuple[Any, list[tuple[Any, Any]]]:
    """Rows as C takes them, and the buffers it points to, which have to outlive it.

    A column that is None is two NULLs, for C to draw it.
    """
    columns = [
        (ffi.NULL, ffi.NULL) if column is None else _column(name, column, count)
        for name, column in rows._asdict().items()
    ]
    return ffi.new("srp_rows *", columns), columns


def _aligned(offsets: memoryview) -> Any:
    """Offsets as C reads them: copied when they lie at an odd address."""
    pointer = ffi.from_buffer("uint64_t[]", offsets)
    if int(ffi.cast("uintptr_t", pointer)) % ffi.alignof("uint64_t"):
        pointer = ffi.from_buffer("uint64_t[]", array("Q", offsets.tobytes()))
    return pointer


def _sums(sums: bytearray) -> Any:
    """The sums of a batch check as C reads and writes them."""
    buffer = ffi.from_buffer("uint8_t[]", sums, require_writable=True)
    if len(buffer) != lib.SRP_BATCH_CHECK_SIZE:
        raise ValueError(f"sums: must be {lib.SRP_BATCH_CHECK_SIZE} bytes, has {len(buffer)}")
    return buffer


class _WrittenColumn:
    """A column that C is to write to `room`, up to `longest` bytes a row."""

    def __init__(self, room: memoryview, rows: int, longest: int) -> None:
        if room.nbytes < rows * longest:
            raise ValueError(f"room: {rows * longest} bytes needed, has {room.nbytes}")
        if room.readonly:
            raise ValueError("room: must be memory that can be written to")
        self._room = room.cast("B")
        self._offsets = array("Q", bytes(8 * (rows + 1)))

    @property
    def pointers(self) -> tuple[Any, Any]:
        return (
            ffi.from_buffer("uint8_t[]", self._room),
            ffi.from_buffer("uint64_t[]", self._offsets),
        )

    def column(self) -> Column:
        """What C wrote; the room behind it is not part of it."""
        return Column(self._room[: self._offsets[-1]], self._offsets)


def _raise_unless_ok(code: int) -> None:
    if code == lib.SRP_ERROR_RANDOM:
        raise OSError("the system's random generator failed; nothing was made")
    if code != lib.SRP_OK:
        raise EngineFaultError(
            f"a row of a batch is not the base64 of a number below N in minimal form ({code})"
        )
