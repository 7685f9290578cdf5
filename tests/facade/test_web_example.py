"""The web service of examples/: two processes, real HTTP, the local Cognito."""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the extra [local] is not installed")
pytest.importorskip("cryptography", reason="the extra [enroll] is not installed")

from cognito_srp import SealingKey, SignIn, begin_sign_in
from cognito_srp.local import LocalCognito, LocalPool, totp

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "web_sign_in.py"
PASSWORD = "Correct-horse-1"


class Web:
    """Two processes of the service, and the user behind a browser."""

    def __init__(
        self, cognito: LocalCognito, pool: LocalPool, ports: list[int], secret: str, key: str
    ) -> None:
        self.cognito, self.pool = cognito, pool
        self.ports, self.secret, self.key = ports, secret, key
        self.cookie = ""

    def post(self, process: int, path: str, body: Any) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[process], timeout=60)
        data = body if isinstance(body, bytes) else json.dumps(body)
        connection.request("POST", path, data, {"Cookie": self.cookie})
        response = connection.getresponse()
        given = response.getheader("Set-Cookie")
        if given is not None:
            assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(given.split("; "))
            self.cookie = given.partition(";")[0]
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def sign_in(self, **more: Any) -> tuple[int, Any]:
        return self.post(0, "/sign-in", {"username": "ann", "password": PASSWORD, **more})

    def answer(self, state: str, code: str | None = None, **more: Any) -> tuple[int, Any]:
        code = code or totp(self.secret, self.cognito.clock.time())
        return self.post(1, "/answer", {"state": state, "code": code, **more})


