"""One user's journey with every client that is not ours, as it comes from npm and PyPI.

Sign-up with the code that was delivered, sign-in, an authenticator; on another machine a sign-in
with its code, which confirms a device; remember, list, sign-in with the device and no code,
refresh, forget, and again with the code. What was asked of the user is what the server says it has
asked for. Where a client has no call for a step, `support.journeys.ELSEWHERE` says what takes it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from support import PROGRAMS
from support.boto_clients import RefusedError
from support.browser import ANOTHER_SITE, bundle, served
from support.control import control
from support.journeys import ELSEWHERE, NAMES, Do, node_program, page, python_program, table
from support.local_people import PASSWORD
from support.source_tree import ROOT

from cognito_srp.local import LocalCognito, LocalPool, totp

#: Starts a client for a pool; inside, steps can be taken.
Start = Callable[[LocalPool], AbstractContextManager[Do]]

PASSWORD_ALONE = ["USER_SRP_AUTH", "PASSWORD_VERIFIER"]
WITH_CODE = [*PASSWORD_ALONE, "SOFTWARE_TOKEN_MFA"]
REFRESHING = {"REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "GetTokensFromRefreshToken"}
WITH_DEVICE = [*PASSWORD_ALONE, "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"]


@pytest.fixture
def amplify_node(npm: Path) -> Start:
    return lambda pool: node_program(npm, "amplify.mjs", pool)


@pytest.fixture
def address(npm: Path, tmp_path: Path) -> Iterator[str]:
    """Of a web page with Amplify, on another port than the local Cognito's."""
    bundle(npm, PROGRAMS / "journeys" / "page.mjs", tmp_path)
    with served(tmp_path) as served_at:
        yield served_at


@pytest.fixture
def amplify_browser(address: str) -> Start:
    return lambda pool: page(address, pool)


@pytest.fixture
def identity_js(npm: Path) -> Start:
    return lambda pool: node_program(npm, "identity_js.mjs", pool)


@pytest.fixture
def sdk_js(npm: Path) -> Start:
    return lambda pool: node_program(npm, "sdk_js.mjs", pool)


@pytest.fixture
def pycognito() -> Start:
    pytest.importorskip("pycognito")
    return lambda pool: python_program(sys.executable, "pycognito", pool)


@pytest.fixture
def warrant_lite(warrant_lite_python: tuple[Path, Path]) -> Start:
    python, locales = warrant_lite_python
    return lambda pool: python_program(python, "warrant_lite", pool, LOCPATH=str(locales))


@pytest.fixture
def aws_cli(aws: Path) -> Start:
    return lambda pool: python_program(sys.executable, "aws_cli", pool, aws=str(aws))


@pytest.fixture(name="aiobotocore_steps")
def _aiobotocore(aiobotocore: Path) -> Start:
    return lambda pool: python_program(aiobotocore, "aiobotocore", pool)


class Asked:
    """What the server was asked for since this was last looked at."""

    def __init__(self, cognito: LocalCognito) -> None:
        self._cognito = cognito
        self._last = control(cognito, "/_local/calls")["Last"]

    def calls(self) -> Any:
        answer = control(self._cognito, f"/_local/calls?After={self._last}")
        self._last = answer["Last"]
        return answer["Calls"]

    def steps(self) -> list[str]:
        """Flows begun and challenges answered."""
        return [call["Step"] for call in self.calls() if "Step" in call]


@pytest.mark.long
@pytest.mark.parametrize("client", list(NAMES))
def test_the_journey(request: pytest.FixtureRequest, cognito: LocalCognito, client: str) -> None:
    for step, words in ELSEWHERE.get(client, {}).items():
        print(f"{NAMES[client]}, {step}: {words}")
    fixture = "aiobotocore_steps" if client == "aiobotocore" else client
    start: Start = request.getfixturevalue(fixture)
    settings: Any = {"mfa": "OPTIONAL", "remember_devices": "opt-in"}
    pool = cognito.create_pool(AutoVerifiedAttributes=["email"], **settings)
    with start(pool) as do:
        user = {"username": f"{client}-user", "password": PASSWORD}
        sign_up(cognito, do, user)
        secret = set_up_an_authenticator(cognito, do, user)
        do("another_machine")
        journey_of_a_device(cognito, do, user, secret)


