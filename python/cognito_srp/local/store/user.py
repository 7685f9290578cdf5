"""moto's user, with the fields that moto lacks."""

from __future__ import annotations

from typing import Any

from moto.cognitoidp.models import CognitoIdpUser

from ..refusals import not_authorized

__all__ = ["User"]

#: Failed passwords before a user is locked out, and the longest lock (Developer Guide, "Lockout
#: behavior for failed sign-in attempts"). As much time without a failure begins anew.
_FAILURES, _LONGEST = 5, 900.0

#: Members of a user's description that are absent at AWS where there is nothing to say.
_OPTIONAL = ("MFAOptions", "PreferredMfaSetting", "UserMFASettingList")


class User(CognitoIdpUser):
    """A user of a local pool. The defaults are those of a user from an older state file."""

    #: Since when the password counts; None where that is not known.
    password_since: float | None = None
    #: Values of attributes that wait to be verified before they count.
    awaited: dict[str, str] | None = None
    failures: int = 0
    last_failure: float = 0.0
    locked_until: float = 0.0

    def __new__(cls, *args: Any, **kwargs: Any) -> User:
        """Make a user whom moto does not keep for good in the list of its class."""
        return object.__new__(cls)

    def set_password(self, password: str, now: float) -> None:
        """A new password, temporary or not; a lock ends with the old one."""
        self.password, self.password_since = password, now
        self.password_proven()

    def is_verified(self, attribute: str) -> bool:
        """True if the user has shown that an e-mail address or a phone number is theirs."""
        known = self.attribute_lookup
        return bool(known.get(attribute)) and known.get(f"{attribute}_verified") == "true"

    def check_not_locked(self, now: float) -> None:
        """NotAuthorizedException while a lock lasts. Attempts during it do not count."""
        if now < self.locked_until:
            raise not_authorized("Password attempts exceeded")

    def password_failed(self, now: float) -> None:
        """Counts a wrong password. From the fifth on each locks twice as long as the last."""
        if now - self.last_failure >= _LONGEST:
            self.failures = 0
        self.failures, self.last_failure = self.failures + 1, now
        if self.failures >= _FAILURES:
            doublings = min(self.failures - _FAILURES, 10)
            self.locked_until = now + min(2.0**doublings, _LONGEST)

    def password_proven(self) -> None:
        """A right password ends the count."""
        self.failures, self.locked_until = 0, 0.0

    def to_json(
        self,
        extended: bool = False,
        attributes_key: str = "Attributes",
        attributes_to_get: list[str] | None = None,
    ) -> dict[str, Any]:
        """The user as operations show it, without what has no value."""
        described = super().to_json(extended, attributes_key, attributes_to_get)
        return {n: value for n, value in described.items() if value or n not in _OPTIONAL}
