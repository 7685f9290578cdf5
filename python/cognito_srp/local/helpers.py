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
        """Make a user.

        Args:
            username: The user's name; in a pool with UsernameAttributes an e-mail address or a
                phone number.
            password: The password, which the pool's policy has to allow.
            attributes: Further attributes, by name.
            temporary: Whether the user has to change the password first; confirmed otherwise.

        Returns:
            The username by which the pool knows the user.
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
        """Set a user's password for good (AdminSetUserPassword).

        Args:
            username: The user's name.
            password: The new password.
        """
        self._admin("AdminSetUserPassword", username, Password=password, Permanent=True)

    def use_text_messages(self, username: str, phone_number: str = "+15555550100") -> None:
        """Make SMS the user's second factor. `LocalCognito.text_messages` shows the codes.

        Args:
            username: The user's name.
            phone_number: Where the codes go, in the form of E.164.
        """
        attributes = {"phone_number": phone_number, "phone_number_verified": "true"}
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self._admin("AdminUpdateUserAttributes", username, UserAttributes=listed)
        settings = {"Enabled": True, "PreferredMfa": True}
        self._admin("AdminSetUserMFAPreference", username, SMSMfaSettings=settings)

    def use_emails(self, username: str, email: str = "someone@example.com") -> None:
        """Make e-mail the user's second factor. `LocalCognito.emails` shows the codes.

        Args:
            username: The user's name.
            email: Where the codes go.
        """
        attributes = {"email": email, "email_verified": "true"}
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self._admin("AdminUpdateUserAttributes", username, UserAttributes=listed)
        settings = {"Enabled": True, "PreferredMfa": True}
        self._admin("AdminSetUserMFAPreference", username, EmailMfaSettings=settings)

    def use_passkey(self, username: str) -> Passkey:
        """Register a passkey of the user's.

        It is for USER_AUTH in a pool whose SignInPolicy allows WEB_AUTHN.

        Args:
            username: The user's name.

        Returns:
            The passkey; its `answer` does what a browser would.
        """
        return self.cognito.give_passkey(self.pool_id, username)

    def use_custom_auth(self, triggers: CustomAuth | None) -> None:
        """Put functions in the place of the Lambda triggers of CUSTOM_AUTH.

        A state file does not hold them.

        Args:
            triggers: The functions; None takes them away.
        """
        self.cognito.use_custom_auth(self.pool_id, triggers)

    def use_authenticator(self, username: str) -> str:
        """Make an authenticator app the user's second factor.

        Args:
            username: The user's name.

        Returns:
            The authenticator's secret in base32, for `totp`.
        """
        secret = self.cognito.give_authenticator(self.pool_id, username)
        settings = {"Enabled": True, "PreferredMfa": True}
        self._admin("AdminSetUserMFAPreference", username, SoftwareTokenMfaSettings=settings)
        return secret

    def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """Sign a user in without a device.

        Args:
            username: The user's name or an alias.
            password: The user's password.

        Returns:
            The AuthenticationResult: tokens, and in a pool that tracks devices NewDeviceMetadata
                with a fresh device key.

        Raises:
            ValueError: The user has to answer a challenge first, such as a second factor.
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
        """The same pool through another app client.

        Args:
            secret: Whether the app client has a secret.
            settings: Further parameters of CreateUserPoolClient.

        Returns:
            The pool, with that app client.
        """
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
