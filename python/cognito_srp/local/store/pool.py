"""moto's user pools, kept by one LocalCognito instead of in moto's global registry.

What differs from moto is listed in `server/responses.py`.
"""

from __future__ import annotations

import contextlib
import math
import secrets
import string
import uuid
from typing import Any, TypeVar

from moto.cognitoidp.models import (
    CognitoIdpBackend,
    CognitoIdpUserPoolAttribute,
    CognitoIdpUserPoolClient,
)
from moto.cognitoidp.utils import generate_id
from moto.core.utils import utcnow
from moto.settings import get_cognito_idp_user_pool_id_strategy
from moto.utilities.utils import get_partition

from ...srp.encoding import token_claims
from ..refusals import not_authorized
from .claims import access_claims, id_claims, shared_claims
from .codes import forget
from .devices import DeviceStore
from .expiry import forget_expired
from .names import find_user
from .records import PoolRecords, SignInRecord
from .signing import sign
from .surroundings import Surroundings
from .user import User

__all__ = ["ACCOUNT", "Pool", "untracked"]

#: moto's default account id; ARNs show it.
ACCOUNT = "123456789012"

Model = TypeVar("Model")

_ID_LENGTH, _ID_ALPHABET = 9, string.ascii_letters + string.digits

_UNIT_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_DEFAULT_LIFETIMES = {
    "AccessToken": (1, "hours"),
    "IdToken": (1, "hours"),
    "RefreshToken": (30, "days"),
}


def untracked(model: Model) -> Model:
    """Takes an object out of the list in which moto keeps all objects of a class for good.

    The list is for a dashboard, and has users with their passwords among them.
    """
    cls: Any = type(model)
    with contextlib.suppress(ValueError):  # a mock_aws elsewhere in the process empties the list
        cls.instances_tracked.remove(model)
    return model


def _new_id(region: str, name: str, config: dict[str, Any]) -> str:
    """Nine letters and digits, as the ids of AWS's pools have.

    moto's strategy HASH gives the same for the same pool again.
    """
    strategy = get_cognito_idp_user_pool_id_strategy()
    if strategy is not None:
        return str(generate_id(strategy, region, name, config))[:_ID_LENGTH]
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


def _schema(given: list[dict[str, Any]] | None) -> dict[str, CognitoIdpUserPoolAttribute]:
    """CreateUserPool's Schema, or the standard attributes where there is none."""
    standard = CognitoIdpUserPoolAttribute.STANDARD_SCHEMA
    schema = given or [{"Name": name, **entry} for name, entry in standard.items()]
    attributes = [
        untracked(CognitoIdpUserPoolAttribute(entry["Name"], entry["Name"] not in standard, entry))
        for entry in schema
    ]
    return {attribute.name: attribute for attribute in attributes}


