"""The functions of `cognito_srp` that call Cognito, awaitable.

    from cognito_srp import aio
    session = await aio.sign_in(client, pool_id=…, client_id=…, username=…, password=…)

`client` is an aiobotocore ``cognito-idp`` client (extra ``srp-native[aio]``, which pins botocore),
or any boto3 one, whose calls then run in threads. So does all arithmetic, in either case: between
two calls the steps go on in a thread, and what they compute there releases the GIL. Results and
exceptions are those of the functions of the same name, but for the session: `Session` is a type
of its own here, whose methods are coroutines.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from srp_native._batch import cores

from .devices.confirm import confirm_device_steps, enroll_device_steps
from .devices.management import (
    PAGE_SIZE,
    KnownDevice,
    forget_device_steps,
    get_device_steps,
    page_of_devices_steps,
    update_device_status_steps,
)
from .devices.verifiers import RememberedDevice
from .signin import (
    SignedIn,
    SignIn,
    Tokens,
    answer_challenge_steps,
    begin_sign_in_steps,
    sign_in_steps,
)
from .transport.calls import call, failure_of, is_async, method_of, named_after, result
from .transport.regions import check_region
from .transport.steps import Ask, Call, Done, Reply, Steps, resume

__all__ = [
    "Session",
    "answer_challenge",
    "begin_sign_in",
    "confirm_device",
    "enroll_device",
    "forget_device",
    "get_device",
    "list_devices",
    "run",
    "sign_in",
    "update_device_status",
]

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


async def run(client: Any, steps: Steps[T]) -> T:
    """Go through steps as `calls.run` does; the steps themselves go on in a thread.

    A task that is cancelled while a call is under way throws that into the steps, which then attach
    to it what must not be lost.

    Args:
        client: An aiobotocore client, or a boto3 one, whose calls are made in a thread.
        steps: A generator that yields the calls to make.

    Returns:
        What the steps end with.
    """
    step = await _resume(steps, None)
    while not isinstance(step, Done):
        step = await _resume(steps, await _reply(client, step))
    return step.value


async def _resume(steps: Steps[T], reply: Reply) -> Call | Ask | Done[T]:
    """The next step, computed on the loop's pool: a core less than there are, which is its own."""
    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None:
        pool = _pools[loop] = ThreadPoolExecutor(max(1, cores() - 1), "cognito-srp")
    context = contextvars.copy_context()
    return await loop.run_in_executor(pool, lambda: context.run(resume, steps, reply))


#: Not one for all loops: it would not outlive a fork. They end with their loops.
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, ThreadPoolExecutor] = WeakKeyDictionary()


async def _reply(client: Any, step: Call | Ask) -> Reply:
    try:
        if isinstance(step, Call):
            return await _call(client, step)
        return await _ask(step)
    except BaseException as error:
        return error


async def _call(client: Any, step: Call) -> Mapping[str, Any]:
    method = method_of(client, step.operation)
    if not (is_async(client) or inspect.iscoroutinefunction(method)):
        return await asyncio.to_thread(call, client, step.operation, **step.parameters)
    try:
        response: Mapping[str, Any] = await method(**step.parameters)
        return response
    except Exception as error:
        failure = failure_of(step.operation, error, step.parameters)
    raise failure  # out of the handler: what failed must not become the context


async def _ask(step: Ask) -> Mapping[str, str]:
    """A plain function is called in a thread: it may wait for a person."""
    ask, challenge = step.on_challenge, step.challenge
    waits = inspect.iscoroutinefunction(ask)
    answer = ask(challenge) if waits else await asyncio.to_thread(lambda: ask(challenge))
    return answer if isinstance(answer, Mapping) else await answer


def _awaitable(
    steps: Callable[P, Steps[T]], finish: Callable[[Any, T], R]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
    """As `calls.through_client`."""

    async def function(client: Any, /, *args: P.args, **kwargs: P.kwargs) -> R:
        check_region(client, kwargs.get("pool_id"))
        return finish(client, await run(client, steps(*args, **kwargs)))

    return named_after(steps, function)


@dataclass(kw_only=True)
class Session(SignedIn):
    """A signed-in user, and the client that they signed in through, to await.

    A type of its own, not a `cognito_srp.Session`: its methods are those of the same names, as
    coroutines. Fields that hold what the sign-in gave (`tokens`, `device` and the others) are
    inherited by both from `cognito_srp.signin.SignedIn`.
    """

    client: Any = field(repr=False)

    @classmethod
    def of(cls, client: Any, signed_in: SignedIn) -> Session:
        """The session of a sign-in, with the client it goes on with.

        Args:
            client: An aiobotocore client, or a boto3 one, whose calls are made in a thread.
            signed_in: What the steps of a sign-in end with.

        Returns:
            The `Session`.
        """
        return cls(client=client, **vars(signed_in))

    async def enroll_device(
        self, *, device_name: str | None = None, remember: bool | None = None
    ) -> RememberedDevice:
        """Enroll the device of this sign-in, as `cognito_srp.Session.enroll_device` does.

        Args:
            device_name: 1 to 1,024 characters, to show to the user.
            remember: As for `cognito_srp.confirm_device`.

        Returns:
            The `RememberedDevice`.
        """
        steps = self.enroll_device_steps(device_name=device_name, remember=remember)
        return await run(self.client, steps)

    async def refresh(self, *, auth_flow: str | None = None) -> Tokens:
        """Get new tokens, as `cognito_srp.Session.refresh` does.

        Args:
            auth_flow: As in `cognito_srp.Session.refresh`.

        Returns:
            The new `Tokens`, which the session has from now on.
        """
        return await run(self.client, self.refresh_steps(auth_flow=auth_flow))

    async def revoke(self) -> None:
        """As `cognito_srp.Session.revoke`."""
        await run(self.client, self.revoke_steps())

    async def sign_out_everywhere(self) -> None:
        """As `cognito_srp.Session.sign_out_everywhere`."""
        await run(self.client, self.sign_out_everywhere_steps())


async def list_devices(
    client: Any,
    *,
    access_token: str | None = None,
    pool_id: str | None = None,
    username: str | None = None,
    page_size: int = PAGE_SIZE,
) -> AsyncIterator[KnownDevice]:
    """All devices of a user, as `cognito_srp.list_devices`, to iterate over with ``async for``.

    Args:
        client: An aiobotocore client, or a boto3 one, whose calls are made in a thread.
        access_token: An access token of the user, for ListDevices.
        pool_id: In the place of a token: the user pool, for AdminListDevices.
        username: With `pool_id`, the user.
        page_size: Devices to a call, 1 to 60.

    Yields:
        Each device as a `KnownDevice`.
    """
    token: str | None = None
    while True:
        steps = page_of_devices_steps(
            access_token=access_token,
            pool_id=pool_id,
            username=username,
            page_size=page_size,
            token=token,
        )
        page = await run(client, steps)
        for device in page.devices:
            yield device
        token = page.next_token
        if token is None:
            return


def _session(client: Any, progress: SignIn | SignedIn) -> SignIn | Session:
    return progress if isinstance(progress, SignIn) else Session.of(client, progress)


confirm_device = _awaitable(confirm_device_steps, result)
enroll_device = _awaitable(enroll_device_steps, result)
get_device = _awaitable(get_device_steps, result)
update_device_status = _awaitable(update_device_status_steps, result)
forget_device = _awaitable(forget_device_steps, result)
sign_in = _awaitable(sign_in_steps, Session.of)
begin_sign_in = _awaitable(begin_sign_in_steps, _session)
answer_challenge = _awaitable(answer_challenge_steps, _session)
