"""A local Cognito in which enough has happened for its console to be worth a look."""

from __future__ import annotations

from contextlib import suppress

from botocore.exceptions import ClientError

from cognito_srp.local import LocalCognito, LocalPool
from support.local_people import PASSWORD, Person
from support.plain_client import SignIn

__all__ = ["shop"]


def shop(cognito: LocalCognito) -> LocalPool:
    """A pool with devices, wrong passwords, codes and faults."""
    pool = cognito.create_pool("shop", AutoVerifiedAttributes=["email"])
    client = cognito.client()
    contact = {"email": "ann@example.com", "email_verified": "true"}
    pool.create_user("ann", PASSWORD, attributes=contact)
    ann = Person(client, pool, "ann")
    ann.with_device(ann.confirm()).run()
    cognito.fail_next("ConfirmDevice", "TooManyRequestsException", times=5)
    with suppress(ClientError):
        ann.confirm()
    with suppress(ClientError):
        SignIn(client, pool, "ann", "Wrong-horse-1").finish()
    client.sign_up(
        ClientId=pool.client_id,
        Username="sue",
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": "sue@example.com"}],
    )
    return pool
