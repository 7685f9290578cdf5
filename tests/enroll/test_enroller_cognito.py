"""The enroller and the local Cognito: tokens, and devices that sign in afterwards."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import wait
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.enrollment_requests import QUICK

pytest.importorskip("moto", reason="the extra [local] is not installed")

from botocore.config import Config

from cognito_srp import (
    NewDevice,
    NotAuthorizedError,
    RememberedDevice,
    SignInError,
    TokenExpiredError,
    sign_in,
    srp,
)
from cognito_srp.enroll import (
    AccessGrant,
    Credentials,
    Enroller,
    EnrollmentRequest,
    RefreshToken,
)
from cognito_srp.enroll.journal import Journal
from cognito_srp.local import Fault, LocalCognito, LocalPool
from cognito_srp.storage.sealing import SealingKey

PASSWORD = "Correct-horse-1"
_names = (f"user-{number}" for number in count())


@pytest.fixture(scope="module")
def server() -> Iterator[LocalCognito]:
    with LocalCognito() as server:
        yield server


@pytest.fixture
def cognito(server: LocalCognito) -> Iterator[LocalCognito]:
    """The server, with its clock and its behaviour put right again after the test."""
    yield server
    server.clock.reset()
    server.faults.clear()


@pytest.fixture(scope="module")
def pool(server: LocalCognito) -> LocalPool:
    return server.create_pool()


@pytest.fixture(scope="module")
def client(server: LocalCognito) -> Any:
    return server.client(config=Config(max_pool_connections=64))


@pytest.fixture
def user(pool: LocalPool) -> str:
    """The name of a new user."""
    name = next(_names)
    pool.create_user(name, PASSWORD)
    return name


@pytest.fixture
def fast(client: Any, cognito: LocalCognito) -> Iterator[Enroller]:
    with Enroller(
        client, rate=math.inf, per_user_rate=math.inf, sign_in_rate=math.inf, retry=QUICK
    ) as enroller:
        yield enroller


def signed_in(pool: LocalPool, user: str) -> dict[str, Any]:
    """The AuthenticationResult of a sign-in, without HTTP."""
    parameters = {"USERNAME": user, "PASSWORD": PASSWORD}
    if pool.client_secret is not None:
        parameters["SECRET_HASH"] = srp.secret_hash(user, pool.client_id, pool.client_secret)
    request = {"ClientId": pool.client_id, "AuthFlow": "USER_PASSWORD_AUTH"}
    result = pool.cognito.call("InitiateAuth", {**request, "AuthParameters": parameters})
    return dict(result["AuthenticationResult"])


def request_of(result: dict[str, Any], **fields: Any) -> EnrollmentRequest:
    keys = result["NewDeviceMetadata"]
    given = {
        "device_key": keys["DeviceKey"],
        "device_group_key": keys["DeviceGroupKey"],
        "access_token": result["AccessToken"],
        **fields,
    }
    return EnrollmentRequest(**given)


def credentials(pool: LocalPool, user: str, **fields: Any) -> Credentials:
    given = {"pool_id": pool.pool_id, "client_id": pool.client_id, "password": PASSWORD, **fields}
    return Credentials(username=user, client_secret=pool.client_secret, **given)


def works(client: Any, pool: LocalPool, user: str, device: RememberedDevice | None) -> bool:
    """Whether the device signs in: only then does the server hold its secret."""
    assert device is not None
    session = sign_in(
        client,
        pool_id=pool.pool_id,
        client_id=pool.client_id,
        client_secret=pool.client_secret,
        username=user,
        password=PASSWORD,
        device=device,
    )
    return session.new_device is None and not session.device_forgotten


def test_answers_that_are_lost(
    client: Any, cognito: LocalCognito, pool: LocalPool, user: str, fast: Enroller, long_run: bool
) -> None:
    """A fifth of all calls takes effect without an answer; every device signs in nevertheless."""
    number = 5000 if long_run else 500
    requests = [request_of(signed_in(pool, user)) for _ in range(number)]
    cognito.faults.add(Fault("drop-response", "ConfirmDevice", probability=0.2), seed=1)
    results = [future.result() for future in [fast.submit(request) for request in requests]]
    assert fast.stats().confirmed == number
    assert fast.stats().retried > 0.1 * number
    for request, result in zip(requests, results, strict=True):
        assert result.verifier.device_key == request.device_key
        assert works(client, pool, user, result.device)


@pytest.mark.parametrize("remember_devices", ["always", "opt-in"])
def test_the_users_word_though_the_answer_was_lost(
    client: Any, cognito: LocalCognito, fast: Enroller, remember_devices: Any
) -> None:
    pool = cognito.create_pool(remember_devices=remember_devices)
    pool.create_user("ann", PASSWORD)
    cognito.faults.add(Fault("drop-response", "ConfirmDevice", times=1))
    result = fast.enroll(request_of(signed_in(pool, "ann"), remember=True))
    assert result.user_confirmation_necessary is None
    assert result.remembered is True
    assert works(client, pool, "ann", result.device)


class TestCredentials:
    @pytest.mark.parametrize("client_secret", [False, True])
    def test_the_sign_in_gives_the_keys(
        self, client: Any, cognito: LocalCognito, fast: Enroller, client_secret: bool
    ) -> None:
        pool = cognito.create_pool(client_secret=client_secret)
        users = [f"user-{number}" for number in range(20)]
        for name in users:
            pool.create_user(name, PASSWORD)
        futures = [
            fast.submit(EnrollmentRequest(access=credentials(pool, name), reference=name))
            for name in users
        ]
        for name, future in zip(users, futures, strict=True):
            assert future.result().reference == name
            assert works(client, pool, name, future.result().device)
        assert fast.stats().signed_in == 20

    def test_sign_ins_have_a_rate_of_their_own(
        self, cognito: LocalCognito, pool: LocalPool, user: str
    ) -> None:
        """A client that sends once is used as it is, its handlers included."""
        client = cognito.client(config=Config(retries={"total_max_attempts": 1}))
        sent: list[float] = []

        def note(**_: Any) -> None:
            sent.append(time.monotonic())

        for operation in ("InitiateAuth", "RespondToAuthChallenge"):
            client.meta.events.register(f"before-send.cognito-idp.{operation}", note)
        with Enroller(client, rate=math.inf, per_user_rate=math.inf, sign_in_rate=40) as enroller:
            request = EnrollmentRequest(access=credentials(pool, user))
            wait([enroller.submit(request) for _ in range(25)])
        assert len(sent) == 50  # two calls each
        assert sent[-1] - sent[0] >= 45 / 40

    def test_what_may_work_later_is_tried_again(
        self, cognito: LocalCognito, pool: LocalPool, user: str, fast: Enroller
    ) -> None:
        cognito.faults.add(Fault("throttle", "InitiateAuth", times=2))
        cognito.faults.add(Fault("drop-response", "RespondToAuthChallenge", times=1))
        assert fast.enroll(EnrollmentRequest(access=credentials(pool, user))).device

    def test_what_cannot_work_is_not(
        self, cognito: LocalCognito, pool: LocalPool, user: str, fast: Enroller
    ) -> None:
        wrong = credentials(pool, user, password="Wrong-horse-1")
        with pytest.raises(NotAuthorizedError):
            fast.enroll(EnrollmentRequest(access=wrong))
        no_tracking = cognito.create_pool(remember_devices="no")
        no_tracking.create_user("ann", PASSWORD)
        with pytest.raises(SignInError, match="the pool does not track devices"):
            fast.enroll(EnrollmentRequest(access=credentials(no_tracking, "ann")))
        assert fast.stats().refused == 2
        assert fast.stats().sent == 0

    def test_with_keys_of_another_sign_in(self, pool: LocalPool, user: str) -> None:
        with pytest.raises(ValueError, match="gives another device key"):
            request_of(signed_in(pool, user), access=credentials(pool, user))

    def test_a_token_that_runs_out_before_its_turn(
        self, client: Any, cognito: LocalCognito, pool: LocalPool, user: str, tmp_path: Path
    ) -> None:
        """Two a second, and a token is good for 2.2 s at most: the last are signed in anew, and
        the journal keeps both their devices."""
        cognito.clock.advance(7.2 - 3600)
        access = credentials(pool, user, auth_flow="USER_PASSWORD_AUTH")
        with (
            Journal.open(tmp_path / "journal", key=SealingKey.generate()) as journal,
            Enroller(client, rate=2, journal=journal) as enroller,
        ):
            futures = [enroller.submit(EnrollmentRequest(access=access)) for _ in range(7)]
            results = [future.result() for future in futures]
            for result in results:
                row = journal.find([result.verifier.device_key])[result.verifier.device_key]
                assert (row.state, journal.verifier(row)) == ("confirmed", result.verifier)
            refused = list(journal.rows("refused"))
            assert [row.error for row in refused] == ["TokenExpired"] * len(refused)
            assert len(refused) == enroller.stats().signed_in - 7
        assert enroller.stats().signed_in > 7
        assert enroller.stats().refused == 0
        cognito.clock.reset()
        for result in results:
            assert works(client, pool, user, result.device)


class TestSuppliers:
    def test_a_session(self, client: Any, pool: LocalPool, user: str, fast: Enroller) -> None:
        access = credentials(pool, user)

        def supply() -> Any:
            return sign_in(
                client,
                pool_id=access.pool_id,
                client_id=access.client_id,
                username=user,
                password=PASSWORD,
            )

        result = fast.enroll(EnrollmentRequest(access=supply))
        assert works(client, pool, user, result.device)

    def test_another_token_when_the_service_says_that_it_has_expired(
        self, cognito: LocalCognito, pool: LocalPool, user: str, fast: Enroller
    ) -> None:
        first = signed_in(pool, user)
        cognito.faults.add(Fault("expired-token", "ConfirmDevice", times=1))
        with pytest.raises(TokenExpiredError):
            fast.enroll(request_of(first))
        assert fast.stats().sent == 1
        cognito.faults.clear()
        # Only once: a supplier that has nothing better to give is not asked for ever.
        cognito.faults.add(Fault("expired-token", "ConfirmDevice"))
        asked = []

        def supply() -> str:
            asked.append(1)
            return str(first["AccessToken"])

        with pytest.raises(TokenExpiredError):
            fast.enroll(request_of(first, access=supply))
        assert len(asked) == 1

    def test_keys_of_another_device(self, pool: LocalPool, user: str, fast: Enroller) -> None:
        other = request_of(signed_in(pool, user))
        assert other.device_key
        assert other.device_group_key

        def supply() -> AccessGrant:
            result = signed_in(pool, user)
            return AccessGrant(
                access_token=result["AccessToken"],
                new_device=NewDevice.from_metadata(result["NewDeviceMetadata"]),
            )

        request = EnrollmentRequest(
            device_key=other.device_key, device_group_key=other.device_group_key, access=supply
        )
        with pytest.raises(SignInError, match="gave another device key"):
            fast.enroll(request)


class TestRefreshTokens:
    @pytest.mark.parametrize("client_secret", [False, True])
    def test_for_a_device_that_may_be_confirmed_already(
        self, client: Any, cognito: LocalCognito, fast: Enroller, client_secret: bool
    ) -> None:
        """The answer to ConfirmDevice was lost, and now the token has run out."""
        pool = cognito.create_pool(client_secret=client_secret)
        pool.create_user("ann", PASSWORD)
        cognito.clock.advance(7.5 - 3600)  # by our clock, the tokens are as good as gone
        result = signed_in(pool, "ann")
        request = request_of(result)
        first = fast.enroll(request)
        grant = request.grant()
        assert grant is not None
        while not grant.expired():
            time.sleep(0.05)
        access = RefreshToken(
            client_id=pool.client_id,
            client_secret=pool.client_secret,
            refresh_token=result["RefreshToken"],
        )
        again = request_of(result, access=access, verifier=first.verifier, sent_before=True)
        assert fast.enroll(again).verifier is first.verifier
        cognito.clock.reset()
        assert works(client, pool, "ann", first.device)

    def test_not_for_one_that_is_not(self, pool: LocalPool, user: str, fast: Enroller) -> None:
        result = signed_in(pool, user)
        access = RefreshToken(client_id=pool.client_id, refresh_token=result["RefreshToken"])
        with pytest.raises(NotAuthorizedError, match="Invalid Refresh Token"):
            fast.enroll(request_of(result, access_token=None, access=access))

    def test_without_keys(self) -> None:
        with pytest.raises(ValueError, match="device_key: is needed"):
            EnrollmentRequest(access=RefreshToken(client_id="c", refresh_token="r"))
