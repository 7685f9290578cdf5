"""What makes and answers the challenges of a sign-in, without a call to AWS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from functools import cached_property

import srp_native
from srp_native import N

from ..devices.checks import check_text
from ..errors import InvalidInputError, SrpError
from ..srp.encoding import decode_base64, encode_base64, from_hex, is_text, timestamp
from ..srp.protocol import (
    EPHEMERAL_SIZE,
    K_MULTIPLIER,
    ClientExchange,
    claim_signature,
    device_identity,
    pool_name,
    secret_hash,
    user_identity,
)
from ..transport.client import Client
from .functions import GENERATOR, get_random, long_to_hex

__all__ = ["Challenges"]


class Challenges:
    """One user's side of SRP, or that of a user and their device: `AWSSRP` without its calls."""

    SMS_MFA_CHALLENGE = "SMS_MFA"
    SOFTWARE_TOKEN_MFA_CHALLENGE = "SOFTWARE_TOKEN_MFA"  # noqa: S105 - a challenge's name
    NEW_PASSWORD_REQUIRED_CHALLENGE = "NEW_PASSWORD_REQUIRED"  # noqa: S105
    PASSWORD_VERIFIER_CHALLENGE = "PASSWORD_VERIFIER"  # noqa: S105
    DEVICE_SRP_CHALLENGE = "DEVICE_SRP_AUTH"
    DEVICE_PASSWORD_VERIFIER_CHALLENGE = "DEVICE_PASSWORD_VERIFIER"  # noqa: S105

    def __init__(  # noqa: PLR0917 - their order
        self,
        username: str,
        password: str,
        pool_id: str,
        client_id: str,
        pool_region: str | None = None,
        client: Client | None = None,
        client_secret: str | None = None,
        device_key: str | None = None,
        device_group_key: str | None = None,
        device_password: str | None = None,
    ) -> None:
        if pool_region is not None and client is not None:
            rule = "and client exclude each other"
            raise InvalidInputError("pool_region", rule, "give the region to the boto3 client")
        if len({value is None for value in (device_key, device_group_key, device_password)}) > 1:
            rule = "goes with device_group_key and device_password"
            raise InvalidInputError("device_key", rule, "pass all three or none")
        self.username = username
        self.password = password
        self.pool_id = pool_id
        self.client_id = client_id
        self.client_secret = client_secret
        self._pool_region = pool_region
        if client is not None:
            self.client = client
        self.device_key = device_key
        self.device_group_key = device_group_key
        self.device_password = device_password
        self.big_n = N
        self.val_g: int = GENERATOR
        self.val_k = int.from_bytes(K_MULTIPLIER, "big")
        self.g, self.k = self.val_g, self.val_k  # warrant's spelling
        self.small_a_value = self.generate_random_small_a()
        self.access_token: str | None = None
        self.device_name: str | None = None
        self.cognito_idp_url: str | None = None

    @cached_property
    def client(self) -> Client:
        """The boto3 client that was given, or one of our own making."""
        import boto3

        return boto3.client("cognito-idp", region_name=self._pool_region)

    @cached_property
    def large_a_value(self) -> int:
        """The public value A, computed when it is first asked for: enrolling takes none."""
        return self.calculate_a()

    def generate_random_small_a(self) -> int:
        """A fresh a: 256 bits, as RFC 5054, section 2.5.4, asks for."""
        return get_random(EPHEMERAL_SIZE)

    def calculate_a(self) -> int:
        """A = g^a mod N, in constant time."""
        return srp_native.pow_g(self.small_a_value, constant_time=True)

    def get_password_authentication_key(
        self, username: str, password: str, server_b_value: int, salt: int | str
    ) -> bytes:
        """K, 16 bytes, for USER_ID_FOR_SRP and the user's password; the salt may be hex.

        Refuses, unlike theirs, a B ≡ 0 mod N (RFC 5054, section 2.5.3).
        """
        _check(pool_id=self.pool_id, username=username, password=password)
        identity = user_identity(_pool_name(self.pool_id), username, password)
        return self._session_key(server_b_value, salt, identity)

    def get_device_authentication_key(
        self,
        device_group_key: str,
        device_key: str,
        device_password: str,
        server_b_value: int,
        salt: int | str,
    ) -> bytes:
        """As `get_password_authentication_key`, for a device."""
        _check(
            device_group_key=device_group_key,
            device_key=device_key,
            device_password=device_password,
        )
        identity = device_identity(device_group_key, device_key, device_password)
        return self._session_key(server_b_value, salt, identity)

    def _session_key(self, B: int, salt: int | str, identity: bytes) -> bytes:
        a = self.small_a_value
        size = max(EPHEMERAL_SIZE, -(-a.bit_length() // 8))
        exchange = ClientExchange(a.to_bytes(size, "big"), self.large_a_value)
        salt = from_hex(salt) if isinstance(salt, str) else salt
        try:
            return exchange.session_key(B=B, salt=salt, identity=identity)
        except SrpError as error:
            raise ValueError(str(error)) from error

    def get_auth_params(self) -> dict[str, str]:
        """InitiateAuth's AuthParameters for USER_SRP_AUTH."""
        parameters = {"USERNAME": self.username, "SRP_A": long_to_hex(self.large_a_value)}
        return parameters | self._client_and_device(self.username)

    def _client_and_device(self, username: str) -> dict[str, str]:
        """What every request of a client with a secret, and of a device, has to carry."""
        fields = {}
        if self.client_secret is not None:
            hashed = self.get_secret_hash(username, self.client_id, self.client_secret)
            fields["SECRET_HASH"] = hashed
        if self.device_key is not None:
            fields["DEVICE_KEY"] = self.device_key
        return fields

    @staticmethod
    def get_secret_hash(username: str, client_id: str, client_secret: str) -> str:
        """SECRET_HASH, base64."""
        _check(client_secret=client_secret)
        return secret_hash(username, client_id, client_secret)

    @staticmethod
    def get_cognito_formatted_timestamp(input_datetime: datetime) -> str:
        """TIMESTAMP for a time in UTC; unlike in theirs, an aware one may be of any zone."""
        if input_datetime.tzinfo is None:
            input_datetime = input_datetime.replace(tzinfo=timezone.utc)
        return timestamp(input_datetime)

    def process_challenge(
        self,
        challenge_parameters: Mapping[str, str],
        request_parameters: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """RespondToAuthChallenge's ChallengeResponses for PASSWORD_VERIFIER.

        A challenge without USERNAME is answered under that of `request_parameters` (what
        `get_auth_params` gave), or under USER_ID_FOR_SRP where, as in warrant, there are none.
        """
        _check_challenge(challenge_parameters)
        user_id = challenge_parameters["USER_ID_FOR_SRP"]
        begun_with = {"USERNAME": user_id} if request_parameters is None else request_parameters
        username = challenge_parameters.get("USERNAME", begun_with["USERNAME"])
        key = self.get_password_authentication_key(
            user_id,
            self.password,
            from_hex(challenge_parameters["SRP_B"]),
            challenge_parameters["SALT"],
        )
        return self._claim(challenge_parameters, username, key, _pool_name(self.pool_id) + user_id)

    def process_device_challenge(self, challenge_parameters: Mapping[str, str]) -> dict[str, str]:
        """RespondToAuthChallenge's ChallengeResponses for DEVICE_PASSWORD_VERIFIER."""
        group_key, key, password = self.device_group_key, self.device_key, self.device_password
        if group_key is None or key is None or password is None:
            rule = "is needed to answer a device challenge"
            raise InvalidInputError("device_key", rule, "make the AWSSRP with the device")
        _check_challenge(challenge_parameters)
        session_key = self.get_device_authentication_key(
            group_key,
            key,
            password,
            from_hex(challenge_parameters["SRP_B"]),
            challenge_parameters["SALT"],
        )
        username = challenge_parameters["USERNAME"]
        return self._claim(challenge_parameters, username, session_key, group_key + key)

    def _claim(
        self, challenge: Mapping[str, str], username: str, key: bytes, prefix: str
    ) -> dict[str, str]:
        now = self.get_cognito_formatted_timestamp(datetime.now(timezone.utc))
        block = challenge["SECRET_BLOCK"]
        # moto's block is a UUID. Theirs skip what is not of the alphabet, so its hyphens.
        signature = claim_signature(key, prefix, decode_base64(block.replace("-", "")), now)
        return {
            "TIMESTAMP": now,
            "USERNAME": username,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": encode_base64(signature),
        } | self._client_and_device(username)


def _check(**texts: str) -> None:
    """Refuse what cannot be hashed: the error that encoding it raises would hold the password."""
    for field, text in texts.items():
        check_text(field, text, "pass it as Cognito or the user gave it")


def _check_challenge(parameters: Mapping[str, str]) -> None:
    """Refuse, once for all, the texts of a challenge that UTF-8 cannot encode."""
    for name, text in parameters.items():
        if not is_text(text):
            rule = "of the challenge is not text that UTF-8 can encode"
            raise InvalidInputError(ascii(name), rule, "pass the challenge as Cognito sent it")


def _pool_name(pool_id: str) -> str:
    """As `srp.pool_name`; AWS's example gives ``_`` for the id of a pool without a name."""
    if "_" not in pool_id:
        raise InvalidInputError("pool_id", "has no '_'", "pass it as in eu-west-1_AbCdEfGhI")
    return pool_name(pool_id)
