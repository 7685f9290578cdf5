"""A protocol as a sequence of steps, without any I/O.

A protocol of several calls to Cognito is written once, as a generator. It yields a `Call`, and is
sent the response or thrown the error that came instead. It yields an `Ask` when a person has to
answer, and is sent the answer. `calls.run` drives it with a boto3 client, `aio.run` with an
awaitable one; that resumes it in a thread, because the arithmetic is in the generator.

Functions that return steps end in ``_steps``; the same function without that name takes the client
as its first argument and drives them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

__all__ = ["Ask", "Call", "Challenge", "Done", "OnChallenge", "Reply", "Steps", "resume"]

T = TypeVar("T")


@dataclass(frozen=True)
class Challenge:
    """A challenge that a person or an authenticator has to answer, as the service put it.

    ``available`` names what may be chosen, where there is a choice (``AvailableChallenges``);
    ``session`` is what AssociateSoftwareToken and VerifySoftwareToken take for MFA_SETUP.
    """

    name: str
    parameters: Mapping[str, str] = field(repr=False)
    available: tuple[str, ...] = ()
    session: str | None = field(default=None, repr=False)


#: Returns the service's ChallengeResponses; USERNAME, SECRET_HASH and DEVICE_KEY are added.
#: It may return an awaitable of them where `cognito_srp.aio` calls it.
OnChallenge: TypeAlias = Callable[[Challenge], Mapping[str, str] | Awaitable[Mapping[str, str]]]


@dataclass(frozen=True)
class Call:
    """A call to make: the API's name of the operation (``ConfirmDevice``) and its parameters."""

    operation: str
    parameters: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Ask:
    """A question to the person, or to who answers in their place."""

    challenge: Challenge
    on_challenge: OnChallenge = field(repr=False)


@dataclass(frozen=True)
class Done(Generic[T]):
    """The end of the steps, with their result."""

    value: T


#: Is sent a call's response or a challenge's answer, and returns the result.
Steps: TypeAlias = Generator[Call | Ask, Any, T]
#: What a step came to: a response, an answer, or the exception to throw.
Reply: TypeAlias = Mapping[str, Any] | BaseException | None


def resume(steps: Steps[T], reply: Reply = None) -> Call | Ask | Done[T]:
    """The next step, once the last one came to `reply` (None before the first)."""
    try:
        if isinstance(reply, BaseException):
            return steps.throw(reply)
        return steps.send(reply)
    except StopIteration as end:
        return Done(end.value)
