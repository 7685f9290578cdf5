"""The control API under /_local/, /health, and the rules that they keep."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.accounts import signs_in
from support.control import control, raw
from support.local_people import DEVICE_PASSWORD, PASSWORD, Person

from cognito_srp.local import LocalCognito

READS = ("state", "messages", "calls", "faults", "clock")


def sign_up(person: Person, name: str) -> None:
    person.client.sign_up(
        ClientId=person.pool.client_id,
        Username=name,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
    )


def test_health(cognito: LocalCognito) -> None:
    assert control(cognito, "/health") == {"Status": "ok"}
    assert raw(cognito, "/health", method="HEAD")[::2] == (200, "")


def test_a_code_is_read_and_used_from_any_language(cognito: LocalCognito) -> None:
    pool = cognito.create_pool(AutoVerifiedAttributes=["email"])
    client = cognito.client()
    sign_up(Person(client, pool, "sue"), "sue")
    [message] = control(cognito, "/_local/messages?Username=sue&Medium=EMAIL")["Messages"]
    assert message["Destination"] == "sue@example.com"
    assert (message["Purpose"], message["UserPoolId"]) == ("confirmation", pool.pool_id)
    assert control(cognito, "/_local/messages?Username=sue@example.com")["Messages"] == [message]
    assert control(cognito, "/_local/messages?Username=sue&Medium=SMS")["Messages"] == []
    client.confirm_sign_up(
        ClientId=pool.client_id, Username="sue", ConfirmationCode=message["Code"]
    )


def test_the_state_shows_devices_and_no_secret(cognito: LocalCognito, person: Person) -> None:
    remembered, _, _ = person.confirm()
    issued = person.tokens()["NewDeviceMetadata"]["DeviceKey"]
    shown = control(cognito, f"/_local/state?Username={person.username}")
    [pool] = [pool for pool in shown["UserPools"] if pool["Id"] == person.pool.pool_id]
    [user] = pool["Users"]
    states = {device["DeviceKey"]: device["State"] for device in user["Devices"]}
    assert states == {issued: "issued", remembered: "remembered"}
    assert (user["UserStatus"], user["DeviceCount"]) == ("CONFIRMED", 2)
    assert pool["Clients"][0]["ClientId"] == person.pool.client_id
    text = json.dumps(shown)
    assert PASSWORD not in text
    assert DEVICE_PASSWORD not in text


def test_the_state_is_cut_to_what_is_asked_for(cognito: LocalCognito, person: Person) -> None:
    pool = person.pool
    for name in ("bea", "beatrice"):
        pool.create_user(name, PASSWORD)

    def names(query: str) -> list[str]:
        pools = control(cognito, f"/_local/state?{query}")["UserPools"]
        [shown] = [p for p in pools if p["Id"] == pool.pool_id]
        assert shown["UserCount"] == 3
        return [user["Username"] for user in shown["Users"]]

    assert names("Username=BEA") == ["bea", "beatrice"]
    assert names("Username=bea&Limit=1") == ["bea"]
    assert names("Limit=0") == []


def test_faults_are_added_and_taken_back() -> None:
    with LocalCognito() as cognito:
        rule = {"Kind": "throttle", "Operation": "ListUserPools", "Times": 3, "Seed": 7}
        [shown] = control(cognito, "/_local/faults", rule)["Rules"]
        assert shown["Kind"] == "throttle"
        assert (shown["Times"], shown["Struck"]) == (3, 0)
        target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools"}
        error = control(cognito, "/", {"MaxResults": 1}, headers=target, status=400)
        assert error["__type"] == "TooManyRequestsException"
        counted = control(cognito, "/_local/faults")
        assert counted["Rules"][0]["Struck"] == 1
        struck = {"Operation": "ListUserPools", "Kind": "throttle", "Count": 1}
        assert counted["Injected"] == [struck]
        assert control(cognito, "/_local/faults/clear", {}) == {"Rules": [], "Injected": []}
        assert control(cognito, "/", {"MaxResults": 1}, headers=target) == {"UserPools": []}


def test_the_clock_moves(cognito: LocalCognito) -> None:
    before = control(cognito, "/_local/clock")["Time"]
    assert control(cognito, "/_local/clock", {"Advance": 3600})["Time"] >= before + 3600
    assert abs(control(cognito, "/_local/clock", {"Time": 1e9})["Time"] - 1e9) < 5
    assert control(cognito, "/_local/clock", {"Offset": 0})["Offset"] == 0
    assert cognito.clock.offset == 0


def test_reset_goes_back_to_the_beginning() -> None:
    with LocalCognito() as cognito:
        pool = cognito.create_pool(AutoVerifiedAttributes=["email"])
        pool.create_user("ann", PASSWORD)
        cognito.begin_here()
        client = cognito.client()
        person = Person(client, pool, "ann")
        person.confirm()
        sign_up(person, "sue")
        cognito.fail_next("GetUser")
        cognito.clock.advance(60)
        assert control(cognito, "/_local/reset", {}) == {}
        assert cognito.clock.offset == 0
        assert not cognito.faults.rules()
        assert cognito.emails() == []
        assert control(cognito, "/_local/calls")["Calls"] == []
        [shown] = control(cognito, "/_local/state")["UserPools"]
        [user] = shown["Users"]
        assert (user["Username"], user["Devices"]) == ("ann", [])
        assert signs_in(client, pool, "ann")["AuthenticationResult"]
        cognito.reset()
        assert control(cognito, "/_local/state")["UserPools"][0]["Id"] == pool.pool_id


def test_a_new_server_is_reset_to_nothing() -> None:
    with LocalCognito() as cognito:
        cognito.create_pool()
        control(cognito, "/_local/reset", {})
        assert control(cognito, "/_local/state")["UserPools"] == []


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/_local/faults", {}, "Kind is missing"),
        ("/_local/faults", {"Kind": "explode"}, "explode is no fault"),
        ("/_local/faults", {"Kind": 1}, "Kind has to be a string"),
        ("/_local/faults", {"Kind": "throttle", "Times": True}, "Times has to be a whole number"),
        ("/_local/faults", {"Kind": "throttle", "Times": 1.5}, "Times has to be a whole number"),
        ("/_local/faults", {"Kind": "throttle", "Probability": "1"}, "Probability has to be a"),
        ("/_local/faults", {"Kind": "throttle", "Probability": 2}, "above 0 and at most 1"),
        ("/_local/faults", {"Kind": "throttle", "kind": "x"}, "kind is no member of a fault"),
        ("/_local/faults", {"Kind": "throttle", "Operation": "X"}, "X is not an operation"),
        ("/_local/clock", {}, "Give one of Advance, Time and Offset"),
        ("/_local/clock", {"Advance": 1, "Offset": 1}, "Give one of Advance, Time and Offset"),
        ("/_local/clock", {"Advance": "1"}, "Advance has to be a number"),
        ("/_local/clock", {"Advance": 1e300}, "out of the years"),
        ("/_local/clock", {"Advance": 10**400}, "out of the years"),
        ("/_local/clock", {"Time": -(10**400)}, "out of the years"),
        ("/_local/faults", {"Kind": "delay", "Seconds": 10**400}, "seconds above 0 and up to"),
        ("/_local/faults", {"Kind": "delay", "Seconds": 1e12}, "seconds above 0 and up to"),
        ("/_local/clock", {"Offset": -1e12}, "out of the years"),
        ("/_local/reset", {"Pools": 1}, "Pools is no member here"),
        ("/_local/reset", [], "not a JSON object"),
        ("/_local/state?Limit=-1", None, "Limit has to be"),
        ("/_local/calls?After=x", None, "After has to be"),
        ("/_local/calls?After=" + "9" * 5000, None, "After has to be"),
        ("/_local/messages?username=ann", None, "username is no parameter here"),
    ],
)
def test_a_request_that_breaks_a_rule_is_told_which(
    cognito: LocalCognito, path: str, body: Any, words: str
) -> None:
    before = (cognito.clock.offset, len(cognito.faults.rules()))
    error = control(cognito, path, body, status=400)
    assert words in error["message"]
    assert (cognito.clock.offset, len(cognito.faults.rules())) == before


def test_every_change_is_a_post_of_json(cognito: LocalCognito) -> None:
    pool = cognito.create_pool()
    for path in ("reset", "faults/clear"):
        assert raw(cognito, f"/_local/{path}")[0] == 404
    for body in (b"Advance=5", b"[1]", b"\xff"):
        assert raw(cognito, "/_local/clock", body)[0] == 400
    assert raw(cognito, "/_local/nothing", b"{}")[0] == 404
    assert cognito.clock.offset == 0
    assert cognito.call("DescribeUserPool", {"UserPoolId": pool.pool_id})


@pytest.mark.parametrize("path", ["/", "/health", *(f"/_local/{name}" for name in READS)])
@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_foreign_pages_read_nothing(
    cognito: LocalCognito, path: str, headers: dict[str, str]
) -> None:
    status, answered, text = raw(cognito, path, headers=headers)
    assert status == 403
    assert "access-control-allow-origin" not in answered
    assert "UserPools" not in text


@pytest.mark.parametrize("path", ["faults", "faults/clear", "clock", "reset"])
def test_foreign_pages_change_nothing(cognito: LocalCognito, path: str) -> None:
    """A page may send text/plain without asking first."""
    foreign = {"Origin": "http://evil.example", "Content-Type": "text/plain"}
    body = b'{"Advance": 5}' if path == "clock" else b'{"Kind": "throttle"}'
    assert raw(cognito, f"/_local/{path}", body, foreign)[0] == 403
    assert cognito.clock.offset == 0
    assert not cognito.faults.rules()


def test_pages_of_this_machine_may_use_it(cognito: LocalCognito) -> None:
    mine = {"Origin": "http://localhost:5173"}
    status, headers, _ = raw(cognito, "/_local/clock", b'{"Offset": 0}', mine)
    assert status == 200
    assert headers["access-control-allow-origin"] == mine["Origin"]


@pytest.mark.parametrize(
    "path", ["/", "/_local/console.css", "/_local/console.js", "/_local/state"]
)
def test_the_page_takes_nothing_from_elsewhere(cognito: LocalCognito, path: str) -> None:
    status, headers, text = raw(cognito, path)
    assert status == 200
    policy = "default-src 'self'; frame-ancestors 'none'"
    assert headers["content-security-policy"] == policy
    assert headers["x-content-type-options"] == "nosniff"
    assert not re.findall(r"(?:https?:)?//[\w.]+", re.sub(r"xmlns=\S+", "", text)), path


def test_the_page_needs_no_inline_script_or_style(cognito: LocalCognito) -> None:
    """The policy would not run them."""
    page = raw(cognito, "/")[2]
    assert '<script src="/_local/console.js"' in page
    assert not re.search(r"<script(?! src)|<style|\sstyle=|\son\w+=", page)
    for path in re.findall(r'(?:src|href)="(/[^"]*)"', page):
        assert raw(cognito, path)[0] == 200
