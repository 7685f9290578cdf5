"""WEB_AUTHN: a passkey that answers, and everything else that does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.local_people import PASSWORD, MakePerson, Person, Refused, begin_choice, respond

from cognito_srp.local import LocalCognito
from cognito_srp.local.passkeys import from_base64url, to_base64url

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
POLICY = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}


@pytest.fixture
def person(cognito: LocalCognito, client: Any) -> Any:
    pool = cognito.create_pool(Policies=POLICY)
    return Person(client, pool, pool.create_user("ann", PASSWORD))


@pytest.fixture
def passkey(person: Person) -> Any:
    return person.pool.use_passkey("ann")


def ask(person: Person) -> Any:
    asked = begin_choice(person, PREFERRED_CHALLENGE="WEB_AUTHN")
    assert asked["ChallengeName"] == "WEB_AUTHN"
    return asked


def options(asked: Any) -> Any:
    return asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]


def test_a_sign_in(person: Person, passkey: Any) -> None:
    for _ in range(2):
        asked = ask(person)
        assert json.loads(options(asked))["allowCredentials"][0]["id"] == passkey.credential_id
        done = respond(person, asked, CREDENTIAL=passkey.answer(options(asked)))
        assert done["AuthenticationResult"]["NewDeviceMetadata"]


def test_it_is_one_of_several(person: Person, passkey: Any) -> None:
    offered = begin_choice(person)
    assert offered["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP", "WEB_AUTHN"]
    asked = respond(person, offered, ANSWER="WEB_AUTHN")
    assert respond(person, asked, CREDENTIAL=passkey.answer(options(asked)))


def test_a_user_without_one(person: Person) -> None:
    assert begin_choice(person)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


def test_a_pool_that_does_not_allow_it(make_person: MakePerson) -> None:
    person = make_person()
    person.pool.use_passkey(person.username)
    assert begin_choice(person)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


def changed(credential: Any, **fields: Any) -> Any:
    """The answer with parts of its response replaced."""
    given = json.loads(credential)
    given["response"] |= fields
    return json.dumps(given)


def with_client_data(credential: Any, **fields: Any) -> Any:
    data = json.loads(from_base64url(json.loads(credential)["response"]["clientDataJSON"]))
    return changed(credential, clientDataJSON=to_base64url(json.dumps(data | fields).encode()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda credential: "{}",
        lambda credential: "[]",
        lambda credential: "not json",
        lambda credential: changed(credential, clientDataJSON=to_base64url(b'{"type": 1}')),
        lambda credential: with_client_data(credential, challenge=1),
        lambda credential: changed(credential, signature=to_base64url(b"\x30\x06" + bytes(6))),
        lambda credential: changed(credential, signature="*"),
        lambda credential: changed(credential, authenticatorData=to_base64url(bytes(37))),
        lambda credential: changed(credential, authenticatorData=""),
        lambda credential: with_client_data(credential, type="webauthn.create"),
        lambda credential: with_client_data(credential, challenge="AAAA"),
        lambda credential: with_client_data(credential, origin="https://evil.example"),
        lambda credential: with_client_data(credential, more="signed by nobody"),
    ],
)
def test_a_wrong_answer_uses_the_challenge_up(
    person: Person, passkey: Any, refused: Refused, spoil: Any
) -> None:
    asked = ask(person)
    right = passkey.answer(options(asked))
    with refused(*WRONG):
        respond(person, asked, CREDENTIAL=spoil(right))
    with refused("NotAuthorizedException", "Invalid session"):
        respond(person, asked, CREDENTIAL=right)


def test_another_users_passkey(person: Person, passkey: Any, refused: Refused) -> None:
    person.pool.create_user("eve", PASSWORD)
    other = person.pool.use_passkey("eve")
    asked = ask(person)
    with refused(*WRONG):
        respond(person, asked, CREDENTIAL=other.answer(options(asked)))
    asked = ask(person)
    other.credential_id = passkey.credential_id
    with refused(*WRONG):
        respond(person, asked, CREDENTIAL=other.answer(options(asked)))


def test_a_copy_of_a_passkey_is_noticed(person: Person, passkey: Any, refused: Refused) -> None:
    asked = ask(person)
    respond(person, asked, CREDENTIAL=passkey.answer(options(asked)))
    passkey.uses -= 1
    asked = ask(person)
    with refused(*WRONG):
        respond(person, asked, CREDENTIAL=passkey.answer(options(asked)))


def test_it_is_kept_in_a_file(tmp_path: Path) -> None:
    with LocalCognito() as first:
        pool = first.create_pool(Policies=POLICY)
        pool.create_user("ann", PASSWORD)
        passkey = pool.use_passkey("ann")
        first.save(tmp_path / "state.json")
    with LocalCognito() as second:
        second.load(tmp_path / "state.json")
        person = Person(second.client(), pool, "ann")
        asked = ask(person)
        assert respond(person, asked, CREDENTIAL=passkey.answer(options(asked)))
        second.call("AdminDeleteUser", {"UserPoolId": pool.pool_id, "Username": "ann"})
        stored: Any = second._app.state.pool(pool.pool_id)
        assert stored.passkeys == ()
