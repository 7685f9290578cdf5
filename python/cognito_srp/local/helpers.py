"""Pools and users for tests, in a line each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..srp.protocol import secret_hash
from .running import LocalServer

if TYPE_CHECKING:
    from .custom_auth import CustomAuth
    from .passkeys import Passkey

__all__ = ["ALL_FLOWS", "LocalPool", "create_pool", "find_pool"]

#: ExplicitAuthFlows of an app client that allows every flow.
ALL_FLOWS = [
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

    cognito: LocalServer = field(repr=False)
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
        """Make a user; return the username by which the pool knows them.

        The user is confirmed, or has to change a `temporary` password first.
        """
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
        self._admin("AdminSetUserPassword", username, Password=password, Permanent=True)

    def use_text_messages(self, username: str, phone_number: str = "+15555550100") -> None:
        """Makes SMS the user's second factor. `LocalCognito.text_messages` shows the codes."""
        attributes = {"phone_number": phone_number, "phone_number_verified": "true"}
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self._admin("AdminUpdateUserAttributes", username, UserAttributes=listed)
        settings = {"Enabled": True, "PreferredMfa": True}
        self._admin("AdminSetUserMFAPreference", username, SMSMfaSettings=settings)

    def use_emails(self, username: str, email: str = "someone@example.com") -> None:
        """Makes e-mail the user's second factor. `LocalCognito.emails` shows the codes."""
        attributes = {"email": email, "email_verified": "true"}
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self._admin("AdminUpdateUserAttributes", username, UserAttributes=listed)
        settings = {"Enabled": True, "PreferredMfa": True}
        self._admin("AdminSetUserMFAPreference", username, EmailMfaSettings=settings)

    def use_passkey(self, username: str) -> Passkey:
        """Register a passkey of the user's; its `answer` does what a browser would.

        It is for USER_AUTH in a pool whose SignInPolicy allows WEB_AUTHN.
        """
        return self.cognito.give_passkey(self.pool_id, username)

    def use_custom_auth(self, triggers: CustomAuth | None) -> None:
        """Puts functions in the place of the Lambda triggers of CUSTOM_AUTH; None takes them away.

        A state file does not hold them.
        """
        self.cognito.use_custom_auth(self.pool_id, triggers)

    def use_authenticator(self, username: str) -> str:
        """Makes an authenticator app the user's second factor; returns its secret, for `totp`."""
        secret = self.cognito.give_authenticator(self.pool_id, username)
        settings = {"Enabled": True, "PreferredMfa": True}
        self._admin("AdminSetUserMFAPreference", username, SoftwareTokenMfaSettings=settings)
        return secret

    def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """The AuthenticationResult of a sign-in without a device.

        It has tokens, and in a pool that tracks devices NewDeviceMetadata with a fresh device key.
        Not for users with a second factor.
        """
        parameters = {"USERNAME": username, "PASSWORD": password}
        if self.client_secret is not None:
            hashed = secret_hash(username, self.client_id, self.client_secret)
            parameters["SECRET_HASH"] = hashed
        answer = self.cognito.call(
            "InitiateAuth",
            {
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": self.client_id,
                "AuthParameters": parameters,
            },
        )
        if "AuthenticationResult" not in answer:
            raise ValueError(f"{username} has to answer {answer['ChallengeName']} first")
        result: dict[str, Any] = answer["AuthenticationResult"]
        return result

    def _admin(self, operation: str, username: str, **params: Any) -> None:
        named = {"UserPoolId": self.pool_id, "Username": username}
        self.cognito.call(operation, {**named, **params})

    def create_client(self, *, secret: bool = False, **settings: Any) -> LocalPool:
        """The same pool through another app client; `settings` go to CreateUserPoolClient."""
        client = _create_client(self.cognito, self.pool_id, secret, settings)
        return LocalPool(self.cognito, self.pool_id, client["ClientId"], client.get("ClientSecret"))


def find_pool(cognito: LocalServer, name: str, client_name: str | None = None) -> LocalPool | None:
    """See `LocalCognito.find_pool`."""
    state = cognito._app.state
    with state.lock:
        for pool in state.backend(cognito.region).user_pools.values():
            for client in pool.clients.values():
                known = client.extended_config.get("ClientName")
                if pool.name == name and client_name in (None, known):
                    secret = client.secret if client.generate_secret else None
                    return LocalPool(cognito, pool.id, client.id, secret)
    return None


def create_pool(
    cognito: LocalServer, name: str, settings: dict[str, Any], *, client_secret: bool, mfa: str
) -> LocalPool:
    """See `LocalCognito.create_pool`."""
    pool = cognito.call("CreateUserPool", {"PoolName": name, **settings})["UserPool"]
    if mfa != "OFF":
        role = {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"}
        factors = {
            "SoftwareTokenMfaConfiguration": {"Enabled": True},
            "SmsMfaConfiguration": {"SmsConfiguration": role},
            "EmailMfaConfiguration": {},
        }
        params = {"UserPoolId": pool["Id"], "MfaConfiguration": mfa, **factors}
        cognito.call("SetUserPoolMfaConfig", params)
    client = _create_client(cognito, pool["Id"], client_secret, {})
    return LocalPool(cognito, pool["Id"], client["ClientId"], client.get("ClientSecret"))


def _create_client(
    cognito: LocalServer, pool_id: str, secret: bool, settings: dict[str, Any]
) -> dict[str, Any]:
    params = {
        "UserPoolId": pool_id,
        "ClientName": "local",
        "GenerateSecret": secret,
        "ExplicitAuthFlows": ALL_FLOWS,
        **settings,
    }
    client: dict[str, Any] = cognito.call("CreateUserPoolClient", params)["UserPoolClient"]
    return client
