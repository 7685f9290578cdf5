"""USER_SRP_AUTH and USER_PASSWORD_AUTH: right proofs pass, wrong ones of every kind do not."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from support.local_people import MakePerson, Person, Refused
from support.plain_client import Exchange, N, stamp

from cognito_srp.local import LocalCognito

WRONG = ("NotAuthorizedException", "Incorrect username or password.")


def claims(token: str) -> Any:
    import json

    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_srp_gives_tokens_and_a_device_key(person: Person, cognito: LocalCognito) -> None:
    sign_in = person.sign_in()
    challenge = sign_in.begin()
    assert challenge["ChallengeName"] == "PASSWORD_VERIFIER"
    assert "Session" not in challenge
    answer = sign_in.respond("PASSWORD_VERIFIER", sign_in.proof())
    assert "ChallengeName" not in answer
    result = answer["AuthenticationResult"]
    assert set(result) == {
        "AccessToken", "ExpiresIn", "IdToken", "NewDeviceMetadata", "RefreshToken", "TokenType",
    }  # fmt: skip
    metadata = result["NewDeviceMetadata"]
    assert metadata["DeviceKey"].startswith(f"{cognito.region}_")
    assert metadata["DeviceGroupKey"][0] == "-"
    assert "_" not in metadata["DeviceGroupKey"]
    assert claims(result["AccessToken"])["device_key"] == metadata["DeviceKey"]
    assert "device_key" not in claims(result["IdToken"])


def test_password_flow_gives_tokens(person: Person) -> None:
    answer = person.client.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=person.pool.client_id,
        AuthParameters={"USERNAME": person.username, "PASSWORD": person.password},
    )
    assert "NewDeviceMetadata" in answer["AuthenticationResult"]


def test_no_device_key_where_the_pool_tracks_none(make_person: MakePerson) -> None:
    result = make_person(remember_devices="no").tokens()
    assert "NewDeviceMetadata" not in result
    assert "device_key" not in claims(result["AccessToken"])


def test_every_sign_in_has_a_key_of_its_own(person: Person) -> None:
    keys = {person.tokens()["NewDeviceMetadata"]["DeviceKey"] for _ in range(3)}
    assert len(keys) == 3


@pytest.mark.parametrize("flow", ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"])
def test_wrong_password(person: Person, refused: Refused, flow: str) -> None:
    person.password = "Wrong-horse-1"
    with refused(*WRONG):
        if flow == "USER_SRP_AUTH":
            person.sign_in().finish()
        else:
            person.client.initiate_auth(
                AuthFlow=flow,
                ClientId=person.pool.client_id,
                AuthParameters={"USERNAME": person.username, "PASSWORD": person.password},
            )


@pytest.mark.parametrize("bit", [0, 100, 255])
def test_one_flipped_bit_of_the_signature(person: Person, refused: Refused, bit: Any) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    proof = sign_in.proof()
    signature = bytearray(base64.b64decode(proof["PASSWORD_CLAIM_SIGNATURE"]))
    signature[bit // 8] ^= 1 << bit % 8
    proof["PASSWORD_CLAIM_SIGNATURE"] = base64.b64encode(signature).decode()
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof)


@pytest.mark.parametrize(
    "signature", ["!", "AAAA", "AAA", "é", base64.b64encode(b"x" * 99).decode()]
)
def test_a_signature_that_is_none(person: Person, refused: Refused, signature: Any) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    with refused(*WRONG):
        sign_in.respond(
            "PASSWORD_VERIFIER", sign_in.proof() | {"PASSWORD_CLAIM_SIGNATURE": signature}
        )


def test_zero_padded_day(person: Person, cognito: LocalCognito, refused: Refused) -> None:
    now = cognito.clock.now()
    cognito.clock.advance(timedelta(days=(5 - now.day)))  # some month's fifth
    now = cognito.clock.now()
    good, bad = stamp(now), f"{now:%a %b %d %H:%M:%S} UTC {now.year}"
    assert (f" {now.day} " in good, f" 0{now.day} " in bad) == (True, True)
    with refused(*WRONG):
        sign_in = person.sign_in()
        sign_in.begin()
        sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(bad))
    sign_in = person.sign_in()
    sign_in.begin()
    assert "AuthenticationResult" in sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(good))


def test_wrong_weekday(person: Person, refused: Refused) -> None:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    good = stamp()
    bad = days[(days.index(good[:3]) + 1) % 7] + good[3:]
    sign_in = person.sign_in()
    sign_in.begin()
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(bad))


@pytest.mark.parametrize("text", ["now", "2026-09-05T07:03:09Z", "Sat Sep 5 07:03:09 GMT 2026"])
def test_a_timestamp_that_is_none(person: Person, refused: Refused, text: str) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    with refused("InvalidParameterException", "TIMESTAMP format should be"):
        sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(text))


@pytest.mark.parametrize(
    ("minutes", "passes"), [(4.8, True), (-4.8, True), (5.2, False), (-5.2, False)]
)
def test_a_clock_may_be_five_minutes_off(
    person: Person, cognito: LocalCognito, refused: Refused, minutes: Any, passes: Any
) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    proof = sign_in.proof(stamp(cognito.clock.now() + timedelta(minutes=minutes)))
    if passes:
        sign_in.respond("PASSWORD_VERIFIER", proof)
    else:
        with refused(*WRONG):
            sign_in.respond("PASSWORD_VERIFIER", proof)


@pytest.mark.parametrize(
    "A", ["0", "00", f"{N:x}", f"{2 * N:X}", f"{N + 1:x}", "xyz", "-1", "1" * 2000]
)
def test_a_public_value_that_srp_forbids(person: Person, refused: Refused, A: str) -> None:
    with refused("InvalidParameterException", "SRP_A"):
        person.sign_in().begin(SRP_A=A)


def test_upper_case_hex_and_leading_zeros(person: Person) -> None:
    sign_in = person.sign_in()
    sign_in.begin(SRP_A=f"00{sign_in.exchange.A:X}")
    sign_in.respond("PASSWORD_VERIFIER", sign_in.proof())


def test_a_challenge_is_answered_once(person: Person, refused: Refused) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    proof = sign_in.proof()
    sign_in.respond("PASSWORD_VERIFIER", proof)
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof)


def test_a_wrong_proof_uses_the_challenge_up(person: Person, refused: Refused) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    proof = sign_in.proof()
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof | {"PASSWORD_CLAIM_SIGNATURE": "AAAA"})
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof)


def test_a_challenge_expires(person: Person, cognito: LocalCognito, refused: Refused) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    cognito.clock.advance(181)
    with refused("NotAuthorizedException", "session is expired"):
        sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(stamp(cognito.clock.now())))


def test_another_users_challenge(person: Person, make_person: MakePerson, refused: Refused) -> None:
    other = make_person(person.pool).sign_in()
    other.begin()
    other.username = person.username
    with refused(*WRONG):
        other.respond("PASSWORD_VERIFIER", other.proof() | {"USERNAME": person.username})


def test_another_clients_challenge(person: Person, refused: Refused) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    proof = sign_in.proof()
    sign_in.pool = person.pool.create_client()
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", proof)


def test_a_session_where_none_was_given(person: Person, refused: Refused) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    with refused("NotAuthorizedException", "Invalid session for the user."):
        sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(), session="x" * 40)


def test_a_made_up_secret_block(person: Person, refused: Refused) -> None:
    sign_in = person.sign_in()
    shown = sign_in.begin()["ChallengeParameters"]
    shown["SECRET_BLOCK"] = base64.b64encode(bytes(96)).decode()
    with refused(*WRONG):
        sign_in.respond("PASSWORD_VERIFIER", sign_in.proof())


def test_a_changed_password_counts_at_once(person: Person, refused: Refused) -> None:
    person.tokens()
    person.pool.set_password(person.username, "Different-horse-2")
    with refused(*WRONG):
        person.tokens()
    person.password = "Different-horse-2"
    person.tokens()


def test_the_salt_stays_until_the_password_changes(person: Person) -> None:
    def salt() -> Any:
        return person.sign_in().begin()["ChallengeParameters"]["SALT"]

    first = salt()
    assert salt() == first
    person.pool.set_password(person.username, "Different-horse-2")
    assert salt() != first


def test_the_secret_hash(make_person: MakePerson, refused: Refused) -> None:
    person = make_person(client_secret=True)
    person.tokens()
    client = f"client {person.pool.client_id}"
    with refused("NotAuthorizedException", f"Unable to verify secret hash for {client}"):
        person.sign_in().begin(SECRET_HASH="AAAA")
    sign_in = person.sign_in()
    sign_in.begin()
    proof = sign_in.proof()
    del proof["SECRET_HASH"]
    with refused("NotAuthorizedException", "SECRET_HASH was not received"):
        sign_in.respond("PASSWORD_VERIFIER", proof)


def test_a_secret_hash_for_a_client_without_secret(person: Person, refused: Refused) -> None:
    with refused("NotAuthorizedException", "Unable to verify secret hash"):
        person.sign_in().begin(SECRET_HASH="AAAA")


def test_a_flow_the_client_does_not_allow(person: Person, client: Any, refused: Refused) -> None:
    pool = person.pool.create_client(ExplicitAuthFlows=[])
    with refused("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled"):
        client.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=pool.client_id,
            AuthParameters={"USERNAME": person.username, "PASSWORD": person.password},
        )


def test_an_unknown_user(person: Person, refused: Refused) -> None:
    person.username = "nobody"
    with refused("UserNotFoundException", "User does not exist."):
        person.sign_in().begin()


def test_an_unknown_user_of_a_client_that_hides_them(person: Person, refused: Refused) -> None:
    person.pool = person.pool.create_client(PreventUserExistenceErrors="ENABLED")
    person.username = "nobody"
    first, second = person.sign_in(), person.sign_in()
    first.begin(), second.begin()
    salts = {s.challenge["ChallengeParameters"]["SALT"] for s in (first, second)}
    assert len(salts) == 1  # as with a user who exists
    with refused(*WRONG):
        first.respond("PASSWORD_VERIFIER", first.proof())


def test_states_of_a_user(person: Person, client: Any, refused: Refused) -> None:
    names = {"UserPoolId": person.pool.pool_id, "Username": person.username}
    client.admin_disable_user(**names)
    with refused("NotAuthorizedException", "User is disabled."):
        person.tokens()
    client.admin_enable_user(**names)
    client.sign_up(ClientId=person.pool.client_id, Username="new", Password=person.password)
    person.username = "new"
    with refused("UserNotConfirmedException"):
        person.tokens()


def test_a_temporary_password_has_to_be_changed(person: Person) -> None:
    person.username = person.pool.create_user("temp", person.password, temporary=True)
    sign_in = person.sign_in()
    challenge = sign_in.finish()
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    answer = sign_in.respond(
        "NEW_PASSWORD_REQUIRED",
        {"USERNAME": "temp", "NEW_PASSWORD": "Permanent-horse-3"},
        challenge["Session"],
    )
    assert "NewDeviceMetadata" in answer["AuthenticationResult"]
    person.password = "Permanent-horse-3"
    person.tokens()


def test_a_missing_parameter_is_named(person: Person, refused: Refused) -> None:
    sign_in = person.sign_in()
    sign_in.begin()
    for name in ("USERNAME", "TIMESTAMP", "PASSWORD_CLAIM_SIGNATURE"):
        with refused("InvalidParameterException", f"Missing required parameter {name}"):
            sign_in.begin()
            proof = sign_in.proof()
            del proof[name]
            sign_in.respond("PASSWORD_VERIFIER", proof)


def test_small_public_values_are_padded_alike(person: Person) -> None:
    # a = 1 … 24: A from 2 to 2^24, every length of a short pad(A).
    for a in range(1, 25):
        sign_in = person.sign_in()
        sign_in.exchange = Exchange(a)
        assert "AuthenticationResult" in sign_in.finish()
