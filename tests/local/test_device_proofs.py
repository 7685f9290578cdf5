"""Device proofs that a careless client sends: every one is refused."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from support.local_people import MakePerson, Person, Refused
from support.plain_client import stamp

from cognito_srp.local import LocalCognito

WRONG = ("NotAuthorizedException", "Incorrect username or password.")


@pytest.fixture
def device_sign_in(person: Person) -> Any:
    """A device sign-in that waits for its proof."""
    sign_in = person.with_device(person.confirm())
    sign_in.begin_device()
    sign_in.device_srp()
    return sign_in


def prove(sign_in: Any, **responses: Any) -> Any:
    session = sign_in.verifier_challenge["Session"]
    return sign_in.respond("DEVICE_PASSWORD_VERIFIER", sign_in.device_proof() | responses, session)


@pytest.mark.parametrize("signature", ["!", "AAAA", "é", base64.b64encode(bytes(99)).decode()])
def test_a_device_signature_that_is_none(
    device_sign_in: Any, refused: Refused, signature: Any
) -> None:
    with refused(*WRONG):
        prove(device_sign_in, PASSWORD_CLAIM_SIGNATURE=signature)


@pytest.mark.parametrize("block", ["!", "AAAA", base64.b64encode(bytes(96)).decode()])
def test_a_device_secret_block_that_is_not_the_servers(
    device_sign_in: Any, refused: Refused, block: Any
) -> None:
    with refused(*WRONG):
        prove(device_sign_in, PASSWORD_CLAIM_SECRET_BLOCK=block)


def test_the_users_secret_block_does_not_do_for_the_device(
    device_sign_in: Any, refused: Refused
) -> None:
    shown = device_sign_in.challenge["ChallengeParameters"]
    with refused(*WRONG):
        prove(device_sign_in, PASSWORD_CLAIM_SECRET_BLOCK=shown["SECRET_BLOCK"])


def test_a_device_timestamp_with_a_padded_day(
    person: Person, cognito: LocalCognito, refused: Refused
) -> None:
    now = cognito.clock.now()
    cognito.clock.set(now.replace(day=5))
    now = cognito.clock.now()
    padded = f"{now:%a %b %d %H:%M:%S} UTC {now.year}"
    assert padded != stamp(now)
    for timestamp in (stamp(now), padded):
        # The user's half needs the server's time as well.
        sign_in = person.with_device(person_device(person, cognito))
        sign_in.begin()
        answer = sign_in.respond(
            "PASSWORD_VERIFIER", sign_in.proof(stamp(now)) | {"DEVICE_KEY": sign_in.device_key}
        )
        sign_in.device_challenge = answer
        sign_in.device_srp()
        proof = sign_in.device_proof(timestamp)
        if timestamp == padded:
            with refused(*WRONG):
                sign_in.respond("DEVICE_PASSWORD_VERIFIER", proof)
        else:
            assert sign_in.respond("DEVICE_PASSWORD_VERIFIER", proof)["AuthenticationResult"]


def person_device(person: Person, cognito: LocalCognito) -> Any:
    return person.confirm(person.pool.sign_in(person.username, person.password))


@pytest.mark.parametrize("seconds", [330, -330])
def test_a_device_with_a_wrong_clock(
    device_sign_in: Any, cognito: LocalCognito, refused: Refused, seconds: Any
) -> None:
    timestamp = stamp(cognito.clock.now() + timedelta(seconds=seconds))
    with refused(*WRONG):
        device_sign_in.respond("DEVICE_PASSWORD_VERIFIER", device_sign_in.device_proof(timestamp))


def test_a_device_timestamp_with_a_wrong_weekday(device_sign_in: Any, refused: Refused) -> None:
    right = stamp()
    wrong = ("Sun" if right[:3] == "Mon" else "Mon") + right[3:]
    with refused(*WRONG):
        device_sign_in.respond("DEVICE_PASSWORD_VERIFIER", device_sign_in.device_proof(wrong))


@pytest.mark.parametrize("challenge", ["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"])
@pytest.mark.parametrize("hashed", [None, "AAAA"], ids=["missing", "wrong"])
def test_the_secret_hash_of_a_device(
    monkeypatch: pytest.MonkeyPatch,
    make_person: MakePerson,
    refused: Refused,
    challenge: Any,
    hashed: Any,
) -> None:
    person = make_person(client_secret=True)
    sign_in = person.with_device(person.confirm())
    sign_in.begin_device()
    if challenge == "DEVICE_PASSWORD_VERIFIER":
        sign_in.device_srp()
    given = {} if hashed is None else {"SECRET_HASH": hashed}
    monkeypatch.setattr(sign_in, "secret_hash", lambda name: given)
    said = "SECRET_HASH was not received" if hashed is None else "Unable to verify secret hash"
    with refused("NotAuthorizedException", said):
        if challenge == "DEVICE_SRP_AUTH":
            sign_in.device_srp()
        else:
            prove(sign_in)


def test_a_verifier_of_another_secret_confirms_and_never_signs_in(
    person: Person, refused: Refused
) -> None:
    """ConfirmDevice cannot tell (docs/protocol.md, section 2)."""
    key, group_key, _ = person.confirm()
    with refused(*WRONG):
        person.with_device((key, group_key, "another password")).run()