def sign_up(cognito: LocalCognito, do: Do, user: dict[str, str]) -> None:
    name = {"username": user["username"]}
    assert do("sign_up", **user, email="ann@example.com") == {"sent_to": "a***@e***"}
    [message] = cognito.emails(user["username"])
    wrong = str((int(message.code) + 1) % 1_000_000).zfill(6)
    refused("CodeMismatchException", do, "confirm_sign_up", **name, code=wrong)
    refused("UserNotConfirmedException", do, "sign_in", **user, code="")
    do("confirm_sign_up", **name, code=message.code)


def set_up_an_authenticator(cognito: LocalCognito, do: Do, user: dict[str, str]) -> str:
    wrong = user | {"password": "Wrong-horse-1"}
    refused("NotAuthorizedException", do, "sign_in", **wrong, code="")
    asked = Asked(cognito)
    do("sign_in", **user, code="")
    assert asked.steps() == PASSWORD_ALONE
    secret: str = do("set_up_totp")["secret"]
    refused("EnableSoftwareTokenMFAException", do, "verify_totp", code="000000")
    do("verify_totp", code=totp(secret, cognito.clock.time()))
    return secret


def journey_of_a_device(cognito: LocalCognito, do: Do, user: dict[str, str], secret: str) -> None:
    def code() -> str:
        cognito.clock.advance(30)  # a code is good for one sign-in
        return totp(secret, cognito.clock.time())

    asked = Asked(cognito)
    do("sign_in", **user, code=code())
    calls = asked.calls()
    assert [call["Step"] for call in calls if "Step" in call] == WITH_CODE
    [key] = [call["DeviceKey"] for call in calls if call["Operation"] == "ConfirmDevice"]
    assert do("list") == {"keys": []}  # on the user's word alone
    do("remember")
    assert do("list") == {"keys": [key]}

    asked.calls()
    token = do("sign_in", **user, code="not asked for")["access_token"]
    assert asked.steps() == WITH_DEVICE
    assert do("refresh")["access_token"] != token
    refreshing = asked.calls()[-1]
    assert refreshing.get("Step", refreshing["Operation"]) in REFRESHING

    do("forget")
    assert do("list") == {"keys": []}
    refused("CodeMismatchException", do, "sign_in", **user, code="000000")
    asked.calls()
    do("sign_in", **user, code=code())
    assert asked.steps() == WITH_CODE


@pytest.mark.long
@pytest.mark.parametrize("client", ["amplify_node", "amplify_browser"])
def test_amplify_resets_a_password(
    request: pytest.FixtureRequest, cognito: LocalCognito, client: str
) -> None:
    start: Start = request.getfixturevalue(client)
    pool = cognito.create_pool()
    contact = {"email": "ann@example.com", "email_verified": "true"}
    name = pool.create_user(f"{client}-forgets", PASSWORD, attributes=contact)
    with start(pool) as do:
        assert do("reset_password", username=name) == {"sent_to": "a***@e***"}
        new = {"username": name, "password": "Another-horse-1"}
        refused("CodeMismatchException", do, "confirm_reset", **new, code="wrong")
        do("confirm_reset", **new, code=cognito.emails(name)[-1].code)
        refused("NotAuthorizedException", do, "sign_in", **new | {"password": PASSWORD}, code="")
        do("sign_in", **new, code="")


@pytest.mark.long
def test_amplify_in_a_page_of_another_site(address: str) -> None:
    """It is refused, and does not even hear why, unless its origin is allowed."""
    there = address.replace("localhost", ANOTHER_SITE)
    user = {"username": "ann", "password": PASSWORD}
    for allowed in ([], [there]):
        with LocalCognito(allowed_origins=allowed) as cognito:
            pool = cognito.create_pool()
            pool.create_user("ann", PASSWORD)
            with page(there, pool) as do:
                if allowed:
                    do("sign_in", **user, code="")
                else:
                    refused("NetworkError", do, "sign_in", **user, code="")


def refused(error: str, do: Do, step: str, /, **given: str) -> None:
    """A step that the service has to answer with this error."""
    with pytest.raises(RefusedError) as caught:
        do(step, **given)
    assert caught.value.code == error, caught.value


def test_the_documentation_has_a_row_for_every_client() -> None:
    document = (ROOT / "docs" / "local-cognito.md").read_text()
    for row in table():
        assert row in document, row
