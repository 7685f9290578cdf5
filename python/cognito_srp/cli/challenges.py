"""What a person at a terminal is asked during a sign-in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from ..calls import Client, call
from ..errors import ChallengeError, InvalidInputError, ServiceError
from ..signin import Session, SignIn, answer_challenge
from ..steps import Challenge
from .failures import note
from .secret_input import (
    CHALLENGE_ANSWER,
    MFA_CODE,
    NEW_PASSWORD,
    USER_PASSWORD,
    is_given,
    read_secret,
)

__all__ = ["Person"]

T = TypeVar("T")
Question: TypeAlias = Callable[[SignIn], Mapping[str, str]]

#: How often a person may mistype a code; Cognito itself ends a sign-in after a few more.
_TRIES: Final = 3
#: Cognito's codes have six digits, or eight; its API refuses shorter ones in other words.
_SHORTEST: Final = 6
_MISTYPED: Final = {"CodeMismatchException", "EnableSoftwareTokenMFAException"}

_CODES: Final = ("EMAIL_OTP", "SMS_MFA", "SMS_OTP", "SOFTWARE_TOKEN_MFA")
_CHOICES: Final = ("SELECT_CHALLENGE", "SELECT_MFA_TYPE")
#: What may be chosen that cannot be answered at a terminal.
_NOT_HERE: Final = {"WEB_AUTHN"}


@dataclass
class Person:
    """Who answers: a code that was given beforehand, and then the terminal.

    Whatever is secret, codes included, is typed without an echo; questions go to stderr. Where
    nothing was given and stdin is no terminal, `InvalidInputError` says what is missing.
    """

    client: Client
    #: ``--mfa-code-file``
    code_file: str | None

    def go_through(self, progress: SignIn | Session) -> Session:
        """Answer challenges until there are tokens."""
        while isinstance(progress, SignIn):
            progress = self._answer(progress)
        return progress

    def _answer(self, sign_in: SignIn) -> SignIn | Session:
        name = sign_in.challenge.name
        if name == "MFA_SETUP":
            return answer_challenge(self.client, self._with_authenticator(sign_in), {})
        ask = self._question(name)
        return self._try(lambda: answer_challenge(self.client, sign_in, ask(sign_in)))

    def _question(self, name: str) -> Question:
        if name in _CODES:
            return self._code
        if name in _CHOICES:
            return _choice
        if name in _OTHERS:
            return _OTHERS[name]
        raise ChallengeError(name, f"the service wants {name}, which cannot be answered here")

    def _try(self, attempt: Callable[[], T]) -> T:
        """What an attempt comes to that a person may repeat, having mistyped a code."""
        tries = 1
        while True:
            try:
                return attempt()
            except ServiceError as error:
                typed = not is_given(MFA_CODE, self.code_file)
                if error.code not in _MISTYPED or not typed or tries == _TRIES:
                    raise
            note("that code is not right: try again")
            tries += 1

    def _code(self, sign_in: SignIn) -> Mapping[str, str]:
        challenge = sign_in.challenge
        destination = challenge.parameters.get("CODE_DELIVERY_DESTINATION")
        if destination is not None:
            note(f"a code was sent to {destination}")
        return {f"{challenge.name}_CODE": self._read_code()}

    def _read_code(self) -> str:
        while True:
            code = (read_secret(MFA_CODE, self.code_file) or "").strip()
            if len(code) >= _SHORTEST or is_given(MFA_CODE, self.code_file):
                return code
            note("a code has six digits or more: try again")

    def _with_authenticator(self, sign_in: SignIn) -> SignIn:
        """MFA_SETUP: an authenticator is set up within the sign-in, which goes on with the Session
        of the last step."""
        session = sign_in.challenge.session
        factors = sign_in.challenge.parameters.get("MFAS_CAN_SETUP", "")
        if "SOFTWARE_TOKEN_MFA" not in factors:
            message = "a second factor has to be set up, and the pool offers no authenticator"
            raise ChallengeError("MFA_SETUP", message)
        if not sys.stdin.isatty():
            fix = "sign in at a terminal"
            raise InvalidInputError("authenticator", "has to be set up by a person", fix)
        made = call(self.client, "AssociateSoftwareToken", Session=session)
        note(f"set up an authenticator with this secret: {made['SecretCode']}")
        verified = self._try(
            lambda: call(
                self.client,
                "VerifySoftwareToken",
                Session=made["Session"],
                UserCode=self._read_code(),
            )
        )
        challenge = replace(sign_in.challenge, session=verified["Session"])
        return replace(sign_in, challenge=challenge)


def _choice(sign_in: SignIn) -> Mapping[str, str]:
    """SELECT_CHALLENGE and SELECT_MFA_TYPE: by number or by name, and the password if that is the
    choice."""
    chosen = _chosen(sign_in.challenge)
    if chosen in ("PASSWORD", "PASSWORD_SRP") and sign_in.request.password is None:
        return {"ANSWER": chosen, **_password(sign_in)}
    return {"ANSWER": chosen}


def _chosen(challenge: Challenge) -> str:
    listed = challenge.parameters.get("MFAS_CAN_CHOOSE", "[]")
    offered = challenge.available or tuple(json.loads(listed))
    choices = [name for name in offered if name not in _NOT_HERE]
    if not choices:
        message = f"nothing of what the service offers can be answered here: {', '.join(offered)}"
        raise ChallengeError(challenge.name, message)
    for number, name in enumerate(choices, 1):
        print(f"  {number}  {name}", file=sys.stderr)
    while True:
        typed = _ask(f"How to go on (1 to {len(choices)}): ")
        if typed in choices:
            return typed
        if typed.isdecimal() and 1 <= int(typed) <= len(choices):
            return choices[int(typed) - 1]


def _password(sign_in: SignIn) -> Mapping[str, str]:
    return {"PASSWORD": read_secret(USER_PASSWORD, None) or ""}


def _new_password(sign_in: SignIn) -> Mapping[str, str]:
    """NEW_PASSWORD_REQUIRED, with the attributes that the pool asks for."""
    note("the password is temporary: choose a new one")
    password = read_secret(NEW_PASSWORD, None) or ""
    answer = {"NEW_PASSWORD": password}
    for name in json.loads(sign_in.challenge.parameters.get("requiredAttributes") or "[]"):
        answer[name] = _ask(f"{name.removeprefix('userAttributes.')}: ")
    return answer


def _custom(sign_in: SignIn) -> Mapping[str, str]:
    """CUSTOM_CHALLENGE: what the service shows, and an answer without an echo."""
    for name, value in sorted(sign_in.challenge.parameters.items()):
        if name != "USERNAME":
            print(f"{name}: {value}", file=sys.stderr)
    return {"ANSWER": read_secret(CHALLENGE_ANSWER, None) or ""}


_OTHERS: Final[Mapping[str, Question]] = {
    "CUSTOM_CHALLENGE": _custom,
    "NEW_PASSWORD_REQUIRED": _new_password,
    "PASSWORD": _password,
    "PASSWORD_SRP": _password,
}


def _ask(question: str) -> str:
    """A line that is no secret. Raises `InvalidInputError` where there is nobody to ask."""
    if not sys.stdin.isatty():
        rule = "has to be answered by a person"
        raise InvalidInputError(question.rstrip(": "), rule, "sign in at a terminal")
    print(question, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt  # Ctrl-D
    return line.strip()
