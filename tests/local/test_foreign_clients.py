"""The life of a device with clients that are not ours, as they come from PyPI and npm.

Every client makes the same journey, in every kind of pool that it can be used with: it signs in and
confirms a device, is spared the second factor exactly while that device is remembered, is refused
with every wrong proof that it can be brought to send, and again once the device is forgotten. The
service's half of each sign-in is what the server says it has asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from support.boto_clients import Account, AwsCli, PlainClient, RefusedError
from support.foreign_clients import (
    AmazonCognitoIdentityJs,
    Pycognito,
    PycognitoOnOurs,
    WarrantLite,
)
from support.local_people import PASSWORD

from cognito_srp import aws_srp
from cognito_srp.local import LocalCognito, LocalPool, totp

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
PASSWORD_ALONE = ["PASSWORD_VERIFIER"]
DEVICE = ["PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"]


@pytest.fixture
def plain(server: LocalCognito, client: Any) -> Any:
    return PlainClient(client)


@pytest.fixture
def pycognito(server: LocalCognito, client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("pycognito")
    return Pycognito(client, server.endpoint_url, monkeypatch)


@pytest.fixture
def pycognito_on_ours(client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with aws_srp.install("pycognito"):
        yield PycognitoOnOurs(client, monkeypatch)


@pytest.fixture
def aws_cli(server: LocalCognito, aws: Any) -> Any:
    return PlainClient(AwsCli(aws, server.endpoint_url, server.region))


@pytest.fixture
def identity_js(server: LocalCognito, npm: Path) -> Any:
    return AmazonCognitoIdentityJs(npm, server.endpoint_url)


@pytest.fixture
def warrant_lite(warrant_lite_python: tuple[Path, Path]) -> Any:
    return WarrantLite(*warrant_lite_python)


CLIENTS = {
    "plain": PlainClient,
    "pycognito": Pycognito,
    "pycognito_on_ours": PycognitoOnOurs,
    "aws_cli": PlainClient,
    "identity_js": AmazonCognitoIdentityJs,
    "warrant_lite": WarrantLite,
}
INSTALLED_FOR_THIS = {"aws_cli", "identity_js", "warrant_lite"}
#: MfaConfiguration that goes with each factor.
MFA: dict[str | None, Any] = {None: "OFF", "SMS_MFA": "OPTIONAL", "SOFTWARE_TOKEN_MFA": "ON"}


def journeys() -> Iterator[Any]:
    """(client, with a secret, second factor, how devices are remembered)."""
    kind: Any
    for name, kind in CLIENTS.items():
        secrets = (False, True) if kind.can_keep_a_secret else (False,)
        remember = ("always", "opt-in") if hasattr(kind, "remember") else ("always",)
        for secret, factor, word in product(secrets, kind.factors, remember):
            words = f"{name}-{'secret' if secret else 'public'}-MFA {MFA[factor]}-{word}"
            # Every second one meets every pair of settings.
            second = (secret + kind.factors.index(factor) + (word == "always")) % 2 == 0
            if name == "aws_cli" and second:  # a call takes most of a second
                continue
            marks = [pytest.mark.long] if name in INSTALLED_FOR_THIS or second else []
            yield pytest.param(name, secret, factor, word, id=words, marks=marks)


@pytest.fixture
def asked(server: LocalCognito, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The challenges that the server has set since the list was last cleared."""
    names: list[str] = []
    store = server._app.state.challenges
    put = store.put

    def spy(pending: Any, now: Any) -> None:
        names.append(pending.challenge)
        put(pending, now)

    monkeypatch.setattr(store, "put", spy)
    return names


@pytest.fixture
def make_account(cognito: LocalCognito) -> Callable[..., Account]:
    def make(secret: bool, factor: str | None, remember: Any) -> Account:
        pool = cognito.create_pool(client_secret=secret, mfa=MFA[factor], remember_devices=remember)
        name = pool.create_user("ann", PASSWORD)
        code: Callable[[], str] = str
        if factor == "SMS_MFA":
            pool.use_text_messages(name)
            code = lambda: texted(cognito, name)  # noqa: E731
        elif factor is not None:
            code = authenticator(cognito, pool, name)
        return Account(pool, name, PASSWORD, code)

    return make


