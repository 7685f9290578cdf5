"""The sign-in with a remembered device: what it proves, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from support.local_people import DEVICE_PASSWORD, MakePerson, Person, Refused
from support.plain_client import N

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
NO_DEVICE = ("ResourceNotFoundException", "Device does not exist.")


def test_confirm_and_sign_in(person: Person) -> None:
    device = person.confirm()
    sign_in = person.with_device(device)
    assert sign_in.begin_device()["ChallengeName"] == "DEVICE_SRP_AUTH"
    challenge = sign_in.device_srp()
    assert challenge["ChallengeName"] == "DEVICE_PASSWORD_VERIFIER"
    answer = sign_in.respond(
        "DEVICE_PASSWORD_VERIFIER", sign_in.device_proof(), challenge["Session"]
    )
    assert "NewDeviceMetadata" not in answer["AuthenticationResult"]
    assert answer["AuthenticationResult"]["AccessToken"]


def test_the_device_key_may_come_with_initiate_auth(person: Person) -> None:
    device = person.confirm()
    sign_in = person.with_device(device)
    sign_in.begin(DEVICE_KEY=device[0])
    answer = sign_in.respond("PASSWORD_VERIFIER", sign_in.proof())
    assert answer["ChallengeName"] == "DEVICE_SRP_AUTH"


def test_the_password_flow_takes_a_device(person: Person) -> None:
    device = person.confirm()
    answer = person.client.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=person.pool.client_id,
        AuthParameters={
            "USERNAME": person.username,
            "PASSWORD": person.password,
            "DEVICE_KEY": device[0],
        },
    )
    assert answer["ChallengeName"] == "DEVICE_SRP_AUTH"


def test_with_a_client_secret(make_person: MakePerson) -> None:
    person = make_person(client_secret=True)
    assert person.with_device(person.confirm()).run()["AuthenticationResult"]


def test_without_any_session_as_pycognito_does(person: Person) -> None:
    sign_in = person.with_device(person.confirm())
    del sign_in.begin_device()["Session"]
    del sign_in.device_srp()["Session"]
    answer = sign_in.respond("DEVICE_PASSWORD_VERIFIER", sign_in.device_proof())
    assert answer["AuthenticationResult"]


def test_a_session_that_does_not_match(person: Person, refused: Refused) -> None:
    sign_in = person.with_device(person.confirm())
    sign_in.begin_device()["Session"] = "y" * 60
    with refused("NotAuthorizedException", "Invalid session for the user."):
        sign_in.device_srp()
    sign_in.begin_device()
    sign_in.device_srp()
    with refused("NotAuthorizedException", "Invalid session for the user."):
        sign_in.respond("DEVICE_PASSWORD_VERIFIER", sign_in.device_proof(), "y" * 60)


@pytest.mark.parametrize("part", ["key", "group key", "password"])
def test_a_wrong_proof(person: Person, refused: Refused, part: Any) -> None:
    sign_in = person.with_device(person.confirm())
    sign_in.begin_device()
    sign_in.device_srp()
    if part == "key":
        other = person.confirm()
        sign_in.device_key = other[0]
    elif part == "group key":
        sign_in.group_key = "-abcdefgh"
    else:
        sign_in.device_password = "wrong"
    with refused(*WRONG):
        sign_in.respond("DEVICE_PASSWORD_VERIFIER", sign_in.device_proof())


def test_the_right_secret_under_the_wrong_group_key(person: Person, refused: Refused) -> None:
    """The signature covers the group key too: a verifier that fits is not enough."""
    device = person.confirm()
    sign_in = person.with_device(device)
    sign_in.begin_device()
    shown = sign_in.device_srp()["ChallengeParameters"]
    secret = f"{device[1]}{device[0]}:{DEVICE_PASSWORD}"
    claim = sign_in.device_exchange.claim(shown, secret, "-abcdefgh" + device[0])
    with refused(*WRONG):
        sign_in.respond("DEVICE_PASSWORD_VERIFIER", {**claim, **sign_in.named()})


@pytest.mark.parametrize("A", ["0", f"{N:x}", f"{3 * N:x}"])
def test_a_public_value_that_srp_forbids(person: Person, refused: Refused, A: str) -> None:
    sign_in = person.with_device(person.confirm())
    sign_in.begin_device()
    with refused("InvalidParameterException", "SRP_A"):
        sign_in.device_srp(SRP_A=A)


def test_device_challenges_are_answered_once(person: Person, refused: Refused) -> None:
    sign_in = person.with_device(person.confirm())
    sign_in.begin_device()
    sign_in.device_srp()
    proof = sign_in.device_proof()
    sign_in.respond("DEVICE_PASSWORD_VERIFIER", proof)
    with refused(*WRONG):
        sign_in.respond("DEVICE_PASSWORD_VERIFIER", proof)
    with refused("NotAuthorizedException", "Invalid session"):
        sign_in.device_srp()


def test_the_device_challenge_needs_the_password_first(person: Person, refused: Refused) -> None:
    """DEVICE_SRP_AUTH out of the blue, with or without a Session of its own making."""
    device = person.confirm()
    sign_in = person.with_device(device)
    sign_in.begin()
    for session in (None, "z" * 60):
        sign_in.device_challenge = {} if session is None else {"Session": session}
        with refused("NotAuthorizedException", "Invalid session"):
            sign_in.device_srp()


def test_another_users_device_challenge(
    person: Person, make_person: MakePerson, refused: Refused
) -> None:
    other = make_person(person.pool)
    theirs = other.with_device(other.confirm())
    theirs.begin_device()
    mine = person.with_device(person.confirm())
    mine.begin_device()
    mine.device_challenge = theirs.device_challenge
    with refused("NotAuthorizedException", "Invalid session"):
        mine.device_srp()


def test_an_unknown_device_leaves_the_challenge_open(person: Person, refused: Refused) -> None:
    """amazon-cognito-identity-js answers the same challenge again, without the key."""
    sign_in = person.sign_in()
    unknown = "eu-west-2_00000000-0000-4000-8000-000000000000"
    sign_in.begin(DEVICE_KEY=unknown)
    proof = sign_in.proof()
    with refused(*NO_DEVICE):
        sign_in.respond("PASSWORD_VERIFIER", proof | {"DEVICE_KEY": unknown})
    answer = sign_in.respond("PASSWORD_VERIFIER", proof)
    assert "NewDeviceMetadata" in answer["AuthenticationResult"]


def test_a_device_that_is_not_confirmed_or_not_theirs(
    person: Person, make_person: MakePerson, refused: Refused
) -> None:
    unconfirmed = person.tokens()["NewDeviceMetadata"]["DeviceKey"]
    theirs = make_person(person.pool).confirm()[0]
    for key in (unconfirmed, theirs):
        with refused(*NO_DEVICE):
            person.sign_in().finish(DEVICE_KEY=key)
