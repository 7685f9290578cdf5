"""What an enroller takes, what it gives back, and what it tells its journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, Protocol

from ..devices.checks import (
    check_access_token,
    check_device_group_key,
    check_device_key,
    check_device_name,
    check_text,
)
from ..devices.verifiers import DeviceVerifier, NewDevice, RememberedDevice
from ..errors import InvalidInputError
from ..signin import OnChallenge, Session
from ..srp.encoding import token_claims

__all__ = [
    "AccessGrant",
    "Credentials",
    "EnrollmentJournal",
    "EnrollmentOutcome",
    "EnrollmentRequest",
    "EnrollmentResult",
    "PreparedDevice",
    "RefreshToken",
    "Status",
    "Supplier",
    "TokenSource",
]

#: How an enrollment can end. ``unknown``: it was sent, and no answer tells whether it worked.
Status = Literal["confirmed", "refused", "unknown", "conflict"]

#: A token that has this many seconds left may run out on its way.
_MARGIN: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class AccessGrant:
    """An access token, and what came with it. Redacted in its repr.

    `new_device` holds the keys of a sign-in that gave some out; `refresh_token` gets another
    access token for the same device later.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    new_device: NewDevice | None = None

    def __post_init__(self) -> None:
        check_access_token(self.access_token)

    @classmethod
    def of(cls, given: str | Session | AccessGrant) -> AccessGrant:
        """The grant that a supplier's answer stands for.

        Args:
            given: An access token, a session, or a grant.

        Returns:
            The `AccessGrant`.

        Raises:
            InvalidInputError: It is none of them.
        """
        if isinstance(given, Session):
            tokens = given.tokens
            return cls(
                access_token=tokens.access_token,
                refresh_token=tokens.refresh_token,
                new_device=given.new_device,
            )
        return given if isinstance(given, cls) else cls(access_token=given)  # type: ignore[arg-type]

    @cached_property
    def claims(self) -> Mapping[str, Any]:
        """What the token says of itself, unverified; empty for one that is no JWT."""
        return token_claims(self.access_token)

    @cached_property
    def expires_at(self) -> float:
        """When the token says that it runs out, in seconds since the epoch; infinity if not."""
        expires = self.claims.get("exp")
        try:
            return float(expires) if isinstance(expires, (int, float)) else float("inf")
        except OverflowError:  # an integer of hundreds of digits
            return float("inf")

    @property
    def user(self) -> str | None:
        """Whose token it says it is."""
        user = self.claims.get("sub") or self.claims.get("username")
        return user if isinstance(user, str) else None

    def expired(self) -> bool:
        """Whether it would not be accepted any more by the time it arrives."""
        return time.time() > self.expires_at - _MARGIN


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A user to sign in, as `cognito_srp.sign_in` takes it: the sign-in gives the device keys."""

    pool_id: str
    client_id: str
    username: str
    password: str = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)
    auth_flow: str | None = None
    on_challenge: OnChallenge | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class RefreshToken:
    """A refresh token of the sign-in that gave the device key, for GetTokensFromRefreshToken.

    Cognito takes one of a sign-in that gave a device key only once that device is confirmed
    (aws-amplify/amplify-android#2506). So it is of use for a device that may be confirmed already,
    and not for one that certainly is not.
    """

    client_id: str
    refresh_token: str = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_text("client_id", self.client_id, "pass the app client's id")
        check_text("refresh_token", self.refresh_token, "pass a sign-in's RefreshToken")


#: The caller's own way to an access token; called in a thread, again for every token needed.
Supplier = Callable[[], "str | Session | AccessGrant"]
TokenSource = Credentials | RefreshToken | Supplier


@dataclass(frozen=True, kw_only=True)
class EnrollmentRequest:
    """A device to give a secret and to confirm.

    With `access_token`, or `access` to get one from when it is its turn, or both: then `access` is
    only used when the token has run out. The keys are left out for an `access` that signs in anew,
    since that sign-in gives them. `user` is whom the limit per user counts it for, by default the
    token's owner. `reference` is yours and comes back with the result.

    To send a verifier once more, pass that very `verifier`. `sent_before` says that an earlier
    send of it may have arrived, so that DeviceKeyExists means that it did.
    """

    device_key: str | None = None
    device_group_key: str | None = None
    access_token: str | None = field(default=None, repr=False)
    access: TokenSource | None = field(default=None, repr=False)
    device_name: str | None = None
    remember: bool | None = None
    user: str | None = None
    reference: object = field(default=None, repr=False)
    verifier: DeviceVerifier | None = field(default=None, repr=False)
    sent_before: bool = False

    def __post_init__(self) -> None:
        if self._given is None and self.access is None:
            fix = "pass one of them"
            raise InvalidInputError("access_token", "needs a token or `access` to get one", fix)
        check_device_name(self.device_name)
        self._check_verifier()
        if self.device_key is None and self.device_group_key is None:
            self._check_source_of_keys()
        elif isinstance(self.access, Credentials):
            rule = "sign in anew, which gives another device key than device_key"
            fix = "leave the keys out, or pass a RefreshToken of the sign-in that gave them"
            raise InvalidInputError("access", rule, fix)
        else:
            check_device_key(self.device_key or "")
            if self.verifier is None or self.device_group_key is not None:
                check_device_group_key(self.device_group_key or "")

    def _check_verifier(self) -> None:
        if self.verifier is None:
            return
        if self.verifier.device_key != self.device_key:
            rule = "is another device's"
            raise InvalidInputError("verifier", rule, "pass the one that was made for device_key")

    def _check_source_of_keys(self) -> None:
        if self.access is None or isinstance(self.access, RefreshToken):
            fix = "pass both keys of the sign-in that gave the token"
            raise InvalidInputError("device_key", "is needed with this kind of access", fix)
        if self.access_token is not None:
            fix = "pass both keys, or leave the token out"
            raise InvalidInputError("device_key", "is needed with an access_token", fix)

    @cached_property
    def _given(self) -> AccessGrant | None:
        return None if self.access_token is None else AccessGrant(access_token=self.access_token)

    def grant(self) -> AccessGrant | None:
        """The token that came with the request."""
        return self._given


@dataclass(frozen=True, kw_only=True)
class EnrollmentResult:
    """A device that is confirmed: by this enroller or, after an answer was lost, by a send before.

    ``device`` is what it needs to sign in, None where a verifier without its secret was sent.
    ``user_confirmation_necessary`` is the service's word on whether the pool remembers devices on
    the user's word only, None when it was lost; ``remembered`` as in `ConfirmedDevice`, None when
    neither is known. ``attempts`` counts calls sent; ``waited`` is the time in seconds from
    `submit` to the first send, ``took`` from there to the last answer. ``proven`` is False where
    an answer was lost and DeviceKeyExists stands for it: the device has this secret unless
    somebody else has confirmed it in between.
    """

    request: EnrollmentRequest = field(repr=False)
    device: RememberedDevice | None
    verifier: DeviceVerifier = field(repr=False)
    user_confirmation_necessary: bool | None
    remembered: bool | None
    attempts: int
    waited: float
    took: float
    proven: bool = True

    @property
    def reference(self) -> object:
        """What the request carried."""
        return self.request.reference


@dataclass(frozen=True, kw_only=True)
class PreparedDevice:
    """What has to be durable before the first send: the secret, and what it is sent with.

    `sent_before` and `ended` are the journal's word: whether an earlier send may have arrived, and
    whether there is nothing left to do.
    """

    request: EnrollmentRequest
    verifier: DeviceVerifier = field(repr=False)
    grant: AccessGrant
    sent_before: bool = False
    ended: Literal["confirmed", "conflict"] | None = None


class EnrollmentOutcome(NamedTuple):
    """How the enrollment of one device ended; `at` in seconds since the epoch.

    `latency` is the time in seconds from the first send to the last answer, `attempts` the number
    of calls sent, `error_code` the service's or the class of our error, `message` what that says,
    both empty when confirmed. `proven` as in `EnrollmentResult`.
    """

    device_key: str
    status: Status
    at: float
    attempts: int
    latency: float
    error_code: str = ""
    remembered: bool | None = None
    user_confirmation_necessary: bool | None = None
    message: str = ""
    proven: bool = True


class EnrollmentJournal(Protocol):
    """What keeps secrets and outcomes for an enroller: all is durable when a method returns.

    Called by one thread of the enroller, with many rows at a time. An exception from `prepare` or
    `mark_sent` fails the requests of that call, of which nothing is sent.
    """

    def prepare(self, devices: Sequence[PreparedDevice]) -> Sequence[PreparedDevice]:
        """Keep the secrets of devices before their first send.

        Args:
            devices: What is about to be sent.

        Returns:
            What to send, in the same order. For a device that was prepared earlier that is the
                verifier of then, with `sent_before` set if it may have been sent.
        """

    def mark_sent(self, device_keys: Sequence[str]) -> None:
        """Note right before the first send that from now on it may have arrived.

        Args:
            device_keys: The devices' keys.
        """

    def finish(self, outcomes: Sequence[EnrollmentOutcome]) -> None:
        """Note, after the last answer, how enrollments ended.

        Args:
            outcomes: One for each device.
        """