class Pool(PoolRecords):
    """A user pool that also keeps devices, and dates its tokens by the injectable clock."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Pool:
        """Make a pool that moto does not keep for good in the list of its class."""
        return object.__new__(cls)

    def __init__(self, state: Surroundings, region: str, name: str, config: dict[str, Any]) -> None:
        """Sets the fields that moto's __init__ sets, but for the signing key.

        moto works out that key's primes anew for every pool, which takes a quarter of a second. A
        test compares the fields.
        """
        self.account_id, self.region, self.name = ACCOUNT, region, name
        self.id = f"{region}_{_new_id(region, name, config)}"
        partition = get_partition(region)
        self.arn = f"arn:{partition}:cognito-idp:{region}:{ACCOUNT}:userpool/{self.id}"
        self.status = None
        self.update_extended_config(config)
        self.creation_date = self.last_modified_date = utcnow()
        self.mfa_config = config.get("MfaConfiguration") or "OFF"
        self.sms_mfa_config = None
        self.token_mfa_config = None
        self.schema_attributes = _schema(self.extended_config.pop("Schema", None))
        self.clients, self.identity_providers, self.groups = {}, {}, {}
        self.users, self.resource_servers = {}, {}
        self.refresh_tokens, self.access_tokens, self.id_tokens = {}, {}, {}
        self.devices = DeviceStore()
        self.sign_ins, self.software_tokens = {}, {}
        self.refresh_ends, self.retired = {}, {}
        self.next_look = 0
        self.attach(state)

    def attach(self, state: Surroundings) -> None:
        """Makes it a pool of that server. State files of earlier versions hold no codes."""
        self._state, self.codes = state, {}

    @property
    def backend(self) -> CognitoIdpBackend:
        """The backend that the pool is in."""
        return self._state.backend(self.region)

    def _get_user(self, username: str) -> User | None:  # type: ignore[override]
        """What moto's Admin operations look users up with."""
        return find_user(self, username, by_sub=True)

    def user(self, username: str) -> User | None:
        """The user of that name or alias, as sign-in takes them."""
        return find_user(self, username)

    def forget_user(self, user_id: str) -> None:
        """The user has gone, and the devices and factors with the user."""
        self.devices.forget_user(user_id)
        forget(self, user_id)
        self.software_tokens.pop(user_id, None)
        self.email_mfa_users = tuple(sub for sub in self.email_mfa_users if sub != user_id)
        self.passkeys = tuple(record for record in self.passkeys if record.user_id != user_id)

    def sign_out(self, username: str) -> None:
        """Revoke all tokens of a user, by username or alias."""
        # Tokens are filed under the internal name; moto looks for the name it was given.
        user = self._get_user(username)
        super().sign_out(user.username if user is not None else username)

    def issue_tokens(self, client_id: str, user: User, sign_in: SignInRecord) -> dict[str, Any]:
        """An AuthenticationResult for a sign-in that has just succeeded."""
        refresh_token = str(uuid.uuid4())
        self.refresh_tokens[refresh_token] = (client_id, user.username, sign_in.origin_jti)
        self.sign_ins[sign_in.origin_jti] = sign_in
        lifetime = self.lifetime(self.clients[client_id], "RefreshToken")
        self.refresh_ends[refresh_token] = self._state.clock.time() + lifetime
        return {**self.refreshed(refresh_token), "RefreshToken": refresh_token}

    def refreshed(self, refresh_token: str) -> dict[str, Any]:
        """An AuthenticationResult with new access and id tokens for a refresh token."""
        forget_expired(self, self._state.clock.time())
        client_id, username, origin_jti = self.refresh_tokens[refresh_token] or ("", "", "")
        user, sign_in = self.users.get(username), self.sign_ins.get(origin_jti)
        client = self.clients.get(client_id)
        if user is None or sign_in is None or client is None:
            raise not_authorized("Invalid Refresh Token.")
        common = shared_claims(self, user, sign_in, origin_jti)
        access_ends, id_ends = self._times(client, "AccessToken"), self._times(client, "IdToken")
        access = sign("access", access_claims(common | access_ends, client, user, sign_in))
        id_token = sign("id", id_claims(common | id_ends, client, user))
        self.access_tokens[access] = (client_id, username)  # nobody reads a table of ID tokens
        return {
            "AccessToken": access,
            "IdToken": id_token,
            "ExpiresIn": self.lifetime(client, "AccessToken"),
            "TokenType": "Bearer",
        }

    def _times(self, client: CognitoIdpUserPoolClient, kind: str) -> dict[str, int]:
        now = int(self._state.clock.time())
        return {"iat": now, "exp": now + self.lifetime(client, kind)}

    def rotate(self, refresh_token: str, client: CognitoIdpUserPoolClient) -> str:
        """The refresh token that takes the place of one just used.

        The old one still counts for RetryGracePeriodSeconds, so that a lost response can be asked
        for again.
        """
        rotation = client.extended_config["RefreshTokenRotation"]
        grace = int(rotation.get("RetryGracePeriodSeconds") or 0)
        now = self._state.clock.time()
        self.retired.setdefault(refresh_token, now + grace)
        new = str(uuid.uuid4())
        self.refresh_tokens[new] = self.refresh_tokens[refresh_token]
        self.refresh_ends[new] = self.refresh_ends[refresh_token]
        return new

    def revoke(self, refresh_token: str, client_id: str) -> None:
        """Ends the sign-in of a refresh token.

        That ends every refresh token that rotation has made of it, and its access tokens. A token
        that is unknown, or another client's, is no error (RFC 7009, section 2.2).
        """
        record = self.refresh_tokens.get(refresh_token)
        if record is None or record[0] != client_id:
            return
        origin_jti = record[2]
        for token, other in list(self.refresh_tokens.items()):
            if other is not None and other[2] == origin_jti:
                self.refresh_tokens[token] = None
        for token in list(self.access_tokens):
            if token_claims(token).get("origin_jti") == origin_jti:
                del self.access_tokens[token]

    def is_retired(self, refresh_token: str) -> bool:
        """True if a refresh token has been rotated away."""
        return self.retired.get(refresh_token, math.inf) <= self._state.clock.time()

    def lifetime(self, client: CognitoIdpUserPoolClient, kind: str) -> int:
        """Seconds that a client's tokens of a kind live: AccessToken, IdToken, RefreshToken."""
        # CreateUserPoolClient: one hour and 30 days unless told.
        value, unit = _DEFAULT_LIFETIMES[kind]
        units = client.extended_config.get("TokenValidityUnits") or {}
        value = int(client.extended_config.get(f"{kind}Validity") or value)
        return value * _UNIT_SECONDS[units.get(kind, unit)]
