"""Builds the drivers in benchmarks/peers and runs them: C libraries from the system's packages."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LIBRARIES", "Library", "NotInstalledError", "Timed", "build", "run"]

PEERS = Path(__file__).parent / "peers"


@dataclass(frozen=True)
class Library:
    """A driver: its file, what it links with, and Debian's package that has that."""

    driver: str
    links: str
    package: str


#: By the function that is timed.
LIBRARIES = {
    "OpenSSL BN_mod_exp_mont_consttime": Library("openssl.c", "crypto", "libssl-dev"),
    "libgcrypt gcry_mpi_powm": Library("libgcrypt.c", "gcrypt", "libgcrypt20-dev"),
    "Mbed TLS mbedtls_mpi_exp_mod": Library("mbedtls.c", "mbedcrypto", "libmbedtls-dev"),
}


class NotInstalledError(Exception):
    """There is no compiler, or the library's headers or the library are not installed."""


@dataclass(frozen=True)
class Timed:
    """One power of a library, and the seconds of each round."""

    version: str
    power: int
    seconds: list[float]


def build(library: Library, folder: Path) -> Path:
    """The driver's program; raises `NotInstalledError` where it cannot be built."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NotInstalledError("there is no C compiler here")
    program = folder / library.driver.removesuffix(".c")
    flags = ["-O2", "-std=c11", "-Wall", "-Wextra", "-Werror"]
    sources = [str(PEERS / library.driver), str(PEERS / "main.c")]
    command = [compiler, *flags, *sources, f"-l{library.links}", "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        if "No such file" in done.stderr or f"cannot find -l{library.links}" in done.stderr:
            raise NotInstalledError(f"apt-get install {library.package}")
        raise RuntimeError(done.stderr)
    return program


def run(program: Path, base: int, exponent: int, modulus: int, rounds: int) -> Timed:
    """Time base^exponent mod modulus as often as `rounds`, after one that is not timed."""
    numbers = [format(number, "X") for number in (base, exponent, modulus)]
    command = [str(program), *numbers, str(rounds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    version, power, *seconds = done.stdout.splitlines()
    return Timed(version, int(power, 16), [float(line) for line in seconds])
