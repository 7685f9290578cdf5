"""The journal where there is no disk: a DynamoDB table that many workers share.

The same promise as the file's (enroll/journal/): a secret is durable before its first send, and
no device ever gets a second one. Here it is kept by conditions on single items:

- A secret is put only if the device has none; a second worker gets the first one's.
- A device is marked sent only in the state in which this worker has seen it. Of two workers that
  hold the same new device one marks it. The other sends nothing and has to try again: it then knows
  that the secret may have arrived, and what DeviceKeyExists means.

Idempotency that stores results, such as that of Powertools for AWS Lambda, cannot do this: after a
lost answer there is no result, and the repeat would draw another secret. This table also spares
the repeat of a finished message a call: a device that is confirmed is not sent again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final, TypeVar

from ..devices.verifiers import DeviceVerifier, RememberedDevice
from ..enroll.journal.sealed import open_verifier, seal_verifier
from ..enroll.requests import EnrollmentOutcome, PreparedDevice
from ..errors import JournalError
from ..storage.sealing import SealingKey

__all__ = ["DynamoJournal", "shared_sealing_key"]

_T = TypeVar("_T")

#: Items are written this many at a time: what botocore keeps connections for.
_AT_ONCE: Final = 10
#: Where the data key lies; no device key has no '_'.
_KEY_ITEM: Final = "sealing-key"


def shared_sealing_key(client: Any, kms: Any, *, table: str, key_id: str) -> SealingKey:
    """The data key of a table, made by whoever comes first.

    The table keeps it as KMS has encrypted it; only who may decrypt with `key_id` can use it.

    Args:
        client: A boto3 ``dynamodb`` client.
        kms: A boto3 ``kms`` client.
        table: The table's name.
        key_id: The KMS key's id, ARN or alias.

    Returns:
        The key.

    Raises:
        ClientError: botocore's, as DynamoDB or KMS refuses.
    """
    named = {"TableName": table, "Key": _key(_KEY_ITEM), "ConsistentRead": True}
    item = client.get_item(**named).get("Item")
    if item is None:
        made = SealingKey.from_kms(kms, key_id=key_id)
        try:
            client.put_item(
                TableName=table,
                Item={**_key(_KEY_ITEM), "encrypted": {"B": made.encrypted}},
                ConditionExpression="attribute_not_exists(device_key)",
            )
        except client.exceptions.ConditionalCheckFailedException:
            item = client.get_item(**named)["Item"]
        else:
            return made
    return SealingKey.from_kms(kms, key_id=key_id, encrypted=bytes(item["encrypted"]["B"]))


class DynamoJournal:
    """An `EnrollmentJournal` in a DynamoDB table with the partition key ``device_key``, a string.

    `client` is a boto3 ``dynamodb`` client; secrets are sealed with `key`, which all workers have
    to share. An item has ``device_group_key``, ``sealed`` (verifier, salt and password), ``state``
    (as in `cognito_srp.enroll.Journal`), ``sent_at``, ``attempts`` and ``error``. Times are in
    seconds since the epoch. Safe to use from several threads.

    Methods raise `JournalError` for an item that another worker has changed, botocore's errors for
    a table that cannot be reached, and `SealingError`: of those devices nothing is sent.
    """

    def __init__(self, client: Any, *, table: str, key: SealingKey) -> None:
        self._client, self._table, self._sealing = client, table, key
        self._pool = ThreadPoolExecutor(_AT_ONCE, "dynamo-journal")
        self._lock = threading.Lock()
        #: Devices that were prepared here and not yet sent: whether they had been sent before.
        self._seen: dict[str, bool] = {}

    def prepare(self, devices: Sequence[PreparedDevice]) -> Sequence[PreparedDevice]:
        """Keep the secrets of devices before their first send; see `EnrollmentJournal`.

        Args:
            devices: What is about to be sent.

        Returns:
            What to send, in the same order: the secret of then for a device that is known.
        """
        return self._each(self._prepare, devices)

    def mark_sent(self, device_keys: Sequence[str]) -> None:
        """Note that devices are about to be sent; see `EnrollmentJournal`.

        Args:
            device_keys: Their keys.

        Raises:
            JournalError: Another worker was first.
        """
        self._each(self._mark_sent, device_keys)

    def finish(self, outcomes: Sequence[EnrollmentOutcome]) -> None:
        """Note how enrollments ended; see `EnrollmentJournal`. What is confirmed stays so.

        Args:
            outcomes: One for each device.
        """
        self._each(self._finish, outcomes)

    def device(self, device_key: str) -> RememberedDevice | None:
        """What a confirmed device needs to sign in.

        Args:
            device_key: Its key.

        Returns:
            The `RememberedDevice`, None for a device that is not confirmed.
        """
        answer = self._client.get_item(
            TableName=self._table, Key=_key(device_key), ConsistentRead=True
        )
        item = answer.get("Item")
        if item is None or item["state"]["S"] != "confirmed":
            return None
        return self._verifier(device_key, item).remembered()

    def _prepare(self, device: PreparedDevice) -> PreparedDevice:
        verifier = device.verifier
        item = {
            **_key(verifier.device_key),
            "sealed": {"B": seal_verifier(self._sealing, verifier)},
            "state": {"S": "prepared"},
            "prepared_at": _number(time.time()),
            "attempts": _number(0),
        }
        if verifier.device_group_key is not None:
            item["device_group_key"] = {"S": verifier.device_group_key}
        if device.sent_before:
            item["sent_at"] = item["prepared_at"]
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(device_key)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            return self._as_kept(device, error.response["Item"])
        self._see(verifier.device_key, device.sent_before)
        return device

    def _as_kept(self, device: PreparedDevice, item: dict[str, Any]) -> PreparedDevice:
        """The device with the secret that it has, and what has become of that."""
        key, state = device.verifier.device_key, item["state"]["S"]
        sent_before = "sent_at" in item
        self._see(key, sent_before)
        return replace(
            device,
            verifier=self._verifier(key, item),
            sent_before=sent_before,
            ended=state if state in {"confirmed", "conflict"} else None,
        )

    def _mark_sent(self, device_key: str) -> None:
        with self._lock:
            sent_before = self._seen.pop(device_key, False)
        condition = "attribute_exists(sent_at)" if sent_before else "attribute_not_exists(sent_at)"
        self._update(
            device_key,
            "SET #state = :sent, sent_at = if_not_exists(sent_at, :now)",
            f"attribute_exists(device_key) AND #state <> :confirmed AND {condition}",
            {":sent": {"S": "sent"}, ":now": _number(time.time())},
        )

    def _finish(self, outcome: EnrollmentOutcome) -> None:
        # An answer to what was never sent cannot be true.
        self._update(
            outcome.device_key,
            "SET #state = :state, #error = :error, finished_at = :at ADD attempts :attempts",
            "#state <> :confirmed AND (attribute_exists(sent_at) OR :state = :refused)",
            {
                ":state": {"S": outcome.status},
                ":refused": {"S": "refused"},
                ":error": {"S": outcome.error_code},
                ":at": _number(outcome.at),
                ":attempts": _number(outcome.attempts),
            },
            {"#error": "error"},
        )

    def _update(
        self,
        device_key: str,
        change: str,
        condition: str,
        values: dict[str, Any],
        names: dict[str, str] | None = None,
    ) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(device_key),
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#state": "state", **(names or {})},
                ExpressionAttributeValues={":confirmed": {"S": "confirmed"}, **values},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            rule = f"table {self._table}: another worker has sent or finished device {device_key}"
            raise JournalError(f"{rule}; enroll it again to learn how it stands") from None

    def _verifier(self, device_key: str, item: dict[str, Any]) -> DeviceVerifier:
        group_key = item.get("device_group_key", {}).get("S")
        return open_verifier(self._sealing, device_key, group_key, bytes(item["sealed"]["B"]))

    def _see(self, device_key: str, sent_before: bool) -> None:
        with self._lock:
            self._seen[device_key] = sent_before

    def _each(self, function: Callable[[Any], _T], rows: Sequence[Any]) -> list[_T]:
        """The function of each row, all of them tried; raises the first error."""
        futures = [self._pool.submit(function, row) for row in rows]
        errors = [error for future in futures if (error := future.exception()) is not None]
        if errors:
            raise errors[0]
        return [future.result() for future in futures]


def _key(device_key: str) -> dict[str, dict[str, str]]:
    return {"device_key": {"S": device_key}}


def _number(value: float) -> dict[str, str]:
    return {"N": f"{value:.3f}" if isinstance(value, float) else str(value)}
