"""moto's user pools, kept by one LocalCognito instead of in moto's global registry.

What differs from moto is listed in `server/responses.py`.
"""

from __future__ import annotations

import contextlib
import math
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from joserfc import jwk, jwt
from moto.cognitoidp.exceptions import NotAuthorizedError
from moto.cognitoidp.models import (
    CognitoIdpUser,
    CognitoIdpUserPool,
    CognitoIdpUserPoolAttribute,
    CognitoIdpUserPoolClient,
)
from moto.cognitoidp.utils import generate_id
from moto.core.utils import utcnow
from moto.settings import get_cognito_idp_user_pool_id_strategy
from moto.utilities.utils import get_partition, load_resource

from ..custom_auth import CustomAuth
from ..refusals import Refusal
from ..totp import SoftwareToken
from .devices import DeviceStore
from .expiry import claims_of, forget_expired

if TYPE_CHECKING:
    from .backend import Backend
    from .state import State

__all__ = ["ACCOUNT", "PasskeyRecord", "Pool", "SignIn", "untracked"]

#: moto's default account id; ARNs show it.
ACCOUNT = "123456789012"

Model = TypeVar("Model")

_UNIT_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_DEFAULT_LIFETIMES = {
    "AccessToken": (1, "hours"),
    "IdToken": (1, "hours"),
    "RefreshToken": (30, "days"),
}


def untracked(model: Model) -> Model:
    """Takes an object out of the class-wide list in which moto keeps all of them for good, for a
    dashboard: users with their passwords among them."""
    cls: Any = type(model)
    with contextlib.suppress(ValueError):  # a mock_aws elsewhere in the process empties the list
        cls.instances_tracked.remove(model)
    return model


@lru_cache(maxsize=1)
def _signing_key() -> jwk.RSAKey:
    """moto's published test key, parsed once per process."""
    key: jwk.RSAKey = jwk.RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))
    return key


def _schema(given: list[dict[str, Any]] | None) -> dict[str, CognitoIdpUserPoolAttribute]:
    """CreateUserPool's Schema, or the standard attributes where there is none."""
    standard = CognitoIdpUserPoolAttribute.STANDARD_SCHEMA
    schema = given or [{"Name": name, **entry} for name, entry in standard.items()]
    attributes = [
        untracked(CognitoIdpUserPoolAttribute(entry["Name"], entry["Name"] not in standard, entry))
        for entry in schema
    ]
    return {attribute.name: attribute for attribute in attributes}


@dataclass(frozen=True)
class SignIn:
    """What the tokens of one sign-in have in common; found by their `origin_jti`."""

    user_id: str
    client_id: str
    auth_time: float
    device_key: str | None


@dataclass
class PasskeyRecord:
    """What a pool keeps of a passkey: its public key as an uncompressed point in hex, and how often
    it has been used."""

    user_id: str
    credential_id: str
    public_key: str
    uses: int = 0


