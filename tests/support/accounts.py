"""Users as tests make them, look them up and sign them in, and what codes are answered with."""

from __future__ import annotations

from typing import Any

from cognito_srp.local import LocalPool
from support.local_people import PASSWORD

WRONG = ("CodeMismatchException", "Invalid verification code provided, please try again.")
EXPIRED = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
HOUR = 3600


def signs_in(client: Any, pool: LocalPool, name: str, **parameters: str) -> Any:
    """InitiateAuth with the password that all users here have."""
    return client.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=pool.client_id,
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD, **parameters},
    )


def of(pool: LocalPool, name: str) -> dict[str, Any]:
    """How Admin operations name a user."""
    return {"UserPoolId": pool.pool_id, "Username": name}


def listed(**attributes: str) -> list[Any]:
    """An AttributeListType."""
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def attributes_of(client: Any, pool: LocalPool, name: str = "sue") -> dict[str, str]:
    """A user's attributes."""
    user = client.admin_get_user(**of(pool, name))
    return {a["Name"]: a["Value"] for a in user["UserAttributes"]}


def other_than(code: str) -> str:
    """A code that is wrong."""
    return f"{(int(code) + 1) % 10**6:06}"
