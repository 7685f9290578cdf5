"""What the log says of calls: who, what, the outcome, and why something was refused."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from support.control import control
from support.local_people import DEVICE_PASSWORD, PASSWORD, MakePerson, Person
from support.plain_client import SignIn

from cognito_srp.local import Fault, LocalCognito


def calls_during(cognito: LocalCognito, action: Callable[[], Any]) -> list[dict[str, Any]]:
    """The calls that an action brings about, refused ones included."""
    before = [call["Number"] for call in control(cognito, "/_local/calls")["Calls"]][-1:]
    with contextlib.suppress(ClientError, BotoCoreError):
        action()
    return list(control(cognito, f"/_local/calls?After={before[0] if before else 0}")["Calls"])


def steps(calls: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    return [(call["Operation"], call.get("Step"), call["Outcome"]) for call in calls]


def test_every_step_of_a_device_sign_in_is_there(cognito: LocalCognito, person: Person) -> None:
    device = person.confirm()
    calls = calls_during(cognito, person.with_device(device).run)
    assert steps(calls) == [
        ("InitiateAuth", "USER_SRP_AUTH", "PASSWORD_VERIFIER"),
        ("RespondToAuthChallenge", "PASSWORD_VERIFIER", "DEVICE_SRP_AUTH"),
        ("RespondToAuthChallenge", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"),
        ("RespondToAuthChallenge", "DEVICE_PASSWORD_VERIFIER", "tokens"),
    ]
    assert {call["Username"] for call in calls} == {person.username}
    assert {call["ClientId"] for call in calls} == {person.pool.client_id}
    assert calls[-1]["DeviceKey"] == device[0]
    assert all(call["Status"] == 200 for call in calls)
    numbers = [call["Number"] for call in calls]
    assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_the_user_of_an_access_token_is_named(cognito: LocalCognito, person: Person) -> None:
    tokens = person.tokens()
    [call] = calls_during(cognito, lambda: person.confirm(tokens))
    assert steps([call]) == [("ConfirmDevice", None, "done")]
    assert (call["Username"], call["ClientId"]) == (person.username, person.pool.client_id)


def test_the_user_of_a_refused_access_token_is_named(cognito: LocalCognito, person: Person) -> None:
    tokens = person.tokens()
    cognito.clock.advance(timedelta(hours=2))
    [call] = calls_during(cognito, lambda: person.confirm(tokens))
    assert (call["Outcome"], call["Username"]) == ("NotAuthorizedException", person.username)
    assert call["ClientId"] == person.pool.client_id


def wrong_password(person: Person) -> Any:
    return SignIn(person.client, person.pool, person.username, "Wrong-horse-1").finish()


def wrong_device_password(person: Person) -> Any:
    key, group_key, _ = person.confirm()
    return person.with_device((key, group_key, DEVICE_PASSWORD + "!")).run()


def wrong_clock(person: Person) -> Any:
    begun = person.sign_in()
    person.pool.cognito.clock.advance(timedelta(minutes=6))
    return begun.finish()


def wrong_secret_block(person: Person) -> Any:
    return person.client.respond_to_auth_challenge(
        ClientId=person.pool.client_id,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses={
            "USERNAME": person.username,
            "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA",
            "PASSWORD_CLAIM_SIGNATURE": "AAAA",
            "TIMESTAMP": "Sat Nov 28 12:00:00 UTC 2026",
        },
    )


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (wrong_password, "PASSWORD_CLAIM_SIGNATURE does not match"),
        (wrong_device_password, "PASSWORD_CLAIM_SIGNATURE does not match"),
        (wrong_clock, "TIMESTAMP is -3"),
        (wrong_secret_block, "SECRET_BLOCK is of no open challenge"),
    ],
)
def test_a_refused_proof_says_what_is_wrong_with_it(
    cognito: LocalCognito, person: Person, action: Callable[[Person], Any], reason: str
) -> None:
    last = calls_during(cognito, lambda: action(person))[-1]
    assert last["Outcome"] == "NotAuthorizedException"
    assert last["Reason"].startswith(reason)
    assert last["Status"] == 400


def test_a_user_who_does_not_exist_is_hidden_from_clients_alone(
    cognito: LocalCognito, person: Person
) -> None:
    hiding = person.pool.create_client(PreventUserExistenceErrors="ENABLED")
    nobody = SignIn(person.client, hiding, "nobody", PASSWORD)
    with pytest.raises(ClientError, match="Incorrect username or password"):
        nobody.finish()
    last = control(cognito, "/_local/calls")["Calls"][-1]
    assert last["Reason"].startswith("the user does not exist")


def test_a_fault_is_named_with_the_call_that_suffers_it(make_person: MakePerson) -> None:
    config = Config(retries={"total_max_attempts": 1})
    with LocalCognito() as cognito:
        client = cognito.client(config=config)
        cognito.faults.add(Fault("throttle", times=1))
        cognito.faults.add(Fault("delay", seconds=0.01, first=2, last=2))
        cognito.faults.add(Fault("drop-response", first=3, last=3))
        calls = []
        for _ in range(3):
            calls += calls_during(cognito, lambda: client.list_user_pools(MaxResults=1))
    assert [(call["Outcome"], call["Fault"]) for call in calls] == [
        ("TooManyRequestsException", "throttle"),
        ("done", "delay of 0.01 s"),
        ("no answer", "drop-response"),
    ]
    assert calls[1]["Milliseconds"] >= 10
    assert calls[2]["Reason"] == "the call has had its effect"


def test_a_foreign_page_is_named(cognito: LocalCognito) -> None:
    foreign = {"Origin": "http://evil.example"}
    assert control(cognito, "/_local/reset", {}, headers=foreign, status=403)
    last = control(cognito, "/_local/calls")["Calls"][-1]
    assert (last["Operation"], last["Outcome"]) == ("POST", "AccessDeniedException")
    assert "http://evil.example" in last["Reason"]


def test_no_secret_reaches_the_log(
    cognito: LocalCognito, make_person: MakePerson, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="cognito_srp")
    lines: list[str] = []
    cognito.on_call(lambda call: lines.append(str(call)))
    person = make_person(client_secret=True)
    tokens = person.tokens()
    device = person.confirm(tokens)
    person.with_device(device).run()
    with contextlib.suppress(ClientError):
        wrong_password(person)
    cognito.on_call(None)
    person.tokens()
    tokens_came = f"user {person.username} client {person.pool.client_id} -> tokens"
    assert [line for line in lines if line.endswith(tokens_came)]
    shown = "\n".join([caplog.text, *lines, str(control(cognito, "/_local/calls"))])
    secrets = [PASSWORD, "Wrong-horse-1", DEVICE_PASSWORD, person.pool.client_secret or "?"]
    secrets += [tokens["AccessToken"], tokens["RefreshToken"], tokens["IdToken"]]
    assert not [secret for secret in secrets if secret in shown]


def test_calls_are_kept_up_to_a_bound(cognito: LocalCognito) -> None:
    with LocalCognito() as fresh:
        for _ in range(1010):
            control(fresh, "/", {}, status=400)
        kept = control(fresh, "/_local/calls")["Calls"]
        newer = control(fresh, "/_local/calls?After=1008")["Calls"]
        ended = control(fresh, "/_local/calls?After=1010")
    assert [kept[0]["Number"], kept[-1]["Number"], len(kept)] == [11, 1010, 1000]
    assert [call["Number"] for call in newer] == [1009, 1010]
    assert ended == {"Calls": [], "Last": 1010}
