"""State saved to a file and loaded into another server."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.local_people import DEVICE_PASSWORD, MakePerson, Person

from cognito_srp.local import CustomAuth, LocalCognito, totp
from cognito_srp.local.store.snapshot import snapshot, write_snapshot


@pytest.fixture
def saved(make_person: MakePerson, cognito: LocalCognito, client: Any, tmp_path: Path) -> Any:
    """A server's state with one of everything, and what is in it."""
    with LocalCognito(region="eu-west-2") as first:
        pool = first.create_pool(mfa="OPTIONAL", client_secret=True)
        pool.create_user("ann", "Correct-horse-1", attributes={"email": "ann@example.com"})
        pool.create_user("bob", "Correct-horse-1")
        person = Person(first.client(), pool, "ann")
        named = {"UserPoolId": pool.pool_id, "GroupName": "group"}
        person.client.create_group(**named)
        for username in ("ann", "bob"):
            person.client.admin_add_user_to_group(**named, Username=username)
        person.client.create_user_pool_domain(Domain="example", UserPoolId=pool.pool_id)
        tokens = person.tokens()
        device = person.confirm(tokens)
        secret = pool.use_authenticator("bob")
        first.clock.advance(60)
        path = tmp_path / "state.json"
        first.save(path)
    return path, pool, tokens, device, secret


def nothing(event: dict[str, Any], context: None) -> dict[str, Any]:
    """A function of Lambda that says nothing."""
    return {}


def test_codes_by_email_come_back_and_functions_do_not(tmp_path: Path) -> None:
    with LocalCognito() as first:
        pool = first.create_pool(mfa="OPTIONAL")
        pool.create_user("ann", "Correct-horse-1")
        pool.use_emails("ann")
        pool.use_custom_auth(CustomAuth(nothing, nothing, nothing))
        first.save(tmp_path / "state.json")
    with LocalCognito() as second:
        second.load(tmp_path / "state.json")
        person = Person(second.client(), pool, "ann")
        assert person.sign_in().finish()["ChallengeName"] == "EMAIL_OTP"
        with pytest.raises(ClientError, match="not configured"):
            person.client.initiate_auth(
                ClientId=pool.client_id,
                AuthFlow="CUSTOM_AUTH",
                AuthParameters={"USERNAME": "ann"},
            )


def test_everything_comes_back(saved: Any) -> None:
    path, pool, tokens, device, secret = saved
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with LocalCognito(region="eu-west-2") as second:
        second.load(path)
        assert second.clock.offset == 60
        client = second.client()
        assert client.get_user(AccessToken=tokens["AccessToken"])["Username"] == "ann"
        person = Person(client, pool, "ann")
        assert person.with_device((device[0], device[1], DEVICE_PASSWORD)).run()
        named = {"UserPoolId": pool.pool_id, "GroupName": "group"}
        users = client.list_users_in_group(**named)["Users"]
        assert sorted(user["Username"] for user in users) == ["ann", "bob"]
        assert client.describe_user_pool_domain(Domain="example")["DomainDescription"]["Domain"]
        bob = Person(client, pool, "bob").sign_in()
        challenge = bob.finish()
        responses = {
            "USERNAME": "bob",
            "SOFTWARE_TOKEN_MFA_CODE": totp(secret, second.clock.time()),
            **bob.secret_hash("bob"),
        }
        assert bob.respond("SOFTWARE_TOKEN_MFA", responses, challenge["Session"])
        # and it is not a copy that shares its users with another
        client.admin_delete_user(UserPoolId=pool.pool_id, Username="bob")
        assert len(client.list_users_in_group(**named)["Users"]) == 1


def test_saving_again_gives_the_same(saved: Any, tmp_path: Path) -> None:
    second = LocalCognito()
    second.load(saved[0])
    second.save(tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads(saved[0].read_text())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 2}',
        '{"format": 1}',
        '{"format": 1, "clock_offset": 0, "regions": {"$map": [["x", {"$class": "Popen"}]]}}',
        '{"format": 1, "clock_offset": 0, "regions": {"$map": [["x", {"$map": []}]]}}',
        '{"format": 1, "clock_offset": 0, "regions": []}',
        '{"format": 1, "clock_offset": 0, "regions": {"$a": 1, "$b": 2}}',
    ],
)
def test_other_files_are_refused_and_change_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    cognito = LocalCognito()
    pool = cognito.create_pool()
    with pytest.raises(ValueError, match="state of the local Cognito"):
        cognito.load(path)
    assert cognito.call("DescribeUserPool", {"UserPoolId": pool.pool_id})


def test_requests_wait_while_a_state_is_copied_and_not_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece is written at a time, so that other threads run in between, without the lock."""
    cognito = LocalCognito()
    pool = cognito.create_pool()
    stored: Any = cognito._app.state.pool(pool.pool_id)
    for number in range(2000):  # a device and a token each, without the time of a sign-in
        device = stored.devices.issue("us-east-1", f"user-{number % 50}", 0.0, "127.0.0.1")
        stored.access_tokens[device.key * 20] = (pool.client_id, "ann")
    sizes = []

    def watched(taken: Any) -> Iterator[Any]:
        for piece in write_snapshot(taken):
            sizes.append(len(piece))
            if len(sizes) % 1000 == 0:
                assert is_free(cognito._app.state.lock)
            yield piece

    monkeypatch.setattr("cognito_srp.local.server.app.write_snapshot", watched)
    cognito.save(tmp_path / "state.json")
    assert max(sizes) < 10_000 < len(sizes)
    second = LocalCognito()
    second.load(tmp_path / "state.json")
    again: Any = second._app.state.pool(pool.pool_id)
    assert again.access_tokens == stored.access_tokens
    assert again.devices._by_user == stored.devices._by_user


def is_free(lock: Any) -> Any:
    """Whether another thread gets it."""
    got = []

    def take() -> None:
        with lock:
            got.append(True)

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    thread.join(5)
    return bool(got)


def test_what_changes_while_a_state_is_written_is_not_in_it(saved: Any) -> None:
    first = LocalCognito()
    first.load(saved[0])
    pool: Any = first._app.state.pool(saved[1].pool_id)
    taken = snapshot(first._app.state)
    expected = "".join(write_snapshot(taken))
    pool.user("ann").password = "Other-horse-2"
    pool.users.clear()
    pool.access_tokens.clear()
    next(iter(pool.devices._by_user.values())).clear()
    assert "".join(write_snapshot(taken)) == expected
    assert json.loads(expected) == json.loads(saved[0].read_text())
