"""A server's settings, for where AWS leaves no choice or where nobody knows what AWS does."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import InvalidInputError

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """The switches of one LocalCognito; `docs/fidelity.md` names the guesses among them.

    - `lockout`: failed passwords lock a user out for a while, as they do at AWS;
    - `code`: every code that is sent is this one, instead of random digits;
    - `custom_auth_devices`: a CUSTOM_AUTH sign-in gives a new device key as others do;
    - `admin_lists_remembered_only`: AdminListDevices leaves out what ListDevices leaves out;
    - `lockout_in_change_password`: wrong previous passwords count as failed sign-ins do;
    - `custom_auth_asks_second_factor`: a CUSTOM_AUTH sign-in goes on with the second factor;
    - `choice_with_second_factor`: USER_AUTH offers codes and passkeys to users with one, too;
    - `unavailable_choice_is_refused`: USER_AUTH refuses a PREFERRED_CHALLENGE that there is not,
      instead of offering the choice.

    `InvalidInputError` for a `code` that is not made of 4 to 12 digits.
    """

    lockout: bool = True
    code: str | None = None
    custom_auth_devices: bool = True
    admin_lists_remembered_only: bool = False
    lockout_in_change_password: bool = False
    custom_auth_asks_second_factor: bool = False
    choice_with_second_factor: bool = False
    unavailable_choice_is_refused: bool = False

    def __post_init__(self) -> None:
        code = self.code
        if code is not None and not (code.isascii() and code.isdecimal() and 4 <= len(code) <= 12):
            rule = "has to be 4 to 12 digits"
            raise InvalidInputError("code", rule, "give some such as 123456, or leave it out")