@contextmanager
def process(environment: dict[str, str], log: Path) -> Iterator[int]:
    """The service in a process of its own; its port."""
    with log.open("ab") as errors:
        started = subprocess.Popen(
            [sys.executable, str(SCRIPT), "0"],
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert started.stdout is not None
    try:
        yield int(started.stdout.readline())
    finally:
        started.kill()
        started.communicate()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    log = tmp_path_factory.mktemp("web") / "log"
    with LocalCognito() as cognito, ExitStack() as stack:
        pool = cognito.create_pool(mfa="ON", client_secret=True)
        pool.create_user("ann", PASSWORD)
        secret = pool.use_authenticator("ann")
        environment = {
            "COGNITO_USER_POOL_ID": pool.pool_id,
            "COGNITO_CLIENT_ID": pool.client_id,
            "COGNITO_CLIENT_SECRET": pool.client_secret or "",
            "COGNITO_SEALING_KEY": SealingKey.generate().to_base64(),
            "AWS_ENDPOINT_URL": cognito.endpoint_url,
            "AWS_DEFAULT_REGION": cognito.region,
        }
        ports = [stack.enter_context(process(environment, log)) for _ in range(2)]
        yield Web(cognito, pool, ports, secret, environment["COGNITO_SEALING_KEY"])
    text = log.read_text()
    for hidden in (PASSWORD, secret, environment["COGNITO_CLIENT_SECRET"]):
        assert hidden not in text


@pytest.fixture(autouse=True)
def _a_new_code(web: Web) -> None:
    """An authenticator's code is good for one sign-in."""
    web.cognito.clock.advance(30)


def test_a_code_a_device_and_no_code(web: Web) -> None:
    status, asked = web.sign_in()
    assert (status, asked["challenge"]) == (200, "SOFTWARE_TOKEN_MFA")
    assert PASSWORD not in asked["state"]
    status, done = web.answer(asked["state"], remember_device=True, device_name="till 7")
    assert (status, done["username"]) == (200, "ann")
    user = web.cognito.client().get_user(AccessToken=done["access_token"])
    assert user["Username"] == "ann"
    # The device has what it needs: from now on the password is enough.
    status, again = web.sign_in(device=done["device"])
    assert (status, again["device"]) == (200, done["device"])
    assert again["access_token"] != done["access_token"]


def test_a_device_that_cannot_be_enrolled(web: Web) -> None:
    _, asked = web.sign_in()
    web.cognito.fail_next("ConfirmDevice", "InvalidParameterException", "no")
    status, done = web.answer(asked["state"], remember_device=True)
    assert (status, done["device"]) == (200, None)


def test_without_remembering(web: Web) -> None:
    _, asked = web.sign_in()
    status, done = web.answer(asked["state"])
    assert (status, done["device"]) == (200, None)


def test_a_wrong_code_and_another_try(web: Web) -> None:
    _, asked = web.sign_in()
    assert web.answer(asked["state"], "000000") == (401, {"error": "code"})
    assert web.answer(asked["state"])[0] == 200
    # The state is used up: Cognito takes no second answer to a challenge.
    web.cognito.clock.advance(30)
    assert web.answer(asked["state"]) == (401, {"error": "refused"})


def test_a_forgotten_device_is_asked_for_a_code(web: Web) -> None:
    _, asked = web.sign_in()
    _, done = web.answer(asked["state"], remember_device=True)
    named = {"UserPoolId": web.pool.pool_id, "Username": "ann"}
    named["DeviceKey"] = done["device"]["device_key"]
    web.cognito.call("AdminForgetDevice", named)
    status, asked = web.sign_in(device=done["device"])
    assert (status, asked["challenge"]) == (200, "SOFTWARE_TOKEN_MFA")


def test_a_state_is_good_in_its_own_browser_alone(web: Web) -> None:
    _, asked = web.sign_in()
    mine = web.cookie
    web.sign_in()  # another browser
    for cookie in (web.cookie, "", "sign-in=", "sign-in=x", "\x7f=;;"):
        web.cookie = cookie
        assert web.answer(asked["state"]) == (400, {"error": "request"}), cookie
    web.cookie = mine
    assert web.answer(asked["state"])[0] == 200


def test_a_state_that_a_stranger_made_is_refused(web: Web) -> None:
    """Of a pool of their own: in clear, and sealed with a key of their own."""
    evil = web.cognito.create_pool("evil", mfa="OPTIONAL")
    evil.create_user("ann", PASSWORD)
    secret = evil.use_authenticator("ann")
    ids: dict[str, Any] = {"pool_id": evil.pool_id, "client_id": evil.client_id}
    client = web.cognito.client()
    waiting = begin_sign_in(client, **ids, username="ann", password=PASSWORD)
    assert isinstance(waiting, SignIn)
    web.sign_in()
    browser = web.cookie.partition("=")[2]
    code = totp(secret, web.cognito.clock.time())
    for state in (
        waiting.to_json(),
        waiting.to_json(seal=SealingKey.generate(), bound_to=browser),
        waiting.to_json(seal=SealingKey(base64.b64decode(web.key)), bound_to=browser),
    ):
        assert web.answer(state, code) == (400, {"error": "request"})


def test_what_is_refused(web: Web) -> None:
    _, asked = web.sign_in()
    damaged = asked["state"].replace("A", "B", 1)
    for path, body, status in (
        ("/sign-in", {"username": "ann", "password": "Wrong-horse-1"}, 401),
        ("/sign-in", {"username": "ann"}, 400),
        ("/sign-in", [], 400),
        ("/sign-in", b"not json", 400),
        ("/sign-in", b"[" * 60_000, 400),
        ("/sign-in", b" " * (1 << 17), 400),
        ("/answer", {"state": damaged, "code": "123456"}, 400),
        ("/answer", {"state": "{}", "code": "123456"}, 400),
        ("/answer", {"state": "[" * 60_000, "code": "123456"}, 400),
        ("/answer", {"state": 3, "code": "123456"}, 400),
        ("/elsewhere", {}, 404),
    ):
        assert web.post(1, path, body)[0] == status, (path, body)


def test_cognito_is_busy_or_away(web: Web) -> None:
    web.cognito.fail_next("InitiateAuth", times=10)
    assert web.sign_in() == (503, {"error": "busy"})
    web.cognito.faults.clear()
    web.cognito.lose_next("InitiateAuth", times=10)
    assert web.sign_in() == (502, {"error": "unreachable"})
    web.cognito.faults.clear()
