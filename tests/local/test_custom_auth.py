"""CUSTOM_AUTH with Python functions in the place of the Lambda triggers."""

from __future__ import annotations

from typing import Any

import pytest
from support.local_people import MakePerson, Person, Refused

from cognito_srp.local import CustomAuth, LocalCognito

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
INVALID = "InvalidLambdaResponseException"


class Riddles:
    """Two riddles, after the password where the client proves one; a wrong answer ends it."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def define(self, event: dict[str, Any], context: Any) -> Any:
        self.events.append(event)
        past = event["request"]["session"]
        response = event["response"]
        passed = [entry["challengeName"] for entry in past if entry["challengeResult"]]
        response["failAuthentication"] = len(passed) < len(past)
        response["issueTokens"] = passed.count("CUSTOM_CHALLENGE") == 2
        response["challengeName"] = (
            "PASSWORD_VERIFIER" if passed == ["SRP_A"] else "CUSTOM_CHALLENGE"
        )
        return event

    def create(self, event: dict[str, Any], context: Any) -> Any:
        self.events.append(event)
        number = str(len(event["request"]["session"]))
        event["response"] = {
            "publicChallengeParameters": {"riddle": number},
            "privateChallengeParameters": {"answer": f"answer {number}"},
            "challengeMetadata": f"RIDDLE_{number}",
        }
        return event

    def verify(self, event: dict[str, Any], context: Any) -> Any:
        self.events.append(event)
        request = event["request"]
        expected = request["privateChallengeParameters"]["answer"]
        event["response"]["answerCorrect"] = request["challengeAnswer"] == expected
        return event


@pytest.fixture
def riddles() -> Any:
    return Riddles()


@pytest.fixture
def person(make_person: MakePerson, riddles: Any) -> Any:
    person = make_person()
    person.pool.use_custom_auth(CustomAuth(riddles.define, riddles.create, riddles.verify))
    return person


def begin(person: Person, client: Any = None, **parameters: Any) -> Any:
    parameters |= person.sign_in().secret_hash(person.username)
    return (client or person.client).initiate_auth(
        AuthFlow="CUSTOM_AUTH",
        ClientId=person.pool.client_id,
        AuthParameters={"USERNAME": person.username, **parameters},
    )


def answer(person: Person, challenge: Any, text: str) -> Any:
    named = {"USERNAME": person.username, "ANSWER": text}
    named |= person.sign_in().secret_hash(person.username)
    return person.sign_in().respond("CUSTOM_CHALLENGE", named, challenge["Session"])


def test_two_riddles(person: Person, riddles: Any) -> None:
    asked = begin(person)
    assert asked["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert asked["ChallengeParameters"] == {"USERNAME": person.username, "riddle": "0"}
    asked = answer(person, asked, "answer 0")
    assert asked["ChallengeParameters"]["riddle"] == "1"
    assert answer(person, asked, "answer 1")["AuthenticationResult"]["NewDeviceMetadata"]
    last = riddles.events[-1]
    assert last["triggerSource"] == "DefineAuthChallenge_Authentication"
    assert last["userPoolId"] == person.pool.pool_id
    assert last["callerContext"]["clientId"] == person.pool.client_id
    assert last["request"]["session"] == [
        {
            "challengeName": "CUSTOM_CHALLENGE",
            "challengeResult": True,
            "challengeMetadata": f"RIDDLE_{number}",
        }
        for number in range(2)
    ]
    assert "sub" in last["request"]["userAttributes"]


def test_a_wrong_answer(person: Person, refused: Refused) -> None:
    asked = begin(person)
    with refused(*WRONG):
        answer(person, asked, "no idea")
    with refused("NotAuthorizedException", "Invalid session"):
        answer(person, asked, "answer 0")


def prove(person: Person, sign_in: Any, **parameters: Any) -> Any:
    sign_in.challenge = begin(
        person, CHALLENGE_NAME="SRP_A", SRP_A=f"{sign_in.exchange.A:x}", **parameters
    )
    assert sign_in.challenge["ChallengeName"] == "PASSWORD_VERIFIER"
    return sign_in.respond("PASSWORD_VERIFIER", sign_in.proof(), sign_in.challenge["Session"])


def test_the_password_first(person: Person, riddles: Any) -> None:
    asked = prove(person, person.sign_in())
    assert asked["ChallengeParameters"]["riddle"] == "2"
    asked = answer(person, asked, "answer 2")
    assert answer(person, asked, "answer 3")["AuthenticationResult"]
    names = [entry["challengeName"] for entry in riddles.events[-1]["request"]["session"]]
    assert names == ["SRP_A", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "CUSTOM_CHALLENGE"]


def test_a_wrong_password_ends_it_before_a_riddle(
    person: Person, riddles: Any, refused: Refused
) -> None:
    person.password = "Wrong-horse-1"
    with refused(*WRONG):
        prove(person, person.sign_in())
    assert len(riddles.events) == 1


def test_a_remembered_device_comes_last(person: Person, refused: Refused) -> None:
    device = person.confirm()
    sign_in = person.with_device(device)
    asked = prove(person, sign_in, DEVICE_KEY=device[0])
    asked = answer(person, asked, "answer 2")
    sign_in.device_challenge = answer(person, asked, "answer 3")
    assert sign_in.device_challenge["ChallengeName"] == "DEVICE_SRP_AUTH"
    session = sign_in.device_srp()["Session"]
    done = sign_in.respond("DEVICE_PASSWORD_VERIFIER", sign_in.device_proof(), session)
    assert "NewDeviceMetadata" not in done["AuthenticationResult"]
    asked = answer(person, begin(person, DEVICE_KEY="eu-west-2_0"), "answer 0")
    with refused("ResourceNotFoundException", "Device does not exist."):
        answer(person, asked, "answer 1")


def test_with_a_client_secret_and_by_the_admin_forms(
    make_person: MakePerson, riddles: Any, client: Any
) -> None:
    person = make_person(client_secret=True)
    person.pool.use_custom_auth(CustomAuth(riddles.define, riddles.create, riddles.verify))
    app = {"UserPoolId": person.pool.pool_id, "ClientId": person.pool.client_id}
    named = {"USERNAME": person.username, **person.sign_in().secret_hash(person.username)}
    asked = client.admin_initiate_auth(
        **app, AuthFlow="CUSTOM_AUTH", AuthParameters=named, ClientMetadata={"from": "here"}
    )
    assert "clientMetadata" not in riddles.events[-1]["request"]  # as the service has it
    for number in range(2):
        asked = client.admin_respond_to_auth_challenge(
            **app,
            ChallengeName="CUSTOM_CHALLENGE",
            Session=asked["Session"],
            ChallengeResponses=named | {"ANSWER": f"answer {number}"},
            ClientMetadata={"from": "here"},
        )
    assert asked["AuthenticationResult"]
    assert riddles.events[-1]["request"]["clientMetadata"] == {"from": "here"}


def test_somebody_who_does_not_exist(
    make_person: MakePerson, riddles: Any, refused: Refused
) -> None:
    person = make_person()
    person.pool.use_custom_auth(CustomAuth(riddles.define, riddles.create, riddles.verify))
    person.username = "nobody"
    with refused("UserNotFoundException"):
        begin(person)
    person.pool = person.pool.create_client(PreventUserExistenceErrors="ENABLED")
    asked = begin(person)
    assert riddles.events[-1]["request"]["userNotFound"] is True
    asked = answer(person, asked, "answer 0")
    with refused(*WRONG):
        answer(person, asked, "answer 1")


def fails(event: dict[str, Any], context: Any) -> None:
    raise RuntimeError("no idea")


@pytest.mark.parametrize(
    ("define", "code"),
    [
        (fails, "UserLambdaValidationException"),
        (lambda event, context: None, INVALID),
        (lambda event, context: {"response": []}, INVALID),
        (lambda event, context: {"response": {}}, INVALID),
        (lambda event, context: {"response": {"challengeName": "SMS_MFA"}}, INVALID),
        (lambda event, context: {"response": {"challengeName": "PASSWORD_VERIFIER"}}, INVALID),
        (lambda event, context: {"response": {"failAuthentication": True}}, WRONG[0]),
    ],
)
def test_functions_that_do_not_do_their_work(
    person: Person, riddles: Any, refused: Refused, define: Any, code: Any
) -> None:
    person.pool.use_custom_auth(CustomAuth(define, riddles.create, riddles.verify))
    with refused(code):
        begin(person)


def test_parameters_have_to_be_strings(person: Person, riddles: Any, refused: Refused) -> None:
    def create(event: dict[str, Any], context: Any) -> Any:
        return {"response": {"publicChallengeParameters": {"number": 1}}}

    person.pool.use_custom_auth(CustomAuth(riddles.define, create, riddles.verify))
    with refused(INVALID, "strings"):
        begin(person)


def test_a_function_may_ask_the_server(person: Person, riddles: Any, cognito: LocalCognito) -> None:
    """They run without the server's lock, and may take their time."""

    def create(event: dict[str, Any], context: Any) -> Any:
        named = {"UserPoolId": event["userPoolId"], "Username": event["userName"]}
        user = cognito.client().admin_get_user(**named)
        return {"response": {"publicChallengeParameters": {"status": user["UserStatus"]}}}

    person.pool.use_custom_auth(CustomAuth(riddles.define, create, riddles.verify))
    assert begin(person)["ChallengeParameters"]["status"] == "CONFIRMED"
