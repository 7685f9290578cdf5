"""The C files alone, without Python in between: every compiler found, every optimisation level.

`vectors.c` runs the routines on vectors, `leftovers.c` looks for secrets left on the stack; the
`leaky_*.c` are broken on purpose, to see that the checks notice.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.c_programs import (
    KERNELS,
    NO_SUCH_KERNEL,
    SANITIZE,
    Build,
    Objects,
    answers,
    need,
    skip_without_kernel,
)

from srp_native.group import N


@dataclass(frozen=True)
class Field:
    """A kernel's representation of numbers: what edges there are, and what bounds must hold."""

    kernel: str
    prefix: str  # of its commands in vectors.c
    bits: int
    digits: int
    tile: int  # digits that a carry or a Karatsuba half may stop at
    operands_below: int
    results_below: int

    def join(self, digits: list[int]) -> int:
        return sum(digit << self.bits * i for i, digit in enumerate(digits))

    def raw(self, value: int) -> str:
        mask = 2**self.bits - 1
        return "".join(f"{value >> self.bits * i & mask:016x}" for i in range(self.digits))

    def from_raw(self, text: str) -> int:
        digits = [int(text[i : i + 16], 16) for i in range(0, len(text), 16)]
        assert max(digits) < 2**self.bits, "a digit was not carried"
        return self.join(digits)


PORTABLE = Field("portable", "", 60, 52, 13, 4 * N, 2 * N)
ADX = Field("adx", "adx_", 64, 48, 8, 2**3072, 2**3072)
#: The kernels that compute one number at a time, which valgrind can run.
SCALAR = pytest.mark.parametrize("field", [PORTABLE, ADX], ids=lambda field: field.kernel)


def element(value: int) -> str:
    return f"{value:0768x}"


def number(value: int, size: int) -> str:
    return value.to_bytes(size, "big").hex() or "-"


# ---- the public functions -------------------------------------------------------------------


def protocol_cases(rounds: int) -> list[tuple[str, str]]:
    """Commands for vectors.c and what pow and hashlib answer."""
    rng = random.Random(7)
    cases = []
    for length in range(201):
        data = rng.randbytes(length)
        cases.append((f"sha256 {data.hex() or '-'}", hashlib.sha256(data).hexdigest()))

    short, long = (0, 1, 2047, 2048, 2**256 - 1), (2**256, N - 1, N, 2**3072 - 1)
    for e in (*short, *(1 << i for i in range(0, 256, 17)), *long):
        size = 32 if e < 2**256 else 384
        cases.append((f"pow_g {number(e, size)}", element(pow(2, e, N))))
    cases.append(("pow_g -", element(1)))

    limbs = [int(f"{a:016x}{b:016x}" * 24, 16) for a, b in ((0, 2**64 - 1), (2**64 - 1, 0))]
    for base in (0, 1, 2, N - 1, N, N + 1, 2**3072 - 1, *limbs):
        for e in (*short, *(long if base == limbs[0] else ())):
            size = 32 if e < 2**256 else 384
            expected = element(pow(base, e, N))
            cases.append((f"powmod {element(base)} {number(e, size)}", expected))
        cases.append((f"powmod {element(base)} -", element(1)))

    for _ in range(rounds):
        size = rng.choice([1, 5, 31, 32, 32, 32, 33, 65])
        e, base = rng.getrandbits(8 * size), rng.getrandbits(3072)
        cases.append((f"pow_g {number(e, size)}", element(pow(2, e, N))))
        cases.append((f"powmod {element(base)} {number(e, size)}", element(pow(base, e, N))))
        salt, identity = rng.randbytes(rng.randrange(40)), rng.randbytes(rng.randrange(200))
        x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
        verifier = element(pow(2, int.from_bytes(x, "big"), N))
        cases.append((f"verifier {salt.hex() or '-'} {identity.hex() or '-'}", verifier))
        cases.append(premaster_case(rng))
    too_long = f"premaster {element(1)} {'00' * 385} 00 00 00"
    return [*cases, (too_long, "error -1")]


def premaster_case(rng: random.Random) -> tuple[str, str]:
    sizes = [rng.choice([0, 1, 32, 32, 128]), *(rng.choice([1, 16, 32]) for _ in "uxk")]
    a, u, x, k = (rng.choice([rng.getrandbits(8 * n), 2 ** (8 * n) - 1, 0]) for n in sizes)
    B = rng.choice([rng.getrandbits(3072), k * pow(2, x, N) % N, 2**3072 - 1])
    values = " ".join(number(v, n) for v, n in zip((a, u, x, k), sizes, strict=True))
    expected = pow(B - k * pow(2, x, N), a + u * x, N)
    return f"premaster {element(B)} {values}", element(expected)


@pytest.fixture(scope="module")
def cases(long_run: bool) -> list[tuple[str, str]]:
    return protocol_cases(500 if long_run else 12)


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_routine_agrees_with_pow_and_hashlib(
    objects: Objects, cases: list[tuple[str, str]], kernel: str
) -> None:
    found = answers([*objects.link("vectors"), kernel], [command for command, _ in cases])
    for (command, expected), result in zip(cases, found, strict=True):
        assert result == expected, command[:120]


def test_a_cpu_without_extensions_gets_the_same_answers(
    objects: Objects, cases: list[tuple[str, str]]
) -> None:
    """SHA-256 in C where the other tests run the CPU's instructions; and no other kernel."""
    command = objects.link("vectors", dispatch="bare_cpu")
    hashes = [case for case in cases if case[0].startswith(("sha256", "verifier"))]
    assert answers([*command, "portable"], [line for line, _ in hashes]) == [x for _, x in hashes]
    missing = subprocess.run([*command, "adx"], capture_output=True, check=False)
    assert missing.returncode == NO_SUCH_KERNEL


