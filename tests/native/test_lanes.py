"""The kernels with lanes: their field arithmetic at the edges, batches, constant time.

`lanes_vectors.c` is linked with them twice: as they are, where the CPU has the instructions, and
over the plain C implementations of their lane operations (lanes_plain.h, fma_lanes_plain.h), which
run anywhere, under valgrind and under the sanitizers.
"""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.c_programs import CSRC, PROGRAMS, STRICT, Build, need, skip_without_kernel

from srp_native.group import N

PLAIN = "-DSRP_PLAIN_LANES"
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")

DIGIT = 2**52 - 1
DIGITS = 60
R = 2 ** (52 * DIGITS)
QUOTIENT = -pow(N, -1, R) % R
#: The kernels, and how many numbers each multiplies at a time.
KERNELS = {"avx512ifma": 8, "avx2": 4}

MEMCHECK = ("valgrind", "--quiet", "--error-exitcode=9")
NATIVE = [Build(compiler, ("-O3",)) for compiler in ("gcc", "clang")]
PLAIN_BUILDS = [
    Build("gcc", ("-O1", PLAIN, "-DMARK_SECRETS"), MEMCHECK),
    Build("clang", ("-O2", PLAIN, "-DMARK_SECRETS"), MEMCHECK),
    Build("gcc", ("-O0", PLAIN, *SANITIZE)),
]


class Program:
    """lanes_vectors.c and the C files, built in one way, and told to run one kernel."""

    def __init__(self, build: Build, folder: Path, tables: Path, *extra: Path) -> None:
        self.build = build
        need(build.compiler, *build.runner[:1])
        if build.runner and not Path("/usr/include/valgrind/memcheck.h").exists():
            pytest.skip("valgrind's memcheck.h is not installed")
        self.path = folder / "lanes_vectors"
        replaced = {path.name.removeprefix("leaky_") for path in extra}
        sources = [path for path in sorted(CSRC.rglob("*.c")) if path.name not in replaced]
        command = [build.compiler, *STRICT, *build.flags, f"-I{PROGRAMS}", f"-I{CSRC}"]
        command += [str(path) for path in (PROGRAMS / "lanes_vectors.c", *sources, *extra, tables)]
        subprocess.run([*command, "-o", str(self.path)], check=True)

    def run(self, kernel: str, lines: list[str]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self.build.runner, str(self.path), kernel],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        skip_without_kernel(done)
        return done

    def answers(self, kernel: str, lines: list[str]) -> list[str]:
        done = self.run(kernel, lines)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()


each_kernel = pytest.mark.parametrize("kernel", KERNELS)


