"""``cognito-srp demo``: enroll devices in volume with a local Cognito, and sign in with them."""

from __future__ import annotations

import argparse
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import srp_native

from ..devices.confirm import confirm_device
from ..devices.verifiers import (
    DeviceVerifier,
    NewDevice,
    RememberedDevice,
    create_device_verifier,
    create_device_verifiers,
)
from ..errors import NotAuthorizedError, SignInError
from ..signin import Session, sign_in
from ..transport.client import Client
from .failures import REFUSED, explain, note
from .options import add_output_options, bounded_int
from .output import write, write_table
from .progress import progress
from .streams import printing

if TYPE_CHECKING:
    from ..local import LocalCognito, LocalPool
    from .parser import Parser

__all__ = ["set_up"]

_T = TypeVar("_T")
_R = TypeVar("_R")

#: Users have several devices each, as in life.
_DEVICES_PER_USER: Final = 50


def set_up(parser: Parser) -> None:
    """Give the command its options."""
    parser.description = (
        "Start a local Cognito, sign users in to obtain device keys, make the "
        "verifiers, confirm the devices over HTTP through boto3, sign a sample of them in again "
        "with DEVICE_SRP_AUTH, and see a device with a wrong verifier refused."
    )
    parser.add_argument("--devices", type=bounded_int(1, 100_000), default=1000, help="(1000)")
    parser.add_argument(
        "--sign-ins", type=bounded_int(0, 100_000), default=50, help="size of the sample (50)"
    )
    parser.add_argument("--threads", type=bounded_int(1, 64), default=4, help="clients (4)")
    add_output_options(parser, default="table")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    with progress("Starting the local Cognito"):
        from ..local import LocalCognito

        cognito = LocalCognito().start()
    with cognito:
        demo = _Demo(cognito, arguments.threads)
        with progress("Creating users"):
            users = demo.create_users(-(-arguments.devices // _DEVICES_PER_USER))
        steps = demo.run(users, arguments.devices, min(arguments.sign_ins, arguments.devices))
    if arguments.output == "table" and arguments.query is None:
        _show(steps)
    else:
        write(arguments, _document(steps))
    failed = [step for step in steps if step.failures]
    for step in failed:
        first = explain(step.failures[0])[1]
        note(f"{step.name}: {len(step.failures)} failed, the first so: {first}")
    return REFUSED if failed else 0


@dataclass(frozen=True)
class _Step:
    """What one step came to."""

    name: str
    done: int
    seconds: float
    failures: list[Exception]

    @property
    def rate(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0


class _SignedUp(NamedTuple):
    """A new device, and the user and access token that may confirm it."""

    username: str
    device: NewDevice
    access_token: str


class _Confirmed(NamedTuple):
    username: str
    device: RememberedDevice


class _Demo:
    """The steps, all against one pool. Every call goes through boto3 over HTTP."""

    def __init__(self, cognito: LocalCognito, threads: int) -> None:
        from botocore.config import Config

        self._pool: LocalPool = cognito.create_pool()
        self._threads = threads
        self._client: Client = cognito.client(config=Config(max_pool_connections=threads))
        self._password = f"{secrets.token_urlsafe(12)}-Aa1"
        # botocore's hooks run in the thread that makes the call.
        self._sent = threading.local()
        self._client.meta.events.register(
            "provide-client-params.cognito-idp.RespondToAuthChallenge", self._see_challenge
        )

    def create_users(self, count: int) -> list[str]:
        users = [f"user-{number}" for number in range(count)]
        for user in users:
            self._pool.create_user(user, self._password)
        return users

    def run(self, users: Sequence[str], devices: int, sign_ins: int) -> list[_Step]:
        owners = [users[number % len(users)] for number in range(devices)]
        signed_up, first = self._each("device keys from sign-ins", self._sign_up, owners)
        start = time.perf_counter()
        verifiers = create_device_verifiers(new.device for new in signed_up)
        batch = _Step("verifiers, in one batch", len(verifiers), time.perf_counter() - start, [])
        pairs = list(zip(signed_up, verifiers, strict=True))
        confirmed, second = self._each("devices confirmed", self._confirm, pairs)
        sample = secrets.SystemRandom().sample(confirmed, min(sign_ins, len(confirmed)))
        _, third = self._each("sign-ins with DEVICE_SRP_AUTH", self._sign_in_again, sample)
        _, fourth = self._each("wrong verifier, refused at sign-in", self._be_wrong, users[:1])
        return [first, batch, second, third, fourth]

    def _each(
        self, name: str, work: Callable[[_T], _R], items: Sequence[_T]
    ) -> tuple[list[_R], _Step]:
        """`work` on every item, some threads at a time; what failed is counted and left out."""
        results: list[_R] = []
        failures: list[Exception] = []
        start = time.perf_counter()
        with progress(name, len(items)) as advance, ThreadPoolExecutor(self._threads) as pool:
            futures = [pool.submit(work, item) for item in items]
            try:
                for future in futures:
                    try:
                        results.append(future.result())
                    except Exception as error:
                        failures.append(error)
                    advance()
            except BaseException:  # Ctrl-C: the rest would be waited for
                pool.shutdown(cancel_futures=True)
                raise
        return results, _Step(name, len(results), time.perf_counter() - start, failures)

    def _sign_in(self, username: str, device: RememberedDevice | None = None) -> Session:
        # The quickest flow to a device key sends the password; with a device SRP proves both.
        return sign_in(
            self._client,
            pool_id=self._pool.pool_id,
            client_id=self._pool.client_id,
            username=username,
            password=self._password,
            device=device,
            auth_flow="USER_PASSWORD_AUTH" if device is None else "USER_SRP_AUTH",
        )

    def _sign_up(self, username: str) -> _SignedUp:
        session = self._sign_in(username)
        if session.new_device is None:
            raise SignInError("the sign-in gave no device key")
        return _SignedUp(username, session.new_device, session.tokens.access_token)

    def _confirm(self, pair: tuple[_SignedUp, DeviceVerifier]) -> _Confirmed:
        new, verifier = pair
        confirmed = confirm_device(
            self._client, access_token=new.access_token, verifier=verifier, device_name="demo"
        )
        if confirmed.device is None:
            raise SignInError("the confirmed device has no secret")
        return _Confirmed(new.username, confirmed.device)

    def _sign_in_again(self, known: _Confirmed) -> None:
        self._sent.device_proof = False
        self._sign_in(known.username, known.device)
        if not self._sent.device_proof:
            raise SignInError("the sign-in did not ask for the device's proof")

    def _be_wrong(self, username: str) -> None:
        """Confirm a device with the verifier of another password.

        That nobody notices until it signs in is why `confirm_device` computes our own verifiers
        twice.
        """
        new = self._sign_up(username)
        key, group_key = new.device.device_key, new.device.device_group_key
        mine, others = (
            create_device_verifier(device_key=key, device_group_key=group_key) for _ in range(2)
        )
        wrong = DeviceVerifier.from_config(device_key=key, config=others.as_config())
        confirm_device(self._client, access_token=new.access_token, verifier=wrong)
        device = mine.remembered()
        try:
            self._sign_in(username, device)
        except NotAuthorizedError:
            return
        raise SignInError("the device signed in although its verifier is wrong")

    def _see_challenge(self, params: Mapping[str, Any], **_: object) -> None:
        if params.get("ChallengeName") == "DEVICE_PASSWORD_VERIFIER":
            self._sent.device_proof = True


def _document(steps: Iterable[_Step]) -> dict[str, Any]:
    engine = srp_native.engine()
    return {
        "Engine": {"Name": engine.name, "Kernel": engine.kernel},
        "Steps": [
            {
                "Step": step.name,
                "Done": step.done,
                "Failed": len(step.failures),
                "Seconds": round(step.seconds, 3),
                "PerSecond": round(step.rate, 1),
            }
            for step in steps
        ],
    }


def _show(steps: Iterable[_Step]) -> None:
    rows = [
        (
            step.name,
            f"{step.done:,}",
            f"{len(step.failures):,}",
            f"{step.seconds:.2f}",
            f"{step.rate:,.0f}",
        )
        for step in steps
    ]
    write_table(("step", "done", "failed", "seconds", "per second"), rows, numeric=4)
    engine = srp_native.engine()
    with printing():
        print(f"engine: {engine.name}" + (f", kernel {engine.kernel}" if engine.kernel else ""))
