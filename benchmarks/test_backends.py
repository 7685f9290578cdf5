"""Other SRP packages on their own powers and on ours: one sign-in, both sides of it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import srp
import srp._pysrp as pysrp
import srptools
from srptools import constants
from support.installing import HOMEKIT, pip_install

from srp_native import N, backends

GROUP = "other packages"
COGNITO = format(N, "X")
ROOT = Path(__file__).parent.parent
Login = Callable[[], None]


def with_srp(module: ModuleType, secret_bits: int, **group: Any) -> Login:
    """pysrp, or its twin on OpenSSL, which draws 256 bits by itself and takes no fewer bytes."""
    group = {"hash_alg": module.SHA256, **group}
    salt, verifier = module.create_salted_verification_key("ann", "pw", **group)

    def draw(name: str) -> dict[str, bytes]:
        if module is not pysrp:
            return {}
        return {name: secrets.token_bytes(secret_bits // 8).rjust(256, b"\0")}

    def login() -> None:
        user = module.User("ann", "pw", **group, **draw("bytes_a"))
        _, A = user.start_authentication()
        server = module.Verifier("ann", salt, verifier, A, **group, **draw("bytes_b"))
        user.verify_session(server.verify_session(user.process_challenge(*server.get_challenge())))
        assert user.authenticated()

    return login


def with_srptools(secret_bits: int, prime: str, generator: str) -> Login:
    group = {"prime": prime, "generator": generator, "bits_random": secret_bits}
    context = srptools.SRPContext("ann", "pw", **group)
    _, verifier, salt = context.get_user_data_triplet()

    def login() -> None:
        known = srptools.SRPContext("ann", **group)
        server = srptools.SRPServerSession(known, password_verifier=verifier)
        client = srptools.SRPClientSession(srptools.SRPContext("ann", "pw", **group))
        client.process(server.public, salt)
        server.process(client.public, salt)
        assert server.verify_proof(client.key_proof)

    return login


CUSTOM = {"ng_type": srp.NG_CUSTOM, "n_hex": COGNITO.encode(), "g_hex": b"2"}
LOGINS: dict[str, Login] = {
    "pysrp, 2,048-bit group": with_srp(pysrp, 2048, ng_type=srp.NG_2048),
    "pysrp, 2,048-bit group, 256-bit a and b": with_srp(pysrp, 256, ng_type=srp.NG_2048),
    "pysrp, Cognito's group": with_srp(pysrp, 2048, **CUSTOM),
    "pysrp, Cognito's group, 256-bit a and b": with_srp(pysrp, 256, **CUSTOM),
    "srptools, 2,048-bit group": with_srptools(
        1024, constants.PRIME_2048, constants.PRIME_2048_GEN
    ),
    "srptools, 3,072-bit group": with_srptools(
        1024, constants.PRIME_3072, constants.PRIME_3072_GEN
    ),
    "srptools, Cognito's group": with_srptools(1024, COGNITO, "2"),
    "srptools, Cognito's group, 256-bit a and b": with_srptools(256, COGNITO, "2"),
}


def in_turns(login: Login) -> tuple[float, float]:
    """Milliseconds of CPU time on the package's own powers and on ours: the least of ten rounds, in
    which the two take turns."""
    theirs, ours = [], []
    for _ in range(10):
        theirs.append(cpu_seconds(login))
        with backends.install("srp", "srptools"):
            ours.append(cpu_seconds(login))
    return 1e3 * min(theirs), 1e3 * min(ours)


def cpu_seconds(login: Login) -> float:
    began = time.process_time()
    login()
    return time.process_time() - began


def compare(benchmark: Any, name: str, login: Login) -> None:
    """The benchmark is on ours; the figures compare the two in the same run."""
    note(benchmark, name, {name: in_turns(login)})
    with backends.install("srp", "srptools"):
        benchmark.pedantic(login, rounds=10)


def note(benchmark: Any, name: str, milliseconds: dict[str, tuple[float, float]]) -> None:
    """Figures of logins by name: milliseconds on the package's own powers, and on ours."""
    benchmark.group = GROUP
    benchmark.extra_info["name"] = name
    benchmark.extra_info["figures"] = {
        f"{login}, {what}": figure
        for login, (theirs, ours) in milliseconds.items()
        for what, figure in (
            ("ms on its own", theirs),
            ("ms on ours", ours),
            ("times", theirs / ours),
        )
    }


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.parametrize("name", LOGINS)
def test_login(benchmark: Any, name: str) -> None:
    compare(benchmark, name, LOGINS[name])


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.parametrize("group", ["2,048-bit group", "Cognito's group"])
def test_pysrp_on_openssl(benchmark: Any, group: str) -> None:
    """What ``import srp`` runs where it finds OpenSSL, which it asks for constant time."""
    if srp._mod is pysrp:
        pytest.skip("pysrp finds no OpenSSL here")
    login = with_srp(srp._mod, 256, **(CUSTOM if "Cognito" in group else {"ng_type": srp.NG_2048}))
    compare(benchmark, f"pysrp on OpenSSL, {group}, 256-bit a and b", login)


def test_homekit(benchmark: Any) -> None:
    """Three packages, in an environment of their own."""
    python = pip_install(ROOT / "build" / "homekit", *HOMEKIT) / "python"
    program = ROOT / "tests" / "support" / "programs" / "homekit_pairing.py"
    reports = []

    def run() -> None:
        done = subprocess.run(
            [python, program, "10"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        )
        reports.append(json.loads(done.stdout))

    benchmark.group = GROUP  # which it takes when it runs
    benchmark.pedantic(run, rounds=1)
    note(
        benchmark,
        "HomeKit",
        {name: (pairing["pow_ms"], pairing["ours_ms"]) for name, pairing in reports[-1].items()},
    )
