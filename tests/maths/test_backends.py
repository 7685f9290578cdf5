"""srp_native.powmod under pysrp and srptools, as examples/powmod_backend.py puts it there."""

from __future__ import annotations

import hashlib
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import srp._pysrp as pysrp
import srptools
import srptools.context
from srptools import constants

import srp_native
from srp_native import N
from srp_native.engines._registry import constant_time_engine

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "powmod_backend.py"
COGNITO = format(N, "X")
PAGE = SCRIPT.parent.parent / "docs" / "backends.md"
#: What the two offer up to 4,096 bits, and Cognito's group.
PYSRP_GROUPS = {
    "2048": {"ng_type": pysrp.NG_2048},
    "4096": {"ng_type": pysrp.NG_4096},
    "Cognito's": {"ng_type": pysrp.NG_CUSTOM, "n_hex": COGNITO, "g_hex": "2"},
}
SRPTOOLS_GROUPS = {
    **{
        str(bits): {
            "prime": getattr(constants, f"PRIME_{bits}"),
            "generator": getattr(constants, f"PRIME_{bits}_GEN"),
        }
        for bits in (1024, 1536, 2048, 3072, 4096)
    },
    "Cognito's": {"prime": COGNITO, "generator": "2"},
}
A_SECRET, B_SECRET = bytes(range(1, 33)).rjust(256, b"\0"), bytes(range(99, 131)).rjust(256, b"\0")

Pow = Callable[[int, int, int], int]


@pytest.fixture
def ours(engine: str, monkeypatch: pytest.MonkeyPatch) -> Pow:
    """The recipe's pow in both packages, on every engine that has constant-time routines."""
    if engine == "python":
        pytest.skip("engine python promises no constant time")
    backend: Pow = runpy.run_path(str(SCRIPT))["constant_time_pow"]
    for module in (pysrp, srptools.context):
        monkeypatch.setattr(module, "pow", backend, raising=False)
    return backend


def with_pysrp(group: dict[str, Any]) -> tuple[bytes, ...]:
    """A sign-in; everything that went over the wire, and the key."""
    given: dict[str, Any] = {"hash_alg": pysrp.SHA256, **group}
    user = pysrp.User("ann", "password", bytes_a=A_SECRET, **given)
    # A verifier for a salt of our own, which create_salted_verification_key does not take.
    x = pysrp.gen_x(hashlib.sha256, b"salt", "ann", "password")
    v = pysrp.long_to_bytes(pysrp.__dict__.get("pow", pow)(user.g, x, user.N))
    _, A = user.start_authentication()
    server = pysrp.Verifier("ann", b"salt", v, A, bytes_b=B_SECRET, **given)
    s, B = server.get_challenge()
    M = user.process_challenge(s, B)
    H = server.verify_session(M)
    user.verify_session(H)
    assert user.authenticated()
    assert server.authenticated()
    return A, v, B, M, H, user.get_session_key()


def with_srptools(group: dict[str, Any], hashes: Any = None) -> tuple[Any, ...]:
    given = {"hash_func": hashes or constants.HASH_SHA_256, **group}
    context = srptools.SRPContext("ann", "password", **given)
    salt = b"a salt"
    v = context.get_common_password_verifier(context.get_common_password_hash(salt))
    server = srptools.SRPServerSession(
        srptools.SRPContext("ann", **given), password_verifier=v, private=B_SECRET
    )
    client = srptools.SRPClientSession(context, private=A_SECRET)
    sent = client.process(server.public, salt.hex())
    assert server.process(client.public, salt.hex()) == sent
    assert server.verify_proof(client.key_proof)
    assert client.verify_proof(server.key_proof_hash)
    return client.public, server.public, v, *sent


@pytest.fixture(scope="module")
def on_pow() -> dict[str, Any]:
    """What both give on Python's own pow."""
    assert not hasattr(pysrp, "pow")
    assert not hasattr(srptools.context, "pow")
    return {
        "pysrp": {name: with_pysrp(group) for name, group in PYSRP_GROUPS.items()},
        "srptools": {name: with_srptools(group) for name, group in SRPTOOLS_GROUPS.items()},
    }


def test_pysrp_signs_in_with_the_same_messages(on_pow: dict[str, Any], ours: Pow) -> None:
    for name, group in PYSRP_GROUPS.items():
        assert with_pysrp(group) == on_pow["pysrp"][name], name


