"""The verifier and the premaster secret on every engine, against their formulas."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srp_native
from srp_native import N
from srp_native.engines._registry import load_engine


def expected_verifier(salt: bytes, identity: bytes) -> bytes:
    x = hashlib.sha256(salt + hashlib.sha256(identity).digest()).digest()
    return pow(2, int.from_bytes(x, "big"), N).to_bytes(384, "big")


# Around the block of SHA-256: 55 and 56 bytes are where its padding grows by a block.
LENGTHS = (0, 1, 16, 17, 31, 32, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000)


def test_verifier(engine: str) -> None:
    for salt_length in (0, 1, 16, 17, 23, 24, 31, 32, 64, 100):
        for identity_length in LENGTHS:
            if engine == "python" and (salt_length + identity_length) % 7:
                continue  # the formula is pow itself: a sample will do
            salt = secrets.token_bytes(salt_length)
            identity = secrets.token_bytes(identity_length)
            assert srp_native.verifier(salt, identity) == expected_verifier(salt, identity)


def test_verifiers(engine: str) -> None:
    rows = [(secrets.token_bytes(i % 18), f"héllo-{i}".encode() * (i % 5)) for i in range(70)]
    salts, identities = map(list, zip(*rows, strict=True))
    for threads in (1, 3):
        result = srp_native.verifiers(salts, identities, threads=threads)
        assert result == [expected_verifier(*row) for row in rows]
    assert srp_native.verifiers([], []) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=90)), max_size=9))
def test_batch_equals_single(rows: list[tuple[bytes, bytes]]) -> None:
    salts, identities = [row[0] for row in rows], [row[1] for row in rows]
    expected = [srp_native.verifier(*row) for row in rows]
    assert srp_native.verifiers(salts, identities) == expected


def premaster_cases() -> list[tuple[int, int, int, int, int]]:
    """(B, a, u, x, k): random, and every value at its edge."""
    bits = secrets.randbits
    cases = [(secrets.randbelow(N), bits(256), bits(256), bits(256), bits(256)) for _ in range(12)]
    top = 2**256 - 1
    for B in (0, 1, N - 1, N, 2**3072 - 1):
        cases += [
            (B, top, top, top, top),
            (B, 0, 0, 0, 0),
            (B, 1, 1, 1, 1),
            (B, 2**3072 - 1, 5, 7, 9),
        ]
    # B ≡ k·g^x makes the base zero.
    cases.append((9 * pow(2, 7, N) % N, 3, 5, 7, 9))
    return cases


def test_premaster_secret(engine: str) -> None:
    # Engine python computes it too, but has no constant-time routine to offer the public function.
    premaster = load_engine(engine).premaster_secret
    for B, a, u, x, k in premaster_cases():
        S = pow(B - k * pow(2, x, N), a + u * x, N).to_bytes(384, "big")
        arguments = (
            B.to_bytes(384, "big"),
            a.to_bytes(384 if a >> 256 else 32, "big"),
            *(value.to_bytes(32, "big") for value in (u, x, k)),
        )
        assert premaster(*arguments) == S, (B, a, u, x, k)
        if engine != "python":
            assert srp_native.premaster_secret(*arguments) == S


def test_premaster_secret_takes_short_values(engine: str) -> None:
    if engine == "python":
        pytest.skip("engine python promises no constant time")
    S = pow(5 - 3 * pow(2, 7, N), 11 + 13 * 7, N).to_bytes(384, "big")
    assert srp_native.premaster_secret(b"\x05", b"\x0b", b"\x0d", b"\x07", b"\x03") == S


def test_check_verifier_uses_another_engine(engine: str) -> None:
    v = srp_native.verifier(b"salt", b"identity")
    assert srp_native.check_verifier(b"salt", b"identity", v) != engine
    wrong = bytes([v[0], v[1] ^ 1]) + v[2:]
    with pytest.raises(srp_native.EngineFaultError, match="disagree"):
        srp_native.check_verifier(b"salt", b"identity", wrong)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: srp_native.verifier("salt", b""), TypeError, "salt"),  # type: ignore[arg-type]
        (lambda: srp_native.verifier(b"", None), TypeError, "identity"),  # type: ignore[arg-type]
        (lambda: srp_native.verifiers([b""], []), ValueError, "1 and 0"),
        (lambda: srp_native.verifiers([b"", 7], [b"", b""]), TypeError, "salt 1"),  # type: ignore[list-item]
        (lambda: srp_native.premaster_secret(b"", b"1", b"1", b"1", b"1"), ValueError, "^B:"),
        (lambda: srp_native.premaster_secret(b"1" * 385, *[b"1"] * 4), ValueError, "^B:"),
        (lambda: srp_native.premaster_secret(b"1", b"1", b"1" * 33, b"1", b"1"), ValueError, "^u:"),
        (lambda: srp_native.premaster_secret(b"1", b"1", b"1", 5, b"1"), TypeError, "^x:"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments(call: Callable[[], object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()
