"""Clients that got one rule of docs/protocol.md wrong.

Each signs in while the numbers hide its mistake, and is refused as soon as they show it: so these
numbers are looked for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from support import plain_client
from support.local_people import Person, Refused
from support.plain_client import Exchange, K, N, pad, private_key, sha, stamp

from cognito_srp.local import LocalCognito

WRONG = ("NotAuthorizedException", "Incorrect username or password.")


def fixed(i: Any) -> Any:
    """RFC 5054's PAD: as wide as N."""
    return i.to_bytes(384, "big")


def bare(i: Any) -> Any:
    """Minimal, with no 00 before a top bit that is set."""
    return i.to_bytes((i.bit_length() + 7) // 8, "big")


class WrongExchange(Exchange):
    """An Exchange with its parts as methods, for a mistake to replace one of them."""

    g = 2
    info = b"Caldera Derived Key\x01"
    length = 16

    def __init__(self) -> None:
        super().__init__()
        self.A = pow(self.g, self.a, N)

    def multiplier(self) -> Any:
        return K

    def hash_of_public_values(self, A: int, B: int) -> Any:
        return sha(pad(A), pad(B))

    def x(self, salt: Any, identity: str) -> Any:
        return private_key(salt, identity)

    def derive(self, u: int, S: int) -> Any:
        return hmac.digest(pad(u), pad(S), "sha256")

    def shows(self, B: int, u: int, S: int) -> Any:
        """True if the mistake makes a difference with these numbers."""
        return True

    def key(self, B: int, salt: Any, identity: str) -> Any:
        u, x = self.hash_of_public_values(self.A, B), self.x(salt, identity)
        base = (B - self.multiplier() * pow(self.g, x, N)) % N
        S = pow(base, self.a + u * x, N)
        self.shown = self.shows(B, u, S)
        return hmac.digest(self.derive(u, S), self.info, "sha256")[: self.length]


class GeneratorFive(WrongExchange):
    """RFC 5054's g for this group."""

    g = 5


class MultiplierOfRfc5054(WrongExchange):
    def multiplier(self) -> Any:
        return sha(fixed(N), fixed(2))


class MultiplierOfSrp6(WrongExchange):
    def multiplier(self) -> Any:
        return 3


class PublicValuesOfFixedWidth(WrongExchange):
    def hash_of_public_values(self, A: int, B: int) -> Any:
        return sha(fixed(A), fixed(B))

    def shows(self, B: int, u: int, S: int) -> Any:
        return fixed(self.A) != pad(self.A) or fixed(B) != pad(B)


class UnpaddedPublicValues(WrongExchange):
    def hash_of_public_values(self, A: int, B: int) -> Any:
        return sha(bare(A), bare(B))

    def shows(self, B: int, u: int, S: int) -> Any:
        return bare(self.A) != pad(self.A) or bare(B) != pad(B)


class UnpaddedSecret(WrongExchange):
    def derive(self, u: int, S: int) -> Any:
        return hmac.digest(pad(u), bare(S), "sha256")

    def shows(self, B: int, u: int, S: int) -> Any:
        return bare(S) != pad(S)


class UnpaddedU(WrongExchange):
    def derive(self, u: int, S: int) -> Any:
        return hmac.digest(bare(u), pad(S), "sha256")

    def shows(self, B: int, u: int, S: int) -> Any:
        # HMAC fills its key up with zeros, so only one in front matters.
        return bare(u) != pad(u)


class SaltAndSecretSwapped(WrongExchange):
    def derive(self, u: int, S: int) -> Any:
        return hmac.digest(pad(S), pad(u), "sha256")


class NoDerivation(WrongExchange):
    def derive(self, u: int, S: int) -> Any:
        return hashlib.sha256(pad(S)).digest()


class NoCounter(WrongExchange):
    info = b"Caldera Derived Key"


class WholeKey(WrongExchange):
    length = 32


class SaltAsItStands(WrongExchange):
    """Hashes the hex digits of the salt."""

    def x(self, salt: Any, identity: str) -> Any:
        return sha(f"{salt:x}".encode(), hashlib.sha256(identity.encode()).digest())


class IdentityNotHashed(WrongExchange):
    def x(self, salt: Any, identity: str) -> Any:
        return sha(pad(salt), identity.encode())


class IdentityWithoutColon(WrongExchange):
    def x(self, salt: Any, identity: str) -> Any:
        return private_key(salt, identity.replace(":", ""))


MISTAKES = WrongExchange.__subclasses__()


def user_answer(person: Person, exchange: Any) -> Any:
    """A sign-in with an exchange of one's own: the answer to PASSWORD_VERIFIER."""
    sign_in = person.sign_in()
    sign_in.exchange = exchange
    sign_in.begin()
    return sign_in, sign_in.proof()


def test_without_a_mistake(person: Person) -> None:
    sign_in, proof = user_answer(person, WrongExchange())
    assert sign_in.respond("PASSWORD_VERIFIER", proof)["AuthenticationResult"]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda cls: cls.__name__)
