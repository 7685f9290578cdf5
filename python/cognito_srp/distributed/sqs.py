"""Enrollment from an SQS queue in AWS Lambda: one message a device, partial batch responses.

A message may come twice, late or out of order, or may be malformed. One that fails goes back to
the queue alone, and after several tries to the dead-letter queue. Its repeat sends the very same
secret, because that was put into the journal before the first send. examples/sqs_lambda deploys it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final

from ..enroll import Enroller, EnrollmentRequest, EnrollmentResult, RefreshToken
from ..errors import InvalidInputError
from ..srp.encoding import read_json
from ..storage.extras import needs_extra

__all__ = ["SqsHandler", "read_message"]

#: Seconds before Lambda ends the function in which it has to answer.
_MARGIN: Final = 2.0

_TEXTS: Final = ("device_key", "device_group_key", "access_token", "device_name", "user")
_REFRESH: Final = ("refresh_token", "client_id", "client_secret", "username")


def read_message(body: str) -> EnrollmentRequest:
    """The request in a message.

    A message is a JSON object::

        {"device_key": …, "device_group_key": …, "access_token": …,
         "refresh_token": …, "client_id": …,          or both, for when the token has run out
         "device_name": …, "remember": true, "user": …}    all optional

    A confidential client's refresh token also needs ``client_secret`` and ``username``; to keep the
    secret out of the queue give `SqsHandler` a function of your own that adds it. The device keys
    have to be there: they are what a repeat is known by.

    Args:
        body: the message's text.

    Returns:
        The request, its fields checked.

    Raises:
        InvalidInputError: for what is not JSON or breaks a rule; it quotes nothing of the message.
    """
    fix = "see cognito_srp.distributed.read_message"
    try:
        fields = read_json(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise InvalidInputError("message", "is not a JSON object", fix)
    allowed = {*_TEXTS, *_REFRESH, "remember"}
    if not fields.keys() <= allowed or not {"device_key", "device_group_key"} <= fields.keys():
        rule = f"needs device_key and device_group_key, may have {', '.join(sorted(allowed))}"
        raise InvalidInputError("message", rule, fix)
    for name, value in fields.items():
        if not isinstance(value, bool if name == "remember" else str):
            raise InvalidInputError(name, "is not of the right type", fix)
    refresh = {name: fields.pop(name) for name in _REFRESH if name in fields}
    if refresh and not {"refresh_token", "client_id"} <= refresh.keys():
        raise InvalidInputError("refresh_token", "goes together with client_id", fix)
    return EnrollmentRequest(**fields, access=RefreshToken(**refresh) if refresh else None)


class SqsHandler:
    """A Lambda function for an SQS event source with ``ReportBatchItemFailures``.

        handler = SqsHandler(Enroller(cognito, rate=…, journal=DynamoJournal(…)))

    Make it once, outside of the handler function: the enroller's pace has to outlive a call. Its
    `RetryPolicy.deadline` has to be well below the function's timeout. All messages of a batch are
    enrolled at once; two of the same device are one. A message is a failure unless its device ends
    confirmed; one that could not be sent in time is given back unsent.

    `read` turns a message's body into a request. Needs the extra ``srp-native[lambda]``.
    """

    def __init__(
        self, enroller: Enroller, *, read: Callable[[str], EnrollmentRequest] = read_message
    ) -> None:
        self._enroller, self._read = enroller, read

    def __call__(self, event: Mapping[str, Any], context: Any = None) -> dict[str, Any]:
        """The ``batchItemFailures`` of an event."""
        batch = _powertools()
        # A batch in which all fail is no reason to raise: that would send them back, too, but
        # without saying which, and count as an error of the function.
        processor = batch.AsyncBatchProcessor(
            batch.EventType.SQS, raise_on_entire_batch_failure=False
        )
        running: dict[str | None, Future[EnrollmentResult]] = {}
        left = None
        if context is not None:
            left = max(0.0, context.get_remaining_time_in_millis() / 1000 - _MARGIN)

        async def enroll(record: Any) -> None:
            request = self._read(record.body)
            future = running.get(request.device_key)
            if future is None:
                # Never waits: a batch has at most 10,000 messages, but an enroller a limit.
                future = self._enroller.submit(request, block=False)
                running[request.device_key] = future
            await asyncio.wait_for(asyncio.wrap_future(future), left)

        response = batch.async_process_partial_response(
            event=dict(event), record_handler=enroll, processor=processor, context=context
        )
        return dict(response)


def _powertools() -> Any:
    try:
        from aws_lambda_powertools.utilities import batch
    except ImportError as error:
        raise needs_extra("this", "aws-lambda-powertools", "lambda") from error
    return batch
