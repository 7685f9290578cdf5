"""Both sides of Cognito's SRP: published answers, pycognito, and each other."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import srp_native
from cognito_srp import SrpError, srp
from cognito_srp.srp import encoding, protocol
from srp_native import N

PASSWORD = encoding.encode_base64(b"\x01" * 40)


def integer(data: bytes) -> int:
    return int.from_bytes(data, "big")


def test_k() -> None:
    # The value that AWS's clients derive; warrant and pycognito compute the same.
    k = "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
    assert k == protocol.K_MULTIPLIER.hex()


def test_published_verifier(engine: str) -> None:
    """From the tests of the Rust crate cognito-srp; 384 bytes."""
    identity = srp.device_identity("mock-device-group-key", "mock-device-key", PASSWORD)
    v = encoding.pad(srp.compute_verifier(integer(b"01" * 16), identity))
    text = encoding.encode_base64(v)
    assert text.startswith("MlDC+806aWjrGBiwORRZRArlVzQm")
    assert text.endswith("WCm1")
    assert len(v) == 384


def test_published_verifier_with_a_leading_zero(engine: str) -> None:
    """The inputs of a Ruby client's tests; 385 bytes."""
    device_key = "eu-west-2_627477ae-3631-4248-bed9-d2e934100372"
    identity = srp.device_identity("-FDRunwQv", device_key, "BAUl")
    v = encoding.pad(srp.compute_verifier(integer(encoding.decode_base64("AOuW")), identity))
    text = encoding.encode_base64(v)
    assert text.startswith("AId3eNiA")
    assert text.endswith("sGbw==")
    assert len(v) == 385


@pytest.fixture
def secret_engine(engine: str) -> str:
    """The engines that may handle a secret: the others refuse (tests/maths/test_registry.py)."""
    if engine == "python":
        pytest.skip("engine python promises no constant time, so it takes part in no exchange")
    return engine


@pytest.mark.parametrize(
    ("number", "signature"),
    [
        ("36ef01c6dde9fe503da333b1acc758ba", "O9uSej4H1B4or3Zc7Q4+KxuSvOaEfuq2a7Ye4d16fmo="),
        ("36ef01c", "eXYI/hzMa/5YWYSk1NFcDMOOBAOg+juflcjl38+xx4I="),  # an odd number of digits
    ],
)
def test_published_device_signature(secret_engine: str, number: str, signature: str) -> None:
    """From the tests of the Rust crate cognito-srp: SALT and SRP_B are the same number."""
    group_key, key = "mock-device-group-key", "mock-device-key"
    value = encoding.from_hex(number)
    K = srp.ClientExchange(b"\x01" * 128).session_key(
        B=value, salt=value, identity=srp.device_identity(group_key, key, "password")
    )
    block = encoding.decode_base64(
        "9ae77ec7154c14dcc487b47707fee4b4920cb96d8a8c045e4c8df879a7b375524aa736acdec6c9ad4ea606774d00621b"
    )
    proof = srp.claim_signature(K, group_key + key, block, "Mon Feb 10 18:30:12 UTC 2025")
    assert encoding.encode_base64(proof) == signature


def test_published_user_signature(secret_engine: str) -> None:
    """From the tests of the Go client cognito-srp."""
    K = srp.ClientExchange((1234567890).to_bytes(4, "big")).session_key(
        B=1234567890, salt=1234567890, identity=srp.user_identity("myPool", "test", "test")
    )
    assert K.hex() == "d96cde6c95dda17175c1293140c5a81f"
    proof = srp.claim_signature(
        K, "myPooltest", b"secretssecrestssecrets", "Tue Jul 10 11:01:00 UTC 2018"
    )
    assert encoding.encode_base64(proof) == "tdvQu/Li/qWl8Nni0aFPs+MwY4rvKZm0kSMrGIMSUHk="