def texted(cognito: LocalCognito, name: str) -> Any:
    return cognito.text_messages(name)[-1].code


def authenticator(cognito: LocalCognito, pool: LocalPool, name: str) -> Any:
    """A code is good for one sign-in: each gets the next one, from two minutes ago up to now."""
    secret = pool.use_authenticator(name)
    cognito.clock.advance(-120)
    stored: Any = cognito._app.state.pool(pool.pool_id)
    [token] = stored.software_tokens.values()

    def code() -> Any:
        while cognito.clock.time() // 30 <= token.last_step:
            cognito.clock.advance(30)
        return totp(secret, cognito.clock.time())

    return code


@contextmanager
def refused(code: str, message: str = "") -> Iterator[None]:
    with pytest.raises(RefusedError) as caught:
        yield
    assert (caught.value.code, message in caught.value.message) == (code, True), caught.value


@pytest.mark.parametrize(("client_name", "secret", "factor", "remember"), list(journeys()))
def test_the_life_of_a_device(
    request: pytest.FixtureRequest,
    cognito: LocalCognito,
    make_account: Any,
    asked: Any,
    client_name: Any,
    secret: Any,
    factor: Any,
    remember: Any,
) -> None:
    client = request.getfixturevalue(client_name)
    account = make_account(secret, factor, remember)
    with_code = PASSWORD_ALONE + ([factor] if factor else [])

    def sign_in(which: Account = account) -> Any:
        asked.clear()
        return client.sign_in(which)

    wrong_proofs(sign_in, cognito, account)
    necessary = sign_in()
    assert asked == with_code
    if isinstance(client, WarrantLite):
        change_password(sign_in, account)
        return
    assert necessary is (remember == "opt-in")
    if secret and not client.sends_secret_hash_with_devices:
        if remember == "opt-in":
            client.remember(account)
        with refused("NotAuthorizedException", "SECRET_HASH was not received"):
            sign_in()
        return
    if remember == "opt-in":
        assert sign_in() is None
        assert asked == with_code
        client.remember(account)
    for _ in range(2):
        assert sign_in() is None
        assert asked == DEVICE
    wrong_proofs(sign_in, cognito, account)
    wrong_device_proofs(sign_in, account)
    change_password(sign_in, account)
    assert asked == DEVICE
    client.forget(account)
    if client.signs_in_without_a_stale_device:
        forgotten = account.device
        assert sign_in() is (remember == "opt-in")
        assert asked == PASSWORD_ALONE + with_code  # the first challenge is answered once more
        assert account.device != forgotten
    else:
        with refused("ResourceNotFoundException", "Device does not exist."):
            sign_in()
        assert sign_in(dataclasses.replace(account, device=None)) is (remember == "opt-in")
        assert asked == with_code


def wrong_proofs(sign_in: Any, cognito: LocalCognito, account: Any) -> None:
    """Whatever the device: a password, a client secret, a clock, a name."""
    with refused(*WRONG):
        sign_in(dataclasses.replace(account, password="Wrong-horse-1"))
    with refused("UserNotFoundException"):
        sign_in(dataclasses.replace(account, username="nobody"))
    if account.pool.client_secret is not None:
        pool = dataclasses.replace(account.pool, client_secret="wrong")
        with refused("NotAuthorizedException", "Unable to verify secret hash for client"):
            sign_in(dataclasses.replace(account, pool=pool))
    for seconds in (450, -450):
        cognito.clock.advance(seconds)
        with refused(*WRONG):
            sign_in()
        cognito.clock.advance(-seconds)
    if account.code is not str and account.device is None:
        with refused("CodeMismatchException"):
            sign_in(dataclasses.replace(account, code=lambda: "no code"))


def wrong_device_proofs(sign_in: Any, account: Any) -> None:
    device = account.device
    for part in ({"password": "wrong"}, {"group_key": "-abcdefgh"}):
        with refused(*WRONG):
            sign_in(dataclasses.replace(account, device=device._replace(**part)))


def change_password(sign_in: Any, account: Any) -> None:
    new = account.password + "+"
    account.pool.set_password(account.username, new)
    with refused(*WRONG):
        sign_in()
    account.password = new
    sign_in()
