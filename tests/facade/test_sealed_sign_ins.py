"""A sealed sign-in: nothing else is taken in its place, and only for what it was sealed for."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from typing import Any, cast

import pytest
from support.people import PASSWORD, enter
from support.tokens import unsigned_token as token

from cognito_srp import (
    InvalidInputError,
    RememberedDevice,
    SealingError,
    SealingKey,
    SignIn,
    SignInError,
    WrongSealingKeyError,
    begin_sign_in,
)
from cognito_srp.local import LocalCognito, LocalPool
from cognito_srp.signin.exchange import Exchange
from cognito_srp.srp.encoding import decode_base64, encode_base64
from cognito_srp.srp.protocol import ClientExchange

KEY, OLD = SealingKey.generate(), SealingKey.generate()
PURPOSE = b"cognito_srp sign-in"

FLOWS = ("USER_SRP_AUTH", "USER_PASSWORD_AUTH", "USER_AUTH", "admin")


def waiting(pool: LocalPool, flow: str = "USER_SRP_AUTH") -> SignIn:
    """A sign-in that waits for the code of an authenticator, or for a choice."""
    admin = flow == "admin"
    auth_flow = "ADMIN_USER_PASSWORD_AUTH" if admin else flow
    ids: dict[str, Any] = {
        "pool_id": pool.pool_id,
        "client_id": pool.client_id,
        "username": "admin",
    }
    how: dict[str, Any] = {"password": PASSWORD, "auth_flow": auth_flow, "admin": admin}
    progress = begin_sign_in(pool.cognito.client(), **ids, **how)
    assert isinstance(progress, SignIn)
    return progress


@pytest.fixture(scope="module")
def mine(cognito: LocalCognito) -> LocalPool:
    return with_authenticator(cognito, "mine")


@pytest.fixture(scope="module")
def evil(cognito: LocalCognito) -> LocalPool:
    return with_authenticator(cognito, "evil")


def with_authenticator(cognito: LocalCognito, name: str) -> LocalPool:
    pool = cognito.create_pool(name, mfa="OPTIONAL")
    pool.create_user("admin", PASSWORD)
    pool.use_authenticator("admin")
    return pool


def resealed(text: str, **changes: Any) -> str:
    """The document with other fields, by someone who has the key."""
    sealed = decode_base64(json.loads(text)["sealed"])
    document = json.loads(KEY.open(sealed, bound_to=PURPOSE)) | changes
    again = KEY.seal(json.dumps(document).encode(), bound_to=PURPOSE)
    return json.dumps({"sealed": encode_base64(again)})


@pytest.mark.parametrize("flow", FLOWS)
def test_nothing_unsealed_is_taken_for_a_sealed_sign_in(
    mine: LocalPool, evil: LocalPool, flow: str
) -> None:
    for pool in (mine, evil):
        for seal in (KEY, [KEY, OLD]):
            with pytest.raises(SealingError, match=r"not sealed.*begin again") as caught:
                SignIn.from_json(waiting(pool, flow).to_json(), seal=seal)
            assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "[" * 100_000, '{"version": 2}', '{"version": 1}', '{"sealed": 3}',
     '{"sealed": "*"}', '{"sealed": ""}', '{"sealed": null, "version": 2}', b"\xff\xfe", None,
     '{"a":' * 5_000, '"\\ud800"', '{"sealed": NaN}'],
    ids=repr,
)  # fmt: skip
def test_what_is_no_sealed_document_is_a_sealing_error(text: Any) -> None:
    with pytest.raises(SealingError):
        SignIn.from_json(text, seal=KEY)


@pytest.mark.parametrize("flow", FLOWS)
def test_what_is_given_has_to_match_what_was_sealed(
    mine: LocalPool, evil: LocalPool, flow: str
) -> None:
    state = waiting(mine, flow)
    ids: dict[str, Any] = {"pool_id": mine.pool_id, "client_id": mine.client_id}
    text = state.to_json(seal=KEY, bound_to="browser é")
    for same in ("browser é", "browser é".encode()):
        assert SignIn.from_json(text, seal=KEY, bound_to=same, **ids) == state
    given: dict[str, Any] = {"seal": KEY, "bound_to": "browser é", **ids}
    for wrong in (
        {"pool_id": evil.pool_id},
        {"client_id": evil.client_id},
        {"bound_to": "another"},
        {"bound_to": None},
    ):
        with pytest.raises(SealingError):
            SignIn.from_json(text, **{**given, **wrong})
    unbound = state.to_json(seal=KEY)
    assert SignIn.from_json(unbound, seal=KEY, **ids) == state
    with pytest.raises(SealingError, match="bound to nothing"):
        SignIn.from_json(unbound, seal=KEY, bound_to="browser é")


def test_a_sealed_sign_in_expires(mine: LocalPool, monkeypatch: pytest.MonkeyPatch) -> None:
    state, now = waiting(mine), time.time()
    texts = {900.0: state.to_json(seal=KEY), 5.0: state.to_json(seal=KEY, expires_in=5)}
    for lifetime, text in texts.items():
        monkeypatch.setattr(time, "time", lambda after=lifetime: now + after - 1)
        assert SignIn.from_json(text, seal=KEY) == state
        monkeypatch.setattr(time, "time", lambda after=lifetime: now + after + 60)
        with pytest.raises(SealingError, match="has expired; begin again"):
            SignIn.from_json(text, seal=KEY)


def test_documents_of_the_first_version_are_refused(mine: LocalPool) -> None:
    state = waiting(mine)
    old = json.dumps(json.loads(state.to_json()) | {"version": 1})
    with pytest.raises(InvalidInputError, match=r"text: is of another version.*begin again"):
        SignIn.from_json(old)
    with pytest.raises(InvalidInputError, match=r"text: is of another version.*begin again"):
        SignIn.from_json(resealed(state.to_json(seal=KEY), version=1), seal=KEY)
    with pytest.raises(SealingError):
        SignIn.from_json(old, seal=KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": None}, {"expires_at": "soon"}, {"expires_at": True}, {"bound_to": 3},
        {"secrets": None}, {"secrets": []}, {"secrets": {}}, {"secrets": {"device": "x"}},
        {"secrets": {"device": 3}}, {"request": 3}, {"request": {}}, {"challenge": []},
        {"challenge": {"name": 3}}, {"username": 7}, {"pool_id": []}, {"client_id": None},
    ],
    ids=repr,
)  # fmt: skip
def test_a_sealed_document_of_another_form_is_bad_input(
    mine: LocalPool, changes: dict[str, Any]
) -> None:
    """Such as one that another version of the program has sealed with the same key."""
    with pytest.raises(InvalidInputError):
        SignIn.from_json(resealed(waiting(mine).to_json(seal=KEY), **changes), seal=KEY)


@pytest.mark.parametrize("exchange", [{}, [3], "x", {"proof": "P", "a": "*", "A": 3}, {"a": 3}])
def test_a_sealed_exchange_of_another_form_is_bad_input(mine: LocalPool, exchange: Any) -> None:
    text = waiting(mine).to_json(seal=KEY)
    document = json.loads(KEY.open(decode_base64(json.loads(text)["sealed"]), bound_to=PURPOSE))
    changed = resealed(text, secrets={**document["secrets"], "exchange": exchange})
    with pytest.raises(InvalidInputError):
        SignIn.from_json(changed, seal=KEY)


@pytest.mark.skipif(not hasattr(sys, "set_int_max_str_digits"), reason="Python reads any number")
def test_a_sealed_exchange_has_no_number_that_python_may_refuse_to_read(mine: LocalPool) -> None:
    """SRP_A has 925 digits, and programs may set the limit as low as 640."""
    exchange = Exchange(ClientExchange(), "PASSWORD_VERIFIER")
    state = replace(waiting(mine), exchange=exchange)
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        again = SignIn.from_json(state.to_json(seal=KEY), seal=KEY).exchange
    finally:
        sys.set_int_max_str_digits(before)
    assert again is not None
    assert (again.srp_a, again.client.a) == (exchange.srp_a, exchange.client.a)


def test_keys_in_rotation(mine: LocalPool) -> None:
    state = waiting(mine)
    of_old, of_both = state.to_json(seal=OLD), state.to_json(seal=[KEY, OLD])
    for text in (of_old, of_both):
        assert SignIn.from_json(text, seal=[KEY, OLD]) == state
        assert SignIn.from_json(text, seal=(OLD, KEY)) == state
    assert SignIn.from_json(of_both, seal=KEY) == state  # the first has sealed it
    with pytest.raises(WrongSealingKeyError):
        SignIn.from_json(of_both, seal=OLD)
    other = SealingKey.generate()
    with pytest.raises(WrongSealingKeyError) as caught:
        SignIn.from_json(of_old, seal=[KEY, other])
    for key in (OLD, KEY, other):
        assert key.key_id in str(caught.value)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"seal": []}, "seal"),
        ({"seal": b"k" * 32}, "seal"),
        ({"seal": [KEY, None]}, "seal"),
        ({"seal": KEY, "expires_in": 0}, "expires_in"),
        ({"seal": KEY, "expires_in": float("inf")}, "expires_in"),
        ({"seal": KEY, "expires_in": float("nan")}, "expires_in"),
        ({"seal": KEY, "expires_in": "900"}, "expires_in"),
        ({"seal": KEY, "bound_to": ""}, "bound_to"),
        ({"seal": KEY, "bound_to": 3}, "bound_to"),
        ({"seal": KEY, "bound_to": "\ud800"}, "bound_to"),
        ({"bound_to": "without a seal"}, "bound_to"),
    ],
)
def test_what_cannot_be_sealed_so(mine: LocalPool, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        waiting(mine).to_json(**given)
    assert caught.value.field == field


class Handing:
    """A service that hands out these tokens at once."""

    def __init__(self, access_token: Any, id_token: Any) -> None:
        result = {"AccessToken": access_token, "IdToken": id_token, "RefreshToken": "r"}
        self.answer = {"AuthenticationResult": {**result, "ExpiresIn": 1, "TokenType": "Bearer"}}

    def initiate_auth(self, **_: Any) -> dict[str, Any]:
        return self.answer

    get_tokens_from_refresh_token = initiate_auth


IDS: dict[str, Any] = {"pool_id": "eu-west-1_mine", "client_id": "app", "username": "ann"}
ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_mine"
GOOD = token(iss=ISSUER, client_id="app")


def flow(**how: Any) -> dict[str, Any]:
    return {**IDS, **how}


HOWS = [
    flow(password="p", auth_flow="USER_PASSWORD_AUTH"),
    flow(auth_flow="CUSTOM_AUTH"),
    flow(refresh_token="r"),
]


@pytest.mark.parametrize("how", HOWS, ids=["password", "custom", "refresh"])
@pytest.mark.parametrize(
    "other",
    [
        token(iss=ISSUER + "2", client_id="app"),
        token(iss="eu-west-1_mine", client_id="app"),
        token(iss=ISSUER.replace("/eu-west-1_mine", "/xeu-west-1_mine"), client_id="app"),
        token(client_id="app"),
        token(),
        token(iss=3, client_id="app"),
        token(iss=ISSUER),
        token(iss=ISSUER, client_id="another"),
        token(iss=ISSUER, aud=["another"]),
    ],
)
def test_a_token_of_another_pool_or_client_is_refused(how: dict[str, Any], other: str) -> None:
    for tokens in ((other, GOOD), (GOOD, other)):
        with pytest.raises(SignInError, match="the service's token is not of the"):
            begin_sign_in(cast(Any, Handing(*tokens)), **how)


@pytest.mark.parametrize("how", HOWS, ids=["password", "custom", "refresh"])
@pytest.mark.parametrize(
    "one",
    [GOOD, token(iss=ISSUER, aud="app"), token(iss=ISSUER, aud=["x", "app"]), "stub", "a.b.c"],
)
def test_tokens_of_ours_and_what_is_none_are_passed_on(how: dict[str, Any], one: str) -> None:
    begin_sign_in(cast(Any, Handing(one, one)), **how)


@pytest.mark.parametrize("name", ["PASSWORD", "PASSWORD_SRP", "DEVICE_SRP_AUTH"])
def test_a_service_that_asks_without_end_is_given_up(name: str) -> None:
    class Asking:
        asked = 0

        def initiate_auth(self, **_: Any) -> dict[str, Any]:
            self.asked += 1
            return {"ChallengeName": name, "ChallengeParameters": {}}

        respond_to_auth_challenge = initiate_auth

    device = RememberedDevice(device_key="a_b", device_group_key="-g", device_password="p")
    service = Asking()
    with pytest.raises(SignInError, match="without end"):
        begin_sign_in(service, **IDS, password="p", device=device)  # type: ignore[arg-type]
    assert service.asked < 20


def test_a_refresh_that_brings_tokens_of_another_client_is_refused(cognito: LocalCognito) -> None:
    pool = cognito.create_pool()
    pool.create_user("zoë", PASSWORD)
    session = enter(cognito.client(), pool, "zoë")
    before = session.tokens
    session.client = Handing(token(iss=ISSUER, client_id="app"), "stub")  # type: ignore[assignment]
    with pytest.raises(SignInError, match=pool.pool_id):
        session.refresh()
    assert session.tokens == before