def test_the_published_sha256_vectors() -> None:
    """hashlib, which the routines are compared with, against FIPS 180-4's own examples."""
    assert hashlib.sha256(b"abc").hexdigest().startswith("ba7816bf8f01cfea414140de5dae2223")
    two_blocks = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    assert hashlib.sha256(two_blocks).hexdigest().startswith("248d6a61d20638b8e5c026930c3e6039")


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_callers_rounding_mode_changes_nothing_and_stays(objects: Objects, kernel: str) -> None:
    command = [*objects.link("rounding"), kernel]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    skip_without_kernel(done)
    assert done.returncode == 0, done.stdout + done.stderr


# ---- the field underneath: digits that carries stumble over ----------------------------------


def edge_operands(field: Field, rounds: int) -> list[int]:
    rng = random.Random(11)
    R, largest = 2 ** (field.bits * field.digits), 2**field.bits - 1
    special = [0, 1, largest, N - 1, N, N + 1, 2 * N - 1, 2 * N, 4 * N - 1, R % N, 2**3072 - 1]
    # A low half of zeros in both operands: every quotient digit of the product's low half is 0.
    half = 2 ** (field.bits * field.digits // 2)
    special += [half, half * largest, N // half * half, half**2 // 2**60, half**2 // 2**60 - 1]
    # Karatsuba's differences of halves: zero, and of either sign.
    special += [(half + 1) * (half // 2**40 - 1), half * (half // 2**60) + 5, half - 1]
    # All-ones and all-zero digits in every mixture of tiles, and at random.
    tiles = field.digits // field.tile
    for pattern in range(2**tiles):
        special.append(
            field.join([largest * (pattern >> i // field.tile & 1) for i in range(field.digits)])
        )
    for _ in range(rounds):
        special.append(
            field.join(
                [rng.choice([0, largest, rng.randrange(largest)]) for _ in range(field.digits)]
            )
        )
    return [value % field.operands_below for value in special]


@SCALAR
def test_products_of_edge_digits(objects: Objects, long_run: bool, field: Field) -> None:
    operands = edge_operands(field, 300 if long_run else 30)
    rng = random.Random(13)
    pairs = [(a, b) for a in operands for b in rng.sample(operands, 12)]
    mul, sqr = field.prefix + "mul", field.prefix + "sqr"
    lines = [f"{mul} {field.raw(a)} {field.raw(b)}" for a, b in pairs]
    lines += [f"{sqr} {field.raw(a)}" for a in operands]
    factors = pairs + [(a, a) for a in operands]
    inverse = pow(2, -field.bits * field.digits, N)
    above = 0
    command = [*objects.link("vectors"), field.kernel]
    for (a, b), text in zip(factors, answers(command, lines), strict=True):
        result = field.from_raw(text)
        assert result < field.results_below
        assert result % N == a * b * inverse % N
        above += result >= N
    assert above, "no result was N or above, where the last subtraction matters"


# ---- secrets --------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel", KERNELS)
def test_nothing_secret_stays_on_the_stack(objects: Objects, kernel: str) -> None:
    if objects.build.flags == SANITIZE:
        pytest.skip("the sanitizer keeps shadows of its own on the stack")
    command = [*objects.link("leftovers"), kernel]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    skip_without_kernel(done)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_search_for_leftovers_finds_them(tables: Path, tmp_path: Path) -> None:
    command = Objects(Build("gcc", ("-O3",)), tables, tmp_path).link("leftovers", wipe="leaky_wipe")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("leaves")) == (1, 10)


SECRET_CASES = [
    f"sha256 {'5a' * 150}",
    f"pow_g {'5a' * 32}",
    f"pow_g {'5a' * 36}",
    f"powmod {'5a' * 384} {'5a' * 9}",
    f"verifier {'5a' * 16} {'5a' * 100}",
    f"premaster {'5a' * 384} {'5a' * 16} {'5a' * 8} {'5a' * 8} {'5a' * 32}",
]


def memcheck(objects: Objects, field: Field, **leaky: str) -> subprocess.CompletedProcess[str]:
    need("valgrind")
    if not Path("/usr/include/valgrind/memcheck.h").exists():
        pytest.skip("valgrind's memcheck.h is not installed")
    command = [*objects.link("vectors", "-DMARK_SECRETS", **leaky), field.kernel]
    mul = f"{field.prefix}mul {field.raw(N - 1)} {field.raw(N - 2)}"
    sqr = f"{field.prefix}sqr {field.raw(N - 1)}"
    return subprocess.run(
        ["valgrind", "--quiet", "--error-exitcode=9", *command],
        input="\n".join([*SECRET_CASES, mul, sqr]) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )


@SCALAR
def test_no_branch_and_no_address_depends_on_a_secret(objects: Objects, field: Field) -> None:
    if objects.build.runner or objects.build.flags == SANITIZE:
        pytest.skip("valgrind runs neither foreign nor sanitized code")
    done = memcheck(objects, field)
    skip_without_kernel(done)
    assert done.returncode == 0, done.stderr


def test_the_search_for_such_addresses_finds_them(tables: Path, tmp_path: Path) -> None:
    objects = Objects(Build("gcc", ("-O3",)), tables, tmp_path)
    done = memcheck(objects, PORTABLE, portable_select="leaky_select")
    assert done.returncode == 9
    assert "leaky_select" in done.stderr or "uninitialised" in done.stderr