class Pool(CognitoIdpUserPool):
    """A user pool that also keeps devices, and dates its tokens by the injectable clock."""

    #: EmailMfaConfiguration, and the `sub` of those who have it as a second factor.
    email_mfa_config: dict[str, Any] | None = None
    email_mfa_users: tuple[str, ...] = ()
    passkeys: tuple[PasskeyRecord, ...] = ()
    #: The functions of CUSTOM_AUTH. They belong to a process: no state file holds them.
    custom_auth: CustomAuth | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Pool:
        # BaseModel.__new__ would keep every pool alive in a class-wide list, for a dashboard.
        return object.__new__(cls)

    def __init__(self, state: State, region: str, name: str, config: dict[str, Any]) -> None:
        """The fields that moto's __init__ sets, but for the signing key: moto works out its primes
        anew for every pool, which takes a quarter of a second. A test compares the fields."""
        self.account_id, self.region, self.name = ACCOUNT, region, name
        own_id = generate_id(get_cognito_idp_user_pool_id_strategy(), region, name, config)
        self.id = f"{region}_{own_id}"[: self.MAX_ID_LENGTH]
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
        self.sign_ins: dict[str, SignIn] = {}
        #: When refresh tokens end, and since when some are rotated away.
        self.refresh_ends: dict[str, float] = {}
        self.retired: dict[str, float] = {}
        #: The number of access tokens at which expired ones are looked for again.
        self.next_look = 0
        self.software_tokens: dict[str, SoftwareToken] = {}
        self.attach(state)

    def attach(self, state: State) -> None:
        """Makes it a pool of that server."""
        self._state = state

    @property
    def json_web_key(self) -> jwk.RSAKey:
        """The key that signs tokens: moto's published test key, the same for every pool."""
        return _signing_key()

    @property
    def backend(self) -> Backend:
        return self._state.backend(self.region)

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.{self.region}.amazonaws.com/{self.id}"

    @property
    def device_configuration(self) -> dict[str, bool] | None:
        """DeviceConfiguration, or None where the pool does not track devices."""
        return self.extended_config.get("DeviceConfiguration") or None

    def require_device_tracking(self) -> dict[str, bool]:
        """DeviceConfiguration; InvalidUserPoolConfigurationException where there is none."""
        configuration = self.device_configuration
        if configuration is None:
            message = "User pool does not have device tracking configured."
            raise Refusal("InvalidUserPoolConfigurationException", message)
        return configuration

    def _get_user(self, username: str) -> CognitoIdpUser:
        # The internal name first: moto goes through all users of a pool with UsernameAttributes.
        user = self.users.get(username)
        return user if user is not None else super()._get_user(username)

    def user(self, username: str) -> CognitoIdpUser | None:
        """The user of that name, alias or sub."""
        return self._get_user(username)

    def forget_user(self, user_id: str) -> None:
        """The user has gone, and the devices and factors with the user."""
        self.devices.forget_user(user_id)
        self.software_tokens.pop(user_id, None)
        self.email_mfa_users = tuple(sub for sub in self.email_mfa_users if sub != user_id)
        self.passkeys = tuple(record for record in self.passkeys if record.user_id != user_id)

    def sign_out(self, username: str) -> None:
        # Tokens are filed under the internal name; moto looks for the name it was given.
        user = self._get_user(username)
        super().sign_out(user.username if user is not None else username)

    def issue_tokens(self, client_id: str, user: CognitoIdpUser, sign_in: SignIn) -> dict[str, Any]:
        """An AuthenticationResult for a sign-in that has just succeeded."""
        refresh_token, origin_jti = self.create_refresh_token(client_id, user.username)
        self.sign_ins[origin_jti] = sign_in
        lifetime = self.lifetime(self.clients[client_id], "RefreshToken")
        self.refresh_ends[refresh_token] = self._state.clock.time() + lifetime
        return {**self.refreshed(refresh_token), "RefreshToken": refresh_token}

    def refreshed(self, refresh_token: str) -> dict[str, Any]:
        """An AuthenticationResult with new access and id tokens for a refresh token."""
        forget_expired(self, self._state.clock.time())
        access, id_token, expires_in = self.create_tokens_from_refresh_token(refresh_token)
        return {
            "AccessToken": access,
            "IdToken": id_token,
            "ExpiresIn": expires_in,
            "TokenType": "Bearer",
        }

    def create_id_token(self, *args: Any, **kwargs: Any) -> tuple[str, int]:
        """moto's, without the table of all id tokens, which nobody reads: a kilobyte a sign-in."""
        made: tuple[str, int] = super().create_id_token(*args, **kwargs)
        self.id_tokens.clear()
        return made

    def rotate(self, refresh_token: str, client: CognitoIdpUserPoolClient) -> str:
        """The refresh token that takes the place of one just used. The old one still counts for
        RetryGracePeriodSeconds, so that a lost response can be asked for again."""
        rotation = client.extended_config["RefreshTokenRotation"]
        grace = int(rotation.get("RetryGracePeriodSeconds") or 0)
        now = self._state.clock.time()
        self.retired.setdefault(refresh_token, now + grace)
        new = str(uuid.uuid4())
        self.refresh_tokens[new] = self.refresh_tokens[refresh_token]
        self.refresh_ends[new] = self.refresh_ends[refresh_token]
        return new

    def revoke(self, refresh_token: str, client_id: str) -> None:
        """Ends the sign-in of a refresh token: every refresh token that rotation has made of it,
        and its access tokens. A token that is unknown, or another client's, is no error (RFC 7009,
        2.2)."""
        record = self.refresh_tokens.get(refresh_token)
        if record is None or record[0] != client_id:
            return
        origin_jti = record[2]
        for token, other in list(self.refresh_tokens.items()):
            if other is not None and other[2] == origin_jti:
                self.refresh_tokens[token] = None
        for token in list(self.access_tokens):
            if (claims_of(token) or {}).get("origin_jti") == origin_jti:
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

    def create_jwt(
        self,
        client_id: str,
        username: str,
        token_use: str,
        expires_in: int = 0,
        extra_data: dict[str, Any] | None = None,
    ) -> tuple[str, int]:
        """moto's create_jwt by our clock, for the client's validity, with the device_key claim."""
        user = self.user(username)
        extra = extra_data or {}
        sign_in = self.sign_ins.get(extra.get("origin_jti", ""))
        client = self.clients.get(client_id)
        if user is None or sign_in is None or client is None:
            raise NotAuthorizedError("Invalid Refresh Token")
        now = int(self._state.clock.time())
        access = token_use != "id"  # noqa: S105
        lifetime = self.lifetime(client, "AccessToken" if access else "IdToken")
        payload: dict[str, Any] = {
            **extra,
            "iss": self.issuer,
            "sub": user.id,
            "token_use": token_use,
            "iat": now,
            "auth_time": int(sign_in.auth_time),
            "exp": now + lifetime,
            "jti": str(uuid.uuid4()),
        }
        if access:
            payload |= {"client_id": client_id, "username": user.username}
            if sign_in.device_key is not None:
                payload["device_key"] = sign_in.device_key
        else:
            payload |= {"aud": client_id, "cognito:username": user.username}
            if "email" in self.extended_config.get("UsernameAttributes", []):
                payload["email"] = user.attribute_lookup.get("email", user.username)
        # "dummy" is the kid of moto's published key set.
        token: str = jwt.encode({"kid": "dummy", "alg": "RS256"}, payload, self.json_web_key)
        return token, lifetime