def test_both_sides_agree(secret_engine: str) -> None:
    for _ in range(20):
        salt, identity = secrets.randbits(128), secrets.token_bytes(30)
        server = srp.ServerExchange(srp.compute_verifier(salt, identity))
        client = srp.ClientExchange()
        K = client.session_key(B=server.B, salt=salt, identity=identity)
        assert server.session_key(client.A) == K
        assert len(K) == 16
        wrong = client.session_key(B=server.B, salt=salt, identity=identity + b"x")
        assert wrong != K


@settings(max_examples=30, deadline=None)
@given(
    a=st.integers(1, 2**256 - 1),
    B=st.integers(1, 2**3072),
    salt=st.integers(1, 2**130),
    password=st.text(min_size=1).filter(lambda text: text.isprintable()),
)
def test_session_key_is_that_of_pycognito(a: int, B: int, salt: int, password: str) -> None:
    from pycognito.aws_srp import AWSSRP

    if B % N == 0:
        return
    theirs = AWSSRP("u", password, "eu-west-1_Pool", "client", client=object())
    theirs.small_a_value, theirs.large_a_value = a, pow(2, a, N)
    expected = theirs.get_password_authentication_key("user-id", password, B, salt)
    exchange = srp.ClientExchange(a.to_bytes(32, "big"))
    assert exchange.A == theirs.large_a_value
    identity = srp.user_identity("Pool", "user-id", password)
    assert exchange.session_key(B=B, salt=salt, identity=identity) == expected


@pytest.mark.parametrize("B", [0, N, 2 * N])
def test_a_client_refuses_b_of_zero(B: int) -> None:
    with pytest.raises(SrpError, match="B is 0"):
        srp.ClientExchange().session_key(B=B, salt=1, identity=b"i")


@pytest.mark.parametrize("A", [0, N, 3 * N, -5])
def test_a_server_refuses_a_of_zero(A: int) -> None:
    with pytest.raises(SrpError, match="A is 0"):
        srp.ServerExchange(5).session_key(A)


def test_u_of_zero_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = srp.ClientExchange()

    class Zero:
        def digest(self) -> bytes:
            return bytes(32)

    # No preimage of zero is known, so the hash has to be bent to get there.
    monkeypatch.setattr(hashlib, "sha256", lambda _: Zero())
    with pytest.raises(SrpError, match="u is 0"):
        exchange.session_key(B=5, salt=1, identity=b"i")


def test_user_sign_in_runs_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever engine is chosen: every power of a secret is asked for in constant time."""
    asked: list[bool] = []

    def watch(name: str, real: Callable[..., int]) -> None:
        def spy(*arguments: object, constant_time: bool = False) -> int:
            asked.append(constant_time)
            return real(*arguments, constant_time=constant_time)

        monkeypatch.setattr(srp_native, name, spy)

    watch("pow_g", srp_native.pow_g)
    exchange = srp.ClientExchange()
    exchange.session_key(B=5, salt=1, identity=b"i")
    assert asked == [True]


def test_random_ephemerals_have_256_bits_and_differ() -> None:
    values = {srp.ClientExchange().A for _ in range(20)}
    assert len(values) == 20
    assert protocol.EPHEMERAL_SIZE == 32


def test_secret_hash() -> None:
    # HMAC-SHA256 test case 2 of RFC 4231 with its message cut in two.
    expected = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    assert srp.secret_hash("what do ya want ", "for nothing?", "Jefe") == (
        encoding.encode_base64(expected)
    )


def test_private_key_hashes_the_minimal_salt() -> None:
    inner = hashlib.sha256(b"identity").digest()
    assert srp.private_key(0x80, b"identity") == hashlib.sha256(b"\x00\x80" + inner).digest()
    assert srp.private_key(0x7F, b"identity") == hashlib.sha256(b"\x7f" + inner).digest()


def test_pool_name() -> None:
    assert srp.pool_name("eu-west-1_AbC_d") == "AbC_d"
    assert srp.pool_name("nothing") == ""