def test_a_mistake_is_refused_when_it_shows(person: Person, refused: Refused, mistake: Any) -> None:
    for _ in range(60):
        sign_in, proof = user_answer(person, mistake())
        if sign_in.exchange.shown:
            break
        assert sign_in.respond("PASSWORD_VERIFIER", proof)["AuthenticationResult"]
    assert sign_in.exchange.shown
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda cls: cls.__name__)
def test_with_a_device_too(person: Person, refused: Refused, mistake: Any) -> None:
    device = person.confirm()
    for _ in range(60):
        sign_in = person.with_device(device)
        exchange = sign_in.device_exchange = mistake()
        sign_in.begin_device()
        sign_in.device_srp()
        proof = sign_in.device_proof()
        if exchange.shown:
            break
        assert sign_in.respond("DEVICE_PASSWORD_VERIFIER", proof)["AuthenticationResult"]
    assert exchange.shown
    with refused(*WRONG):
        sign_in.respond("DEVICE_PASSWORD_VERIFIER", proof)


def signed(key: Any, message: Any) -> Any:
    return base64.b64encode(hmac.digest(key, message, "sha256")).decode()


@pytest.mark.parametrize(
    "parts",
    [
        ("user", "block", "timestamp"),
        ("pool", "block", "timestamp"),
        ("pool", "user", "timestamp"),
        ("pool", "user", "block"),
        ("user", "pool", "block", "timestamp"),
        ("region", "pool", "user", "block", "timestamp"),
        ("pool", "user", "block in base64", "timestamp"),
    ],
    ids=" ".join,
)
def test_a_signature_over_something_else(person: Person, refused: Refused, parts: Any) -> None:
    sign_in, proof = user_answer(person, Exchange())
    shown, pool_id = sign_in.challenge["ChallengeParameters"], person.pool.pool_id
    user, pool = shown["USER_ID_FOR_SRP"], pool_id.split("_")[1]
    key = sign_in.exchange.key(
        int(shown["SRP_B"], 16), int(shown["SALT"], 16), f"{pool}{user}:{person.password}"
    )
    values = {
        "region": pool_id.split("_")[0].encode(),
        "pool": pool.encode(),
        "user": user.encode(),
        "block": base64.b64decode(shown["SECRET_BLOCK"]),
        "block in base64": shown["SECRET_BLOCK"].encode(),
        "timestamp": proof["TIMESTAMP"].encode(),
    }
    right = b"".join(values[part] for part in ("pool", "user", "block", "timestamp"))
    assert proof["PASSWORD_CLAIM_SIGNATURE"] == signed(key, right)
    wrong = signed(key, b"".join(values[part] for part in parts))
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof | {"PASSWORD_CLAIM_SIGNATURE": wrong})


def test_a_timestamp_other_than_the_one_signed(
    person: Person, cognito: LocalCognito, refused: Refused
) -> None:
    sign_in, proof = user_answer(person, Exchange())
    cognito.clock.advance(5)
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof | {"TIMESTAMP": stamp(cognito.clock.now())})


def test_the_plain_client_has_the_protocols_known_answers() -> None:
    """The known answer that ties plain_client.py, the judge of all this, to docs/protocol.md."""
    assert f"{plain_client.K:x}" == (
        "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"
    )
    password = base64.b64encode(b"\1" * 40).decode()
    salt = int.from_bytes(b"01" * 16, "big")
    config = plain_client.device_config("mock-device-group-key", "mock-device-key", password, salt)
    verifier = config["PasswordVerifier"]
    assert (verifier[:28], verifier[-4:]) == ("MlDC+806aWjrGBiwORRZRArlVzQm", "WCm1")
