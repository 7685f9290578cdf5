"""What a person at a terminal is asked during a sign-in."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from ..errors import ChallengeError, InvalidInputError, ServiceError, SignInError
from ..signin import Session, SignIn, answer_challenge
from ..srp.encoding import read_json
from ..transport.calls import call
from ..transport.client import Client
from ..transport.steps import Challenge
from .failures import note
from .printable import printable
from .secret_input import (
    CHALLENGE_ANSWER,
    MFA_CODE,
    NEW_PASSWORD,
    USER_PASSWORD,
    Secret,
    is_given,
    read_secret,
)

__all__ = ["SECRETS", "Person"]

T = TypeVar("T")

#: What a person may be asked for.
SECRETS: Final = (USER_PASSWORD, MFA_CODE, NEW_PASSWORD, CHALLENGE_ANSWER)

#: How often a person may mistype a code; Cognito itself ends a sign-in after a few more.
_TRIES: Final = 3
#: Cognito's codes have six digits, or eight; its API refuses shorter ones in other words.
_SHORTEST: Final = 6
_MISTYPED: Final = {"CodeMismatchException", "EnableSoftwareTokenMFAException"}

_CODES: Final = ("EMAIL_OTP", "SMS_MFA", "SMS_OTP", "SOFTWARE_TOKEN_MFA")
_CHOICES: Final = ("SELECT_CHALLENGE", "SELECT_MFA_TYPE")
_PASSWORDS: Final = ("PASSWORD", "PASSWORD_SRP")
#: What may be chosen that cannot be answered at a terminal.
_NOT_HERE: Final = {"WEB_AUTHN"}


@dataclass
class Person:
    """Who answers: what was given beforehand, and then the terminal.

    Whatever is secret, codes included, is typed without an echo; questions go to stderr. Where
    nothing was given and stdin is no terminal, `InvalidInputError` says what is missing.
    """

    client: Client
    #: With the ``--NAME-file`` of every secret of `SECRETS`.
    arguments: argparse.Namespace

    def go_through(self, progress: SignIn | Session) -> Session:
        """Answer challenges until there are tokens."""
        while isinstance(progress, SignIn):
            progress = self._answer(progress)
        return progress

    def _answer(self, sign_in: SignIn) -> SignIn | Session:
        name = sign_in.challenge.name
        if name == "MFA_SETUP":
            return answer_challenge(self.client, self._with_authenticator(sign_in), {})
        questions: dict[str, Callable[[SignIn], Mapping[str, str]]] = {
            **dict.fromkeys(_CODES, self._code),
            **dict.fromkeys(_CHOICES, self._choice),
            **dict.fromkeys(_PASSWORDS, self._password),
            "CUSTOM_CHALLENGE": self._custom,
            "NEW_PASSWORD_REQUIRED": self._new_password,
        }
        ask = questions.get(name)
        if ask is None:
            raise ChallengeError(name, f"the service wants {name}, which cannot be answered here")
        return self._try(lambda: answer_challenge(self.client, sign_in, ask(sign_in)))

    def _try(self, attempt: Callable[[], T]) -> T:
        """What an attempt comes to that a person may repeat, having mistyped a code."""
        tries = 1
        while True:
            try:
                return attempt()
            except ServiceError as error:
                given = is_given(MFA_CODE, self._file(MFA_CODE))
                if error.code not in _MISTYPED or given or tries == _TRIES:
                    raise
            note("that code is not right: try again")
            tries += 1

    def _read(self, secret: Secret) -> str:
        return read_secret(secret, self._file(secret)) or ""

    def _file(self, secret: Secret) -> str | None:
        path: str | None = getattr(self.arguments, secret.file_argument)
        return path

    def _code(self, sign_in: SignIn) -> Mapping[str, str]:
        challenge = sign_in.challenge
        destination = challenge.parameters.get("CODE_DELIVERY_DESTINATION")
        if destination is not None:
            note(f"a code was sent to {destination}")
        return {f"{challenge.name}_CODE": self._read_code()}

    def _read_code(self) -> str:
        while True:
            code = self._read(MFA_CODE).strip()
            if len(code) >= _SHORTEST or is_given(MFA_CODE, self._file(MFA_CODE)):
                return code
            note("a code has six digits or more: try again")

    def _choice(self, sign_in: SignIn) -> Mapping[str, str]:
        """SELECT_CHALLENGE and SELECT_MFA_TYPE, with the password if that is the choice."""
        chosen = _chosen(sign_in.challenge)
        if chosen in _PASSWORDS and sign_in.request.password is None:
            return {"ANSWER": chosen, **self._password(sign_in)}
        return {"ANSWER": chosen}

    def _password(self, sign_in: SignIn) -> Mapping[str, str]:
        return {"PASSWORD": self._read(USER_PASSWORD)}

    def _custom(self, sign_in: SignIn) -> Mapping[str, str]:
        """CUSTOM_CHALLENGE: what the service shows, and an answer without an echo."""
        for name, value in sorted(sign_in.challenge.parameters.items()):
            if name != "USERNAME":
                print(printable(f"{name}: {value}"), file=sys.stderr)
        return {"ANSWER": self._read(CHALLENGE_ANSWER)}

    def _new_password(self, sign_in: SignIn) -> Mapping[str, str]:
        """NEW_PASSWORD_REQUIRED, typed twice, with the attributes that the pool asks for."""
        note("the password is temporary: choose a new one")
        password = self._read(NEW_PASSWORD)
        while not is_given(NEW_PASSWORD, self._file(NEW_PASSWORD)):
            print("once more: ", end="", file=sys.stderr, flush=True)
            if self._read(NEW_PASSWORD) == password:
                break
            note("these two differ: try again")
            password = self._read(NEW_PASSWORD)
        answer = {"NEW_PASSWORD": password}
        for name in _listed(sign_in.challenge, "requiredAttributes"):
            answer[name] = _ask(f"{name.removeprefix('userAttributes.')}: ")
        return answer

    def _with_authenticator(self, sign_in: SignIn) -> SignIn:
        """MFA_SETUP: set up an authenticator within the sign-in.

        The sign-in goes on with the Session of the last step.
        """
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


def _chosen(challenge: Challenge) -> str:
    """What the person picks, by number or by name."""
    offered = challenge.available or _listed(challenge, "MFAS_CAN_CHOOSE")
    choices = [name for name in offered if name not in _NOT_HERE]
    if not choices:
        message = f"nothing of what the service offers can be answered here: {', '.join(offered)}"
        raise ChallengeError(challenge.name, message)
    for number, name in enumerate(choices, 1):
        print(f"  {number}  {printable(name)}", file=sys.stderr)
    while True:
        typed = _ask(f"How to go on (1 to {len(choices)}): ")
        if typed in choices:
            return typed
        if typed.isdecimal() and 1 <= int(typed) <= len(choices):
            return choices[int(typed) - 1]


def _listed(challenge: Challenge, parameter: str) -> tuple[str, ...]:
    """The names in a parameter that is a JSON list of them. Raises `SignInError`."""
    try:
        names = read_json(challenge.parameters.get(parameter) or "[]")
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SignInError(f"challenge {challenge.name}: {parameter} is not a JSON list of names")
    return tuple(names)


def _ask(question: str) -> str:
    """A line that is no secret. Raises `InvalidInputError` where there is nobody to ask."""
    if not sys.stdin.isatty():
        rule = "has to be answered by a person"
        raise InvalidInputError(question.rstrip(": "), rule, "sign in at a terminal")
    print(printable(question), end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt  # Ctrl-D
    return line.strip()
