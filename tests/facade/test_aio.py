"""The awaitable functions over a boto3 client in threads; over aiobotocore: test_aiobotocore.py."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from botocore.config import Config
from support.loop_callbacks import callbacks
from support.people import PASSWORD, Someone

import cognito_srp
from cognito_srp import (
    Challenge,
    ChallengeError,
    InvalidInputError,
    SealingKey,
    SignIn,
    ThrottledError,
    aio,
)
from cognito_srp.local import Fault, LocalCognito, LocalPool, totp
from cognito_srp.transport.steps import Call, Steps

Newcomer = Callable[[LocalPool], Someone]


def how(pool: LocalPool, username: str, **changes: Any) -> dict[str, Any]:
    return {
        "pool_id": pool.pool_id,
        "client_id": pool.client_id,
        "client_secret": pool.client_secret,
        "username": username,
        "password": PASSWORD,
        **changes,
    }


def test_the_names_are_those_of_the_package() -> None:
    takes_a_client = {
        name
        for name, value in vars(cognito_srp).items()
        if inspect.isfunction(value) and "client" in inspect.signature(value).parameters
    }
    assert takes_a_client == set(aio.__all__) - {"Session", "run"}
    for name in takes_a_client:
        ours, theirs = getattr(aio, name), getattr(cognito_srp, name)
        assert list(inspect.signature(ours).parameters) == list(
            inspect.signature(theirs).parameters
        )
        assert ours.__doc__
        assert ours.__name__ == name
    methods = {n for n, v in vars(cognito_srp.Session).items() if inspect.isfunction(v)}
    for name in methods - {n for n in methods if n.startswith("__")}:
        assert inspect.iscoroutinefunction(getattr(aio.Session, name)), name


def test_the_whole_life_of_a_device(client: Any, cognito: LocalCognito) -> None:
    pool = cognito.create_pool(client_secret=True)
    username = pool.create_user("zoë", PASSWORD)

    async def live() -> None:
        session = await aio.sign_in(client, **how(pool, username))
        device = await session.enroll_device(device_name="συσκευή")
        await session.refresh()
        session = await aio.sign_in(client, **how(pool, username, device=device))
        assert session.new_device is None
        token = session.tokens.access_token
        found = [d async for d in aio.list_devices(client, access_token=token, page_size=1)]
        assert [d.name for d in found] == ["συσκευή"]
        await aio.update_device_status(
            client, access_token=token, device_key=device.device_key, remembered=False
        )
        await aio.forget_device(client, access_token=token, device_key=device.device_key)
        session = await aio.sign_in(client, **how(pool, username, device=device))
        assert session.device_forgotten
        await session.sign_out_everywhere()

    asyncio.run(live())


@pytest.fixture
def member(cognito: LocalCognito) -> Any:
    """A user with an authenticator, and what makes its next code."""
    pool = cognito.create_pool(mfa="OPTIONAL")
    username = pool.create_user("ann", PASSWORD)
    secret = pool.use_authenticator(username)

    def code(_: Challenge | None = None) -> dict[str, str]:
        cognito.clock.advance(30)
        return {"SOFTWARE_TOKEN_MFA_CODE": totp(secret, cognito.clock.time())}

    yield how(pool, username), code
    cognito.clock.reset()


def test_who_answers_may_be_awaitable_or_may_block(client: Any, member: Any) -> None:
    request, code = member
    asked_in = []

    async def ask(challenge: Challenge) -> dict[str, str]:
        asked_in.append(threading.current_thread())
        await asyncio.sleep(0)
        return code(challenge)  # type: ignore[no-any-return]

    def ask_blocking(challenge: Challenge) -> dict[str, str]:
        asked_in.append(threading.current_thread())
        return code(challenge)  # type: ignore[no-any-return]

    def ask_later(challenge: Challenge) -> Coroutine[Any, Any, dict[str, str]]:
        return ask(challenge)

    for on_challenge in (ask, ask_blocking, ask_later):
        asyncio.run(aio.sign_in(client, on_challenge=on_challenge, **request))
    assert [thread is threading.main_thread() for thread in asked_in] == [True, False, True]


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_an_awaitable_answer_needs_the_awaitable_functions(client: Any, member: Any) -> None:
    request, code = member

    async def ask(challenge: Challenge) -> dict[str, str]:
        return code(challenge)  # type: ignore[no-any-return]

    with pytest.raises(InvalidInputError, match=r"on_challenge.*cognito_srp\.aio"):
        cognito_srp.sign_in(client, on_challenge=ask, **request)
    gc.collect()


def test_step_by_step(client: Any, member: Any) -> None:
    request, code = member
    key = SealingKey.generate()

    async def begin() -> str:
        with pytest.raises(ChallengeError):
            await aio.sign_in(client, **request)
        progress = await aio.begin_sign_in(client, **request)
        assert isinstance(progress, SignIn)
        return progress.to_json(seal=key)

    async def end(text: str) -> Any:
        return await aio.answer_challenge(client, SignIn.from_json(text, seal=key), code())

    assert isinstance(asyncio.run(end(asyncio.run(begin()))), aio.Session)


def test_a_refusal_is_the_same(cognito: LocalCognito, pool: LocalPool, newcomer: Newcomer) -> None:
    username = newcomer(pool).username
    client = cognito.client(config=Config(retries={"total_max_attempts": 1}))
    cognito.faults.add(Fault("throttle", "RespondToAuthChallenge", times=1))
    with pytest.raises(ThrottledError) as caught:
        asyncio.run(aio.sign_in(client, **how(pool, username)))
    state = caught.value.sign_in
    assert state is not None
    assert isinstance(asyncio.run(aio.answer_challenge(client, state)), aio.Session)


def test_a_cancelled_enrollment_keeps_its_secret(
    cognito: LocalCognito, client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    person = newcomer(pool)
    cognito.faults.add(Fault("delay", "ConfirmDevice", seconds=0.3, times=1))

    async def enroll_and_cancel() -> BaseException:
        task = asyncio.ensure_future(
            aio.enroll_device(
                client,
                access_token=person.access_token,
                device_group_key=person.new_device.device_group_key,
                device_key=person.new_device.device_key,
            )
        )
        while not cognito.faults.injected["ConfirmDevice", "delay"]:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value

    cancelled = asyncio.run(enroll_and_cancel())
    cognito.faults.clear()
    verifier = cancelled.verifier  # type: ignore[attr-defined]
    device = verifier.remembered()
    session = cognito_srp.sign_in(client, **how(pool, person.username, device=device))
    assert session.new_device is None


def test_the_steps_never_run_on_the_event_loop() -> None:
    ran_in = []

    def steps() -> Steps[str]:
        ran_in.append(threading.current_thread())
        response = yield Call("ListUsers", {})
        ran_in.append(threading.current_thread())
        return str(response)

    class Client:
        def list_users(self) -> dict[str, Any]:
            ran_in.append(threading.current_thread())
            return {}

    assert asyncio.run(aio.run(Client(), steps())) == "{}"
    assert len(ran_in) == 3
    assert threading.main_thread() not in ran_in


def test_nothing_keeps_the_event_loop_for_two_milliseconds(
    client: Any, pool: LocalPool, newcomer: Newcomer
) -> None:
    """Ours is all there is on the loop: the client is boto3's, and in threads."""
    username = newcomer(pool).username
    device = cognito_srp.sign_in(client, **how(pool, username)).enroll_device()

    async def many() -> None:
        request = how(pool, username, device=device)
        await asyncio.gather(*(aio.sign_in(client, **request) for _ in range(20)))

    with callbacks() as taken:
        asyncio.run(many())
    assert len(taken) > 20 * 8  # of each sign-in four calls, and its steps before and after
    assert max(taken) < 0.002
