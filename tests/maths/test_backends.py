"""Sign-ins of pysrp and srptools on our powers: their own messages and keys, bit for bit."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import srp
import srp._pysrp as pysrp
import srptools
import srptools.context
from srptools import constants

import srp_native
from srp_native import N, _openssl_pow, backends
from srp_native.engines._registry import constant_time_engine

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "other_srp_packages.py"
COGNITO = format(N, "X")
PAGE = SCRIPT.parent.parent / "docs" / "backends.md"
Installation = backends.Installation
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
OPENSSL_GROUPS: dict[str, dict[str, Any]] = {
    **PYSRP_GROUPS,
    "Cognito's": {"ng_type": srp.NG_CUSTOM, "n_hex": COGNITO.encode(), "g_hex": b"2"},
}
A_SECRET, B_SECRET = bytes(range(1, 33)).rjust(256, b"\0"), bytes(range(99, 131)).rjust(256, b"\0")


@pytest.fixture
def ours(engine: str) -> Iterator[Installation]:
    """Ours under both packages, on every engine that has constant-time routines."""
    if engine == "python":
        pytest.skip("engine python promises no constant time")
    with backends.install("srp", "srptools") as installation:
        yield installation


def with_pysrp(group: dict[str, Any]) -> tuple[bytes, ...]:
    """A sign-in; everything that went over the wire, and the key."""
    given: dict[str, Any] = {"hash_alg": pysrp.SHA256, **group}
    user = pysrp.User("ann", "password", bytes_a=A_SECRET, **given)
    # A verifier for a salt of our own, which create_salted_verification_key does not take.
    x = pysrp.gen_x(hashlib.sha256, b"salt", "ann", "password")
    v = pysrp.long_to_bytes(pysrp.__dict__.get("pow", pow)(user.g, x, user.N))
    return signed_in(pysrp, user, v, bytes_b=B_SECRET, **given)


def with_openssl(group: dict[str, Any]) -> tuple[bytes, ...]:
    """The same on pysrp's other half, which calls OpenSSL, and draws 256 bits."""
    half, given = srp._mod, {"hash_alg": srp.SHA256, **group}
    user = half.User("ann", "password", bytes_a=A_SECRET[-32:], **given)
    return signed_in(half, user, with_pysrp(group)[1], bytes_b=B_SECRET[-32:], **given)


def signed_in(half: Any, user: Any, v: bytes, **given: Any) -> tuple[bytes, ...]:
    """What a user of this half of pysrp and its server send each other, and their key."""
    _, A = user.start_authentication()
    server = half.Verifier("ann", b"salt", v, A, **given)
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


def test_pysrp_signs_in_with_the_same_messages(on_pow: dict[str, Any], ours: Installation) -> None:
    for name, group in PYSRP_GROUPS.items():
        assert with_pysrp(group) == on_pow["pysrp"][name], name


def test_srptools_signs_in_with_the_same_messages(
    on_pow: dict[str, Any], ours: Installation
) -> None:
    for name, group in SRPTOOLS_GROUPS.items():
        assert with_srptools(group) == on_pow["srptools"][name], name


def test_rfc_5054s_known_answer(ours: Installation) -> None:
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
    ours: Installation, monkeypatch: pytest.MonkeyPatch
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


def test_cognitos_group_runs_on_the_engine(
    ours: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@pytest.mark.parametrize("group", list(OPENSSL_GROUPS))
def test_pysrp_on_openssl_signs_in_with_the_same_messages(
    engine: str, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cognito's group on ours; the others stay with OpenSSL, the faster one there."""
    if engine == "python":
        pytest.skip("engine python promises no constant time")
    if srp._mod is pysrp:
        pytest.skip("pysrp finds no OpenSSL here")
    expected = with_openssl(OPENSSL_GROUPS[group])
    asked: list[int] = []
    real = srp_native.powmod

    def watching(base: int, exponent: int, *, constant_time: bool) -> int:
        assert constant_time
        asked.append(exponent)
        return real(base, exponent, constant_time=constant_time)

    monkeypatch.setattr(_openssl_pow, "powmod", watching)
    with backends.install("srp"):
        assert with_openssl(OPENSSL_GROUPS[group]) == expected
    # A, B, v twice, S on both sides, v^u
    assert len(asked) == (7 if group == "Cognito's" else 0)


def test_openssl_keeps_exponents_that_ours_does_not_take() -> None:
    if srp._mod is pysrp:
        pytest.skip("pysrp finds no OpenSSL here")
    openssl = srp._mod
    context = openssl.BN_CTX_new()

    def power(base: int, exponent: int) -> tuple[int, int]:
        """What the function returns, and the number it writes."""
        numbers = [openssl.BN_new() for _ in range(4)]
        for number, value in zip(numbers[1:], (abs(base), abs(exponent), N), strict=True):
            openssl.BN_hex2bn(number, format(value, "X").encode())
        numbers[1][0].neg, numbers[2][0].neg = base < 0, exponent < 0
        done = openssl.BN_mod_exp(*numbers, context)
        return done, int.from_bytes(openssl.bn_to_bytes(numbers[0]), "big")

    cases = [(b, e) for b in (0, 2, -5, N + 3, -(2**3100)) for e in (0, 1, 2**256 + 9, 2**3072)]
    cases.append((2, -3))
    on_openssl = [power(*case) for case in cases]
    with backends.install("srp"):
        assert [power(*case) for case in cases] == on_openssl


def test_the_example_runs_as_it_stands() -> None:
    done = subprocess.run([sys.executable, SCRIPT], check=True, capture_output=True, text=True)
    assert f"engine {srp_native.engine().name}" in done.stdout
    assert done.stdout.count("signs in: True") == 3
    assert backends.__name__ not in done.stderr


def test_the_pages_first_sample_runs_as_it_stands() -> None:
    sample = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[0]
    check = "\nimport srptools\nassert not hasattr(srptools.context, 'pow')"
    subprocess.run([sys.executable, "-c", sample + check], check=True)


def test_the_pages_figures_are_those_that_were_measured() -> None:
    results = PAGE.parent.parent / "benchmarks" / "results" / "other-packages.json"
    measured = json.loads(results.read_text())["other packages"]
    rows = re.findall(r"^\| (.+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE.read_text(), re.M)
    assert len(rows) == len(measured) / 3
    for name, theirs, ours, times in rows:
        assert float(theirs) == pytest.approx(measured[f"{name}, ms on its own"], abs=0.051)
        assert float(ours) == pytest.approx(measured[f"{name}, ms on ours"], abs=0.051)
        assert float(times) == pytest.approx(measured[f"{name}, times"], abs=0.51)
