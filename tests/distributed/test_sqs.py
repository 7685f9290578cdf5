"""A queue, its dead-letter queue and a Lambda handler: duplicates, reorderings, poison, faults."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import Any

import pytest
from support.batch_rows import GROUP_KEY, device_key
from support.lean_cognito import LeanCognito, LeanFaults
from support.moto_tables import TABLE, client

from cognito_srp import InvalidInputError, SealingKey, sign_in
from cognito_srp.distributed import DynamoJournal, SqsHandler, read_message
from cognito_srp.enroll import Enroller, RefreshToken, RetryPolicy, TokenBucket
from cognito_srp.local import Fault, LocalCognito, LocalPool

PASSWORD = "Correct-horse-1"
TRIES = 6


class Queue:
    """A queue with a dead-letter queue, and what Lambda does with them."""

    def __init__(self, endpoint: str) -> None:
        self.sqs = client("sqs", endpoint)
        self.dead = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        named = {"QueueUrl": self.dead, "AttributeNames": ["QueueArn"]}
        arn = self.sqs.get_queue_attributes(**named)["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": TRIES})
        attributes = {"RedrivePolicy": redrive, "VisibilityTimeout": "30"}
        made = self.sqs.create_queue(QueueName="devices", Attributes=attributes)
        self.url = made["QueueUrl"]

    def send(self, bodies: list[str]) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def receive(self) -> list[dict[str, Any]]:
        named = {"QueueUrl": self.url, "MaxNumberOfMessages": 10}
        return list(self.sqs.receive_message(**named).get("Messages", []))

    def deliver(self, handler: SqsHandler, context: Any = None) -> tuple[int, list[str]]:
        """One batch through a handler, as an event source mapping does it: how many there were,
        and the bodies of those that failed."""
        messages = self.receive()
        if not messages:
            return 0, []
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "eventSource": "aws:sqs",
            }
            for message in messages
        ]
        answer = handler({"Records": records}, context)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        assert failed <= {message["MessageId"] for message in messages}
        for message in messages:
            handle = {"QueueUrl": self.url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] in failed:
                self.sqs.change_message_visibility(**handle, VisibilityTimeout=0)
            else:
                self.sqs.delete_message(**handle)
        return len(messages), [m["Body"] for m in messages if m["MessageId"] in failed]

    def drain(self, handlers: list[SqsHandler]) -> None:
        """All of it, through as many handlers at once, until nothing comes any more."""

        def work(handler: SqsHandler) -> None:
            while self.deliver(handler)[0]:
                pass

        with ThreadPoolExecutor(len(handlers)) as pool:
            for done in pool.map(work, handlers):
                assert done is None

    def dead_letters(self) -> list[str]:
        found: list[str] = []
        named = {"QueueUrl": self.dead, "MaxNumberOfMessages": 10, "VisibilityTimeout": 600}
        while messages := self.sqs.receive_message(**named).get("Messages"):
            found += [message["Body"] for message in messages]
        return found


@pytest.fixture
def queue(aws_endpoint: str) -> Queue:
    return Queue(aws_endpoint)


KEY = SealingKey.generate()


@pytest.fixture
def lambda_function(dynamodb: Any) -> Iterator[Callable[..., SqsHandler]]:
    """Makes handlers, each as one Lambda environment has it."""
    enrollers = []

    def make(cognito: Any, **retry: float) -> SqsHandler:
        enrollers.append(enroller(dynamodb, cognito, retry))
        return SqsHandler(enrollers[-1])

    yield make
    for made in enrollers:
        made.close()


def enroller(dynamodb: Any, cognito: Any, retry: dict[str, float]) -> Enroller:
    policy = RetryPolicy(**{"deadline": 2.0, "first_delay": 0.01, "longest_delay": 0.05, **retry})
    return Enroller(
        cognito,
        rate=TokenBucket(inf),
        per_user_rate=inf,
        journal=DynamoJournal(dynamodb, table=TABLE, key=KEY),
        retry=policy,
    )


def message(number: int, **fields: Any) -> str:
    given = {"device_key": device_key(number), "device_group_key": GROUP_KEY}
    return json.dumps({**given, "access_token": "token", **fields})


def user_messages(pool: LocalPool, names: list[str]) -> list[str]:
    """A message for the new device of a sign-in of each user."""
    bodies = []
    for name in names:
        pool.create_user(name, PASSWORD)
        result = pool.sign_in(name, PASSWORD)
        metadata = result["NewDeviceMetadata"]
        bodies.append(
            json.dumps(
                {
                    "device_key": metadata["DeviceKey"],
                    "device_group_key": metadata["DeviceGroupKey"],
                    "access_token": result["AccessToken"],
                    "device_name": f"device of {name}",
                }
            )
        )
    return bodies


def test_duplicates_reorderings_and_poison(
    queue: Queue,
    dynamodb: Any,
    local_cognito: LocalCognito,
    lambda_function: Callable[..., SqsHandler],
) -> None:
    pool = local_cognito.create_pool()
    names = [f"user-{number}" for number in range(12)]
    bodies = user_messages(pool, names)
    # The token of another sign-in than the one that gave the key: AWS refuses it, now and ever.
    other = json.loads(bodies[0])["access_token"]
    stray = json.loads(user_messages(pool, ["stray"])[0]) | {"access_token": other}
    poison = ["", "{", "[]", "{}", message(1, device_key=GROUP_KEY), json.dumps(stray)]
    sent = [*bodies, *bodies, *bodies[::3], *poison]
    random.Random(5).shuffle(sent)
    queue.send(sent)
    cognito = local_cognito.client()
    local_cognito.faults.add(Fault("drop-response", "ConfirmDevice", probability=0.3), seed=3)
    queue.drain([lambda_function(cognito) for _ in range(2)])
    assert sorted(queue.dead_letters()) == sorted(poison)
    local_cognito.faults.clear()
    journal = DynamoJournal(dynamodb, table=TABLE, key=KEY)
    for name, body in zip(names, bodies, strict=True):
        device = journal.device(json.loads(body)["device_key"])
        assert device is not None
        user: dict[str, Any] = {
            "pool_id": pool.pool_id,
            "client_id": pool.client_id,
            "username": name,
        }
        session = sign_in(cognito, **user, password=PASSWORD, device=device)
        assert session.new_device is None
        assert not session.device_forgotten


def test_every_send_of_a_device_has_the_same_secret(
    queue: Queue, dynamodb: Any, lambda_function: Callable[..., SqsHandler]
) -> None:
    numbers = list(range(24))
    queue.send([message(number) for number in [*numbers, *reversed(numbers), *numbers[::4]]])
    faults = LeanFaults(throttle=0.3, fail=0.05, lose_before=0.1, lose_after=0.2, seed=11)
    with LeanCognito(faults) as server:
        handlers = [lambda_function(server.client(), deadline=0.2) for _ in range(3)]
        queue.drain(handlers)
        secrets = defaultdict(set)
        for call in server.calls():
            secrets[call.device_key].add((call.verifier, call.salt))
        confirmed = server.confirmed()
    assert len(secrets) == len(confirmed) == len(numbers)
    assert {len(of_device) for of_device in secrets.values()} == {1}
    journal = DynamoJournal(dynamodb, table=TABLE, key=KEY)
    # Six tries with faults of 65 % can all fail; what is confirmed has the server's secret.
    dead = {json.loads(body)["device_key"] for body in queue.dead_letters()}
    for number in numbers:
        device = journal.device(device_key(number))
        assert device is not None or device_key(number) in dead


def test_a_failure_that_may_pass_is_reported_and_its_repeat_succeeds(
    queue: Queue, lambda_function: Callable[..., SqsHandler]
) -> None:
    queue.send([message(1), message(2)])
    with LeanCognito(LeanFaults(throttle=1.0)) as server:
        handler = lambda_function(server.client(), deadline=0.05)
        count, failed = queue.deliver(handler)
        assert (count, sorted(failed)) == (2, sorted([message(1), message(2)]))
        server.use_faults(LeanFaults(lose_after=1.0))
        assert len(queue.deliver(handler)[1]) == 2
        server.use_faults(LeanFaults())
        assert queue.deliver(handler) == (2, [])
        calls = server.calls()
        assert {call.outcome for call in calls} == {"throttled", "lost-after", "exists"}
        assert len({call.verifier for call in calls}) == 2
        # A late duplicate is done without a call.
        queue.send([message(1)])
        assert queue.deliver(handler) == (1, [])
        assert len(server.calls()) == len(calls)
    assert queue.deliver(handler) == (0, [])


def test_a_device_with_another_secret_is_a_failure(
    queue: Queue, lambda_function: Callable[..., SqsHandler]
) -> None:
    with LeanCognito() as server:
        server.client().confirm_device(AccessToken="token", DeviceKey=device_key(1))
        queue.send([message(1), message(2)])
        assert queue.deliver(lambda_function(server.client())) == (2, [message(1)])
        assert queue.deliver(lambda_function(server.client())) == (1, [message(1)])


class Context:
    """What Lambda passes along."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def test_what_cannot_be_sent_in_time_is_given_back(queue: Queue, dynamodb: Any) -> None:
    queue.send([message(number) for number in range(5)])
    with LeanCognito() as server:
        journal = DynamoJournal(dynamodb, table=TABLE, key=KEY)
        enroller = Enroller(server.client(), rate=2.0, journal=journal)
        count, failed = queue.deliver(SqsHandler(enroller), Context(2.8))
        enroller.close()
        assert count == 5
        assert 2 <= len(failed) <= 4
        assert len(server.confirmed()) == 5 - len(failed)


def test_messages() -> None:
    request = read_message(
        message(1, refresh_token="refresh", client_id="client", remember=True, user="u")
    )
    assert request.access == RefreshToken(client_id="client", refresh_token="refresh")
    assert (request.access_token, request.remember, request.user) == ("token", True, "u")
    assert read_message(message(1)).access is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("secret", "is not a JSON object"),
        ('["secret"]', "is not a JSON object"),
        ('{"device_key": "a_1"}', "needs device_key and device_group_key"),
        (message(1, secret="secret"), "may have access_token"),
        (message(1, device_name=5), "device_name: is not of the right type"),
        (message(1, remember="secret"), "remember: is not of the right type"),
        (message(1, refresh_token="secret"), "goes together with client_id"),
        (message(1, device_key="secret"), "has no '_'"),
        (message(1, access_token="secret secret"), "characters no token has"),
    ],
)
def test_messages_that_are_none(body: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words) as caught:
        read_message(body)
    assert "secret" not in str(caught.value).replace("client_secret", "")
