"""Every exception of ours survives pickle and copy, as process pools and task queues need it."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import pytest

import cognito_srp
import srp_native
from cognito_srp import errors
from cognito_srp.aws_srp import exceptions
from cognito_srp.devices.verifiers import RememberedDevice, create_device_verifier
from cognito_srp.signin.diagnosis import Cause, Diagnosis
from cognito_srp.signin.request import AppClient, Request
from cognito_srp.signin.state import SignIn
from cognito_srp.transport.steps import Challenge

SECRET = "canary"
#: What an exception is made from, where that is not one message.
MADE_FROM: dict[str, tuple[Any, ...]] = {
    "InvalidInputError": ("field", "rule", "fix"),
    "JournalBusyError": ("path", "owner"),
    "WrongSealingKeyError": ("aa", "bb"),
    "ChallengeError": ("SMS_MFA", "words"),
    "CallError": ("ConfirmDevice", "words"),
    "Refusal": ("Code", "words"),
    "ZeroSaltError": (3,),
}


def kinds() -> Iterator[type[Exception]]:
    """Every exception that a module of the two packages defines."""
    for package in (srp_native, cognito_srp):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if (
                found.name.endswith(("__main__", "ffi_build", "_srp"))
                or "_pyinstaller" in found.name
            ):
                continue
            module = importlib.import_module(found.name)
            for kind in vars(module).values():
                ours = getattr(kind, "__module__", None) == module.__name__
                if ours and inspect.isclass(kind) and issubclass(kind, Exception):
                    yield kind


def made(kind: type[Exception]) -> Any:
    if kind is errors.UnreachableError:
        return errors.UnreachableError("ConfirmDevice", "words", may_have_had_effect=True)
    if issubclass(kind, errors.ServiceError):
        return kind("ConfirmDevice", "Code", "words")
    if kind.__name__.endswith("MFAChallengeException"):
        return kind("words", {"Session": SECRET})
    return kind(*MADE_FROM.get(kind.__name__, ("words",)))


def ways(error: Any) -> Iterator[Any]:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        yield pickle.loads(pickle.dumps(error, protocol))
    yield copy.copy(error)
    yield copy.deepcopy(error)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_every_exception_travels(kind: type[Exception]) -> None:
    error = made(kind)
    for other in ways(error):
        assert type(other) is kind
        assert (str(other), repr(other), other.args) == (str(error), repr(error), error.args)
        assert vars(other) == {k: v for k, v in vars(error).items() if k != "_tokens"}
        assert SECRET not in repr(vars(other))


def test_all_of_a_refusal_travels_but_the_sign_in() -> None:
    verifier = create_device_verifier(device_group_key="-g", device_key="eu_1")
    error = errors.service_error("InitiateAuth", "NotAuthorizedException", "Incorrect")
    error.clock_offset, error.verifier = timedelta(seconds=3), verifier
    error.explain(Diagnosis(Cause.CLOCK, True, "set the clock", timedelta(seconds=3)))
    device = RememberedDevice(device_key="eu_1", device_group_key="-g", device_password=SECRET)
    app = AppClient(pool_id="eu_a", client_id="c", client_secret=SECRET)
    request = Request(app=app, username="ann", password=SECRET, device=device)
    challenge = Challenge("SMS_MFA", {"a": SECRET}, session=SECRET)
    error.sign_in = SignIn(challenge=challenge, request=request, username="ann")
    for other in ways(error):
        assert type(other) is errors.NotAuthorizedError
        assert str(other) == "InitiateAuth: NotAuthorizedException: set the clock"
        assert (other.code, other.operation, other.hint) == (
            "NotAuthorizedException", "InitiateAuth", error.hint,
        )  # fmt: skip
        assert other.diagnosis == error.diagnosis
        assert (other.verifier, other.clock_offset) == (verifier, error.clock_offset)
        assert other.sign_in is None
        assert SECRET.encode() not in pickle.dumps(error)
    assert error.sign_in is not None


def refused() -> None:
    raise errors.service_error("ConfirmDevice", "DeviceKeyExistsException", "words")


def test_out_of_a_process_pool() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        with pytest.raises(errors.DeviceKeyExistsError, match="words"):
            pool.submit(refused).result()
        # The pool lives on.
        with pytest.raises(errors.DeviceKeyExistsError, match="words"):
            pool.submit(refused).result()


def test_the_answer_of_an_mfa_exception_is_kept_off_its_args() -> None:
    error: Any = exceptions._MFAChallengeException("words", {"Session": SECRET})
    assert error.get_tokens() == {"Session": SECRET}
    assert SECRET not in repr(error) + str(error) + repr(error.args)
