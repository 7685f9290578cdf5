"""Pools and users for tests, in a line each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cognito import LocalCognito

__all__ = ["LocalPool", "create_pool"]

_ALL_FLOWS = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_AUTH",
]


@dataclass(frozen=True)
class LocalPool:
    """A user pool of a `LocalCognito`, with one app client."""

    cognito: LocalCognito = field(repr=False)
    pool_id: str
    client_id: str
    client_secret: str | None = field(repr=False)

    def create_user(
        self,
        username: str,
        password: str,
        *,
        attributes: dict[str, str] | None = None,
        temporary: bool = False,
    ) -> str:
        """A confirmed user, or one who must change a `temporary` password; returns the username
        the pool knows the user by."""
        listed = [{"Name": name, "Value": value} for name, value in (attributes or {}).items()]
        created = self.cognito.call(
            "AdminCreateUser",
            {
                "UserPoolId": self.pool_id,
                "Username": username,
                "TemporaryPassword": password,
                "MessageAction": "SUPPRESS",
                "UserAttributes": listed,
            },
        )
        name = str(created["User"]["Username"])
        if not temporary:
            self.set_password(name, password)
        return name

    def set_password(self, username: str, password: str) -> None:
        """AdminSetUserPassword, permanent."""
        params = {"UserPoolId": self.pool_id, "Username": username, "Password": password}
        self.cognito.call("AdminSetUserPassword", {**params, "Permanent": True})

    def create_client(self, *, secret: bool = False, **settings: Any) -> LocalPool:
        """The same pool through another app client; `settings` go to CreateUserPoolClient."""
        client = _create_client(self.cognito, self.pool_id, secret, settings)
        return LocalPool(self.cognito, self.pool_id, client["ClientId"], client.get("ClientSecret"))


def create_pool(
    cognito: LocalCognito, name: str, settings: dict[str, Any], *, client_secret: bool
) -> LocalPool:
    """See `LocalCognito.create_pool`."""
    pool = cognito.call("CreateUserPool", {"PoolName": name, **settings})["UserPool"]
    client = _create_client(cognito, pool["Id"], client_secret, {})
    return LocalPool(cognito, pool["Id"], client["ClientId"], client.get("ClientSecret"))


def _create_client(
    cognito: LocalCognito, pool_id: str, secret: bool, settings: dict[str, Any]
) -> dict[str, Any]:
    params = {
        "UserPoolId": pool_id,
        "ClientName": "local",
        "GenerateSecret": secret,
        "ExplicitAuthFlows": _ALL_FLOWS,
        **settings,
    }
    client: dict[str, Any] = cognito.call("CreateUserPoolClient", params)["UserPoolClient"]
    return client