def test_srptools_signs_in_with_the_same_messages(on_pow: dict[str, Any], ours: Pow) -> None:
    for name, group in SRPTOOLS_GROUPS.items():
        assert with_srptools(group) == on_pow["srptools"][name], name


def test_rfc_5054s_known_answer(ours: Pow) -> None:
    """Appendix B, through srptools on ours."""
    context = srptools.SRPContext("alice", "password123")
    salt = bytes.fromhex("BEB25379D1A8581EB5A727673A2441EE")
    a, b = (
        int(digits, 16)
        for digits in (
            "60975527035CF2AD1989806F0407210BC81EDC04E2762A56AFD529DDDA2D4393",
            "E487CB59D31AC550471E81F00F6928E01DDA08E974A004F49E61F5D105284D20",
        )
    )
    x = context.get_common_password_hash(salt)
    v = context.get_common_password_verifier(x)
    A = context.get_client_public(client_private=a)
    B = context.get_server_public(password_verifier=v, server_private=b)
    u = context.get_common_secret(B, A)
    client = context.get_client_premaster_secret(
        password_hash=x, server_public=B, client_private=a, common_secret=u
    )
    server = context.get_server_premaster_secret(
        password_verifier=v, server_private=b, client_public=A, common_secret=u
    )
    for value, begins in (
        (x, "94B7555AABE9127CC58CCF4993DB6CF84D16C124"),
        (v, "7E273DE8696FFC4F4E337D05B4B375BEB0DDE156"),
        (A, "61D5E490F6F1B79547B0704C436F523DD0E560F0"),
        (B, "BD0C61512C692C0CB6D041FA01BB152D4916A1E7"),
        (u, "CE38B9593487DA98554ED47D70A7AE5F462EF019"),
        (client, "B0DC82BABCF30674AE450C0287745E7990A3381F"),
    ):
        assert format(value, "X").startswith(begins)
    assert client == server


def test_their_own_groups_go_through_gmpy2_in_constant_time(
    ours: Pow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from srp_native.engines._registry import load_engine

    gmpy2_engine = load_engine("gmpy2", constant_time=True)
    asked: list[bool] = []
    real = gmpy2_engine.powmod_any

    def spy(base: int, exponent: int, modulus: int, *, constant_time: bool = False) -> int:
        asked.append(constant_time)
        return real(base, exponent, modulus, constant_time=constant_time)

    monkeypatch.setattr(gmpy2_engine, "powmod_any", spy)
    with_pysrp(PYSRP_GROUPS["2048"])
    assert asked == [True] * 7  # A, v twice, B, S twice and v^u


def test_cognitos_group_runs_on_the_engine(ours: Pow, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = constant_time_engine()
    asked: list[bool] = []
    for name in ("powmod", "pow_g"):
        real = getattr(engine, name)

        def spy(*args: bytes, constant_time: bool = False, real: Any = real) -> bytes:
            asked.append(constant_time)
            result: bytes = real(*args, constant_time=constant_time)
            return result

        monkeypatch.setattr(engine, name, spy)
    with_srptools(SRPTOOLS_GROUPS["Cognito's"])
    assert asked
    assert all(asked)


@pytest.mark.parametrize("modulus", [N, int(constants.PRIME_2048, 16)], ids=["Cognito's", "2048"])
def test_what_they_ask_of_pow(ours: Pow, modulus: int) -> None:
    """B − k·g^x is negative, a of pysrp has 2,048 bits, u·x of SHA-512 1,024."""
    for base in (2, -5, -(modulus**2), modulus * 7 + 1):
        for exponent in (0, 1, 2**256 - 1, 2**2048 + 2**1024 + 1):
            assert ours(base, exponent, modulus) == pow(base, exponent, modulus)


def test_the_pages_recipe_runs_as_it_stands() -> None:
    [recipe] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    check = "\nassert srp._pysrp.pow(2, 5, 23) == srptools.context.pow(2, 5, 23) == 9"
    subprocess.run([sys.executable, "-c", recipe + check], check=True)


def test_the_example_runs_as_it_stands() -> None:
    done = subprocess.run([sys.executable, SCRIPT], check=True, capture_output=True, text=True)
    assert f"engine {srp_native.engine().name}" in done.stdout
    assert done.stdout.count("signs in: True") == 2
