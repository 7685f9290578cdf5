"""Calls to Cognito through a boto3 client, their failures turned into our errors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..errors import CallError, InvalidInputError, UnreachableError
from .causes import refused
from .client import Client
from .regions import check_region
from .steps import Ask, Call, Done, Reply, Steps, resume

__all__ = [
    "call",
    "failure_of",
    "is_async",
    "method_of",
    "named_after",
    "result",
    "run",
    "through_client",
]

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


def call(client: Client, operation: str, **parameters: Any) -> dict[str, Any]:
    """Call an API operation by its name (``ConfirmDevice``) and return the response.

    Raises a `ServiceError` when Cognito refuses, `UnreachableError` when no answer comes, and
    `InvalidInputError` when botocore finds the parameters not to be of the API's types.
    """
    method = method_of(client, operation)
    try:
        response: dict[str, Any] = method(**parameters)
        return response
    except Exception as error:
        failure = failure_of(operation, error, parameters)
    raise failure  # out of the handler: what failed must not become the context


def run(client: Client, steps: Steps[T]) -> T:
    """Take all steps, each call through `client`, and return their result or raise their error."""
    step = resume(steps)
    while not isinstance(step, Done):
        step = resume(steps, _reply(client, step))
    return step.value


def _reply(client: Client, step: Call | Ask) -> Reply:
    try:
        if isinstance(step, Call):
            return call(client, step.operation, **step.parameters)
        answer = step.on_challenge(step.challenge)
        if isinstance(answer, Mapping):
            return answer
        rule = "did not return a mapping"
        fix = "return ChallengeResponses; what is awaitable needs cognito_srp.aio"
        raise InvalidInputError("on_challenge", rule, fix)
    except BaseException as error:  # Ctrl-C included: the steps know what must not be lost
        return error


def through_client(
    steps: Callable[P, Steps[T]], finish: Callable[[Client, T], R]
) -> Callable[Concatenate[Client, P], R]:
    """The function that takes the steps through the client it is given first."""

    def function(client: Client, /, *args: P.args, **kwargs: P.kwargs) -> R:
        check_region(client, kwargs.get("pool_id"))
        return finish(client, run(client, steps(*args, **kwargs)))

    return named_after(steps, function)


def result(client: Client, value: T) -> T:
    """For `through_client`: the steps' result as it is."""
    return value


def named_after(steps: Callable[..., Any], function: F) -> F:
    """The function with the name, the documentation and the parameters of its ``…_steps``."""
    signature = inspect.signature(steps)
    client = inspect.Parameter("client", inspect.Parameter.POSITIONAL_ONLY)
    parameters = [client, *signature.parameters.values()]
    name = steps.__name__.removesuffix("_steps")
    facts: dict[str, Any] = {"__name__": name, "__qualname__": name, "__doc__": steps.__doc__}
    facts |= {"__module__": steps.__module__, "__signature__": inspect.Signature(parameters)}
    for attribute, fact in facts.items():
        setattr(function, attribute, fact)
    return function


def is_async(client: Any) -> bool:
    """Whether its methods have to be awaited, as those of aiobotocore's clients."""
    return inspect.iscoroutinefunction(getattr(client, "_make_api_call", None))


def method_of(client: Client, operation: str) -> Callable[..., Any]:
    """The client's method for an operation."""
    from botocore import xform_name

    method: Callable[..., Any] | None = getattr(client, xform_name(operation), None)
    if method is None:
        fix = "pass a boto3 cognito-idp client, of a newer boto3 if it is one"
        raise InvalidInputError("client", f"has no operation {operation}", fix)
    return method


def failure_of(operation: str, error: Exception, parameters: Mapping[str, Any]) -> Exception:
    """Our error for one of botocore's; any other error itself.

    botocore's is its cause unless it may hold a secret. `parameters` are those of the call; they
    tell what may be wrong.
    """
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    if isinstance(error, exceptions.ParamValidationError):
        # It quotes the values, tokens among them, so it must not even become the cause.
        rule, fix = "a parameter is not of the API's type", "check the types of the arguments"
        return InvalidInputError(operation, rule, fix)
    if isinstance(error, (ResponseParserError, RecursionError)):
        # The one may quote the answer; JSON that is nested too deeply ends in the other.
        words = "the answer cannot be read"
        return UnreachableError(operation, words, may_have_had_effect=True)
    failure: CallError
    if isinstance(error, exceptions.ClientError):
        details = error.response.get("Error", {})
        code, message = details.get("Code", "Unknown"), details.get("Message", "")
        failure = refused(operation, code, message, parameters, _clock_offset(error.response))
    elif isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError)):
        # A connection error never connected, except that TLS can also break with a request under
        # way.
        never = isinstance(error, exceptions.ConnectionError)
        effect = not never or isinstance(error, exceptions.SSLError)
        failure = UnreachableError(operation, str(error), may_have_had_effect=effect)
    else:
        return error
    if getattr(error, "request", None) is not None:
        vars(error)["request"] = None  # its body is what was sent
    failure.__cause__ = error
    return failure


def _clock_offset(response: Mapping[str, Any]) -> timedelta | None:
    """How far the clock here is ahead of the one in the answer's Date header."""
    from email.utils import parsedate_to_datetime

    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return datetime.now(timezone.utc) - parsedate_to_datetime(date)
    except (TypeError, ValueError):  # no date, none that can be read, or one without a zone
        return None