@pytest.fixture(scope="module")
def compiled_tables(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The constants, compiled once for all programs."""
    need("gcc")
    compiled = tmp_path_factory.mktemp("tables") / "tables.o"
    command = ["gcc", "-std=c11", PLAIN, f"-I{CSRC}", "-c", str(tables), "-o", str(compiled)]
    subprocess.run(command, check=True)
    return compiled


@pytest.fixture(scope="module", params=[*NATIVE, *PLAIN_BUILDS], ids=str)
def program(
    request: pytest.FixtureRequest, compiled_tables: Path, tmp_path_factory: pytest.TempPathFactory
) -> Program:
    return Program(request.param, tmp_path_factory.mktemp("lanes"), compiled_tables)


def split(value: int) -> list[int]:
    return [value >> 52 * i & DIGIT for i in range(DIGITS)]


def raw(value: int) -> str:
    return "".join(f"{digit:016x}" for digit in split(value))


def from_raw(text: str) -> int:
    digits = [int(text[i : i + 16], 16) for i in range(0, len(text), 16)]
    assert max(digits) <= DIGIT, "a digit was not carried"
    return sum(digit << 52 * i for i, digit in enumerate(digits))


# ---- products -------------------------------------------------------------------------------


def edge_operands(rng: random.Random, rounds: int) -> list[int]:
    """Below 2 N: digits and blocks of ones and zeros, low halves that are 0, the ends of ranges."""
    top = 2**3072
    special = [0, 1, DIGIT, N - 1, N, N + 1, 2 * N - 1, R % N, top - 1, R * R % N]
    # A low half of zeros: every digit of the quotient is 0, and nothing is dropped.
    special += [2**1560, 2**1560 * DIGIT, (N >> 1560) << 1560, 2**3068, 2**3068 - 1]
    # Columns 58 and 59, where the high half is cut off.
    special += [1 << 52 * i for i in (28, 29, 30, 31, 58)]
    special += [DIGIT << 52 * i for i in (28, 29, 30, 31)]
    for pattern in range(64):
        digits = [DIGIT if pattern >> i // 10 & 1 else 0 for i in range(DIGITS)]
        special.append(sum(digit << 52 * i for i, digit in enumerate(digits)) % (2 * N))
    for period in (2, 3):
        for phase in range(period):
            digits = [DIGIT if i % period == phase else 0 for i in range(DIGITS)]
            special.append(sum(digit << 52 * i for i, digit in enumerate(digits)) % top)
    for _ in range(rounds):
        digits = [rng.choice([0, DIGIT, rng.getrandbits(52)]) for _ in range(DIGITS)]
        special.append(sum(digit << 52 * i for i, digit in enumerate(digits)) % (2 * N))
    return special


def exact_zeros(rng: random.Random) -> list[tuple[int, int]]:
    """Pairs whose product is a multiple of R, or misses one by little: the low half vanishes."""
    pairs = []
    for shift in (1, 52, 520, 1560, 3000):
        a, b = rng.getrandbits(3072 - shift) << shift, 1 << (3120 - shift) % 3072
        pairs.append((a % (2 * N), b))
    odd = rng.getrandbits(3072) | 1
    for low in (0, 1, R - 1, R - N, N):
        pairs.append((odd, low * pow(odd, -1, R) % R % (2 * N)))
    return pairs


@each_kernel
def test_products_at_the_edges(program: Program, long_run: bool, kernel: str) -> None:
    lanes = KERNELS[kernel]
    rng = random.Random(17)
    slow = program.build.flags[1:]
    operands = edge_operands(rng, 0 if slow else 200)
    pairs = [(a, rng.choice(operands)) for a in operands for _ in range(1 if slow else 4)]
    if long_run and not slow:
        pairs += [(a, b) for a in operands for b in rng.sample(operands, 100)]
    pairs += exact_zeros(rng)
    pairs = pairs[: len(pairs) // lanes * lanes]
    lines, factors = [], []
    for start in range(0, len(pairs), lanes):
        group = pairs[start : start + lanes]
        a, b = (" ".join(raw(pair[side]) for pair in group) for side in range(2))
        inverse = " ".join(raw(y * QUOTIENT % R) for _, y in group)
        lines += [f"fixed {a} {b} {inverse}", f"mul {a} {b}", f"sqr {a}"]
        factors += 2 * group + [(x, x) for x, _ in group]
        if kernel == "avx512ifma":
            lines.append(f"row {a} {b}")
            factors += group
    inverse_of_r = pow(R, -1, N)
    above = 0
    for (x, y), text in zip(factors, program.answers(kernel, lines), strict=True):
        result = from_raw(text)
        assert result < 2 * N
        assert result % N == x * y * inverse_of_r % N
        above += result >= N
    assert above, "no result fell in [N, 2N), where the last subtraction matters"


# ---- powers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """What a kernel's parts cost where docs/kernels.md has them from, in microseconds."""

    single: float
    walk: float  # along the table, for up to 32 numbers
    group: float  # of as many numbers as there are lanes, on the way

    def batches(self, groups: int, lanes: int) -> float:
        return groups * self.group + -(-groups * lanes // 32) * self.walk

    def best(self, count: int, lanes: int) -> float:
        """The least that `count` numbers can take, over every share of numbers done alone."""
        return min(
            self.batches(groups, lanes) + max(0, count - groups * lanes) * self.single
            for groups in range(-(-count // lanes) + 1)
        )


COSTS = {
    "avx512ifma": Cost(single=29.7, walk=36, group=112),  # the Zen 4
    "avx2": Cost(single=108, walk=126, group=121),  # the Emerald Rapids
}


@each_kernel
def test_no_batch_is_split_in_a_way_that_takes_much_longer_than_the_best(
    program: Program, kernel: str
) -> None:
    lanes, cost, counts = KERNELS[kernel], COSTS[kernel], range(1, 129)
    singles = map(int, program.answers(kernel, [f"singles {count}" for count in counts]))
    for count, alone in zip(counts, singles, strict=True):
        taken = alone * cost.single + cost.batches(-(-(count - alone) // lanes), lanes)
        assert taken <= 1.15 * cost.best(count, lanes), (count, alone)


EDGE_EXPONENTS = (0, 1, 10, 11, 2047, 2048, 63 << 11, 2**255, 2**256 - 2**11, 2**256 - 1)


def number(value: int, size: int) -> str:
    return value.to_bytes(size, "big").hex()


@each_kernel
def test_batches_of_powers_of_2(program: Program, kernel: str) -> None:
    rng = random.Random(19)
    counts = (9,) if program.build.flags[1:] else (1, 3, 4, 7, 8, 9, 11, 12, 31, 32, 33, 40)
    for count in counts:
        exponents = [rng.choice([*EDGE_EXPONENTS, rng.getrandbits(256)]) for _ in range(count)]
        words = " ".join(number(e, 32) for e in exponents)
        found = program.answers(kernel, [f"pow_g 32 {words}"])
        assert [int(text, 16) for text in found] == [pow(2, e, N) for e in exponents]


@each_kernel
@pytest.mark.parametrize("length", [1, 3, 33])
def test_exponents_of_other_lengths(program: Program, length: int, kernel: str) -> None:
    if program.build.runner and length > 3:
        pytest.skip("valgrind takes minutes for this, and no other code than powmod's runs")
    exponents = [random.Random(23).getrandbits(8 * length) for _ in range(9)]
    line = f"pow_g {length} " + " ".join(number(e, length) for e in exponents)
    found = program.answers(kernel, [line])
    assert [int(text, 16) for text in found] == [pow(2, e, N) for e in exponents]


@each_kernel
def test_batches_of_any_base(program: Program, kernel: str) -> None:
    rng = random.Random(29)
    slow = program.build.flags[1:]
    size = 2 if slow else 9
    for count in (9,) if slow else (1, 3, 4, 8, 9, 12, 16):
        special = [0, 1, N - 1, N, 2**3072 - 1, pow(2, -3120, N)]
        bases = [rng.choice([*special, rng.getrandbits(3072)]) for _ in range(count)]
        exponents = [rng.getrandbits(8 * size) for _ in range(count)]
        words = [number(b, 384) for b in bases] + [number(e, size) for e in exponents]
        found = program.answers(kernel, [f"powmod {size} {count} " + " ".join(words)])
        expected = [pow(b, e, N) for b, e in zip(bases, exponents, strict=True)]
        assert [int(text, 16) for text in found] == expected


@each_kernel
def test_the_search_for_secret_addresses_finds_them(
    compiled_tables: Path, tmp_path: Path, kernel: str
) -> None:
    """Byte conversion replaced by one that looks a secret up: the memcheck builds must object."""
    program = Program(PLAIN_BUILDS[0], tmp_path, compiled_tables, PROGRAMS / "leaky_radix52.c")
    done = program.run(kernel, ["pow_g 1 5a 5a"])
    assert done.returncode == 9
    assert "uninitialised" in done.stderr
