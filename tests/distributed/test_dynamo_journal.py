"""The journal in DynamoDB: one secret a device, whoever comes when."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from support.batch_rows import GROUP_KEY, device_key
from support.moto_tables import TABLE, client

from cognito_srp import JournalError, SealingError, SealingKey, create_device_verifier
from cognito_srp.distributed import DynamoJournal, shared_sealing_key
from cognito_srp.enroll import EnrollmentJournal, EnrollmentRequest, Grant, Outcome, PreparedDevice

KEY = SealingKey.generate()


@pytest.fixture
def journal(dynamodb: Any) -> DynamoJournal:
    return DynamoJournal(dynamodb, table=TABLE, key=KEY)


def drawn(number: int) -> PreparedDevice:
    """A device with a secret of this call's own."""
    keys: dict[str, Any] = {"device_key": device_key(number), "device_group_key": GROUP_KEY}
    return PreparedDevice(
        request=EnrollmentRequest(**keys, access_token="token"),
        verifier=create_device_verifier(**keys),
        grant=Grant(access_token="token"),
    )


def outcome(number: int, status: Any, error_code: str = "") -> Outcome:
    return Outcome(
        device_key=device_key(number),
        status=status,
        at=time.time(),
        attempts=1,
        latency=0.1,
        error_code=error_code,
    )


def item(dynamodb: Any, number: int) -> dict[str, Any]:
    key = {"device_key": {"S": device_key(number)}}
    found: dict[str, Any] = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    return found


def test_the_first_secret_stays(dynamodb: Any, journal: DynamoJournal) -> None:
    enroller_journal: EnrollmentJournal = journal
    first = [drawn(number) for number in range(25)]
    assert list(enroller_journal.prepare(first)) == first
    other = DynamoJournal(dynamodb, table=TABLE, key=KEY)
    again = other.prepare([drawn(number) for number in reversed(range(25))])
    assert [device.verifier for device in reversed(again)] == [d.verifier for d in first]
    assert not any(device.sent_before for device in again)
    stored = item(dynamodb, 0)
    assert stored["state"]["S"] == "prepared"
    password = first[0].verifier.device_password
    assert password is not None
    assert password.encode() not in stored["sealed"]["B"]
    assert first[0].verifier.password_verifier.encode() not in stored["sealed"]["B"]


def test_from_prepared_to_confirmed(dynamodb: Any, journal: DynamoJournal) -> None:
    (device,) = journal.prepare([drawn(1)])
    journal.mark_sent([device_key(1)])
    assert journal.device(device_key(1)) is None
    journal.finish([outcome(1, "unknown", "UnreachableError")])
    assert item(dynamodb, 1)["error"]["S"] == "UnreachableError"
    (again,) = journal.prepare([drawn(1)])
    assert again.sent_before
    assert again.ended is None
    journal.mark_sent([device_key(1)])
    journal.finish([outcome(1, "confirmed")])
    assert item(dynamodb, 1)["attempts"]["N"] == "2"
    (ended,) = journal.prepare([drawn(1)])
    assert ended.ended == "confirmed"
    assert ended.verifier == device.verifier
    remembered = journal.device(device_key(1))
    assert remembered == device.verifier.remembered()
    # Confirmed is for good.
    with pytest.raises(JournalError, match="another worker has sent or finished"):
        journal.finish([outcome(1, "refused")])
    assert item(dynamodb, 1)["state"]["S"] == "confirmed"


def test_of_two_workers_one_sends_first(dynamodb: Any, journal: DynamoJournal) -> None:
    other = DynamoJournal(dynamodb, table=TABLE, key=KEY)
    (mine,), (theirs,) = journal.prepare([drawn(2)]), other.prepare([drawn(2)])
    assert mine.verifier == theirs.verifier
    other.mark_sent([device_key(2)])
    with pytest.raises(JournalError, match="enroll it again to learn how it stands"):
        journal.mark_sent([device_key(2)])
    (again,) = journal.prepare([drawn(2)])
    assert again.sent_before
    journal.mark_sent([device_key(2)])
    journal.finish([outcome(2, "conflict", "DeviceKeyExistsException")])
    assert other.prepare([drawn(2)])[0].ended == "conflict"


def test_what_was_never_sent_is_neither_confirmed_nor_unknown(journal: DynamoJournal) -> None:
    journal.prepare([drawn(3)])
    with pytest.raises(JournalError):
        journal.finish([outcome(3, "unknown")])
    journal.finish([outcome(3, "refused", "TokenExpired")])
    with pytest.raises(JournalError):
        journal.mark_sent([device_key(4)])  # of which it knows nothing


def test_a_verifier_that_was_sent_before(journal: DynamoJournal) -> None:
    journal.prepare([replace(drawn(5), sent_before=True)])
    assert journal.prepare([drawn(5)])[0].sent_before


def test_another_key_opens_nothing(dynamodb: Any, journal: DynamoJournal) -> None:
    journal.prepare([drawn(6)])
    other = DynamoJournal(dynamodb, table=TABLE, key=SealingKey.generate())
    with pytest.raises(SealingError, match=device_key(6)):
        other.prepare([drawn(6)])


def test_the_key_is_made_once(aws_endpoint: str, dynamodb: Any) -> None:
    kms = client("kms", aws_endpoint)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    keys: list[SealingKey] = []

    def fetch() -> None:
        keys.append(shared_sealing_key(dynamodb, kms, table=TABLE, key_id=key_id))

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key.key_id for key in keys}) == 1
    assert len(keys) == 4
    stored = dynamodb.get_item(TableName=TABLE, Key={"device_key": {"S": "sealing-key"}})["Item"]
    assert keys[0].to_base64().encode() not in stored["encrypted"]["B"]
